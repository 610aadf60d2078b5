import { Budgets, type Spender } from './budgets.ts';

/** How many a minute; 0: as many as come. */
export interface AdmissionRules {
  readonly perAddress: number;
  readonly perApp: number;
}

/** What an app takes from one address and from all of them together, on this node. [P-22] */
export class Admission {
  readonly #rules: AdmissionRules;
  readonly #budgets = new Budgets({ burst: 1, perHour: 60 });

  constructor(rules: AdmissionRules) {
    this.#rules = rules;
  }

  get isLimited(): boolean {
    return this.#rules.perAddress > 0 || this.#rules.perApp > 0;
  }

  /** Answers 0, or after how many seconds to come back. `now` in milliseconds. */
  take(address: string, now: number, cost = 1): number {
    const { perAddress, perApp } = this.#rules;
    if (!this.isLimited) return 0;
    const spenders: Spender[] = [];
    if (perAddress > 0) spenders.push({ key: `address ${address}`, times: perAddress });
    if (perApp > 0) spenders.push({ key: 'app', times: perApp });
    return this.#budgets.spend(spenders, now, cost);
  }
}
