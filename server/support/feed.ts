import { eventsAfter, eventsOfRoom, feedStart, pruneRoomEvents } from '../../db/room-events.ts';
import { roomsByIds } from '../../db/rooms.ts';
import type { Db } from '../../db/upsert.ts';
import { usersByIds } from '../../db/users.ts';
import { type Caller, serves } from '../identity/caller.ts';
import { Refusal } from '../refusal.ts';
import { type DeskParts, type RoomRef, roomFor } from './access.ts';
import { cardsOf, type RoomCard } from './cards.ts';
import { type Author, authorOf } from './message.ts';
import { authorizeTeam } from './policy.ts';

export interface HistoryEntry {
  id: number;
  type: string;
  /** Null: nobody, the house itself. */
  actor: Author | null;
  data: Record<string, unknown>;
  at: number;
}

export interface Changes {
  /** What to ask with the next time. */
  cursor: number;
  /** Rooms something happened to, as they are now. */
  cards: RoomCard[];
  /** Public ids of rooms that are gone. */
  deleted: number[];
  /** Ask again at once. */
  hasMore: boolean;
}

export interface Feed {
  /** What happened to a room and who did it, newest first. */
  history(caller: Caller, ref: RoomRef, beforeId?: number | null, limit?: number): Promise<HistoryEntry[]>;
  /**
   * What an inbox has missed since `cursor`; null: where to begin. Nothing is ever left out, something may come twice.
   * @throws Refusal `gone` when the cursor is older than what is kept: load everything again.
   */
  changes(caller: Caller, cursor: number | null, limit?: number): Promise<Changes>;
  /** Forgets what is older; for the wiring to call now and then. */
  prune(before: number): Promise<void>;
}

/** A room's history, for whoever has made sure that the caller may see it. */
export async function historyOf(
  db: Db,
  roomId: number,
  beforeId: number | null,
  limit: number,
): Promise<HistoryEntry[]> {
  const events = await eventsOfRoom(db, roomId, beforeId, limit);
  const users = await usersByIds(
    db,
    events.flatMap((event) => event.actorId ?? []),
  );
  return events.map(({ id, type, actorId, data, at }) => {
    const actor = actorId === null ? undefined : users.get(actorId);
    return { id, type, actor: actor ? authorOf(actor) : null, data, at };
  });
}

export function feedOf(parts: DeskParts): Feed {
  const { db, commit, now } = parts;

  return {
    async history(caller, ref, beforeId = null, limit = 50) {
      const room = await roomFor(parts, caller, ref, 'manage');
      return historyOf(db, room.id, beforeId, limit);
    },

    async changes(caller, cursor, limit = 500) {
      authorizeTeam(caller);
      if (cursor === null) return { cursor: await feedStart(db, now()), cards: [], deleted: [], hasMore: false };
      const feed = await eventsAfter(db, cursor, limit, now());
      if (!feed) throw new Refusal('gone', 'The cursor has expired. Load the list again.');
      const ids = new Set(feed.events.flatMap((event) => event.roomId ?? []));
      const rooms = (await roomsByIds(db, [...ids])).filter((room) => serves(caller, room.siteDomain));
      const deleted = feed.events.flatMap(({ type, data }) =>
        type === 'room.deleted' && serves(caller, (data.siteDomain as string | null) ?? null) ? [data.publicId] : [],
      );
      return {
        cursor: feed.cursor,
        cards: await cardsOf(db, rooms),
        deleted: deleted.filter((id) => typeof id === 'number'),
        hasMore: feed.hasMore,
      };
    },

    prune: (before) => commit((tx) => pruneRoomEvents(tx, before, now())),
  };
}
