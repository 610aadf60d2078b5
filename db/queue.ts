import { isServedFrom } from './room-filter.ts';
import { meetRooms, type Room } from './rooms.ts';
import { toMilliseconds, toText } from './time.ts';
import type { Db } from './upsert.ts';

/** Rooms that wait for somebody to take them, the longest waiting first; of one site and of none, or all. */
export async function waitingRooms(db: Db, servedFrom: string | undefined, limit: number): Promise<Room[]> {
  return meetRooms(
    db,
    await waiting(db, servedFrom).selectAll().orderBy('queued_at').orderBy('id').limit(limit).execute(),
  );
}

export async function countWaiting(db: Db, servedFrom: string | undefined): Promise<number> {
  const row = await waiting(db, servedFrom)
    .select(({ fn }) => fn.countAll<number>().as('rooms'))
    .executeTakeFirstOrThrow();
  return Number(row.rooms);
}

/** How many rooms have waited longer than this one for the same people. */
export async function countWaitingBefore(db: Db, room: Room): Promise<number> {
  const at = toText(room.queuedAt ?? room.createdAt);
  const row = await waiting(db, room.siteDomain ?? undefined)
    .where(({ eb, or, and }) => or([eb('queued_at', '<', at), and([eb('queued_at', '=', at), eb('id', '<', room.id)])]))
    .select(({ fn }) => fn.countAll<number>().as('rooms'))
    .executeTakeFirstOrThrow();
  return Number(row.rooms);
}

/** How long the rooms that were taken last had waited, in milliseconds. */
export async function recentWaits(db: Db, servedFrom: string | undefined, limit: number): Promise<number[]> {
  let taken = db
    .selectFrom('support_chat_rooms')
    .select(['queued_at', 'assigned_at'])
    .where('status', '=', 'assigned')
    .where('queued_at', 'is not', null)
    .where('assigned_at', 'is not', null);
  if (servedFrom !== undefined) taken = taken.where((where) => isServedFrom(where, servedFrom));
  const rows = await taken.orderBy('last_message_at', 'desc').orderBy('id', 'desc').limit(limit).execute();
  return rows
    .map((row) => (toMilliseconds(row.assigned_at) ?? 0) - (toMilliseconds(row.queued_at) ?? 0))
    .filter((wait) => wait >= 0);
}

function waiting(db: Db, servedFrom: string | undefined) {
  const rooms = db
    .selectFrom('support_chat_rooms')
    .where('status', '=', 'open')
    .where('assigned_to', 'is', null)
    .where('archived_at', 'is', null);
  return servedFrom === undefined ? rooms : rooms.where((where) => isServedFrom(where, servedFrom));
}
