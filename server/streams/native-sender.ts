import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { FastifyBaseLogger } from 'fastify';
import type { Sender } from './outgoing.ts';
import { RowSender, type Rows } from './row-sender.ts';

/** native/sender.c, which says how the two arrays are used. */
interface Addon {
  open(table: Int32Array, bytes: Uint8Array, way: 'io_uring' | 'send'): ((rows: number) => number) | null;
  /** @returns whether the system lets itself be told */
  bound(descriptor: number, bytes: number): boolean;
}

/** The same place beside the sources and beside what is built of them. */
const PREBUILT = new URL(`../../prebuilds/${process.platform}-${process.arch}/sender.node`, import.meta.url);

/** What the system keeps of a socket's that is not read; beyond that it is our queue, which has a limit of its own. */
const KEPT_BY_THE_SYSTEM = 256 * 1024;

/** null where there is none for this machine, or it does not load. */
export function loadNativeSender(log: FastifyBaseLogger, file = PREBUILT): Sender | null {
  try {
    if (!existsSync(file)) throw new Error(`none is built for ${process.platform}-${process.arch}`);
    const addon: Addon = createRequire(import.meta.url)(fileURLToPath(file));
    return new RowSender((table, bytes) => rowsOf(addon, table, bytes));
  } catch (error) {
    log.warn({ reason: (error as Error).message }, 'no native sender: JavaScript writes to the sockets');
    return null;
  }
}

function rowsOf(addon: Addon, table: Int32Array, bytes: Uint8Array): Rows {
  const adopt = (descriptor: number) => void addon.bound(descriptor, KEPT_BY_THE_SYSTEM);
  const ring = addon.open(table, bytes, 'io_uring');
  if (ring) return { way: 'io_uring', send: ring, adopt };
  return { way: 'send', send: addon.open(table, bytes, 'send') as Rows['send'], adopt };
}
