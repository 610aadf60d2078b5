/** Another node, as this one hears it. */
interface Neighbour {
  heardAt: number;
  /** The last turn heard or heard of. */
  turn: number;
  askedAt: number;
  presence: 'here' | 'silent' | 'left';
}

/** So long after it fell silent a node is still known by the turns that were heard of it. */
const REMEMBERED_MS = 10 * 60 * 1000;

/** The other nodes: who is there, who fell silent, and how much of each was heard. Times are milliseconds, ever rising. */
export class Neighbours {
  readonly #nodes = new Map<string, Neighbour>();
  readonly #silentAfterMs: number;

  constructor(silentAfterMs: number) {
    this.#silentAfterMs = silentAfterMs;
  }

  get here(): string[] {
    return [...this.#nodes].filter(([, { presence }]) => presence === 'here').map(([node]) => node);
  }

  /** False when the node said goodbye: what it said before is of no more interest. */
  heard(node: string, now: number): boolean {
    const neighbour = this.#neighbour(node);
    if (neighbour.presence === 'left') return false;
    neighbour.presence = 'here';
    neighbour.heardAt = now;
    return true;
  }

  /** A turn arrived: how many went missing before it, or null when it was heard before. */
  took(node: string, turn: number): number | null {
    const neighbour = this.#neighbour(node);
    if (turn <= neighbour.turn) return null;
    const missing = neighbour.turn === 0 ? 0 : turn - neighbour.turn - 1;
    neighbour.turn = turn;
    return missing;
  }

  /** The node says that this turn was its last. */
  heardOf(node: string, turn: number): void {
    const neighbour = this.#neighbour(node);
    if (turn > neighbour.turn) neighbour.turn = turn;
  }

  /** Whether the node is to be asked for a snapshot now: there is more than `version`, and it was not asked just before. */
  shouldAsk(node: string, version: number, now: number, atMostEveryMs: number): boolean {
    const neighbour = this.#neighbour(node);
    if (version >= neighbour.turn || now - neighbour.askedAt < atMostEveryMs) return false;
    neighbour.askedAt = now;
    return true;
  }

  left(node: string): void {
    this.#neighbour(node).presence = 'left';
  }

  /** All are as if just heard: it was this node that did not listen. */
  excuse(now: number): void {
    for (const neighbour of this.#nodes.values()) {
      neighbour.heardAt = now;
      neighbour.askedAt = Number.NEGATIVE_INFINITY;
    }
  }

  /** Those who fell silent since the last call. */
  fallenSilent(now: number): string[] {
    const fallen: string[] = [];
    for (const [node, neighbour] of this.#nodes) {
      const silence = now - neighbour.heardAt;
      if (neighbour.presence === 'here' && silence > this.#silentAfterMs) {
        neighbour.presence = 'silent';
        fallen.push(node);
      } else if (neighbour.presence !== 'here' && silence > REMEMBERED_MS) {
        this.#nodes.delete(node);
      }
    }
    return fallen;
  }

  #neighbour(node: string): Neighbour {
    const known = this.#nodes.get(node);
    if (known) return known;
    const neighbour: Neighbour = { heardAt: 0, turn: 0, askedAt: Number.NEGATIVE_INFINITY, presence: 'here' };
    this.#nodes.set(node, neighbour);
    return neighbour;
  }
}
