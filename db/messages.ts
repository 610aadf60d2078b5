import type { Selectable } from 'kysely';
import { fold } from './fold.ts';
import { fromJson } from './json.ts';
import type { Room } from './rooms.ts';
import type { MessagesTable } from './schema.ts';
import { toMilliseconds, toText } from './time.ts';
import type { Db } from './upsert.ts';

export type MessageType = 'text' | 'image' | 'file' | 'system';

/** A file as the wire shows it, and as Laravel keeps it in the message's row. */
export interface MessageFile {
  url: string;
  name: string;
  type: string;
  size: number;
  [extra: string]: unknown;
}

/** Times are epoch milliseconds. What the columns are for is said in schema.ts. */
export interface Message {
  id: number;
  roomId: number;
  userId: number;
  text: string;
  type: MessageType;
  attachments: MessageFile[] | null;
  isAdmin: boolean;
  readAt: number | null;
  createdAt: number;
  updatedAt: number;
  uuid: string;
  /** Its place in the room as the team counts. */
  seq: number;
  /** Its place as the visitor counts; null: the visitor never learns of it. */
  publicSeq: number | null;
  clientId: string | null;
  payloadHash: string | null;
  isPrivate: boolean;
  replyToId: number | null;
  deliveredAt: number | null;
  editedAt: number | null;
  deletedAt: number | null;
  source: string | null;
  metadata: Record<string, unknown> | null;
}

/** Whose eyes a list is for. The visitor's lists go by `public_seq`, which a private message does not have. */
export type Audience = 'visitor' | 'team';

export async function messageById(db: Db, id: number): Promise<Message | undefined> {
  return first(await numbered(db).where('id', '=', id).execute());
}

export async function messagesByIds(db: Db, ids: readonly number[]): Promise<Map<number, Message>> {
  if (ids.length === 0) return new Map();
  const rows = await numbered(db)
    .where('id', 'in', [...new Set(ids)])
    .execute();
  return new Map(rows.map((row) => [row.id, toMessage(row)]));
}

export async function messageByUuid(db: Db, uuid: string): Promise<Message | undefined> {
  return first(await numbered(db).where('uuid', '=', uuid).execute());
}

export async function messageByClientId(db: Db, roomId: number, clientId: string): Promise<Message | undefined> {
  return first(await numbered(db).where('chat_room_id', '=', roomId).where('client_id', '=', clientId).execute());
}

/** The oldest `limit` with a number greater than `seq`, ascending. */
export async function messagesAfter(
  db: Db,
  roomId: number,
  audience: Audience,
  seq: number,
  limit: number,
): Promise<Message[]> {
  const number = numberFor(audience);
  const rows = numbered(db)
    .where('chat_room_id', '=', roomId)
    .where(number, '>', seq)
    .orderBy(number, 'asc')
    .limit(limit);
  return (await rows.execute()).map(toMessage);
}

/** The oldest `limit` public ones of the team, after `seq` and not by this one of them, ascending. */
export async function answersAfter(
  db: Db,
  roomId: number,
  seq: number,
  exceptUserId: number,
  limit: number,
): Promise<Message[]> {
  const rows = numbered(db)
    .where('chat_room_id', '=', roomId)
    .where('seq', '>', seq)
    .where('is_admin', '=', 1)
    .where('is_private', '=', 0)
    .where('user_id', '<>', exceptUserId)
    .orderBy('seq', 'asc')
    .limit(limit);
  return (await rows.execute()).map(toMessage);
}

/** The newest `limit` with a number less than `seq` (null: of all), ascending. */
export async function messagesBefore(
  db: Db,
  roomId: number,
  audience: Audience,
  seq: number | null,
  limit: number,
): Promise<Message[]> {
  const number = numberFor(audience);
  const rows = numbered(db)
    .where('chat_room_id', '=', roomId)
    .where(number, '<', seq ?? Number.MAX_SAFE_INTEGER)
    .orderBy(number, 'desc')
    .limit(limit);
  return (await rows.execute()).reverse().map(toMessage);
}

