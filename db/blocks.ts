import type { Selectable } from 'kysely';
import { uuidv7 } from './ids.ts';
import type { BlocksTable } from './schema-house.ts';
import { toMilliseconds, toText, toTextOrNull } from './time.ts';
import { type Db, upsert } from './upsert.ts';

export interface Block {
  id: string;
  kind: 'ip' | 'user' | 'email';
  value: string;
  reason: string | null;
  blockedBy: number | null;
  /** Null: for good. */
  until: number | null;
  createdAt: number;
}

/** Shuts somebody out; a block that is there already is renewed. */
export async function addBlock(tx: Db, block: Omit<Block, 'id' | 'createdAt'>, now: number): Promise<void> {
  const change = {
    reason: block.reason,
    blocked_by: block.blockedBy,
    until: toTextOrNull(block.until),
    created_at: toText(now),
  };
  await upsert(
    tx,
    'desk_blocks',
    ['kind', 'value'],
    { id: uuidv7(now), kind: block.kind, value: block.value, ...change },
    change,
  );
}

export async function removeBlock(tx: Db, kind: Block['kind'], value: string): Promise<boolean> {
  const block = tx.deleteFrom('desk_blocks').where('kind', '=', kind).where('value', '=', value);
  return (await block.executeTakeFirstOrThrow()).numDeletedRows > 0n;
}

/** Whether any of these is shut out now. */
export async function isBlocked(db: Db, who: { kind: Block['kind']; value: string }[], now: number): Promise<boolean> {
  if (who.length === 0) return false;
  const block = await db
    .selectFrom('desk_blocks')
    .select('id')
    .where(({ eb, or, and }) => or(who.map(({ kind, value }) => and([eb('kind', '=', kind), eb('value', '=', value)]))))
    .where(({ eb, or }) => or([eb('until', 'is', null), eb('until', '>', toText(now))]))
    .limit(1)
    .executeTakeFirst();
  return block !== undefined;
}

export async function allBlocks(db: Db): Promise<Block[]> {
  return (await db.selectFrom('desk_blocks').selectAll().orderBy('created_at', 'desc').execute()).map(toBlock);
}

/** What shuts this one out, also when its time is over. */
export async function blockOf(db: Db, kind: Block['kind'], value: string): Promise<Block | undefined> {
  const block = db.selectFrom('desk_blocks').selectAll().where('kind', '=', kind).where('value', '=', value);
  const row = await block.executeTakeFirst();
  return row && toBlock(row);
}

function toBlock(row: Selectable<BlocksTable>): Block {
  return {
    id: row.id,
    kind: row.kind as Block['kind'],
    value: row.value,
    reason: row.reason,
    blockedBy: row.blocked_by,
    until: toMilliseconds(row.until),
    createdAt: toMilliseconds(row.created_at) ?? 0,
  };
}
