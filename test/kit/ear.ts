import { Bell, DEADLINE_MS, type Nothing } from './bell.ts';

/** Keeps, in order, what the callbacks of a client library were told, until a test takes it. */
export class Ear {
  readonly heard: [what: string, value: unknown][] = [];
  readonly #bell = new Bell();

  /** A callback that keeps its first argument under this name. */
  for(what: string): (value?: unknown) => void {
    return (value) => this.hear(what, value);
  }

  hear(what: string, value?: unknown): void {
    this.heard.push([what, value]);
    this.#bell.ring();
  }

  /** The names of what has been heard and not been taken. */
  get names(): string[] {
    return this.heard.map(([what]) => what);
  }

  /** Takes the next of this name, waiting for it; past the deadline it throws with what did arrive. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into values of every shape
  next(what: string, deadlineMs = DEADLINE_MS): Promise<any> {
    const take = () => {
      const index = this.heard.findIndex(([name]) => name === what);
      return index >= 0 && { value: this.heard.splice(index, 1)[0]?.[1] };
    };
    const tooLate = () => `no ${what} within ${deadlineMs} ms; heard: ${JSON.stringify(this.heard)}`;
    return this.#bell.until(take, tooLate, deadlineMs).then(({ value }) => value);
  }
}

/** Asks again and again, for what announces itself to nobody. */
export async function eventually<Found>(
  what: string,
  look: () => Found | Nothing | Promise<Found | Nothing>,
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
