import type { Line, LineListener, OpenLine } from '../../server/cluster/line.ts';

interface Place {
  readonly nodeId: string;
  readonly listener: LineListener;
}

/** A line within this process, which can be told to fail in the ways a real one does. */
export class Loopback {
  readonly #places = new Set<Place>();
  /** Nobody can get on it. */
  isDown = false;
  /** Decides of each message whether it reaches a node. */
  reaches: (text: string, nodeId: string) => boolean = () => true;

  readonly open: OpenLine = async (nodeId, listener) => {
    if (this.isDown) throw new Error('the loopback is down');
    const place: Place = { nodeId, listener };
    this.#places.add(place);
    return {
      send: (text, toNode) => this.#send(place, text, toNode),
      close: () => {
        this.#places.delete(place);
      },
    } satisfies Line;
  };

  /** A node is thrown off the line and may come back. */
  throwOff(nodeId: string): void {
    for (const place of [...this.#places]) {
      if (place.nodeId !== nodeId) continue;
      this.#places.delete(place);
      place.listener.lost(new Error('thrown off the loopback'));
    }
  }

  async #send(from: Place, text: string, toNode: string | undefined): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    if (!this.#places.has(from)) throw new Error('no longer on the loopback');
    for (const { nodeId, listener } of [...this.#places]) {
      if ((toNode === undefined || toNode === nodeId) && this.reaches(text, nodeId)) listener.heard(text);
    }
    // It arrived, but the sender does not learn of that.
    if (!this.#places.has(from)) throw new Error('no longer on the loopback');
  }
}
