import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { FastifyBaseLogger } from 'fastify';
import type { Batch } from './batch.ts';
import { NO_DESCRIPTOR, type Sender, type Waiting } from './outgoing.ts';

/** native/sender.c, which says how the two arrays are used. */
interface Addon {
  open(table: Int32Array, bytes: Uint8Array, way: Way): SendRows | null;
}

type Way = 'io_uring' | 'send';

/** @returns how many of the rows were not taken as a whole */
type SendRows = (rows: number) => number;

/** The same place beside the sources and beside what is built of them. */
const PREBUILT = new URL(`../../../prebuilds/${process.platform}-${process.arch}/sender.node`, import.meta.url);

const ROWS = 1024;
const BYTES = 1024 * 1024;
const [DESCRIPTOR, OFFSET, LENGTH, SENT, COLUMNS] = [0, 1, 2, 3, 4] as const;

/**
 * Writes to many sockets in one call, past their streams. Between asking for a descriptor and the call that writes to it
 * nothing else runs: no socket is destroyed meanwhile, or its descriptor might be a stranger's by then.
 */
export class NativeSender implements Sender {
  readonly way: Way;
  readonly #sendRows: SendRows;
  readonly #table = new Int32Array(ROWS * COLUMNS);
  readonly #bytes = new Uint8Array(BYTES);
  readonly #connections: (Waiting | null)[] = new Array(ROWS).fill(null);
  readonly #batches: (Batch | null)[] = new Array(ROWS).fill(null);
  #rows = 0;
  #usedBytes = 0;
  /** Each filling of the arrays has a number, by which a batch knows that its bytes are there. */
  #load = 1;

  constructor(addon: Addon) {
    const ring = addon.open(this.#table, this.#bytes, 'io_uring');
    this.way = ring ? 'io_uring' : 'send';
    this.#sendRows = ring ?? (addon.open(this.#table, this.#bytes, 'send') as SendRows);
  }

  send(waiting: readonly Waiting[]): Waiting[] {
    const left: Waiting[] = [];
    for (const connection of waiting) {
      const batch = connection.owed;
      if (batch === null) continue; // written meanwhile
      if (this.#rows === ROWS || !this.#hasRoomFor(batch)) this.#sendLoad();
      const descriptor = batch.length <= BYTES ? connection.descriptor : NO_DESCRIPTOR;
      if (descriptor === NO_DESCRIPTOR) left.push(connection);
      else this.#put(connection, batch, descriptor);
    }
    this.#sendLoad();
    return left;
  }

  #hasRoomFor(batch: Batch): boolean {
    return batch.load === this.#load || this.#usedBytes + batch.length <= BYTES;
  }

  #put(connection: Waiting, batch: Batch, descriptor: number): void {
    if (batch.load !== this.#load) {
      batch.load = this.#load;
      batch.offset = this.#usedBytes;
      batch.copyTo(this.#bytes, this.#usedBytes);
      this.#usedBytes += batch.length;
    }
    const row = this.#rows++;
    const table = this.#table;
    table[row * COLUMNS + DESCRIPTOR] = descriptor;
    table[row * COLUMNS + OFFSET] = batch.offset;
    table[row * COLUMNS + LENGTH] = batch.length;
    this.#batches[row] = batch;
    this.#connections[row] = connection;
    connection.owed = null;
  }

  #sendLoad(): void {
    const rows = this.#rows;
    if (rows === 0) return;
    if (this.#sendRows(rows) > 0) this.#finish(rows);
    this.#connections.fill(null, 0, rows);
    this.#batches.fill(null, 0, rows);
    this.#rows = 0;
    this.#usedBytes = 0;
    this.#load++;
  }

  /** What the system did not take at once goes to the stream, which also finds out what is wrong with a socket. */
  #finish(rows: number): void {
    for (let row = 0; row < rows; row++) {
      const sent = Math.max(this.#table[row * COLUMNS + SENT] as number, 0);
      const batch = this.#batches[row] as Batch;
      if (sent < batch.length) this.#connections[row]?.write(batch.bytes().subarray(sent));
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
