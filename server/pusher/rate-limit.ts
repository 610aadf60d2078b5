/** Counts what one socket does in fixed windows; the first event of a window starts it. No timer. [P-10] */
export class RateLimit {
  readonly #limit: number;
  readonly #windowMs: number;
  #windowEndsAt = 0;
  #count = 0;

  constructor(limit: number, windowSeconds: number) {
    this.#limit = limit;
    this.#windowMs = windowSeconds * 1000;
  }

  /** Whether one more is allowed at `now` (ms, monotonic). What is refused does not count. */
  allows(now: number): boolean {
    if (now >= this.#windowEndsAt) {
      this.#windowEndsAt = now + this.#windowMs;
      this.#count = 0;
    }
    if (this.#count >= this.#limit) return false;
    this.#count += 1;
    return true;
  }
}
