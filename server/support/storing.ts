import { attachToMessage } from '../../db/attachments.ts';
import { isBlocked } from '../../db/blocks.ts';
import { removeDraft } from '../../db/drafts.ts';
import { appendMessage } from '../../db/message-append.ts';
import { answersAfter } from '../../db/messages.ts';
import { notifyUsers } from '../../db/notifications.ts';
import { hasUnread } from '../../db/reads.ts';
import type { Db } from '../../db/upsert.ts';
import { teamMembers, type User, usersByIds } from '../../db/users.ts';
import { type Caller, isPerson } from '../identity/caller.ts';
import type { RecordEvent, Tx } from '../outbox/commit.ts';
import { Refusal } from '../refusal.ts';
import type { Origin } from './access.ts';
import { cardOf } from './cards.ts';
import { type RoomChange, recordDesk } from './events.ts';
import { authorOf, goneAuthor, shortened, shown, type TeamMessage } from './message.ts';
import { type CheckedOutgoing, checkReply, fileOf, typeWith, uploadsFor } from './outgoing.ts';
import { readThrough } from './reading.ts';
import { afterMessage, isActive, type Room, type Side, waitedFor } from './room.ts';

export interface SendOptions extends Origin {
  /** What to do with a message into what is resolved or closed; a visitor's reopens it unless told otherwise. */
  ifOver?: 'refuse';
  /** The visitor's address, which may be shut out. */
  ip?: string | null;
  /** The newest message (as the team counts) the agent had seen: a `conflict` when somebody has answered since. */
  lastSeenSeq?: number | null;
}

export interface Sent {
  message: TeamMessage;
  room: Room;
  /** Whether it is the first time: a repeat under the same `clientId` answers what is stored. */
  isNew: boolean;
}

export interface Sender {
  caller: Caller;
  userId: number;
  side: Side;
}

export interface MessageSettings {
  /** Whether the first of the team to answer has the room from then on. */
  firstReplyTakes: boolean;
}

/** What stands in the way of an answer: others, and how far the room has come with them. */
export interface Answered {
  roomPublicId: number;
  answers: TeamMessage[];
  lastSeq: number;
}

/** Stores one message in the room that the transaction holds, with all that follows from it. @throws Refusal */
export type StoreMessage = (
  tx: Tx,
  room: Room,
  record: RecordEvent,
  sender: Sender,
  outgoing: CheckedOutgoing,
  options: SendOptions,
) => Promise<Sent>;

export function storingOf(parts: { now: () => number; messages: MessageSettings }): StoreMessage {
  const { now } = parts;

  async function store(
    tx: Tx,
    room: Room,
    record: RecordEvent,
    sender: Sender,
    outgoing: CheckedOutgoing,
    options: SendOptions,
  ): Promise<Sent> {
    const { userId, side } = sender;
    const users = await usersByIds(tx, [room.userId, room.assignedTo ?? userId, userId]);
    if (side === 'user') await refuseBlocked(tx, users.get(room.userId), options.ip ?? null, now());
    if (!isActive(room) && options.ifOver === 'refuse') {
      throw new Refusal('invalid', 'Cannot send message to closed or archived session');
    }
    if (side === 'admin' && !outgoing.isPrivate) await refuseLate(tx, room, userId, options.lastSeenSeq ?? null);
    await checkReply(tx, room, outgoing);
    const uploads = await uploadsFor(tx, room, outgoing.attachmentIds, userId);
    const files = uploads.map(fileOf);
    // Who answers has read what was there to answer.
    if (hasUnread(room, side)) await readThrough(tx, room, record, { userId, side }, now(), options);

    const { firstReplyTakes } = parts.messages;
    const changes = outgoing.isPrivate ? {} : afterMessage(room, side, userId, now(), firstReplyTakes);
    const appended = await appendMessage(tx, {
      roomId: room.id,
      userId,
      text: outgoing.text,
      now: now(),
      isAdmin: side === 'admin',
      type: typeWith(outgoing.type, files),
      attachments: files.length > 0 ? files : null,
      isPrivate: outgoing.isPrivate,
      clientId: outgoing.clientId,
      payloadHash: outgoing.payloadHash,
      replyToId: outgoing.replyToId,
      source: outgoing.source ?? sourceOf(sender.caller, side),
      metadata:
        outgoing.mentions.length > 0 ? { ...outgoing.metadata, mentions: outgoing.mentions } : outgoing.metadata,
      isUnreadBy: outgoing.isPrivate ? null : side === 'user' ? 'admin' : 'user',
      isReadBy: side,
      room: changes,
    });
    const attached = await attachToMessage(tx, outgoing.attachmentIds, { ...appended.message, userId });
    if (attached !== uploads.length) throw new Error('An upload was attached elsewhere while the room was held');
    if (isPerson(sender.caller)) await removeDraft(tx, userId, room.id);

    const [message] = await shown(tx, [appended.message], users);
    if (!message) throw new Error('A message is shown as itself');
    await tell(tx, record, room, appended.room, message, users, options);
    return { message, room: appended.room, isNew: true };
  }

  /** What became of the room, who is notified, and the message itself: in the order the outside should hear of it. */
  async function tell(
    tx: Tx,
    record: RecordEvent,
    before: Room,
    room: Room,
    message: TeamMessage,
    users: Map<number, User>,
    { exceptSocket = null }: SendOptions,
  ): Promise<void> {
    const senderId = message.author.id;
    const author = (id: number) => {
      const user = users.get(id);
      return user ? authorOf(user) : goneAuthor(id);
    };
    const assignee = room.assignedTo === null ? null : author(room.assignedTo);
    const around = { room, visitor: author(room.userId), assignee, exceptSocket };
    const about = { roomId: room.id, actorId: senderId };
    const data = { publicId: room.publicId, messageId: message.id, seq: message.seq };
    if (message.isPrivate) {
      const notified = await notifyMentioned(tx, room, message);
      await recordDesk(record, 'note.added', { ...about, data }, { ...around, message, notified });
      return;
    }
    const notified = await notifyOtherSide(tx, room, message);
    const wait = before.firstResponseAt === null && room.firstResponseAt !== null ? before.needsReplySince : null;
    const firstResponse = wait === null ? {} : { firstResponseMilliseconds: message.createdAt - wait };
    const sent = { ...data, isAdmin: message.isAdmin, ...firstResponse };
    await recordDesk(record, 'message.sent', { ...about, data: sent }, { ...around, message, notified });
    for (const change of changesBetween(before, room)) {
      const live = { room: await cardOf(tx, room), change, exceptSocket: null };
      const waited = change.what === 'assignee' ? waitedFor(before, message.createdAt) : {};
      await recordDesk(record, 'room.updated', { ...about, data: { ...change, ...waited } }, live);
    }
  }

  async function notifyOtherSide(tx: Tx, room: Room, message: TeamMessage): Promise<number[]> {
    const others = message.isAdmin
      ? [room.userId]
      : room.assignedTo !== null
        ? [room.assignedTo]
        : (await teamMembers(tx, room.siteDomain ?? undefined)).map((member) => member.id);
    const told = others.filter((id) => id !== message.author.id);
    await notifyUsers(tx, told, { type: 'chat_message', data: noticeOf(room, message) }, now());
    return told;
  }

  async function notifyMentioned(tx: Tx, room: Room, message: TeamMessage): Promise<number[]> {
    const mentioned = message.metadata?.mentions;
    if (!Array.isArray(mentioned)) return [];
    const members = await teamMembers(tx, room.siteDomain ?? undefined);
    const told = members.map((member) => member.id).filter((id) => mentioned.includes(id) && id !== message.author.id);
    await notifyUsers(tx, told, { type: 'chat_mention', data: noticeOf(room, message) }, now());
    return told;
  }

  return store;
}

