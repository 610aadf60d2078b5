import { type Kysely, sql } from 'kysely';
import { engineOf } from '../upsert.ts';

/** Names for the column types of both engines. */
export interface ColumnTypes {
  id: string;
  /** The id of a row elsewhere. */
  ref: string;
  integer: string;
  /** Up to 2^53. */
  big: string;
  flag: string;
  uuid: string;
  /** Text compared byte by byte: keys, codes, domains. */
  key: (length: number) => string;
  /** Text for people. */
  name: (length: number) => string;
  text: string;
  json: string;
  time: string;
}

const sqliteTypes: ColumnTypes = {
  id: 'INTEGER PRIMARY KEY AUTOINCREMENT',
  ref: 'INTEGER',
  integer: 'INTEGER',
  big: 'INTEGER',
  flag: 'INTEGER',
  uuid: 'TEXT',
  key: () => 'TEXT',
  name: () => 'TEXT',
  text: 'TEXT',
  json: 'TEXT',
  time: 'TEXT',
};

const mysqlTypes: ColumnTypes = {
  id: 'BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY',
  ref: 'BIGINT UNSIGNED',
  integer: 'INT',
  big: 'BIGINT',
  flag: 'TINYINT(1)',
  uuid: 'CHAR(36) CHARACTER SET ascii COLLATE ascii_bin',
  key: (length) => `VARCHAR(${length}) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
  name: (length) => `VARCHAR(${length})`,
  text: 'TEXT',
  json: 'LONGTEXT',
  time: 'DATETIME(3)',
};

export interface TableExtras {
  /** Each by its columns. Unique keys are on columns of ours, so that no row of another app can be in their way. */
  unique?: string[][];
  indexes?: string[][];
  /** Of a table made by us; one that was there has its own. */
  onlyWhenNew?: { constraints?: string[]; unique?: string[][]; indexes?: string[][] };
}

/** What a migration builds with. It first looks what is done already: neither engine undoes half a migration. */
export interface Tables {
  types: ColumnTypes;
  /**
   * Makes the table, or adds to the one that is there the columns and indexes it lacks (such columns must be nullable or
   * have a default); what is there stays as it is. In MySQL that is one statement for the columns and one for the
   * indexes: a table of millions is gone through once.
   */
  table(name: string, columns: Record<string, string>, extras?: TableExtras): Promise<void>;
}

// biome-ignore lint/suspicious/noExplicitAny: a migration speaks of tables as they were then, not as the schema is now
export function tablesOf(db: Kysely<any>): Tables {
  const engine = engineOf(db);
  const run = (statement: string) => sql.raw(statement).execute(db);
  const names = async (statement: string) =>
    new Set((await sql.raw<{ name: string }>(statement).execute(db)).rows.map((row) => row.name.toLowerCase()));
  const inSchema = (column: string, view: string, table: string) =>
    names(
      `SELECT ${column} AS name FROM information_schema.${view} WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = '${table}'`,
    );

  const columnsOf = (table: string) =>
    engine === 'sqlite'
      ? names(`SELECT name FROM pragma_table_xinfo('${table}')`)
      : inSchema('COLUMN_NAME', 'COLUMNS', table);
  const indexesOf = (table: string) =>
    engine === 'sqlite'
      ? names(`SELECT name FROM pragma_index_list('${table}')`)
      : inSchema('INDEX_NAME', 'STATISTICS', table);

  async function makeTable(
    name: string,
    columns: Record<string, string>,
    keys: Key[],
    constraints: string[],
  ): Promise<void> {
    const parts = [...Object.entries(columns).map(([column, type]) => `${quoted(column)} ${type}`), ...constraints];
    if (engine === 'sqlite') {
      await run(`CREATE TABLE ${quoted(name)} (${parts.join(', ')})`);
      for (const key of keys) await run(createKey(name, key));
      return;
    }
    parts.push(...keys.map(keyDefinition));
    await run(
      `CREATE TABLE ${quoted(name)} (${parts.join(', ')}) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci`,
    );
  }

  async function addTo(
    name: string,
    columns: Record<string, string>,
    present: Set<string>,
    keys: Key[],
  ): Promise<void> {
    const missing = Object.entries(columns).filter(([column]) => !present.has(column));
    const additions = missing.map(([column, type]) => `ADD COLUMN ${quoted(column)} ${type}`);
    const indexes = await indexesOf(name);
    const missingKeys = keys.filter((key) => !indexes.has(key.name));
    if (engine === 'sqlite') {
      for (const addition of additions) await run(`ALTER TABLE ${quoted(name)} ${addition}`);
      for (const key of missingKeys) await run(createKey(name, key));
      return;
    }
    if (additions.length > 0) await run(`ALTER TABLE ${quoted(name)} ${additions.join(', ')}`);
    const keyAdditions = missingKeys.map((key) => `ADD ${keyDefinition(key)}`);
    if (keyAdditions.length > 0) await run(`ALTER TABLE ${quoted(name)} ${keyAdditions.join(', ')}`);
  }

  return {
    types: engine === 'sqlite' ? sqliteTypes : mysqlTypes,

    async table(name, columns, { unique = [], indexes = [], onlyWhenNew = {} } = {}) {
      const keysOf = (uniques: string[][], others: string[][]) => [
        ...uniques.map((key) => keyOf(name, key, true)),
        ...others.map((key) => keyOf(name, key, false)),
      ];
      const always = keysOf(unique, indexes);
      const present = await columnsOf(name);
      if (present.size > 0) return addTo(name, columns, present, always);
      const first = keysOf(onlyWhenNew.unique ?? [], onlyWhenNew.indexes ?? []);
      await makeTable(name, columns, [...first, ...always], onlyWhenNew.constraints ?? []);
    },
  };
}

interface Key {
  name: string;
  columns: string[];
  isUnique: boolean;
}

function keyOf(table: string, columns: string[], isUnique: boolean): Key {
  // MySQL names are at most 64 long. The columns are part of the name: errors.ts tells duplicates apart by it.
  const name = `desk_${table.replace(/^(desk_|support_)/, '')}__${columns.join('__')}`.slice(0, 64);
  return { name, columns, isUnique };
}

function createKey(table: string, { name, columns, isUnique }: Key): string {
  return `CREATE ${isUnique ? 'UNIQUE ' : ''}INDEX ${quoted(name)} ON ${quoted(table)} (${columns.map(quoted).join(', ')})`;
}

function keyDefinition({ name, columns, isUnique }: Key): string {
  return `${isUnique ? 'UNIQUE ' : ''}INDEX ${quoted(name)} (${columns.map(quoted).join(', ')})`;
}

/** The one way to quote a name that both engines read. */
function quoted(name: string): string {
  return `\`${name}\``;
}
