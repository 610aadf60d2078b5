import { existsSync, mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import SqliteFile from 'better-sqlite3';
import {
  CompiledQuery,
  type DatabaseConnection,
  Kysely,
  SqliteDialect,
  type SqliteDialectConfig,
  SqliteDriver,
} from 'kysely';
import { BindsAlike } from './binds.ts';
import { problemOf } from './errors.ts';
import type { Schema } from './schema.ts';

/** How long a statement waits for another process's transaction to end. */
const busyMilliseconds = 5000;

/** Opens (and makes) the file at `path`, its folder too; `:memory:` keeps everything in memory. */
export function openSqlite(path: string): Kysely<Schema> {
  if (path === '') throw new Error('The database URL names no file: sqlite:<path> or sqlite::memory:');
  if (path !== ':memory:') makeFolder(dirname(resolve(path)));
  const database = new SqliteFile(path);
  // The wait for another process comes first: switching to WAL already needs the lock.
  database.pragma(`busy_timeout = ${busyMilliseconds}`);
  database.pragma('journal_mode = WAL');
  // In WAL mode NORMAL loses nothing when the process dies; only a power cut may undo the last commits, never corrupt.
  database.pragma('synchronous = NORMAL');
  database.pragma('foreign_keys = ON');
  return new Kysely<Schema>({ dialect: new ImmediateSqlite({ database }), plugins: [new BindsAlike()] });
}

/** One by one: where none can be made, as in /proc, Node's own way tries for ever. */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  makeFolder(dirname(folder));
  try {
    mkdirSync(folder);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    // Another process was faster.
    if (code !== 'EEXIST') throw new Error(`The folder of the database cannot be made: ${message}`);
  }
}

/**
 * Transactions that take the write lock when they begin. A transaction that reads first and writes later cannot wait
 * for another process's write: SQLite fails it at once, whatever the busy timeout says.
 */
class ImmediateSqlite extends SqliteDialect {
  readonly #config: SqliteDialectConfig;

  constructor(config: SqliteDialectConfig) {
    super(config);
    this.#config = config;
  }

  override createDriver() {
    return new ImmediateDriver(this.#config);
  }
}

class ImmediateDriver extends SqliteDriver {
  override beginTransaction(connection: DatabaseConnection): Promise<void> {
    return beginImmediate((statement) => connection.executeQuery(CompiledQuery.raw(statement)), busyMilliseconds);
  }
}

/**
 * Begins a transaction that may write, waiting for another process's to end. SQLite itself waits by putting the whole
 * thread to sleep, sockets and all; so it is told not to, and the waiting is done here.
 */
export async function beginImmediate(
  run: (statement: string) => Promise<unknown>,
  patienceMilliseconds: number,
): Promise<void> {
  const deadline = Date.now() + patienceMilliseconds;
  await run('pragma busy_timeout = 0');
  try {
    for (let pause = 1; ; pause = Math.min(pause * 2, 20)) {
      try {
        await run('begin immediate');
        return;
      } catch (error) {
        if (problemOf(error)?.kind !== 'busy' || Date.now() > deadline) throw error;
        await delay(pause);
      }
    }
  } finally {
    await run(`pragma busy_timeout = ${busyMilliseconds}`);
  }
}
