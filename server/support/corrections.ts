import { releaseAttachments } from '../../db/attachments.ts';
import { deleteMessage, editMessage, type Message, messageById, messagesBefore } from '../../db/messages.ts';
import { updateRoom } from '../../db/rooms.ts';
import type { Db } from '../../db/upsert.ts';
import { usersByIds } from '../../db/users.ts';
import { type Caller, isPerson, ranksAtLeast } from '../identity/caller.ts';
import type { RecordEvent, Tx } from '../outbox/commit.ts';
import { Refusal } from '../refusal.ts';
import { type DeskParts, inRoom, type Origin, type RoomRef, roomFor } from './access.ts';
import { recordDesk } from './events.ts';
import { required, textOf } from './input.ts';
import { authorOf, goneAuthor, shown, type TeamMessage } from './message.ts';
import { textCharactersAtMost } from './outgoing.ts';
import { standingOf, unauthorized } from './policy.ts';
import type { Room } from './room.ts';

export interface Corrections {
  /** Its author may, for ten minutes. */
  edit(caller: Caller, ref: RoomRef, messageId: number, text: string, origin?: Origin): Promise<TeamMessage>;
  /** Leaves a tombstone. Visitors for ten minutes, the team what they wrote, supervisors everything. */
  remove(caller: Caller, ref: RoomRef, messageId: number, origin?: Origin): Promise<TeamMessage>;
}

export const editableMinutes = 10;

export function correctionsOf(parts: DeskParts): Corrections {
  const { now } = parts;

  async function correct(
    caller: Caller,
    ref: RoomRef,
    messageId: number,
    origin: Origin,
    work: (tx: Tx, room: Room, message: Message) => Promise<'updated' | 'deleted' | 'unchanged'>,
  ): Promise<TeamMessage> {
    const found = await roomFor(parts, caller, ref, 'send');
    if (!isPerson(caller)) throw unauthorized();
    return inRoom(parts, found, async (tx, room, record) => {
      const message = await messageById(tx, messageId);
      const isVisible = message && (!message.isPrivate || standingOf(caller, room) === 'team');
      if (!isVisible || message.roomId !== room.id) throw new Refusal('not-found', 'Message not found.');
      const done = await work(tx, room, message);
      const corrected = await readAgain(tx, messageId);
      if (done !== 'unchanged') await tell(tx, record, room, corrected, done, caller.userId, origin);
      return corrected;
    });
  }

  const isLate = (message: Message) => now() - message.createdAt > editableMinutes * 60_000;

  function mayRemove(caller: Caller, room: Room, message: Message): boolean {
    if (!isPerson(caller)) return false;
    const isTeam = standingOf(caller, room) === 'team';
    if (isTeam && ranksAtLeast(caller, 'supervisor')) return true;
    return message.userId === caller.userId && (isTeam || !isLate(message));
  }

  return {
    edit: (caller, ref, messageId, asked, origin = {}) =>
      correct(caller, ref, messageId, origin, async (tx, _room, message) => {
        const isTheirs = isPerson(caller) && message.userId === caller.userId;
        if (!isTheirs || message.type === 'system') throw unauthorized();
        if (message.deletedAt !== null) throw new Refusal('conflict', 'The message has been deleted.');
        if (isLate(message)) throw new Refusal('forbidden', `Messages can be edited for ${editableMinutes} minutes.`);
        const text = textOf('message', asked, textCharactersAtMost);
        if (text === '' && !message.attachments?.length) throw required('message');
        if (text === message.text) return 'unchanged';
        await editMessage(tx, message.id, text, now());
        return 'updated';
      }),

    remove: (caller, ref, messageId, origin = {}) =>
      correct(caller, ref, messageId, origin, async (tx, room, message) => {
        if (!mayRemove(caller, room, message)) throw unauthorized();
        if (!(await deleteMessage(tx, message.id, now()))) return 'unchanged';
        await releaseAttachments(tx, { messageId: message.id });
        await uncount(tx, room, message, now());
        return 'deleted';
      }),
  };
}

/** Nobody has to read it any more, and nobody waits for an answer to it. */
async function uncount(tx: Tx, room: Room, message: Message, now: number): Promise<void> {
  if (message.isPrivate || message.type === 'system') return;
  if (message.isAdmin) {
    if (message.seq <= room.userReadSeq || room.unreadUserCount === 0) return;
    await updateRoom(tx, room.id, { unreadUserCount: room.unreadUserCount - 1 }, now);
    return;
  }
  const isUnread = message.seq > room.adminReadSeq && room.unreadAdminCount > 0;
  await updateRoom(
    tx,
    room.id,
    {
      unreadAdminCount: room.unreadAdminCount - Number(isUnread),
      ...(room.needsReplySince === null ? {} : { needsReplySince: await waitsSince(tx, room) }),
    },
    now,
  );
}

/** When the oldest message was sent that stands and is not answered; what is further back than this has waited long enough. */
async function waitsSince(db: Db, room: Room): Promise<number | null> {
  const newest = await messagesBefore(db, room.id, 'visitor', null, 100);
  const unanswered = newest.slice(newest.findLastIndex((message) => message.isAdmin) + 1);
  return unanswered.find((message) => message.deletedAt === null && message.type !== 'system')?.createdAt ?? null;
}

async function readAgain(db: Db, messageId: number): Promise<TeamMessage> {
  const row = await messageById(db, messageId);
  const [message] = row ? await shown(db, [row]) : [];
  if (!message) throw new Error('The message that was just corrected is not there');
  return message;
}

async function tell(
  tx: Tx,
  record: RecordEvent,
  room: Room,
  message: TeamMessage,
  done: 'updated' | 'deleted',
  actorId: number,
  { exceptSocket = null }: Origin,
): Promise<void> {
  const users = await usersByIds(tx, [room.userId, room.assignedTo ?? room.userId]);
  const author = (id: number) => {
    const user = users.get(id);
    return user ? authorOf(user) : goneAuthor(id);
  };
  const assignee = room.assignedTo === null ? null : author(room.assignedTo);
  const around = { room, visitor: author(room.userId), assignee, exceptSocket };
  const about = { roomId: room.id, actorId, data: { messageId: message.id, seq: message.seq } };
  if (message.isPrivate) await recordDesk(record, `note.${done}`, about, { ...around, message });
  else await recordDesk(record, `message.${done}`, about, { ...around, message });
}
