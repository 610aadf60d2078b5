import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { FastifyBaseLogger } from 'fastify';
import type { Batch } from './batch.ts';
import { NO_DESCRIPTOR, type Sender, type Waiting } from './outgoing.ts';

/** native/sender.c, which says how the two arrays are used. */
interface Addon {
  open(table: Int32Array, bytes: Uint8Array, way: Way): SendRows | null;
  /** @returns whether the system lets itself be told */
  bound(descriptor: number, bytes: number): boolean;
}

type Way = 'io_uring' | 'send';

/** @returns how many of the rows were not taken as a whole */
type SendRows = (rows: number) => number;

/** The same place beside the sources and beside what is built of them. */
const PREBUILT = new URL(`../../../prebuilds/${process.platform}-${process.arch}/sender.node`, import.meta.url);

const ROWS = 1024;
const BYTES = 1024 * 1024;
/** What the system keeps of a socket's that is not read; beyond that it is our queue, which has a limit of its own. */
const KEPT_BY_THE_SYSTEM = 256 * 1024;
const [DESCRIPTOR, OFFSET, LENGTH, SENT, COLUMNS] = [0, 1, 2, 3, 4] as const;

/**
 * Writes to many sockets in one call, past their streams. Between asking for a descriptor and the call that writes to it
 * nothing else runs: no socket is destroyed meanwhile, or its descriptor might be a stranger's by then.
 */
export class NativeSender implements Sender {
  readonly way: Way;
  readonly #addon: Addon;
  readonly #sendRows: SendRows;
  readonly #table = new Int32Array(ROWS * COLUMNS);
  readonly #bytes = new Uint8Array(BYTES);
  #rows = 0;
  #usedBytes = 0;
  /** Each filling of the arrays has a number, by which a batch knows that its bytes are there. */
  #load = 1;

  constructor(addon: Addon) {
    this.#addon = addon;
    const ring = addon.open(this.#table, this.#bytes, 'io_uring');
    this.way = ring ? 'io_uring' : 'send';
    this.#sendRows = ring ?? (addon.open(this.#table, this.#bytes, 'send') as SendRows);
  }

  adopt(descriptor: number): void {
    this.#addon.bound(descriptor, KEPT_BY_THE_SYSTEM);
  }

  send(waiting: Waiting[]): Waiting[] {
    const left: Waiting[] = [];
    // Row by row, those being sent to stand in front of those still to be looked at.
    let first = 0;
    let end = 0;
    for (const connection of waiting) {
      const batch = connection.owed;
      if (batch === null) continue; // written meanwhile
      if (connection.descriptor === NO_DESCRIPTOR || batch.length > BYTES) {
        left.push(connection);
        continue;
      }
      if (this.#rows === ROWS || !this.#hasRoomFor(batch)) {
        this.#sendLoad(waiting, first);
        first = end;
      }
      if (waiting[end] !== connection) waiting[end] = connection;
      end += 1;
      connection.owed = null;
      this.#put(connection.descriptor, batch);
    }
    this.#sendLoad(waiting, first);
    return left;
  }

  #hasRoomFor(batch: Batch): boolean {
    return batch.load === this.#load || this.#usedBytes + batch.length <= BYTES;
  }

  #put(descriptor: number, batch: Batch): void {
    if (batch.load !== this.#load) {
      batch.load = this.#load;
      batch.offset = this.#usedBytes;
      batch.copyTo(this.#bytes, this.#usedBytes);
      this.#usedBytes += batch.length;
    }
    const cell = this.#rows++ * COLUMNS;
    this.#table[cell + DESCRIPTOR] = descriptor;
    this.#table[cell + OFFSET] = batch.offset;
    this.#table[cell + LENGTH] = batch.length;
  }

  /** The rows are those of `waiting` from `first` on. */
  #sendLoad(waiting: readonly Waiting[], first: number): void {
    const rows = this.#rows;
    if (rows === 0) return;
    if (this.#sendRows(rows) > 0) this.#finish(rows, waiting, first);
    this.#rows = 0;
    this.#usedBytes = 0;
    this.#load++;
  }

  /** What the system did not take at once goes to the stream, which also finds out what is wrong with a socket. */
  #finish(rows: number, waiting: readonly Waiting[], first: number): void {
    const table = this.#table;
    for (let row = 0; row < rows; row++) {
      const cell = row * COLUMNS;
      const length = table[cell + LENGTH] as number;
      const sent = Math.max(table[cell + SENT] as number, 0);
      if (sent === length) continue;
      const offset = table[cell + OFFSET] as number;
      waiting[first + row]?.write(Buffer.from(this.#bytes.subarray(offset + sent, offset + length)));
    }
  }
}

/** null where there is none for this machine, or it does not load. */
export function loadNativeSender(log: FastifyBaseLogger, file = PREBUILT): NativeSender | null {
  try {
    if (!existsSync(file)) throw new Error(`none is built for ${process.platform}-${process.arch}`);
    return new NativeSender(createRequire(import.meta.url)(fileURLToPath(file)));
  } catch (error) {
    log.warn({ reason: (error as Error).message }, 'no native sender: JavaScript writes to the sockets');
    return null;
  }
}
