import { type Label, labelsOfRooms } from '../../db/labels.ts';
import { latestMessages } from '../../db/messages.ts';
import type { Room } from '../../db/rooms.ts';
import type { Db } from '../../db/upsert.ts';
import { type User, usersByIds } from '../../db/users.ts';
import { type PublicMessage, publicOnly, shown } from './message.ts';

/** A room with those who belong to it, as lists show it. `visitor` null: a Laravel app removed the user. */
export interface RoomCard {
  room: Room;
  visitor: User | null;
  assignee: User | null;
  labels: Label[];
  /** The newest that both sides see. */
  latest: PublicMessage | null;
}

/** Four queries, however many rooms. */
export async function cardsOf(db: Db, rooms: readonly Room[]): Promise<RoomCard[]> {
  if (rooms.length === 0) return [];
  const latest = await latestMessages(db, rooms);
  const people = rooms.flatMap((room) => [room.userId, room.assignedTo ?? []].flat());
  const users = await usersByIds(db, [...people, ...[...latest.values()].map((message) => message.userId)]);
  const labels = await labelsOfRooms(
    db,
    rooms.map((room) => room.id),
  );
  const spoken = rooms.flatMap((room) => latest.get(room.id) ?? []);
  const messages = publicOnly(await shown(db, spoken, users));
  const latestByRoom = new Map(messages.map((message, place) => [spoken[place]?.roomId, message]));
  return rooms.map((room) => ({
    room,
    visitor: users.get(room.userId) ?? null,
    assignee: room.assignedTo === null ? null : (users.get(room.assignedTo) ?? null),
    labels: labels.get(room.id) ?? [],
    latest: latestByRoom.get(room.id) ?? null,
  }));
}

export async function cardOf(db: Db, room: Room): Promise<RoomCard> {
  const [card] = await cardsOf(db, [room]);
  if (!card) throw new Error('A room has one card');
  return card;
}
