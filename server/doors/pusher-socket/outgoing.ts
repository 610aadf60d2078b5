import type { Frame } from '../../pusher/frames.ts';
import { Batch } from './batch.ts';

/** Where no bytes may be written past a stream. */
export const NO_DESCRIPTOR = -1;

/** Owed to who has been sent all. */
export const NOTHING = 0;

/** A socket that is sent frames. */
export interface Waiting {
  /** Which batch it has not been sent yet, by its number: one that is young would cost each old socket a note to the collector. */
  owed: number;
  /** Where bytes may be written past its stream, at this moment; NO_DESCRIPTOR: nowhere. */
  readonly descriptor: number;
  /** Goes through its stream. */
  write(bytes: Uint8Array): void;
  /** Writes what it is owed to its stream, or closes it for what it has left unread. */
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

/** Writing to so many takes longer than to look whether there is more for them… */
const MANY = 64;
/** …if what they are owed is the same for so many of them that more would mostly be more of the same. */
const ALIKE = 8;

/**
 * What is sent during one turn of the event loop leaves at its end, one write per socket; where they are many, at the end
 * of the next, which takes in what has come meanwhile. Sockets that are owed the same frames, which after a burst on one
 * channel is all of them, share one batch.
 */
export class Outgoing {
  readonly #sender: Sender;
  #waiting: Waiting[] = [];
  /** All that is owed: number 1 stands first. */
  #batches: Batch[] = [];
  #first: Batch | null = null;
  /** How many batches they began with. */
  #beginnings = 0;
  readonly #endTurn = () => {
    const { length } = this.#waiting;
    if (length < MANY || length < ALIKE * this.#beginnings) this.flush();
    else setImmediate(this.#flush);
  };
  readonly #flush = () => this.flush();
  readonly #batchOf = (owed: number) => this.batchOf(owed);

  constructor(sender: Sender) {
    this.#sender = sender;
  }

  adopt(descriptor: number): void {
    if (descriptor !== NO_DESCRIPTOR) this.#sender.adopt?.(descriptor);
  }

  /** The socket is owed one frame more. @returns all it is owed */
  add(connection: Waiting, frame: Frame): Batch {
    const isFirst = connection.owed === NOTHING;
    const batch = isFirst ? this.#beginWith(frame) : this.batchOf(connection.owed).and(frame);
    if (batch.number === NOTHING) batch.number = this.#batches.push(batch);
    connection.owed = batch.number;
    if (isFirst) {
      if (this.#waiting.length === 0) setImmediate(this.#endTurn);
      this.#waiting.push(connection);
    }
    return batch;
  }

  batchOf(owed: number): Batch {
    return this.#batches[owed - 1] as Batch;
  }

  flush(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#first = null;
    this.#beginnings = 0;
    for (const connection of this.#sender.send(waiting, this.#batchOf)) connection.flush();
    // Who was owed something meanwhile, because somebody else had to go, has its number from the same row.
    if (this.#waiting.length === 0) this.#batches = [];
  }

  #beginWith(frame: Frame): Batch {
    if (!this.#first?.endsWith(frame)) {
      this.#first = new Batch(null, frame);
      this.#beginnings += 1;
    }
    return this.#first as Batch;
  }
}
