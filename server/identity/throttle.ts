import { Refusal } from '../refusal.ts';

export interface ThrottleLimits {
  /** Failures one key may have within the window. */
  failures: number;
  windowSeconds: number;
  /** Keys remembered at most; beyond that the oldest are forgotten. */
  keys: number;
}

/**
 * Counts failed attempts by key (an account, an address) in this process's memory, and refuses more of them for a
 * while. A success clears the account's count but only gives the address its one attempt back: else one good account would
 * pay for guessing others.
 */
export class Throttle {
  readonly #limits: ThrottleLimits;
  readonly #failures = new Map<string, { count: number; endsAt: number }>();

  constructor(limits: ThrottleLimits) {
    this.#limits = limits;
  }

  /** Throws the refusal when this key has used up its attempts. */
  admit(key: string, now: number): void {
    const failed = this.#failures.get(key);
    if (!failed || failed.endsAt <= now || failed.count < this.#limits.failures) return;
    throw new Refusal('too-many', 'Too Many Attempts.', { retryAfterSeconds: Math.ceil((failed.endsAt - now) / 1000) });
  }

  /** Counted before the answer is known, so that many at once are counted too. */
  count(key: string, now: number): void {
    const failed = this.#failures.get(key);
    if (failed && failed.endsAt > now) {
      failed.count += 1;
      return;
    }
    this.#failures.delete(key);
    this.#failures.set(key, { count: 1, endsAt: now + this.#limits.windowSeconds * 1000 });
    if (this.#failures.size > this.#limits.keys) this.#forgetSome(now);
  }

  /** Takes one attempt back: it turned out right. */
  forgive(key: string): void {
    const failed = this.#failures.get(key);
    if (failed) failed.count -= 1;
  }

  clear(key: string): void {
    this.#failures.delete(key);
  }

  get size(): number {
    return this.#failures.size;
  }

  #forgetSome(now: number): void {
    // A map keeps the order of insertion: those that end first come first.
    for (const [key, failed] of this.#failures) {
      if (failed.endsAt > now && this.#failures.size <= this.#limits.keys) return;
      this.#failures.delete(key);
    }
  }
}
