import { randomUUID } from 'node:crypto';
import { eraseSurroundings } from './surroundings.ts';
import { toText } from './time.ts';
import type { Db } from './upsert.ts';
import { placeholderEmail } from './users.ts';

/**
 * Takes out what was said in the room, by either side, and in notes: each message stays as a tombstone in its place, so
 * that numbers have no gap and statistics stand. Answers how many that is.
 */
export async function eraseMessages(tx: Db, roomId: number, now: number): Promise<number> {
  const at = toText(now);
  const { numUpdatedRows } = await tx
    .updateTable('support_chat_messages')
    .set((eb) => ({
      message: '',
      message_folded: '',
      attachments: null,
      metadata: null,
      client_id: null,
      // A short text can be guessed from its hash.
      payload_hash: null,
      deleted_at: eb.fn.coalesce('deleted_at', eb.val(at)),
      updated_at: at,
    }))
    .where('chat_room_id', '=', roomId)
    // A tombstone that somebody left earlier still has its hash.
    .where(({ eb, or }) => or([eb('deleted_at', 'is', null), eb('payload_hash', 'is not', null)]))
    .executeTakeFirstOrThrow();
  return Number(numUpdatedRows);
}

/** What was typed about the room and not said: drafts, and the subjects its history remembers. */
export async function eraseAsides(tx: Db, roomId: number): Promise<void> {
  await tx.deleteFrom('desk_drafts').where('room_id', '=', roomId).execute();
  await tx.deleteFrom('chat_typing_indicators').where('chat_room_id', '=', roomId).execute();
  await tx
    .updateTable('desk_room_events')
    .set({ data: JSON.stringify({ what: 'subject', from: null, to: null }) })
    .where('room_id', '=', roomId)
    .where('data', 'like', '%"what":"subject"%')
    .execute();
}

/** Notifications that quote these rooms to anybody, by what the rooms are called outside. */
export async function eraseNotices(tx: Db, publicIds: readonly number[]): Promise<void> {
  const roomsAtOnce = 50;
  for (let from = 0; from < publicIds.length; from += roomsAtOnce) {
    const some = publicIds.slice(from, from + roomsAtOnce);
    // Read first: a delete that looks through all would hold, in MySQL, whatever it looks at.
    const quoting = await tx
      .selectFrom('desk_notifications')
      .select('id')
      .where(({ eb, or }) => or(some.map((id) => eb('data', 'like', `%"chat_room_id":${id},%`))))
      .execute();
    const ids = quoting.map((row) => row.id);
    if (ids.length > 0) await tx.deleteFrom('desk_notifications').where('id', 'in', ids).execute();
  }
}

/** What the house keeps about these people elsewhere: their own drafts and notices, where they were, why they were blocked and by what name. */
export async function eraseTraces(tx: Db, userIds: readonly number[]): Promise<void> {
  await tx.deleteFrom('desk_drafts').where('user_id', 'in', userIds).execute();
  await tx.deleteFrom('desk_notifications').where('user_id', 'in', userIds).execute();
  await eraseSurroundings(tx, userIds);
  const names = userIds.map(String);
  // They stay blocked, and who blocked them when stays known.
  const blocks = tx.updateTable('desk_blocks').set({ reason: null });
  await blocks.where('kind', '=', 'user').where('value', 'in', names).execute();
  const targets = userIds.map((id) => `user:${id}`);
  await tx.updateTable('desk_audit_log').set({ diff: null }).where('target', 'in', targets).execute();
}

/** Lets the files of these rooms go, and what these people have uploaded and not sent. Answers how many. */
export async function releaseFilesOf(tx: Db, userIds: readonly number[], roomIds: readonly number[]): Promise<number> {
  const released = { state: 'blocked', room_id: null, message_id: null, original_name: '' };
  const unsent = await tx
    .updateTable('desk_attachments')
    .set(released)
    .where('state', '=', 'pending')
    .where('uploader_id', 'in', userIds)
    .executeTakeFirstOrThrow();
  if (roomIds.length === 0) return Number(unsent.numUpdatedRows);
  const sent = tx.updateTable('desk_attachments').set(released).where('room_id', 'in', roomIds);
  return Number(unsent.numUpdatedRows) + Number((await sent.executeTakeFirstOrThrow()).numUpdatedRows);
}

/** The row stays, for rooms and messages point to it, and says nothing of anybody; its tokens open nothing any more. */
export async function anonymiseUser(tx: Db, id: number, now: number): Promise<void> {
  await tx
    .updateTable('users')
    .set({
      name: '',
      name_folded: '',
      email: placeholderEmail(randomUUID()),
      contact_email: null,
      password: '',
      phone: null,
      phone_digits: null,
      avatar: null,
      is_guest: 1,
      verified_at: null,
      external_id: null,
      locale: null,
      timezone: null,
      last_seen_at: null,
      metadata: null,
      anonymised_at: toText(now),
      updated_at: toText(now),
    })
    .where('id', '=', id)
    .where('anonymised_at', 'is', null)
    .execute();
}
