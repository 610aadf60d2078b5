import { messagesAfter, messagesBefore } from '../../db/messages.ts';
import { deliverMessages, hasUnread, readRoom } from '../../db/reads.ts';
import { roomById, updateRoom } from '../../db/rooms.ts';
import type { Db } from '../../db/upsert.ts';
import { type Caller, isPerson } from '../identity/caller.ts';
import type { RecordEvent, Tx } from '../outbox/commit.ts';
import { type DeskParts, inRoom, type Origin, type RoomRef, roomFor } from './access.ts';
import { cardOf, type RoomCard } from './cards.ts';
import { recordDesk } from './events.ts';
import { standingOf } from './policy.ts';
import type { Room, Side } from './room.ts';

export interface Reading {
  /** The caller's side has read the room to its end. Writes nothing when there is nothing new, however often it is called. */
  markRead(caller: Caller, ref: RoomRef, origin?: Origin): Promise<void>;
  /** Messages up to this number (as the caller's side counts; left out: all) have reached the caller's device. */
  markDelivered(caller: Caller, ref: RoomRef, seq?: number, origin?: Origin): Promise<void>;
  /** The team will look at it again. */
  markUnread(caller: Caller, ref: RoomRef, origin?: Origin): Promise<RoomCard>;
}

interface Reader {
  userId: number;
  side: Side;
}

/** One side reads the room to its end, within a transaction; said only when that was news to the other side. */
export async function readThrough(
  tx: Tx,
  room: Room,
  record: RecordEvent,
  reader: Reader,
  now: number,
  { exceptSocket = null }: Origin,
): Promise<void> {
  const { lastReadSeq, lastReadPublicSeq, newlyRead } = await readRoom(tx, room, reader, now);
  const hadUnread = reader.side === 'user' ? room.unreadUserCount > 0 : room.unreadAdminCount > 0;
  if (newlyRead === 0 && !hadUnread) return;
  const after = (await roomById(tx, room.id)) ?? room;
  await recordDesk(
    record,
    'message.read',
    { roomId: room.id, actorId: reader.userId, data: { seq: lastReadSeq } },
    {
      room: after,
      readerId: reader.userId,
      isAdmin: reader.side === 'admin',
      seq: lastReadSeq,
      publicSeq: lastReadPublicSeq,
      exceptSocket,
    },
  );
}

export function readingOf(parts: DeskParts): Reading {
  const { now } = parts;

  const readerIn = (caller: Caller, room: Room): Reader => ({
    userId: isPerson(caller) ? caller.userId : room.userId,
    side: standingOf(caller, room) === 'team' ? 'admin' : 'user',
  });

  return {
    async markRead(caller, ref, origin = {}) {
      const found = await roomFor(parts, caller, ref, 'view');
      const reader = readerIn(caller, found);
      // Pages that poll come by every few seconds; most of the time there is nothing to write.
      if (!hasUnread(found, reader.side)) return;
      await inRoom(parts, found, async (tx, room, record) => {
        if (hasUnread(room, reader.side)) await readThrough(tx, room, record, reader, now(), origin);
      });
    },

    async markDelivered(caller, ref, asked, origin = {}) {
      const found = await roomFor(parts, caller, ref, 'view');
      const reader = readerIn(caller, found);
      await inRoom(parts, found, async (tx, room, record) => {
        const { seq, publicSeq } = await placeOf(tx, room, reader.side, asked);
        if ((await deliverMessages(tx, room.id, reader, seq, now())) === 0) return;
        const { exceptSocket = null } = origin;
        const isAdmin = reader.side === 'admin';
        await recordDesk(
          record,
          'message.delivered',
          { roomId: room.id, actorId: reader.userId, data: { seq } },
          { room, readerId: reader.userId, isAdmin, seq, publicSeq, exceptSocket },
        );
      });
    },

    async markUnread(caller, ref, origin = {}) {
      const found = await roomFor(parts, caller, ref, 'manage');
      return inRoom(parts, found, async (tx, room, record) => {
        if (room.unreadAdminCount > 0) return cardOf(tx, room);
        await updateRoom(tx, room.id, { unreadAdminCount: 1 }, now());
        const card = await cardOf(tx, { ...room, unreadAdminCount: 1 });
        const change = { what: 'unread' as const, from: 0, to: 1 };
        const actorId = isPerson(caller) ? caller.userId : null;
        const live = { room: card, change, exceptSocket: origin.exceptSocket ?? null };
        await recordDesk(record, 'room.updated', { roomId: room.id, actorId, data: change }, live);
        return card;
      });
    },
  };
}

/** A place in the room in both counts. */
async function placeOf(
  db: Db,
  room: Room,
  side: Side,
  asked: number | undefined,
): Promise<{ seq: number; publicSeq: number }> {
  const audience = side === 'user' ? 'visitor' : 'team';
  const last = side === 'user' ? room.lastPublicSeq : room.lastSeq;
  if (asked === undefined || asked >= last) return { seq: room.lastSeq, publicSeq: room.lastPublicSeq };
  const [message] = await messagesBefore(db, room.id, audience, asked + 1, 1);
  if (!message) return { seq: 0, publicSeq: 0 };
  if (message.publicSeq !== null) return { seq: message.seq, publicSeq: message.publicSeq };
  // A note: the visitor's count is where the public message before it left off, one less than the next one's.
  const [next] = (await messagesAfter(db, room.id, 'team', message.seq, 200)).filter((later) => !later.isPrivate);
  return { seq: message.seq, publicSeq: next?.publicSeq == null ? room.lastPublicSeq : next.publicSeq - 1 };
}
