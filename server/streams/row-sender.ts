import type { Batch } from './batch.ts';
import { NO_DESCRIPTOR } from './descriptor.ts';
import type { Sender } from './outgoing.ts';
import { NOTHING, type Seats } from './seats.ts';

/** How the system is given what stands in a table of rows of four numbers, and the bytes these point at. */
export interface Rows {
  readonly way: Sender['way'];
  /** Writes into each of the first `count` rows how many bytes were taken. @returns how many rows were not taken as a whole */
  send(count: number): number;
  adopt?(descriptor: number): void;
}

export const [DESCRIPTOR, OFFSET, LENGTH, SENT, COLUMNS] = [0, 1, 2, 3, 4] as const;

const ROWS = 1024;
const BYTES = 1024 * 1024;

/**
 * Writes to many sockets in one go, past their streams. Between asking for a descriptor and the call that writes to it
 * nothing else runs: no socket is destroyed meanwhile, or its descriptor might be a stranger's by then.
 */
export class RowSender implements Sender {
  readonly way: Sender['way'];
  readonly #system: Rows;
  readonly #table = new Int32Array(ROWS * COLUMNS);
  /** Whose row is which. */
  readonly #seatOf = new Int32Array(ROWS);
  readonly #bytes = Buffer.alloc(BYTES);
  #rows = 0;
  #usedBytes = 0;
  /** What is still to be encoded, all at once: the end of the used bytes. */
  #latin1 = '';
  /** Each filling of the arrays has a number, by which a batch knows that its bytes are there. */
  #load = 1;

  constructor(open: (table: Int32Array, bytes: Uint8Array) => Rows) {
    this.#system = open(this.#table, this.#bytes);
    this.way = this.#system.way;
  }

  adopt(descriptor: number): void {
    this.#system.adopt?.(descriptor);
  }

  send(waiting: readonly number[], seats: Seats, batchOf: (owed: number) => Batch): readonly number[] {
    const { owed, descriptors } = seats;
    const left: number[] = [];
    for (const seat of waiting) {
      const number = owed[seat] as number;
      if (number === NOTHING) continue; // written meanwhile
      const batch = batchOf(number);
      const descriptor = descriptors[seat] as number;
      if (descriptor === NO_DESCRIPTOR || batch.length > BYTES) {
        left.push(seat);
        continue;
      }
      if (this.#rows === ROWS || !this.#hasRoomFor(batch)) this.#sendLoad(seats);
      owed[seat] = NOTHING;
      this.#put(seat, descriptor, batch);
    }
    this.#sendLoad(seats);
    return left;
  }

  #hasRoomFor(batch: Batch): boolean {
    return batch.load === this.#load || this.#usedBytes + batch.length <= BYTES;
  }

  #put(seat: number, descriptor: number, batch: Batch): void {
    if (batch.load !== this.#load) this.#copy(batch);
    this.#seatOf[this.#rows] = seat;
    const cell = this.#rows++ * COLUMNS;
    this.#table[cell + DESCRIPTOR] = descriptor;
    this.#table[cell + OFFSET] = batch.offset;
    this.#table[cell + LENGTH] = batch.length;
  }

  #copy(batch: Batch): void {
    batch.load = this.#load;
    batch.offset = this.#usedBytes;
    if (batch.latin1 !== null) {
      this.#latin1 += batch.latin1;
    } else {
      this.#encode();
      batch.copyTo(this.#bytes, batch.offset);
    }
    this.#usedBytes += batch.length;
  }

  #encode(): void {
    if (this.#latin1 === '') return;
    this.#bytes.write(this.#latin1, this.#usedBytes - this.#latin1.length, 'latin1');
    this.#latin1 = '';
  }

  #sendLoad(seats: Seats): void {
    const rows = this.#rows;
    if (rows === 0) return;
    this.#encode();
    if (this.#system.send(rows) > 0) this.#finish(rows, seats);
    this.#rows = 0;
    this.#usedBytes = 0;
    this.#load++;
  }

  /** What the system did not take at once goes to the stream, which also finds out what is wrong with a socket. */
  #finish(rows: number, seats: Seats): void {
    const table = this.#table;
    for (let row = 0; row < rows; row++) {
      const cell = row * COLUMNS;
      const length = table[cell + LENGTH] as number;
      const sent = Math.max(table[cell + SENT] as number, 0);
      if (sent === length) continue;
      const offset = table[cell + OFFSET] as number;
      const bytes = Buffer.from(this.#bytes.subarray(offset + sent, offset + length));
      seats.at(this.#seatOf[row] as number)?.write(bytes);
    }
  }
}
