import type { Frame } from '../../pusher/frames.ts';
import { latin1Of, wireOf } from './wire.ts';

/**
 * Frames in a row that are owed to a socket: a batch and one frame more. A frame goes to all its sockets before the next
 * one comes, so that sockets which are owed the same come to hold the same batch.
 */
export class Batch {
  /** In bytes. */
  readonly length: number;
  /** All of it as text, a character a byte; null: not all of its frames are known to be so. */
  readonly latin1: string | null;
  readonly #before: Batch | null;
  readonly #frame: Frame;
  #next: Batch | null = null;
  #joined: Uint8Array | null = null;
  /** By which sockets say that they are owed it. */
  number = 0;
  /** Where a sender has put its bytes, and with which load. */
  offset = 0;
  load = 0;

  constructor(before: Batch | null, frame: Frame) {
    this.#before = before;
    this.#frame = frame;
    const own = latin1Of(frame);
    const head = before === null ? '' : before.latin1;
    this.latin1 = own === null || head === null ? null : head + own;
    this.length = (before?.length ?? 0) + (own ?? wireOf(frame)).length;
  }

  /** This batch and one frame more. */
  and(frame: Frame): Batch {
    if (!this.#next?.endsWith(frame)) this.#next = new Batch(this, frame);
    return this.#next as Batch;
  }

  endsWith(frame: Frame): boolean {
    return this.#frame === frame;
  }

  /** A single frame's bytes are not copied. */
  bytes(): Uint8Array {
    if (this.#before === null) return wireOf(this.#frame);
    if (this.#joined === null) {
      this.#joined = Buffer.allocUnsafe(this.length);
      this.copyTo(this.#joined, 0);
    }
    return this.#joined;
  }

  copyTo(target: Uint8Array, offset: number): void {
    let batch: Batch | null = this;
    for (let end = offset + this.length; batch !== null; batch = batch.#before) {
      const wire = wireOf(batch.#frame);
      end -= wire.length;
      target.set(wire, end);
    }
  }
}
