import type { DeskRoom } from '../desk/wire.ts';
import type { News } from './sound.ts';

type Rooms = ReadonlyMap<number, DeskRoom>;

export interface RoomNews {
  kind: News;
  room: DeskRoom;
}

/** A room not known before tells of news when that is no older. */
const FRESH_MS = 60_000;

/** What has come between two states of the rooms: to rooms that nobody has, to one's own, and what became one's own. */
export function newsBetween(before: Rooms, after: Rooms, myId: number, now: number): RoomNews[] {
  const news: RoomNews[] = [];
  for (const [id, room] of after) {
    const known = before.get(id);
    if (known === room) continue;
    const isMine = room.assignee?.id === myId;
    if (known && isMine && known.assignee?.id !== myId && isActive(room)) {
      news.push({ kind: 'mine', room });
      continue;
    }
    if (room.latest === null || room.latest.isAgent || room.latest.isNote) continue;
    // Not by what is unread: a room that is open reads at once, also while one looks elsewhere.
    const isMore = known ? room.lastSeq > known.lastSeq : room.unread > 0 && now - room.lastMessageAt < FRESH_MS;
    if (!isMore) continue;
    if (isWaiting(room)) news.push({ kind: 'new', room });
    else if (isMine) news.push({ kind: 'mine', room });
  }
  return news;
}

/** Whether it still wants somebody to take it. */
export function isWaiting(room: DeskRoom | undefined): boolean {
  return room?.status === 'open' && room.assignee === null && room.snoozedUntil === null && !room.isArchived;
}

function isActive({ status }: DeskRoom): boolean {
  return status === 'open' || status === 'assigned';
}
