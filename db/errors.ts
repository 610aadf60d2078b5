export interface DatabaseProblem {
  kind: 'duplicate' | 'foreign-key' | 'too-long' | 'busy' | 'lost';
  /** What the engine said about where: names of a key, columns or a constraint. For people and for `isDuplicate`. */
  where: string;
}

const kinds: Record<string, DatabaseProblem['kind']> = {
  ER_DUP_ENTRY: 'duplicate',
  SQLITE_CONSTRAINT_UNIQUE: 'duplicate',
  SQLITE_CONSTRAINT_PRIMARYKEY: 'duplicate',
  ER_NO_REFERENCED_ROW_2: 'foreign-key',
  ER_ROW_IS_REFERENCED_2: 'foreign-key',
  SQLITE_CONSTRAINT_FOREIGNKEY: 'foreign-key',
  ER_DATA_TOO_LONG: 'too-long',
  SQLITE_TOOBIG: 'too-long',
  ER_LOCK_DEADLOCK: 'busy',
  ER_LOCK_WAIT_TIMEOUT: 'busy',
  ER_CHECKREAD: 'busy',
  SQLITE_BUSY: 'busy',
  SQLITE_BUSY_SNAPSHOT: 'busy',
  SQLITE_LOCKED: 'busy',
  PROTOCOL_CONNECTION_LOST: 'lost',
  PROTOCOL_SEQUENCE_TIMEOUT: 'lost',
  POOL_TIMEOUT: 'lost',
  ER_CON_COUNT_ERROR: 'lost',
  ER_SERVER_SHUTDOWN: 'lost',
  ER_CONNECTION_KILLED: 'lost',
  ECONNREFUSED: 'lost',
  ECONNRESET: 'lost',
  EPIPE: 'lost',
  ETIMEDOUT: 'lost',
};

/** What an error thrown by a query means, alike for both engines; undefined when it is none of these. */
export function problemOf(error: unknown): DatabaseProblem | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code } = error as { code?: unknown };
  const kind = typeof code === 'string' ? kinds[code] : undefined;
  if (!kind) return undefined;
  // MySQL repeats the value before the key's name; the value is the user's and does not belong into `where`.
  const where = kind === 'duplicate' ? (/.*(?:for key |failed: )(.*)$/s.exec(error.message)?.[1] ?? '') : error.message;
  return { kind, where };
}

/** Whether a row with the same key stood there already; `column`, if given, must be part of that key's name. */
export function isDuplicate(error: unknown, column = ''): boolean {
  const problem = problemOf(error);
  return problem?.kind === 'duplicate' && problem.where.includes(column);
}
