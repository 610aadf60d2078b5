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
 * What is sent during one turn of the event loop leaves at its end, one write per socket; where they are many, at the end
 * of the next, which takes in what has come meanwhile. Sockets that are owed the same, which after a burst on one channel is
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
  #batchesBefore = 0;
  readonly #endTurn = () => {
    const { length } = this.#waiting;
    const isWorthIt = length >= MANY && length >= ALIKE * this.#beginnings && (this.#expectsMore || this.#hasJoined);
    if (!isWorthIt) return this.flush();
    this.#batchesBefore = this.#batches.length;
    setImmediate(this.#endNextTurn);
  };
  readonly #endNextTurn = () => {
    this.#expectsMore = this.#batches.length > this.#batchesBefore;
    this.flush();
  };
  readonly #batchOf = (owed: number) => this.batchOf(owed);

  constructor(sender: Sender) {
    this.#sender = sender;
  }

  adopt(descriptor: number): void {
    if (descriptor !== NO_DESCRIPTOR) this.#sender.adopt?.(descriptor);
  }

  /** The connection is owed one piece more. @returns all it is owed */
  add(connection: Waiting, piece: Piece): Batch {
    const isFirst = connection.owed === NOTHING;
    const batch = isFirst ? this.#beginWith(piece) : this.batchOf(connection.owed).and(piece);
    this.#owe(connection, batch);
    if (isFirst) {
      this.#beScheduled();
      this.#waiting.push(connection);
    }
    return batch;
  }

  /** The same for an answer, which leaves before what is no answer; at once where there is nothing to leave with. */
  answer(connection: Waiting, piece: Piece): void {
    if (this.#isIdle) return connection.write(piece.bytes());
    const isFirst = connection.owed === NOTHING;
    this.#owe(connection, isFirst ? new Batch(null, piece) : this.batchOf(connection.owed).and(piece));
    if (isFirst) {
      this.#beScheduled();
      this.#asking.push(connection);
    }
  }

  batchOf(owed: number): Batch {
    return this.#batches[owed - 1] as Batch;
  }

  flush(): void {
    const waiting = this.#asking.length > 0 ? this.#asking.concat(this.#waiting) : this.#waiting;
    this.#waiting = [];
    if (this.#asking.length > 0) this.#asking = [];
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

  #beScheduled(): void {
    if (this.#isIdle) setImmediate(this.#endTurn);
  }

  #owe(connection: Waiting, batch: Batch): void {
    if (batch.number === NOTHING) batch.number = this.#batches.push(batch);
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
