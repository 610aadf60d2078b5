/** Time for a node to try twice more. */
const AT_MOST_MS = 2000;

/**
 * The moment after the line is back, until all who were there before are heard again: when all were cut off, what is
 * sent earlier is heard by nobody. Times are milliseconds, ever rising.
 */
export class Gathering {
  readonly #awaited: Set<string>;
  readonly #until: number;
  /** Who asked meanwhile what this node holds. */
  readonly askers = new Set<string>();

  constructor(awaited: Iterable<string>, now: number) {
    this.#awaited = new Set(awaited);
    this.#until = now + AT_MOST_MS;
  }

  heard(node: string): void {
    this.#awaited.delete(node);
  }

  isOver(now: number): boolean {
    return this.#awaited.size === 0 || now >= this.#until;
  }
}
