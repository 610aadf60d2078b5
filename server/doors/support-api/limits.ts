import { Refusal } from '../../refusal.ts';

export interface Budget {
  /** How many at once, from a full budget. */
  burst: number;
  /** How many more become available in an hour. */
  perHour: number;
}

interface Spent {
  left: number;
  at: number;
}

const KEYS_AT_MOST = 50_000;

/** Budgets by key, each refilled evenly. In the memory of this process, and of a bounded size: the longest idle is forgotten. */
export class Limit {
  readonly #budget: Budget;
  readonly #spent = new Map<string, Spent>();

  constructor(budget: Budget) {
    this.#budget = budget;
  }

  /** Takes one of each key's budget, or none of any. @throws Refusal saying when to come back */
  spend(keys: readonly { key: string; times: number }[], now: number): void {
    const states = keys.map(({ key, times }) => ({ key, times, left: this.#left(key, times, now) }));
    for (const { left, times } of states) {
      if (left >= 1) continue;
      const perSecond = (this.#budget.perHour * times) / 3600;
      throw new Refusal('too-many', 'Too Many Attempts.', { retryAfterSeconds: Math.ceil((1 - left) / perSecond) });
    }
    for (const { key, left } of states) this.#keep(key, { left: left - 1, at: now });
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

/** What is limited, each with its own budget per caller. */
export type Limited = 'read' | 'send' | 'room' | 'change' | 'account';

export type Budgets = Record<Limited, Budget | null>;

/** Many people may come from one address. */
const TIMES_PER_ADDRESS = 10;
/** Who answers for a living writes more than who asks. */
const TIMES_PER_TEAM_MEMBER = 4;

export interface Spender {
  address: string;
  token?: { id: number; isOfTeam: boolean };
}

export class Limits {
  readonly #limits: Map<Limited, Limit>;

  constructor(budgets: Budgets) {
    const limited = Object.entries(budgets) as [Limited, Budget | null][];
    this.#limits = new Map(limited.flatMap(([what, budget]) => (budget ? [[what, new Limit(budget)]] : [])));
  }

  /** @throws Refusal `too-many` */
  spend(what: Limited, { address, token }: Spender, now: number = performance.now()): void {
    const byAddress = { key: `ip:${address}`, times: TIMES_PER_ADDRESS };
    const byToken = token && { key: `token:${token.id}`, times: token.isOfTeam ? TIMES_PER_TEAM_MEMBER : 1 };
    this.#limits.get(what)?.spend(byToken ? [byToken, byAddress] : [byAddress], now);
  }
}
