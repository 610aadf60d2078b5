/** Long enough for a machine that does ten other things; what is there in time costs nothing of it. */
export const DEADLINE_MS = 20_000;

/** What `look` may answer while there is nothing yet. */
export type Nothing = undefined | null | false;

/** Rung when something came, and waited for by whoever looks for something. */
export class Bell {
  readonly #waiting = new Set<() => void>();

  ring(): void {
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }

  /** Looks at once and after each ring until something is found. @throws Error with `tooLate`'s words at the deadline */
  async until<Found>(look: () => Found | Nothing, tooLate: () => string, deadlineMs: number): Promise<Found> {
    const deadline = Date.now() + deadlineMs;
    for (;;) {
      const found = look();
      if (found !== undefined && found !== null && found !== false) return found;
      const left = deadline - Date.now();
      if (left <= 0) throw new Error(tooLate());
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.#waiting.add(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }
}
