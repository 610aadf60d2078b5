import { markDelivered, markRead } from './reads.ts';
import { mergeSurroundings } from './surroundings.ts';
import { toText } from './time.ts';
import type { Db } from './upsert.ts';

/**
 * Everything the guest has becomes the user's; the guest's row stays, and says whom it became. In a transaction.
 * `ownerTypes`: what Sanctum calls users; a token of another model may have the same number and is left alone.
 */
export async function mergeUser(
  tx: Db,
  guestId: number,
  userId: number,
  ownerTypes: readonly string[],
  now: number,
): Promise<void> {
  const rooms = await tx.selectFrom('support_chat_rooms').select('id').where('user_id', '=', guestId).execute();
  const roomIds = rooms.map((room) => room.id);
  if (roomIds.length > 0) await moveRooms(tx, roomIds, guestId, userId, now);
  const tokens = tx.updateTable('personal_access_tokens').set({ tokenable_id: userId });
  await tokens.where('tokenable_type', 'in', ownerTypes).where('tokenable_id', '=', guestId).execute();
  await mergeSurroundings(tx, guestId, userId, now);
  await tx.updateTable('desk_notifications').set({ user_id: userId }).where('user_id', '=', guestId).execute();
  await tx
    .updateTable('users')
    .set({ merged_into: userId, updated_at: toText(now) })
    .where('id', '=', guestId)
    .execute();
}

/** The ids of all rows one person has: their own first, then those of guests who turned out to be them. */
export async function rowsOfPerson(db: Db, userId: number): Promise<number[]> {
  let own = userId;
  for (const passed = new Set<number>(); !passed.has(own); ) {
    passed.add(own);
    const row = await db.selectFrom('users').select('merged_into').where('id', '=', own).executeTakeFirst();
    own = row?.merged_into ?? own;
  }
  const ids = new Set([own]);
  for (let found = [own]; found.length > 0; ) {
    const guests = await db.selectFrom('users').select('id').where('merged_into', 'in', found).execute();
    found = guests.map((guest) => guest.id).filter((id) => !ids.has(id));
    for (const id of found) ids.add(id);
  }
  return [...ids];
}

/** The rooms become the other user's, with what the first has said and read in them. In a transaction. */
export async function moveRooms(
  tx: Db,
  roomIds: number[],
  guestId: number,
  userId: number,
  now: number,
): Promise<void> {
  // The key names the guest, and the user may have an open room already: both stay, the newer is found.
  await tx
    .updateTable('support_chat_rooms')
    .set({ user_id: userId, open_key: null, updated_at: toText(now) })
    .where('id', 'in', roomIds)
    .execute();
  const messages = tx.updateTable('support_chat_messages').set({ user_id: userId });
  await messages.where('chat_room_id', 'in', roomIds).where('user_id', '=', guestId).execute();
  const files = tx.updateTable('desk_attachments').set({ uploader_id: userId });
  await files.where('room_id', 'in', roomIds).where('uploader_id', '=', guestId).execute();
  const typing = tx.deleteFrom('chat_typing_indicators').where('chat_room_id', 'in', roomIds);
  await typing.where('user_id', '=', guestId).execute();

  const marks = await tx.selectFrom('desk_room_reads').selectAll().where('room_id', 'in', roomIds).execute();
  for (const mark of marks.filter((mark) => mark.user_id === guestId)) {
    await markRead(tx, mark.room_id, userId, mark.last_read_seq, now);
    await markDelivered(tx, mark.room_id, userId, mark.last_delivered_seq, now);
  }
  await tx.deleteFrom('desk_room_reads').where('room_id', 'in', roomIds).where('user_id', '=', guestId).execute();
}