/** Those numbered `from` to `to`, both included, ascending. As numbers have no gaps, any page of a room is such a range. */
export async function messagesBetween(
  db: Db,
  roomId: number,
  audience: Audience,
  from: number,
  to: number,
): Promise<Message[]> {
  const number = numberFor(audience);
  const rows = numbered(db)
    .where('chat_room_id', '=', roomId)
    .where(number, '>=', from)
    .where(number, '<=', to)
    .orderBy(number, 'asc');
  return (await rows.execute()).map(toMessage);
}

/** The oldest `limit` the visitor may see that were sent later than `since` (epoch milliseconds), ascending. */
export async function messagesSince(db: Db, roomId: number, since: number, limit: number): Promise<Message[]> {
  const rows = numbered(db)
    .where('chat_room_id', '=', roomId)
    .where('sent_at', '>', toText(since))
    .where('public_seq', 'is not', null)
    .orderBy('sent_at', 'asc')
    .limit(limit);
  return (await rows.execute()).map(toMessage);
}

/** The newest message of each room that the visitor may see too: what a list shows. By room id; rooms without any are absent. */
export async function latestMessages(db: Db, rooms: readonly Room[]): Promise<Map<number, Message>> {
  const spoken = rooms.filter((room) => room.lastPublicSeq > 0);
  if (spoken.length === 0) return new Map();
  const rows = await numbered(db)
    .where(({ eb, refTuple, tuple }) =>
      eb(
        refTuple('chat_room_id', 'public_seq'),
        'in',
        spoken.map((room) => tuple(room.id, room.lastPublicSeq)),
      ),
    )
    .execute();
  return new Map(rows.map((row) => [row.chat_room_id, toMessage(row)]));
}

export async function editMessage(tx: Db, id: number, text: string, now: number): Promise<void> {
  const at = toText(now);
  await tx
    .updateTable('support_chat_messages')
    .set({ message: text, message_folded: fold(text), edited_at: at, updated_at: at })
    .where('id', '=', id)
    .where('deleted_at', 'is', null)
    .execute();
}

/** Leaves a tombstone: the number stays, what it said is gone. Answers whether it was there to be deleted. */
export async function deleteMessage(tx: Db, id: number, now: number): Promise<boolean> {
  const at = toText(now);
  const { numUpdatedRows } = await tx
    .updateTable('support_chat_messages')
    .set({ message: '', message_folded: '', attachments: null, metadata: null, deleted_at: at, updated_at: at })
    .where('id', '=', id)
    .where('deleted_at', 'is', null)
    .executeTakeFirstOrThrow();
  return numUpdatedRows > 0n;
}

function numberFor(audience: Audience): 'seq' | 'public_seq' {
  return audience === 'team' ? 'seq' : 'public_seq';
}

/** Rows a Laravel app has just inserted are no messages of the desk before they are adopted. */
function numbered(db: Db) {
  return db.selectFrom('support_chat_messages').selectAll().where('seq', 'is not', null);
}

function first(rows: Selectable<MessagesTable>[]): Message | undefined {
  return rows[0] && toMessage(rows[0]);
}

/** `row` must have its number; see message-adoption.ts. */
export function toMessage(row: Selectable<MessagesTable>): Message {
  const createdAt = toMilliseconds(row.sent_at) ?? 0;
  return {
    id: row.id,
    roomId: row.chat_room_id,
    userId: row.user_id,
    text: row.message,
    type: row.type as MessageType,
    attachments: fromJson(row.attachments),
    isAdmin: Boolean(row.is_admin),
    readAt: toMilliseconds(row.read_at),
    createdAt,
    updatedAt: Math.max(createdAt, toMilliseconds(row.updated_at) ?? 0),
    uuid: row.uuid as string,
    seq: row.seq as number,
    publicSeq: row.public_seq,
    clientId: row.client_id,
    payloadHash: row.payload_hash,
    isPrivate: Boolean(row.is_private),
    replyToId: row.reply_to_id,
    deliveredAt: toMilliseconds(row.delivered_at),
    editedAt: toMilliseconds(row.edited_at),
    deletedAt: toMilliseconds(row.deleted_at),
    source: row.source,
    metadata: fromJson(row.metadata),
  };
}
