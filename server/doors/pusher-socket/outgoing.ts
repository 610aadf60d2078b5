import type { Frame } from '../../pusher/frames.ts';
import { wireOf } from './wire.ts';

/** Something with frames waiting that can write them. */
export interface Waiting {
  flush(): void;
}

/**
 * What is sent during one turn of the event loop leaves at its end, one write per socket. Sockets with the same frames
 * waiting, which after a burst on one channel is all of them, share one joined buffer.
 */
export class Outgoing {
  #waiting: Waiting[] = [];
  #lastFrames: readonly Frame[] = [];
  #lastJoined: Uint8Array = new Uint8Array();
  readonly #flush = () => this.flush();

  add(connection: Waiting): void {
    if (this.#waiting.length === 0) setImmediate(this.#flush);
    this.#waiting.push(connection);
  }

  flush(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const connection of waiting) connection.flush();
    this.#lastFrames = [];
    this.#lastJoined = new Uint8Array();
  }

  /** The bytes of several frames in a row. */
  join(frames: readonly Frame[]): Uint8Array {
    if (frames.length === 1) return wireOf(frames[0] as Frame);
    if (!areSame(frames, this.#lastFrames)) {
      this.#lastFrames = frames;
      this.#lastJoined = Buffer.concat(frames.map(wireOf));
    }
    return this.#lastJoined;
  }
}

function areSame(a: readonly Frame[], b: readonly Frame[]): boolean {
  return a.length === b.length && a.every((frame, index) => frame === b[index]);
}
