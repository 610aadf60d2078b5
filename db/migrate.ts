import { type Kysely, Migrator, sql } from 'kysely';
import { migrations } from './migrations/index.ts';
import type { Schema } from './schema.ts';
import { beginImmediate } from './sqlite.ts';
import { engineOf } from './upsert.ts';

/** Another process may have many rows to move. */
const patienceMilliseconds = 60_000;

/**
 * Brings the database to the newest schema; a database that is there already is left as it is. Safe when two processes
 * start at once: the second waits, then finds nothing to do. Answers the names of what it applied.
 */
export async function migrate(db: Kysely<Schema>): Promise<string[]> {
  // MySQL: kysely's migrator takes a named lock for the length of its run. SQLite has none, but its tables change
  // inside a transaction, whose write lock does the same and also takes back what a failed migration began.
  return engineOf(db) === 'mysql' ? applyPending(db) : applyPendingInOneTransaction(db);
}

async function applyPendingInOneTransaction(db: Kysely<Schema>): Promise<string[]> {
  return db.connection().execute(async (connection) => {
    await beginImmediate((statement) => sql.raw(statement).execute(connection), patienceMilliseconds);
    try {
      const applied = await applyPending(connection);
      await sql`commit`.execute(connection);
      return applied;
    } catch (error) {
      await sql`rollback`.execute(connection);
      throw error;
    }
  });
}

async function applyPending(db: Kysely<Schema>): Promise<string[]> {
  const migrator = new Migrator({
    db,
    provider: { getMigrations: async () => migrations },
    migrationTableName: 'desk_migrations',
    migrationLockTableName: 'desk_migrations_lock',
  });
  const { error, results = [] } = await migrator.migrateToLatest();
  if (error) throw error;
  return results.map((result) => result.migrationName);
}
