import { Kysely, MysqlDialect, type MysqlPool, type MysqlPoolConnection } from 'kysely';
import { createPool, type Pool, type PoolConnection, type PoolOptions } from 'mysql2';
import { BindsAlike } from './binds.ts';
import type { DatabaseLimits } from './open.ts';
import type { Schema } from './schema.ts';

/**
 * Opens a pool on `mysql://user:password@host:port/database`. In the URL's query `time_zone` (default `+00:00`) may be
 * set to the session time zone a Laravel app beside us writes its TIMESTAMP columns in, and `ssl=true` asks for TLS.
 */
export function openMysql(url: string, limits: DatabaseLimits): Kysely<Schema> {
  const { options, timeZone } = readUrl(url);
  const pool = createPool({
    ...options,
    charset: 'utf8mb4_unicode_ci',
    timezone: 'Z',
    dateStrings: true,
    jsonStrings: true,
    supportBigNumbers: true,
    connectionLimit: limits.connections,
    connectTimeout: limits.connectSeconds * 1000,
    enableKeepAlive: true,
  });
  // Queries of one connection run in order, so this one is through before the first of ours.
  // The modes are stated because two servers' defaults differ: strict, so that nothing is cut off silently, and
  // without NO_BACKSLASH_ESCAPES, which would make the driver's own escaping unsafe.
  // READ COMMITTED: a statement sees what is committed when it runs, and takes no gap locks that end in deadlocks.
  pool.on('connection', (connection) => {
    const session = `SET SESSION time_zone = ${connection.escape(timeZone)},
      sql_mode = 'STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION'`;
    const giveUp = (error: unknown) => {
      if (error) connection.destroy();
    };
    connection.query(session, giveUp);
    connection.query('SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED', giveUp);
  });
  return new Kysely<Schema>({
    dialect: new MysqlDialect({ pool: withDeadlines(pool, limits) }),
    plugins: [new BindsAlike()],
  });
}

function readUrl(url: string): { options: PoolOptions; timeZone: string } {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  const database = parsed && decodeURIComponent(parsed.pathname.slice(1));
  if (!parsed?.hostname || !database) {
    throw new Error('The database URL is not of the form mysql://user:password@host:port/database');
  }
  const options: PoolOptions = {
    host: parsed.hostname.replace(/^\[|\]$/g, ''),
    port: Number(parsed.port || 3306),
    user: decodeURIComponent(parsed.username),
    password: decodeURIComponent(parsed.password),
    database,
  };
  if (parsed.searchParams.get('ssl') === 'true') options.ssl = {};
  return { options, timeZone: parsed.searchParams.get('time_zone') ?? '+00:00' };
}

/** Statements that change tables, or wait for another process to finish doing so, take as long as they take. */
const hasNoDeadline = /^\s*(create|alter|drop|select get_lock)\b/i;

/** A server that is paused or cut off must not hold a request for ever: each wait has an end. */
function withDeadlines(pool: Pool, limits: DatabaseLimits): MysqlPool {
  const wrapped = new WeakMap<PoolConnection, MysqlPoolConnection>();

  const wrap = (connection: PoolConnection): MysqlPoolConnection => {
    const query = (sql: string, values: ReadonlyArray<unknown>, done: (error: unknown, result: unknown) => void) => {
      const timeout = hasNoDeadline.test(sql) ? {} : { timeout: limits.querySeconds * 1000 };
      return connection.query({ sql, values: [...values], ...timeout }, (error, result) => {
        // The answer may still arrive, and would then be taken for the next query's.
        if (error?.code === 'PROTOCOL_SEQUENCE_TIMEOUT') connection.destroy();
        // The driver puts the statement into its errors, values and all: what people wrote must not reach a log.
        if (error && 'sql' in error) delete error.sql;
        done(error, result);
      });
    };
    return { query, release: () => connection.release() } as unknown as MysqlPoolConnection;
  };

  return {
    getConnection(done) {
      let hasAnswered = false;
      const timer = setTimeout(() => {
        hasAnswered = true;
        done(
          Object.assign(new Error('No database connection became free in time'), { code: 'POOL_TIMEOUT' }),
          null as never,
        );
      }, limits.connectSeconds * 1000);
      pool.getConnection((error, connection) => {
        clearTimeout(timer);
        if (hasAnswered) {
          if (!error) connection.release();
          return;
        }
        if (error) return done(error, null as never);
        const known = wrapped.get(connection) ?? wrap(connection);
        wrapped.set(connection, known);
        done(undefined, known);
      });
    },
    end: (done) => pool.end((error) => done(error ?? undefined)),
  };
}
