import { Budgets, type Spender } from './budgets.ts';

/** How many a minute; 0: as many as come. */
export interface AdmissionRules {
  readonly perAddress: number;
  readonly perApp: number;
}

/** What an app takes from one address and from all of them together; each node tells the others what it took. [P-22] */
export class Admission {
  readonly #rules: AdmissionRules;
  readonly #tell: (address: string, cost: number) => void;
  readonly #budgets = new Budgets({ burst: 1, perHour: 60 });

  constructor(rules: AdmissionRules, tell: (address: string, cost: number) => void) {
    this.#rules = rules;
    this.#tell = tell;
  }

  get isLimited(): boolean {
    return this.#rules.perAddress > 0 || this.#rules.perApp > 0;
  }

  /** Answers 0, or after how many seconds to come back. `now` in milliseconds. */
  take(address: string, now: number, cost = 1): number {
    if (!this.isLimited) return 0;
    const waitSeconds = this.#budgets.spend(this.#spenders(address), now, cost);
    if (waitSeconds === 0) this.#tell(address, cost);
    return waitSeconds;
  }

  /** Another node took it. */
  tookElsewhere(address: string, now: number, cost: number): void {
    if (this.isLimited) this.#budgets.charge(this.#spenders(address), now, cost);
  }

  #spenders(address: string): Spender[] {
    const { perAddress, perApp } = this.#rules;
    const spenders: Spender[] = [];
    if (perAddress > 0) spenders.push({ key: `address ${address}`, times: perAddress });
    if (perApp > 0) spenders.push({ key: 'app', times: perApp });
    return spenders;
  }
}
