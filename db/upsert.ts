import { type Insertable, type Kysely, MysqlAdapter, type Updateable } from 'kysely';
import type { Engine } from './open.ts';
import type { Schema } from './schema.ts';

/** A database, or a transaction on one: every query function takes either. */
export type Db = Kysely<Schema>;

export function engineOf(db: Db): Engine {
  return db.getExecutor().adapter instanceof MysqlAdapter ? 'mysql' : 'sqlite';
}

/** Inserts `row`, or makes `change` in the row that has the same `keys`. */
export async function upsert<Table extends keyof Schema>(
  tx: Db,
  table: Table,
  keys: (keyof Schema[Table] & string)[],
  row: Insertable<Schema[Table]>,
  change: Updateable<Schema[Table]>,
): Promise<void> {
  // The builders' types follow one table; here the table is a parameter, checked above instead.
  const insertion = tx.insertInto(table).values(row as never);
  if (engineOf(tx) === 'mysql') await insertion.onDuplicateKeyUpdate(change as never).execute();
  else await insertion.onConflict((conflict) => conflict.columns(keys as never).doUpdateSet(change as never)).execute();
}
