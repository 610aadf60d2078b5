import type { Kysely } from 'kysely';
import { openMysql } from './mysql.ts';
import type { Schema } from './schema.ts';
import { openSqlite } from './sqlite.ts';

export type Engine = 'sqlite' | 'mysql';

export interface Database {
  db: Kysely<Schema>;
  engine: Engine;
  /** Waits for what is running, then gives the file or the connections back. */
  close(): Promise<void>;
}

export interface DatabaseLimits {
  /** MySQL only: connections kept at most. */
  connections: number;
  /** MySQL only: how long opening a connection, or waiting for a free one, may take. */
  connectSeconds: number;
  /** MySQL only: how long one statement may take. Changing tables is exempt: it may take as long as it takes. */
  querySeconds: number;
}

const ordinaryLimits: DatabaseLimits = { connections: 10, connectSeconds: 10, querySeconds: 15 };

/**
 * Opens `sqlite:<path>`, `sqlite::memory:` or `mysql://user:password@host:port/database`.
 * A MySQL server is first spoken to by the first query. Throws on a URL of any other form, without repeating the URL:
 * it may hold a password.
 */
export function openDatabase(url: string, limits: Partial<DatabaseLimits> = {}): Database {
  const scheme = url.slice(0, url.indexOf(':'));
  if (scheme === 'sqlite') {
    const db = openSqlite(url.slice('sqlite:'.length));
    return { db, engine: 'sqlite', close: () => db.destroy() };
  }
  if (scheme === 'mysql' || scheme === 'mariadb') {
    const db = openMysql(url, { ...ordinaryLimits, ...limits });
    return { db, engine: 'mysql', close: () => db.destroy() };
  }
  throw new Error('The database URL must begin with sqlite: or mysql:');
}
