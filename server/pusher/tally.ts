/** A number that adds up over the nodes: this one's share is told to the others, theirs are kept. */
export class Tally {
  readonly #tell: (here: number | null) => void;
  readonly #elsewhere = new Map<string, number>();
  #here = 0;

  /** `tell` gets this node's share after each change; null when it is 0. */
  constructor(tell: (here: number | null) => void) {
    this.#tell = tell;
  }

  get total(): number {
    let total = this.#here;
    for (const theirs of this.#elsewhere.values()) total += theirs;
    return total;
  }

  add(by: number): void {
    this.#here += by;
    this.#tell(this.#here > 0 ? this.#here : null);
  }

  learn(node: string, theirs: number | null): void {
    if (theirs === null) this.#elsewhere.delete(node);
    else this.#elsewhere.set(node, theirs);
  }
}
