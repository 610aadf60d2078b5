import { toText } from './time.ts';
import type { Db } from './upsert.ts';

/** Says that somebody is typing until then (epoch milliseconds). Laravel's table has no unique key to upsert on. */
export async function setTyping(db: Db, roomId: number, userId: number, until: number, now: number): Promise<void> {
  const times = { expires_at: toText(until), updated_at: toText(now) };
  const { numUpdatedRows } = await db
    .updateTable('chat_typing_indicators')
    .set(times)
    .where('chat_room_id', '=', roomId)
    .where('user_id', '=', userId)
    .executeTakeFirstOrThrow();
  if (numUpdatedRows > 0n) return;
  await db
    .insertInto('chat_typing_indicators')
    .values({ chat_room_id: roomId, user_id: userId, created_at: toText(now), ...times })
    .execute();
}

export async function clearTyping(db: Db, roomId: number, userId: number): Promise<void> {
  await db
    .deleteFrom('chat_typing_indicators')
    .where('chat_room_id', '=', roomId)
    .where('user_id', '=', userId)
    .execute();
}

/** The ids of those who are typing now. */
export async function typingIn(db: Db, roomId: number, now: number): Promise<number[]> {
  const rows = await db
    .selectFrom('chat_typing_indicators')
    .select('user_id')
    .distinct()
    .where('chat_room_id', '=', roomId)
    .where('expires_at', '>', toText(now))
    .execute();
  return rows.map((row) => row.user_id);
}
