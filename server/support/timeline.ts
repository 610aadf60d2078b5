import { type Audience, type Message, messagesAfter, messagesBetween, messagesSince } from '../../db/messages.ts';
import type { Caller } from '../identity/caller.ts';
import { type DeskParts, type RoomRef, roomFor, withAdopted } from './access.ts';
import { type PublicMessage, publicOnly, shown, type TeamMessage } from './message.ts';
import { standingOf } from './policy.ts';
import type { Room } from './room.ts';

/** Which messages: by number, by time, or by page; of several the first one here. */
export interface TimelineAsked {
  /** The oldest `limit` with a greater number, as the caller's side counts. */
  afterSeq?: number;
  /** The newest `limit` with a smaller number. */
  beforeSeq?: number;
  /** The oldest `limit` both sides see that were sent later than this moment (epoch milliseconds). */
  since?: number;
  /** At most 500. */
  limit?: number;
  /** 1 is the newest page, unless `order` says that pages begin at the oldest message. Within a page always ascending. */
  page?: number;
  perPage?: number;
  order?: 'newest first' | 'oldest first';
  /** One of the team who wants to see what the visitor sees: without notes, numbered as the visitor's. */
  audience?: 'visitor';
}

interface Extent {
  room: Room;
  page: number;
  perPage: number;
  /** As the audience counts: how many there are, which is also the newest one's number. */
  total: number;
  lastPage: number;
  /** Whether there are more in the direction that was asked for. */
  hasMore: boolean;
  /** How many messages the caller's side has not read. */
  unread: number;
}

export type Timeline =
  | (Extent & { audience: 'visitor'; messages: PublicMessage[] })
  | (Extent & { audience: 'team'; messages: TeamMessage[] });

export interface Timelines {
  /** A stretch of the conversation, ascending. Visitors never get notes, however they ask. */
  read(caller: Caller, ref: RoomRef, asked?: TimelineAsked): Promise<Timeline>;
}

const limitAtMost = 500;
const perPageAtMost = 200;

export function timelinesOf(parts: DeskParts): Timelines {
  const { db, now } = parts;

  async function stretch(room: Room, audience: Audience, total: number, asked: TimelineAsked) {
    const limit = between(1, asked.limit ?? 50, limitAtMost);
    if (asked.afterSeq !== undefined)
      return oneMore(limit, (n) => messagesAfter(db, room.id, audience, asked.afterSeq ?? 0, n));
    if (asked.since !== undefined) {
      // A moment to come would skip what is sent until then.
      const since = Math.min(asked.since, now());
      return oneMore(limit, (n) => messagesSince(db, room.id, since, n));
    }
    const { from, to } =
      asked.beforeSeq !== undefined ? { from: asked.beforeSeq - limit, to: asked.beforeSeq - 1 } : range(asked, total);
    const messages = to < 1 ? [] : await messagesBetween(db, room.id, audience, Math.max(1, from), to);
    return {
      messages,
      hasMore: asked.order === 'oldest first' && asked.beforeSeq === undefined ? to < total : from > 1,
    };
  }

  return {
    async read(caller, ref, asked = {}) {
      const found = await roomFor(parts, caller, ref, 'view');
      const [room = found] = await withAdopted(parts, [found]);
      const isTeam = standingOf(caller, room) === 'team';
      const audience: Audience =
        isTeam && asked.audience !== 'visitor' && asked.since === undefined ? 'team' : 'visitor';
      const total = audience === 'team' ? room.lastSeq : room.lastPublicSeq;
      const { messages, hasMore } = await stretch(room, audience, total, asked);
      const perPage = perPageOf(asked);
      const extent: Extent = {
        room,
        page: Math.max(1, asked.page ?? 1),
        perPage,
        total,
        lastPage: Math.max(1, Math.ceil(total / perPage)),
        hasMore,
        unread: isTeam ? room.unreadAdminCount : room.unreadUserCount,
      };
      const all = await shown(db, messages);
      return audience === 'team'
        ? { ...extent, audience, messages: all }
        : { ...extent, audience, messages: publicOnly(all) };
    },
  };
}

/** As numbers have no gaps, a page is a range of them: any page costs the same. */
function range(asked: TimelineAsked, total: number): { from: number; to: number } {
  const page = Math.max(1, asked.page ?? 1);
  const perPage = perPageOf(asked);
  if (asked.order === 'oldest first') return { from: (page - 1) * perPage + 1, to: page * perPage };
  const to = total - (page - 1) * perPage;
  return { from: to - perPage + 1, to };
}

function perPageOf(asked: TimelineAsked): number {
  return between(1, asked.perPage ?? 50, perPageAtMost);
}

function between(least: number, asked: number, most: number): number {
  return Math.min(most, Math.max(least, asked));
}

/** Reads one beyond the limit: there being one is what "more" means. */
async function oneMore(
  limit: number,
  read: (limit: number) => Promise<Message[]>,
): Promise<{ messages: Message[]; hasMore: boolean }> {
  const messages = await read(limit + 1);
  return { messages: messages.slice(0, limit), hasMore: messages.length > limit };
}
