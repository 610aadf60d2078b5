import type { SelectQueryBuilder } from 'kysely';
import type { Schema } from './schema.ts';
import { toMilliseconds, toText } from './time.ts';
import type { Db } from './upsert.ts';

/** A room in which something is due, since when. Also where the next page begins: after this one. */
export interface OverdueRoom {
  id: number;
  since: number;
}

export interface OverduePage {
  limit: number;
  after?: OverdueRoom | null;
}

/** Rooms whose sleep is over, the most overdue first. */
export async function roomsToWake(db: Db, now: number, page: OverduePage): Promise<OverdueRoom[]> {
  return oldestFirst(db.selectFrom('support_chat_rooms'), 'snoozed_until', now, page);
}

/** Rooms resolved by then, and not closed since. One that an app beside us resolved without saying when is left to it. */
export async function roomsResolvedBy(db: Db, before: number, page: OverduePage): Promise<OverdueRoom[]> {
  const resolved = db.selectFrom('support_chat_rooms').where('status', '=', 'resolved');
  return oldestFirst(resolved, 'resolved_at', before, page);
}

/**
 * Rooms that somebody has had, and whose visitor has waited for an answer, since before then. Those asleep at `now` are
 * left out: whoever put one to sleep wanted to be left alone with it.
 */
export async function roomsUnansweredSince(
  db: Db,
  before: number,
  now: number,
  page: OverduePage,
): Promise<OverdueRoom[]> {
  const assigned = db
    .selectFrom('support_chat_rooms')
    .where('status', '=', 'assigned')
    .where(({ eb, or }) => or([eb('assigned_at', 'is', null), eb('assigned_at', '<=', toText(before))]))
    .where(({ eb, or }) => or([eb('snoozed_until', 'is', null), eb('snoozed_until', '<=', toText(now))]));
  return oldestFirst(assigned, 'needs_reply_since', before, page);
}

async function oldestFirst(
  rooms: SelectQueryBuilder<Schema, 'support_chat_rooms', unknown>,
  column: 'snoozed_until' | 'resolved_at' | 'needs_reply_since',
  until: number,
  { limit, after }: OverduePage,
): Promise<OverdueRoom[]> {
  let due = rooms.where(column, '<=', toText(until));
  if (after) {
    const at = toText(after.since);
    // The first half is what the index is entered by; only rows of that very moment are left to the second.
    due = due.where(column, '>=', at).where(({ eb, or }) => or([eb(column, '>', at), eb('id', '>', after.id)]));
  }
  const rows = await due
    .select(['id', `${column} as since`])
    .orderBy(column)
    .orderBy('id')
    .limit(limit)
    .execute();
  return rows.map((row) => ({ id: row.id, since: toMilliseconds(row.since) ?? 0 }));
}
