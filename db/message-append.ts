import { sql } from 'kysely';
import { fold } from './fold.ts';
import { uuidv7 } from './ids.ts';
import { toJsonOrNull } from './json.ts';
import { adoptMessages } from './message-adoption.ts';
import { type Message, type MessageFile, type MessageType, toMessage } from './messages.ts';
import { type Room, type RoomChanges, roomById, toRow } from './rooms.ts';
import { toText } from './time.ts';
import type { Db } from './upsert.ts';

export interface NewMessage {
  roomId: number;
  userId: number;
  text: string;
  now: number;
  isAdmin: boolean;
  type?: MessageType;
  attachments?: MessageFile[] | null;
  /** For the team only: a note, or a system line that is none of the visitor's business. */
  isPrivate?: boolean;
  /** The sender's own name for it: a second message with the same one is a duplicate (`isDuplicate(error, 'client_id')`). */
  clientId?: string | null;
  payloadHash?: string | null;
  replyToId?: number | null;
  source?: string;
  metadata?: Record<string, unknown> | null;
  /** The side whose counter of unread messages this one raises. */
  isUnreadBy?: 'user' | 'admin' | null;
  /** The side that has read everything so far, because it writes now. */
  isReadBy?: 'user' | 'admin' | null;
  /** What else changes in the room with it, such as its status or who waits since when. */
  room?: RoomChanges;
}

/**
 * Stores a message and moves its room on; to be called in a transaction. Four statements, and more only when a Laravel
 * app has meanwhile put rows of its own into the room, which are numbered first.
 */
export async function appendMessage(tx: Db, message: NewMessage): Promise<{ message: Message; room: Room }> {
  await adoptMessages(tx, message.roomId, message.now);
  const room = await advance(tx, message);
  const sentAt = room.lastSentAt;
  const at = toText(sentAt);
  const row = {
    chat_room_id: message.roomId,
    user_id: message.userId,
    message: message.text,
    type: message.type ?? 'text',
    attachments: toJsonOrNull(message.attachments),
    is_admin: Number(message.isAdmin),
    created_at: at,
    updated_at: at,
    read_at: null,
    uuid: uuidv7(sentAt),
    seq: room.lastSeq,
    public_seq: message.isPrivate ? null : room.lastPublicSeq,
    sent_at: at,
    client_id: message.clientId ?? null,
    payload_hash: message.payloadHash ?? null,
    is_private: Number(message.isPrivate ?? false),
    reply_to_id: message.replyToId ?? null,
    delivered_at: null,
    edited_at: null,
    deleted_at: null,
    source: message.source ?? 'api',
    metadata: toJsonOrNull(message.metadata),
    message_folded: fold(message.text),
  };
  const { insertId } = await tx.insertInto('support_chat_messages').values(row).executeTakeFirstOrThrow();
  return { message: toMessage({ ...row, id: Number(insertId) }), room };
}

/** Takes the next number. The update holds the room's row to the end of the transaction: numbers are in commit order. */
async function advance(tx: Db, message: NewMessage): Promise<Room> {
  const { roomId, now, isPrivate, isUnreadBy, isReadBy } = message;
  const at = toText(now);
  const later = sql<number>`case when last_sent_ms >= ${now} then last_sent_ms + 1 else ${now} end`;
  await tx
    .updateTable('support_chat_rooms')
    .set((eb) => ({
      ...toRow(message.room ?? {}),
      updated_at: at,
      // Before `last_seq`: MySQL assigns from left to right and would count the new one twice.
      ...(isReadBy === 'user' ? { unread_user_count: 0, user_read_seq: eb('last_seq', '+', 1) } : {}),
      ...(isReadBy === 'admin' ? { unread_admin_count: 0, admin_read_seq: eb('last_seq', '+', 1) } : {}),
      last_seq: eb('last_seq', '+', 1),
      // Later than the one before by a millisecond at least, whatever the clock says.
      last_sent_ms: later,
      // A note must not show in what the visitor can see, and this orders the visitor's list.
      ...(isPrivate ? {} : { last_message_at: at, last_public_seq: eb('last_public_seq', '+', 1) }),
      ...(isUnreadBy === 'user' ? { unread_user_count: eb('unread_user_count', '+', 1) } : {}),
      ...(isUnreadBy === 'admin' ? { unread_admin_count: eb('unread_admin_count', '+', 1) } : {}),
    }))
    .where('id', '=', roomId)
    .execute();
  const room = await roomById(tx, roomId);
  if (!room) throw new Error('The room is gone');
  return room;
}
