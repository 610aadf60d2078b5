import { fromJson } from './json.ts';
import { settingOf, writeSetting } from './settings.ts';
import { toMilliseconds, toText } from './time.ts';
import type { Db } from './upsert.ts';

export interface RoomEvent {
  id: number;
  roomId: number | null;
  type: string;
  actorId: number | null;
  data: Record<string, unknown>;
  at: number;
}

/** Answers the event's place in the feed. */
export async function addRoomEvent(
  tx: Db,
  event: { roomId: number | null; type: string; actorId: number | null; data: object },
  now: number,
): Promise<number> {
  const { insertId } = await tx
    .insertInto('desk_room_events')
    .values({
      room_id: event.roomId,
      type: event.type,
      actor_id: event.actorId,
      data: JSON.stringify(event.data),
      created_at: toText(now),
    })
    .executeTakeFirstOrThrow();
  return Number(insertId);
}

/** A room's history, newest first; `beforeId` null: from the newest on. */
export async function eventsOfRoom(
  db: Db,
  roomId: number,
  beforeId: number | null,
  limit: number,
): Promise<RoomEvent[]> {
  const rows = await db
    .selectFrom('desk_room_events')
    .selectAll()
    .where('room_id', '=', roomId)
    .where('id', '<', beforeId ?? Number.MAX_SAFE_INTEGER)
    .orderBy('id', 'desc')
    .limit(limit)
    .execute();
  return rows.map(toEvent);
}

/** No transaction lives longer than this: a number still missing from the feed then was given back. */
const settledAfterMilliseconds = 60_000;

export interface Feed {
  events: RoomEvent[];
  /** Where the next reading begins. */
  cursor: number;
  /** Whether `limit` cut the reading short. */
  hasMore: boolean;
}

/**
 * What happened after `cursor`, oldest first; null when the cursor is older than what is kept. Numbers are given out
 * before they are committed, so a lower one may appear after a higher: the new cursor stays before the first number
 * that may still come, and what lies behind it is read again. At least once, never not at all.
 */
export async function eventsAfter(db: Db, cursor: number, limit: number, now: number): Promise<Feed | null> {
  if (cursor < (await prunedThrough(db))) return null;
  const rows = await db
    .selectFrom('desk_room_events')
    .selectAll()
    .where('id', '>', cursor)
    .orderBy('id')
    .limit(limit)
    .execute();
  const events = rows.map(toEvent);
  const hasMore = events.length === limit;
  let reached = cursor;
  for (const event of events) {
    const mayBeFilled = event.id !== reached + 1 && event.at > now - settledAfterMilliseconds;
    // A page that is full must move on whatever is missing from it, or it would be read for ever.
    if (mayBeFilled && !hasMore) break;
    reached = event.id;
  }
  return { events, cursor: reached, hasMore };
}

/** Where a reader that has just loaded everything begins: before anything that may not have been there to load. */
export async function feedStart(db: Db, now: number): Promise<number> {
  const settled = await db
    .selectFrom('desk_room_events')
    .select('id')
    .where('created_at', '<', toText(now - settledAfterMilliseconds))
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
  return settled?.id ?? (await prunedThrough(db));
}

/** What became of rooms and who did it: their history, and what reports over a year are made from. */
const historyTypes = ['room.created', 'room.updated'];
const historyKeptLongerMilliseconds = 370 * 24 * 60 * 60 * 1000;

/**
 * Forgets what is older than `before`, and of the rooms' history what is a year older. Readers that were last here
 * earlier must load everything anew.
 */
export async function pruneRoomEvents(tx: Db, before: number, now: number): Promise<void> {
  const history = tx.deleteFrom('desk_room_events');
  await history.where('created_at', '<', toText(before - historyKeptLongerMilliseconds)).execute();
  const last = await tx
    .selectFrom('desk_room_events')
    .select(({ fn }) => fn.max('id').as('id'))
    .where('created_at', '<', toText(before))
    .executeTakeFirst();
  const pruned = await prunedThrough(tx);
  if (!last?.id || last.id <= pruned) return;
  await tx
    .deleteFrom('desk_room_events')
    // What stands before has been gone through.
    .where('id', '>', pruned)
    .where('id', '<=', last.id)
    .where('type', 'not in', historyTypes)
    .execute();
  await writeSetting(tx, 'feed.prunedThrough', last.id, now);
}

async function prunedThrough(db: Db): Promise<number> {
  return (await settingOf<number>(db, 'feed.prunedThrough')) ?? 0;
}

function toEvent(row: {
  id: number;
  room_id: number | null;
  type: string;
  actor_id: number | null;
  data: string;
  created_at: string;
}): RoomEvent {
  return {
    id: row.id,
    roomId: row.room_id,
    type: row.type,
    actorId: row.actor_id,
    data: fromJson(row.data) ?? {},
    at: toMilliseconds(row.created_at) ?? 0,
  };
}
