import { Batch } from './batch.ts';
import { NO_DESCRIPTOR } from './descriptor.ts';
import type { Piece } from './piece.ts';
import { NO_SEAT, NOTHING, Seats, type Waiting } from './seats.ts';

/** Who is owed an answer now and then: he has a seat until he is sent it. */
export interface Asking extends Waiting {
  seat: number;
  /** Where bytes may be written past his stream, at this moment. */
  readonly descriptor: number;
}

/** Writes past streams what sockets are owed. */
export interface Sender {
  readonly way: 'io_uring' | 'send' | 'write';
  /** A socket is there that will be written to. */
  adopt?(descriptor: number): void;
  /** @returns whose seats have to be written to through their streams */
  send(waiting: readonly number[], seats: Seats, batchOf: (owed: number) => Batch): readonly number[];
}

/** Writing to so many takes longer than to look whether there is more for them, if more comes at all… */
const MANY = 64;
/** …if what they are owed is the same for so many of them that more would mostly be more of the same. */
const ALIKE = 8;
/** Who is owed so much is written to at once instead of at the end of the turn. */
const MAX_BYTES_PER_WRITE = 64 * 1024;

/**
 * What is sent during one turn of the event loop leaves at its end, one write per socket; where they are many
 * and more is expected, at the end of the next, which takes in what has come meanwhile. Sockets that are owed the same, which after a burst on one channel is
 * all of them, share one batch. Who waits for an answer does not wait for all the others.
 */
export class Outgoing {
  readonly #sender: Sender;
  readonly #seats = new Seats();
  #waiting: number[] = [];
  /** Who is owed an answer. */
  #asking: Asking[] = [];
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

  /** @param descriptor where the system has its stream, or NO_DESCRIPTOR: it is not written to yet. @returns its seat */
  sit(connection: Waiting, descriptor: number): number {
    if (descriptor !== NO_DESCRIPTOR) this.#sender.adopt?.(descriptor);
    return this.#seats.take(connection);
  }

  /** Where bytes may be written past the stream from here on; NO_DESCRIPTOR: nowhere. */
  setDescriptor(seat: number, descriptor: number): void {
    this.#seats.descriptors[seat] = descriptor;
  }

  /** Once: somebody else may sit there next. */
  leave(seat: number): void {
    this.#seats.leave(seat);
  }

  /** Who sits there is owed one piece more. */
  add(seat: number, piece: Piece): void {
    const { owed } = this.#seats;
    const before = owed[seat] as number;
    const batch = before === NOTHING ? this.#beginWith(piece) : this.#batchOf(before).and(piece);
    if (before === NOTHING) {
      if (this.#isIdle) setImmediate(this.#endTurn);
      this.#waiting.push(seat);
    }
    owed[seat] = this.#numberOf(batch);
    if (batch.length >= MAX_BYTES_PER_WRITE) this.#seats.at(seat)?.flush();
  }

  /** The same for all of them but one, or null. */
  addAll(seats: readonly number[], piece: Piece, except: number | null): void {
    for (const seat of seats) if (seat !== except) this.add(seat, piece);
  }

  /** One piece more that is an answer, which leaves before what is no answer; at once where there is nothing to leave with. */
  answer(connection: Asking, piece: Piece): void {
    if (this.#isIdle) return connection.write(piece.bytes());
    if (connection.seat === NO_SEAT) {
      connection.seat = this.#seats.take(connection);
      this.#asking.push(connection);
    }
    const { owed } = this.#seats;
    const before = owed[connection.seat] as number;
    owed[connection.seat] = this.#numberOf(
      before === NOTHING ? new Batch(null, piece) : this.#batchOf(before).and(piece),
    );
  }

  /** What is owed to who sits there, which it is from here on no more; null: nothing, or nobody does. */
  take(seat: number): Batch | null {
    const { owed } = this.#seats;
    const number = owed[seat] ?? NOTHING;
    if (number === NOTHING) return null;
    owed[seat] = NOTHING;
    return this.#batchOf(number);
  }

  flush(): void {
    const asking = this.#asking;
    const waiting = asking.length > 0 ? this.#seatsOf(asking).concat(this.#waiting) : this.#waiting;
    this.#waiting = [];
    this.#asking = [];
    this.#first = null;
    this.#beginnings = 0;
    for (const seat of this.#sender.send(waiting, this.#seats, this.#batchOf)) this.#seats.at(seat)?.flush();
    for (const connection of asking) {
      this.#seats.leave(connection.seat);
      connection.seat = NO_SEAT;
    }
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

  #numberOf(batch: Batch): number {
    if (batch.number === NOTHING) batch.number = this.#batches.push(batch);
    return batch.number;
  }

  #beginWith(piece: Piece): Batch {
    if (!this.#first?.endsWith(piece)) {
      this.#first = new Batch(null, piece);
      this.#beginnings += 1;
    }
    return this.#first as Batch;
  }

  /** Their streams are asked now: they come and go. */
  #seatsOf(asking: readonly Asking[]): number[] {
    return asking.map(({ seat, descriptor }) => {
      this.#seats.descriptors[seat] = descriptor;
      return seat;
    });
  }
}
