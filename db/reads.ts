import type { Room } from './rooms.ts';
import { toMilliseconds, toText } from './time.ts';
import { type Db, upsert } from './upsert.ts';

/** The two sides of a room: the visitor, and the team. */
export type Side = 'user' | 'admin';

/** How far one person has come in one room, as `seq`. */
export interface ReadMark {
  userId: number;
  lastReadSeq: number;
  lastDeliveredSeq: number;
  updatedAt: number;
}

export async function readMarksOf(db: Db, roomId: number): Promise<ReadMark[]> {
  const rows = await db.selectFrom('desk_room_reads').selectAll().where('room_id', '=', roomId).execute();
  return rows.map((row) => ({
    userId: row.user_id,
    lastReadSeq: row.last_read_seq,
    lastDeliveredSeq: row.last_delivered_seq,
    updatedAt: toMilliseconds(row.updated_at) ?? 0,
  }));
}

/** Whether reading would change anything: a widget that polls asks every few seconds, and mostly there is nothing to write. */
export function hasUnread(room: Room, side: Side): boolean {
  return side === 'user'
    ? room.unreadUserCount > 0 || room.userReadSeq < room.lastSeq
    : room.unreadAdminCount > 0 || room.adminReadSeq < room.lastSeq;
}

/**
 * One side reads the room to its end: its counter goes to zero, the other side's messages get their `read_at`, and the
 * reader's own mark moves. Touches only messages that came since this side last read. Answers how far that is, in the
 * team's count and in the visitor's, and how many messages it is that had not been read.
 */
export async function readRoom(
  tx: Db,
  room: Room,
  reader: { userId: number; side: Side },
  now: number,
): Promise<{ lastReadSeq: number; lastReadPublicSeq: number; newlyRead: number }> {
  const { userId, side } = reader;
  await tx
    .updateTable('support_chat_rooms')
    .set((eb) =>
      side === 'user'
        ? { unread_user_count: 0, user_read_seq: eb.ref('last_seq') }
        : { unread_admin_count: 0, admin_read_seq: eb.ref('last_seq') },
    )
    .where('id', '=', room.id)
    .execute();
  const { last_seq: lastReadSeq, last_public_seq: lastReadPublicSeq } = await tx
    .selectFrom('support_chat_rooms')
    .select(['last_seq', 'last_public_seq'])
    .where('id', '=', room.id)
    .executeTakeFirstOrThrow();
  const { numUpdatedRows } = await tx
    .updateTable('support_chat_messages')
    .set({ read_at: toText(now) })
    .where('chat_room_id', '=', room.id)
    .where('seq', '>', side === 'user' ? room.userReadSeq : room.adminReadSeq)
    .where('seq', '<=', lastReadSeq)
    .where('is_admin', '=', side === 'user' ? 1 : 0)
    .where('is_private', '=', 0)
    .where('read_at', 'is', null)
    .executeTakeFirstOrThrow();
  await markRead(tx, room.id, userId, lastReadSeq, now);
  return { lastReadSeq, lastReadPublicSeq, newlyRead: Number(numUpdatedRows) };
}

/** The other side's messages up to this `seq` have reached the reader's device. Answers how many that is news of. */
export async function deliverMessages(
  tx: Db,
  roomId: number,
  reader: { userId: number; side: Side },
  seq: number,
  now: number,
): Promise<number> {
  const known = await tx
    .selectFrom('desk_room_reads')
    .select('last_delivered_seq')
    .where('room_id', '=', roomId)
    .where('user_id', '=', reader.userId)
    .executeTakeFirst();
  const { numUpdatedRows } = await tx
    .updateTable('support_chat_messages')
    .set({ delivered_at: toText(now) })
    .where('chat_room_id', '=', roomId)
    // From where this reader was, so that a long room costs no more than a short one.
    .where('seq', '>', known?.last_delivered_seq ?? 0)
    .where('seq', '<=', seq)
    .where('is_admin', '=', reader.side === 'user' ? 1 : 0)
    .where('is_private', '=', 0)
    .where('delivered_at', 'is', null)
    .executeTakeFirstOrThrow();
  await markDelivered(tx, roomId, reader.userId, seq, now);
  return Number(numUpdatedRows);
}

/** Moves the person's mark on, never back. */
export async function markRead(tx: Db, roomId: number, userId: number, seq: number, now: number): Promise<void> {
  await moveMark(tx, 'last_read_seq', roomId, userId, seq, now);
}

export async function markDelivered(tx: Db, roomId: number, userId: number, seq: number, now: number): Promise<void> {
  await moveMark(tx, 'last_delivered_seq', roomId, userId, seq, now);
}

async function moveMark(
  tx: Db,
  mark: 'last_read_seq' | 'last_delivered_seq',
  roomId: number,
  userId: number,
  seq: number,
  now: number,
): Promise<void> {
  const key = { room_id: roomId, user_id: userId };
  const at = toText(now);
  // Makes the row when there is none, and changes nothing in one that is there.
  await upsert(tx, 'desk_room_reads', ['room_id', 'user_id'], { ...key, updated_at: at }, key);
  await tx
    .updateTable('desk_room_reads')
    .set({ [mark]: seq, updated_at: at })
    .where('room_id', '=', roomId)
    .where('user_id', '=', userId)
    .where(mark, '<', seq)
    .execute();
}
