import type { Socket } from 'node:net';
import { descriptorOf, NO_DESCRIPTOR } from '../streams/descriptor.ts';
import type { Asking, Outgoing } from '../streams/outgoing.ts';
import type { Piece } from '../streams/piece.ts';
import { NO_SEAT } from '../streams/seats.ts';

/** A connection that is not Node's yet: what came of a request that is not whole, and the answers it is owed. */
export class PlainConnection implements Asking {
  pending: Buffer | null = null;
  isServed = false;
  /** The sweep before something came last. */
  sweep: number;
  seat = NO_SEAT;
  readonly #stream: Socket;
  readonly #outgoing: Outgoing;

  constructor(stream: Socket, outgoing: Outgoing, sweep: number) {
    this.#stream = stream;
    this.#outgoing = outgoing;
    this.sweep = sweep;
  }

  get descriptor(): number {
    const { destroyed, writableLength } = this.#stream;
    return destroyed || writableLength > 0 ? NO_DESCRIPTOR : descriptorOf(this.#stream);
  }

  answer(piece: Piece): void {
    this.#outgoing.answer(this, piece);
  }

  flush(): void {
    const batch = this.#outgoing.take(this.seat);
    if (batch) this.write(batch.bytes());
  }

  /** Who does not read the answers is not asked for more. */
  write(bytes: Uint8Array): void {
    if (!this.#stream.write(bytes)) this.#stream.pause().once('drain', this.#stream.resume);
  }
}
