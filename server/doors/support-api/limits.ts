import { type Budget, Budgets } from '../../pusher/budgets.ts';
import { Refusal } from '../../refusal.ts';

/** What is limited, each with its own budget per caller. */
export type Limited = 'read' | 'send' | 'room' | 'change' | 'account';

export type BudgetOf = Record<Limited, Budget | null>;

/** Many people may come from one address. */
const TIMES_PER_ADDRESS = 10;
/** Who answers for a living writes more than who asks. */
const TIMES_PER_TEAM_MEMBER = 4;

export interface Asker {
  address: string;
  token?: { id: number; isOfTeam: boolean };
}

export class Limits {
  readonly #limits: Map<Limited, Budgets>;

  constructor(budgets: BudgetOf) {
    const limited = Object.entries(budgets) as [Limited, Budget | null][];
    this.#limits = new Map(limited.flatMap(([what, budget]) => (budget ? [[what, new Budgets(budget)]] : [])));
  }

  /** @throws Refusal `too-many` */
  spend(what: Limited, { address, token }: Asker, now: number = performance.now()): void {
    const byAddress = { key: `ip:${address}`, times: TIMES_PER_ADDRESS };
    const byToken = token && { key: `token:${token.id}`, times: token.isOfTeam ? TIMES_PER_TEAM_MEMBER : 1 };
    const retryAfterSeconds = this.#limits.get(what)?.spend(byToken ? [byToken, byAddress] : [byAddress], now) ?? 0;
    if (retryAfterSeconds > 0) throw new Refusal('too-many', 'Too Many Attempts.', { retryAfterSeconds });
  }
}
