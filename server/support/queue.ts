import { countWaiting, countWaitingBefore, recentWaits, waitingRooms } from '../../db/queue.ts';
import type { Caller } from '../identity/caller.ts';
import { type DeskParts, type RoomRef, roomFor } from './access.ts';
import { cardsOf, type RoomCard } from './cards.ts';
import { authorizeTeam, servedFrom } from './policy.ts';

export interface Place {
  /** 1: the next to be taken; null: the room does not wait. */
  position: number | null;
  /** How long the rooms taken last had waited, the middle one of them; null when none has been. */
  usualWaitMilliseconds: number | null;
}

export interface Queue {
  /** Rooms nobody has, the longest waiting first; of one site, as far as the caller serves it. */
  waiting(caller: Caller, site?: string | null, limit?: number): Promise<{ cards: RoomCard[]; waitingCount: number }>;
  /** Where in the queue a room stands: for its visitor. */
  placeOf(caller: Caller, ref: RoomRef): Promise<Place>;
}

export function queueOf(parts: DeskParts): Queue {
  const { db } = parts;

  return {
    async waiting(caller, site = null, limit = 200) {
      authorizeTeam(caller);
      const from = servedFrom(caller) ?? site ?? undefined;
      const rooms = await waitingRooms(db, from, limit);
      const waitingCount = rooms.length < limit ? rooms.length : await countWaiting(db, from);
      return { cards: await cardsOf(db, rooms), waitingCount };
    },

    async placeOf(caller, ref) {
      const room = await roomFor(parts, caller, ref, 'view');
      if (room.status !== 'open' || room.assignedTo !== null || room.archivedAt !== null) {
        return { position: null, usualWaitMilliseconds: null };
      }
      const waits = (await recentWaits(db, room.siteDomain ?? undefined, 20)).sort((a, b) => a - b);
      const position = (await countWaitingBefore(db, room)) + 1;
      return { position, usualWaitMilliseconds: waits[Math.floor(waits.length / 2)] ?? null };
    },
  };
}
