export interface Budget {
  /** How many at once, from a full budget. */
  burst: number;
  /** How many more become available in an hour. */
  perHour: number;
}

/** Whose budget is asked, and how many times the ordinary one it is. */
export interface Spender {
  key: string;
  times: number;
}

interface Spent {
  left: number;
  at: number;
}

const KEYS_AT_MOST = 50_000;

/** Budgets by key, each refilled evenly. In the memory of this process, and of a bounded size: the longest idle is forgotten. */
export class Budgets {
  readonly #budget: Budget;
  readonly #spent = new Map<string, Spent>();

  constructor(budget: Budget) {
    this.#budget = budget;
  }

  /** Takes so much of every spender's budget, or nothing of any: then it answers after how many seconds to come back, else 0. */
  spend(spenders: readonly Spender[], now: number, cost = 1): number {
    const states = spenders.map(({ key, times }) => ({ key, times, left: this.#left(key, times, now) }));
    for (const { left, times } of states) {
      // More than there ever is at once is taken from a full budget, which then owes the rest.
      const needed = Math.min(cost, this.#budget.burst * times);
      if (left < needed) return Math.ceil((needed - left) / ((this.#budget.perHour * times) / 3600));
    }
    for (const { key, left } of states) this.#keep(key, { left: left - cost, at: now });
    return 0;
  }

  /** Takes it though it may not be there: it was spent elsewhere. */
  charge(spenders: readonly Spender[], now: number, cost: number): void {
    for (const { key, times } of spenders) this.#keep(key, { left: this.#left(key, times, now) - cost, at: now });
  }

  #left(key: string, times: number, now: number): number {
    const { burst, perHour } = this.#budget;
    const spent = this.#spent.get(key);
    if (!spent) return burst * times;
    return Math.min(burst * times, spent.left + ((now - spent.at) * perHour * times) / 3_600_000);
  }

  #keep(key: string, spent: Spent): void {
    this.#spent.delete(key);
    this.#spent.set(key, spent);
    if (this.#spent.size <= KEYS_AT_MOST) return;
    const [oldest] = this.#spent.keys();
    if (oldest !== undefined) this.#spent.delete(oldest);
  }
}
