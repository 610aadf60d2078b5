import { sql } from 'kysely';
import { fold } from './fold.ts';
import { uuidv7 } from './ids.ts';
import { type Message, toMessage } from './messages.ts';
import { toMilliseconds, toText } from './time.ts';
import type { Db } from './upsert.ts';

/** Few enough for one statement on either engine, with a folded text of 5,000 characters each. */
const rowsPerStatement = 200;

/** Which of these rooms hold messages that a Laravel app has inserted and nobody has numbered. One indexed look-up. */
export async function roomsWithUnadopted(db: Db, roomIds: readonly number[]): Promise<number[]> {
  if (roomIds.length === 0) return [];
  const rows = await db
    .selectFrom('support_chat_messages')
    .select('chat_room_id')
    .distinct()
    .where('chat_room_id', 'in', roomIds)
    .where('seq', 'is', null)
    .execute();
  return rows.map((row) => row.chat_room_id);
}

/**
 * Numbers the messages a Laravel app has inserted into the room, in the order of their ids, after those that have
 * numbers; answers them. To be called in a transaction. Idempotent, and safe when two do it at once: whoever comes
 * second waits for the room's row and then finds nothing. Costs one indexed look-up when there is nothing to do.
 */
export async function adoptMessages(tx: Db, roomId: number, now: number): Promise<Message[]> {
  if ((await roomsWithUnadopted(tx, [roomId])).length === 0) return [];
  const room = await lockRoom(tx, roomId);
  const adopted: Message[] = [];
  let { lastSeq, lastPublicSeq, lastSentAt } = room;

  for (;;) {
    const rows = await tx
      .selectFrom('support_chat_messages')
      .selectAll()
      .where('chat_room_id', '=', roomId)
      .where('seq', 'is', null)
      .orderBy('id')
      .limit(rowsPerStatement)
      .execute();
    if (rows.length === 0) break;
    const numbered = rows.map((row) => {
      // A time to come (the app's clock, or its time zone) would keep all later messages there.
      const claimed = Math.min(toMilliseconds(row.created_at) ?? now, now);
      lastSentAt = Math.max(claimed, lastSentAt + 1);
      lastSeq += 1;
      if (!row.is_private) lastPublicSeq += 1;
      return {
        ...row,
        seq: lastSeq,
        public_seq: row.is_private ? null : lastPublicSeq,
        sent_at: toText(lastSentAt),
        uuid: row.uuid ?? uuidv7(lastSentAt),
        source: row.source ?? 'laravel',
        message_folded: fold(row.message),
      };
    });
    const byId = (column: 'seq' | 'public_seq' | 'sent_at' | 'uuid' | 'source' | 'message_folded') =>
      sql<never>`case id ${sql.join(
        numbered.map((row) => sql`when ${row.id} then ${row[column]}`),
        sql` `,
      )} end`;
    await tx
      .updateTable('support_chat_messages')
      .set({
        seq: byId('seq'),
        public_seq: byId('public_seq'),
        sent_at: byId('sent_at'),
        uuid: byId('uuid'),
        source: byId('source'),
        message_folded: byId('message_folded'),
        // Laravel's TIMESTAMP column may be one that the server moves to now on every update.
        updated_at: sql<never>`updated_at`,
      })
      .where(
        'id',
        'in',
        numbered.map((row) => row.id),
      )
      .execute();
    adopted.push(...numbered.map(toMessage));
  }

  if (adopted.length > 0) await moveRoomOn(tx, roomId, { lastSeq, lastPublicSeq, lastSentAt }, adopted);
  return adopted;
}

async function lockRoom(tx: Db, roomId: number) {
  // Changes nothing, but holds the row: what is read next nobody else can be numbering.
  await tx
    .updateTable('support_chat_rooms')
    .set((eb) => ({ last_seq: eb.ref('last_seq'), updated_at: eb.ref('updated_at') }))
    .where('id', '=', roomId)
    .execute();
  return tx
    .selectFrom('support_chat_rooms')
    .select(['last_seq as lastSeq', 'last_public_seq as lastPublicSeq', 'last_sent_ms as lastSentAt'])
    .where('id', '=', roomId)
    .executeTakeFirstOrThrow();
}

async function moveRoomOn(
  tx: Db,
  roomId: number,
  last: { lastSeq: number; lastPublicSeq: number; lastSentAt: number },
  adopted: Message[],
): Promise<void> {
  // The app keeps its own counters and its `last_message_at`; ours is only who still waits for an answer.
  const afterAnswer = adopted.slice(adopted.findLastIndex((message) => message.isAdmin) + 1);
  const waits = afterAnswer.find((message) => message.type !== 'system');
  const wasAnswered = afterAnswer.length < adopted.length;
  const since = waits ? toText(waits.createdAt) : null;
  await tx
    .updateTable('support_chat_rooms')
    .set((eb) => ({
      last_seq: last.lastSeq,
      last_public_seq: last.lastPublicSeq,
      last_sent_ms: last.lastSentAt,
      updated_at: eb.ref('updated_at'),
      needs_reply_since: wasAnswered ? since : eb.fn.coalesce('needs_reply_since', eb.val(since)),
    }))
    .where('id', '=', roomId)
    .execute();
}
