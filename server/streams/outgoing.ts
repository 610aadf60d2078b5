import { Batch } from './batch.ts';
import { NO_DESCRIPTOR } from './descriptor.ts';
import type { Piece } from './piece.ts';

/** Owed to who has been sent all. */
export const NOTHING = 0;

/** A connection that is sent something. */
export interface Waiting {
  /** Which batch it has not been sent yet, by its number: one that is young would cost each old socket a note to the collector. */
  owed: number;
  /** Where bytes may be written past its stream, at this moment; NO_DESCRIPTOR: nowhere. */
  readonly descriptor: number;
  /** Goes through its stream. */
  write(bytes: Uint8Array): void;
  /** Writes what it is owed to its stream, or closes that for what it has left unread. */
  flush(): void;
}

/** Writes past streams what sockets are owed. */
export interface Sender {
  readonly way: 'io_uring' | 'send' | 'write';
  /** A socket is there that will be written to. */
  adopt?(descriptor: number): void;
  /** `waiting` is its to use up; `batchOf` what they are owed. @returns those that have to go through their streams */
  send(waiting: Waiting[], batchOf: (owed: number) => Batch): Waiting[];
}

/** Writing to so many takes longer than to look whether there is more for them, if more comes at all… */
const MANY = 64;
/** …if what they are owed is the same for so many of them that more would mostly be more of the same. */
const ALIKE = 8;

/**
 * What is sent during one turn of the event loop leaves at its end, one write per socket; where they are many
 * and more is expected, at the end of the next, which takes in what has come meanwhile. Sockets that are owed the same, which after a burst on one channel is
 * all of them, share one batch. Who waits for an answer does not wait for all the others.
 */
export class Outgoing {
  readonly #sender: Sender;
  #waiting: Waiting[] = [];
  /** Who is owed an answer. */
  #asking: Waiting[] = [];
  /** All that is owed: number 1 stands first. */
  #batches: Batch[] = [];
  #first: Batch | null = null;
  /** How many batches they began with. */
  #beginnings = 0;
  /** Whether looking once more found something, the last time it was done. */
  #expectsMore = true;
  readonly #endTurn = () => {
    const { length } = this.#waiting;
    const isWorthIt = length >= MANY && length >= ALIKE * this.#beginnings && (this.#expectsMore || this.#hasJoined);
    if (isWorthIt) setImmediate(this.#endNextTurn, this.#batches.length);
    else this.flush();
  };
  readonly #endNextTurn = (batchesBefore: number) => {
    this.#expectsMore = this.#batches.length > batchesBefore;
    this.flush();
  };
  readonly #batchOf = (owed: number) => this.#batches[owed - 1] as Batch;

  constructor(sender: Sender) {
    this.#sender = sender;
  }

  adopt(descriptor: number): void {
    if (descriptor !== NO_DESCRIPTOR) this.#sender.adopt?.(descriptor);
  }

  /** The connection is owed one piece more. @returns all it is owed */
  add(connection: Waiting, piece: Piece): Batch {
    const isFirst = connection.owed === NOTHING;
    const batch = isFirst ? this.#beginWith(piece) : this.#batchOf(connection.owed).and(piece);
    this.#owe(connection, batch, this.#waiting);
    return batch;
  }

  /** The same for an answer, which leaves before what is no answer; at once where there is nothing to leave with. */
  answer(connection: Waiting, piece: Piece): void {
    if (this.#isIdle) return connection.write(piece.bytes());
    const isFirst = connection.owed === NOTHING;
    const batch = isFirst ? new Batch(null, piece) : this.#batchOf(connection.owed).and(piece);
    this.#owe(connection, batch, this.#asking);
  }

  /** What a connection is owed, which it is from here on no more; null: nothing. */
  take(connection: Waiting): Batch | null {
    if (connection.owed === NOTHING) return null;
    const batch = this.#batchOf(connection.owed);
    connection.owed = NOTHING;
    return batch;
  }

  flush(): void {
    const waiting = this.#asking.length > 0 ? this.#asking.concat(this.#waiting) : this.#waiting;
    this.#waiting = [];
    this.#asking = [];
    this.#first = null;
    this.#beginnings = 0;
    for (const connection of this.#sender.send(waiting, this.#batchOf)) connection.flush();
    // Who was owed something meanwhile, because somebody else had to go, has its number from the same row.
    if (this.#isIdle) this.#batches = [];
  }

  get #isIdle(): boolean {
    return this.#waiting.length === 0 && this.#asking.length === 0;
  }

  /** Somebody is owed more than one piece. */
  get #hasJoined(): boolean {
    return this.#batches.length - this.#asking.length > this.#beginnings;
  }

  /** @param queue where it waits for its turn, unless it does already */
  #owe(connection: Waiting, batch: Batch, queue: Waiting[]): void {
    if (batch.number === NOTHING) batch.number = this.#batches.push(batch);
    if (connection.owed === NOTHING) {
      if (this.#isIdle) setImmediate(this.#endTurn);
      queue.push(connection);
    }
    connection.owed = batch.number;
  }

  #beginWith(piece: Piece): Batch {
    if (!this.#first?.endsWith(piece)) {
      this.#first = new Batch(null, piece);
      this.#beginnings += 1;
    }
    return this.#first as Batch;
  }
}
