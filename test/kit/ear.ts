const DEADLINE_MS = 5000;

/** Keeps, in order, what the callbacks of a client library were told, until a test takes it. */
export class Ear {
  readonly heard: [what: string, value: unknown][] = [];
  #wake: () => void = () => {};

  /** A callback that keeps its first argument under this name. */
  for(what: string): (value?: unknown) => void {
    return (value) => this.hear(what, value);
  }

  hear(what: string, value?: unknown): void {
    this.heard.push([what, value]);
    this.#wake();
  }

  /** The names of what has been heard and not been taken. */
  get names(): string[] {
    return this.heard.map(([what]) => what);
  }

  /** Takes the next of this name, waiting for it; past the deadline it throws with what did arrive. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into values of every shape
  async next(what: string, deadlineMs = DEADLINE_MS): Promise<any> {
    const deadline = Date.now() + deadlineMs;
    for (;;) {
      const index = this.heard.findIndex(([name]) => name === what);
      if (index >= 0) return this.heard.splice(index, 1)[0]?.[1];
      const left = deadline - Date.now();
      if (left <= 0) throw new Error(`no ${what} within ${deadlineMs} ms; heard: ${JSON.stringify(this.heard)}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }
}

/** Asks again and again, for what announces itself to nobody. */
export async function eventually<Found>(
  what: string,
  look: () => Found | undefined | null | false | Promise<Found | undefined | null | false>,
  deadlineMs = DEADLINE_MS,
): Promise<Found> {
  const deadline = Date.now() + deadlineMs;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== null && found !== false) return found;
    if (Date.now() > deadline) throw new Error(`no ${what} within ${deadlineMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
