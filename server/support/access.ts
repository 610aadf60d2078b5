import { adoptMessages, roomsWithUnadopted } from '../../db/message-adoption.ts';
import { holdRoom, type Room, roomById, roomByPublicId, roomByUuid } from '../../db/rooms.ts';
import type { Db } from '../../db/upsert.ts';
import { type Caller, isPerson } from '../identity/caller.ts';
import type { Commit, RecordEvent, Tx } from '../outbox/commit.ts';
import { cardOf } from './cards.ts';
import { recordDesk } from './events.ts';
import { authorize, type PolicySettings, type RoomAction, roomNotFound } from './policy.ts';

/** What every part of the desk is made from. */
export interface DeskParts {
  db: Db;
  commit: Commit;
  now: () => number;
  policy: PolicySettings;
}

/**
 * How a room is called outside, in any of its forms: the public id (a number, or its digits), the uuid, or `session_`
 * and the uuid's 32 digits.
 */
export type RoomRef = number | string;

/** Who caused a change: their own socket needs no telling. */
export interface Origin {
  exceptSocket?: string | null;
}

/** The room, if this caller may do this in it. @throws Refusal `not-found`, `forbidden` */
export async function roomFor(parts: DeskParts, caller: Caller, ref: RoomRef, action: RoomAction): Promise<Room> {
  const room = await roomCalled(parts.db, ref, !isPerson(caller));
  if (!room) throw roomNotFound();
  authorize(caller, action, room, parts.policy);
  return room;
}

/** Does `work` on the room as it stands in the transaction, one after the other for each room. */
export function inRoom<Result>(
  parts: DeskParts,
  room: Pick<Room, 'id'>,
  work: (tx: Tx, room: Room, record: RecordEvent) => Promise<Result>,
): Promise<Result> {
  return parts.commit(
    async (tx, record) => {
      const held = await holdRoom(tx, room.id);
      if (!held) throw roomNotFound();
      return work(tx, held, record);
    },
    { inTurn: `room:${room.id}` },
  );
}

/** Gives messages that a Laravel app has put into these rooms their place; answers the rooms as they are then. */
export async function withAdopted(parts: DeskParts, rooms: Room[]): Promise<Room[]> {
  const { db } = parts;
  const ids = new Set(
    await roomsWithUnadopted(
      db,
      rooms.map((room) => room.id),
    ),
  );
  if (ids.size === 0) return rooms;
  const adopted: Room[] = [];
  for (const room of rooms) {
    if (ids.has(room.id)) await adoptIn(parts, room);
    adopted.push(ids.has(room.id) ? ((await roomById(db, room.id)) ?? room) : room);
  }
  return adopted;
}

async function adoptIn(parts: DeskParts, room: Room): Promise<void> {
  await inRoom(parts, room, async (tx, { id }, record) => {
    const messages = await adoptMessages(tx, id, parts.now());
    const after = await roomById(tx, id);
    if (messages.length === 0 || !after) return;
    const change = { what: 'messages' as const, from: room.lastSeq, to: after.lastSeq, because: 'written elsewhere' };
    const live = { room: await cardOf(tx, after), change, exceptSocket: null };
    await recordDesk(record, 'room.updated', { roomId: id, actorId: null, data: change }, live);
  });
}

/** A uuid is a secret, a public id is shown around: keys that anybody may hold reach rooms by the former only. */
async function roomCalled(db: Db, ref: RoomRef, bySecretOnly: boolean): Promise<Room | undefined> {
  const text = String(ref).toLowerCase();
  const uuid = uuidIn(text);
  if (uuid) return roomByUuid(db, uuid);
  if (bySecretOnly || !/^[1-9]\d{0,15}$/.test(text)) return undefined;
  const id = Number(text);
  return Number.isSafeInteger(id) ? roomByPublicId(db, id) : undefined;
}

function uuidIn(text: string): string | undefined {
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text)) return text;
  const digits = /^session_([0-9a-f]{32})$/.exec(text)?.[1];
  return digits?.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