/** What an app shows in its list of notifications; Laravel's frontends read exactly these names. */
function noticeOf(room: Room, message: TeamMessage): object {
  return {
    chat_room_id: room.publicId,
    message_id: message.id,
    sender_name: message.author.name,
    message_preview: shortened(message.text || (message.attachments?.[0]?.name ?? ''), 50),
  };
}

function changesBetween(before: Room, after: Room): RoomChange[] {
  const changes: RoomChange[] = [];
  if (after.status === 'assigned' && before.status !== 'assigned') {
    changes.push({ what: 'assignee', from: before.assignedTo, to: after.assignedTo, because: 'first reply' });
  } else if (after.status !== before.status) {
    changes.push({ what: 'status', from: before.status, to: after.status, because: 'visitor wrote' });
  }
  if (before.snoozedUntil !== null && after.snoozedUntil === null) {
    changes.push({ what: 'snooze', from: before.snoozedUntil, to: null, because: 'visitor wrote' });
  }
  return changes;
}

function sourceOf(caller: Caller, side: Side): string {
  return isPerson(caller) ? (side === 'admin' ? 'admin' : 'widget') : 'api';
}

async function refuseBlocked(db: Db, visitor: User | undefined, ip: string | null, now: number): Promise<void> {
  const who: Parameters<typeof isBlocked>[1] = [];
  if (visitor) who.push({ kind: 'user', value: String(visitor.id) });
  if (visitor?.email) who.push({ kind: 'email', value: visitor.email });
  if (ip !== null) who.push({ kind: 'ip', value: ip });
  // Who was forgotten a moment ago may have had this on the way.
  if (visitor?.blockedAt != null || visitor?.anonymisedAt != null || (await isBlocked(db, who, now))) {
    throw new Refusal('forbidden', 'You have been blocked from this chat.');
  }
}

/** Of two who answer at once the second is told, for the room is held by the first. */
async function refuseLate(tx: Db, room: Room, userId: number, lastSeenSeq: number | null): Promise<void> {
  if (lastSeenSeq === null || lastSeenSeq >= room.lastSeq) return;
  const answers = await answersAfter(tx, room.id, lastSeenSeq, userId, 50);
  if (answers.length === 0) return;
  const current: Answered = {
    roomPublicId: room.publicId,
    answers: await shown(tx, answers),
    lastSeq: room.lastSeq,
  };
  throw new Refusal('conflict', 'Somebody else has answered meanwhile.', { current });
}
