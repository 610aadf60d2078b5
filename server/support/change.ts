import { roomById, updateRoom } from '../../db/rooms.ts';
import type { RecordEvent, Tx } from '../outbox/commit.ts';
import type { Origin } from './access.ts';
import { cardOf, type RoomCard } from './cards.ts';
import { type RoomChange, recordDesk } from './events.ts';
import { differs, type Room, type RoomChanges } from './room.ts';

/** What one change of a room is, in its row and in its history. */
export interface Planned {
  changes: RoomChanges;
  change: RoomChange;
  /** What else the history keeps of it. */
  facts?: object;
}

/** Writes what is planned, unless it changes nothing, and says so. */
export async function applyTo(
  tx: Tx,
  room: Room,
  record: RecordEvent,
  { changes, change, facts }: Planned,
  by: { actorId: number | null; now: number } & Origin,
): Promise<RoomCard> {
  if (!differs(room, changes)) return cardOf(tx, room);
  await updateRoom(tx, room.id, changes, by.now);
  const card = await cardOf(tx, (await roomById(tx, room.id)) ?? room);
  await recordDesk(
    record,
    'room.updated',
    { roomId: room.id, actorId: by.actorId, data: { ...change, ...facts } },
    { room: card, change, exceptSocket: by.exceptSocket ?? null },
  );
  return card;
}
