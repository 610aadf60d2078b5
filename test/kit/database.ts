import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mysql from 'mysql2/promise';
import type { Test } from 'tap';
import { migrate } from '../../db/migrate.ts';
import { type Database, type Engine, openDatabase } from '../../db/open.ts';

const mysqlUrl = process.env.TEST_MYSQL_URL ?? 'mysql://root@127.0.0.1:3306';
const engines: Engine[] = ['sqlite', 'mysql'];

export interface TestDatabase extends Database {
  /** To open it once more, as another process would. */
  url: string;
}

/** A database nobody else has, empty, and gone when the test ends. */
export async function emptyDatabaseUrl(t: Test, engine: Engine): Promise<string> {
  if (engine === 'sqlite') {
    const folder = mkdtempSync(join(tmpdir(), 'antiphon-'));
    t.teardown(() => rmSync(folder, { recursive: true, force: true }));
    return `sqlite:${join(folder, 'desk.db')}`;
  }
  const name = `antiphon_test_${randomBytes(8).toString('hex')}`;
  await onServer(`CREATE DATABASE ${name} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci`);
  t.teardown(() => onServer(`DROP DATABASE IF EXISTS ${name}`));
  const url = new URL(mysqlUrl);
  url.pathname = `/${name}`;
  return url.href;
}

/** Opens the URL for as long as the test runs. */
export function openFor(t: Test, url: string): TestDatabase {
  const database = openDatabase(url);
  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= database.close();
    return closing;
  };
  t.teardown(close);
  return { ...database, url, close };
}

/** A database of the test's own with all tables in it. */
export async function databaseFor(t: Test, engine: Engine): Promise<TestDatabase> {
  const database = openFor(t, await emptyDatabaseUrl(t, engine));
  await migrate(database.db);
  return database;
}

/**
 * Runs the same tests on SQLite and on MariaDB. Without a server at TEST_MYSQL_URL (127.0.0.1:3306 when unset) the
 * second half is skipped, or fails when REQUIRE_ALL=1 says that all of it must run.
 */
export async function onEachEngine(t: Test, tests: (t: Test, engine: Engine) => Promise<void>): Promise<void> {
  for (const engine of engines) {
    if (engine === 'mysql' && !(await hasMysql(t))) continue;
    await t.test(engine, (t) => tests(t, engine));
  }
}

/** Whether tests may use MariaDB; says so when not. */
export async function hasMysql(t: Test): Promise<boolean> {
  const fault = await onServer('SELECT 1').then(
    () => null,
    (error: Error) => error,
  );
  if (!fault) return true;
  const reason = `no MariaDB at ${new URL(mysqlUrl).host}: ${fault.message}`;
  if (process.env.REQUIRE_ALL === '1') t.fail(reason);
  else t.pass('MariaDB', { skip: reason });
  return false;
}

/** One statement on the server itself, outside any database. */
async function onServer(statement: string): Promise<void> {
  const connection = await mysql.createConnection({ uri: mysqlUrl, connectTimeout: 3000 });
  try {
    await connection.query(statement);
  } finally {
    await connection.end();
  }
}
