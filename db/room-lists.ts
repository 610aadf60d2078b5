import { type RoomFilter, type RoomsQuery, roomsMatching } from './room-filter.ts';
import { meetRooms, type Room } from './rooms.ts';
import { toText } from './time.ts';
import type { Db } from './upsert.ts';

/** `waiting`: urgent ones with something unread, then who waits longest for an answer, then the newest. */
export type RoomOrder = 'newest' | 'oldest' | 'waiting';

/** Where the next page begins: after this room, which had its place in this part of the list. */
export interface RoomCursor {
  part: number;
  at: number | null;
  id: number;
}

export interface RoomPage {
  limit: number;
  order?: RoomOrder;
  after?: RoomCursor;
  offset?: number;
}

/** Some rooms that follow each other in a list, in the order of one index. */
interface Part {
  select(rooms: RoomsQuery): RoomsQuery;
  has(room: Room): boolean;
  /** Null: by the id alone. */
  by: 'last_message_at' | 'needs_reply_since' | null;
  direction: 'asc' | 'desc';
}

const spoken: Part = {
  select: (rooms) => rooms.where('last_message_at', 'is not', null),
  has: (room) => room.lastMessageAt !== null,
  by: 'last_message_at',
  direction: 'desc',
};

/** An app's own, which it has not brought up to date. */
const unspoken: Part = {
  select: (rooms) => rooms.where('last_message_at', 'is', null),
  has: (room) => room.lastMessageAt === null,
  by: null,
  direction: 'desc',
};

const isPressing = (room: Room) => room.priority === 'urgent' && room.unreadAdminCount > 0;

const pressing = (part: Part): Part => ({
  ...part,
  select: (rooms) => part.select(rooms.where('priority', '=', 'urgent').where('is_unread', '=', 1)),
  has: (room) => isPressing(room) && part.has(room),
});

const others = (part: Part): Part => ({
  ...part,
  select: (rooms) =>
    part.select(rooms.where(({ eb, or }) => or([eb('priority', '<>', 'urgent'), eb('is_unread', '=', 0)]))),
  has: (room) => !isPressing(room) && part.has(room),
});

const unanswered: Part = {
  select: (rooms) => rooms.where('needs_reply_since', 'is not', null),
  has: (room) => room.needsReplySince !== null,
  by: 'needs_reply_since',
  direction: 'asc',
};

const answered = (part: Part): Part => ({
  ...part,
  select: (rooms) => part.select(rooms.where('needs_reply_since', 'is', null)),
  has: (room) => room.needsReplySince === null && part.has(room),
});

const orders: Record<RoomOrder, readonly Part[]> = {
  newest: [spoken, unspoken],
  oldest: [
    { ...unspoken, direction: 'asc' },
    { ...spoken, direction: 'asc' },
  ],
  waiting: [
    pressing(unanswered),
    pressing(answered(spoken)),
    others(unanswered),
    others(answered(spoken)),
    answered(unspoken),
  ],
};

/** The place of a room in a list. */
export function cursorOf(order: RoomOrder, room: Room): RoomCursor {
  const part = orders[order].findIndex((each) => each.has(room));
  const by = orders[order][part]?.by ?? null;
  const at = by === null ? null : by === 'last_message_at' ? room.lastMessageAt : room.needsReplySince;
  return { part, at, id: room.id };
}

/**
 * A page after a cursor costs the same wherever it is; `offset` is for wires that count pages, and walks over what it
 * skips.
 */
export async function listRooms(db: Db, filter: RoomFilter, page: RoomPage): Promise<Room[]> {
  const { servedFrom, ...rest } = filter;
  if (servedFrom === undefined || rest.siteDomain !== undefined) return listInOrder(db, filter, page);
  // Two lists, each in the order of an index, and then one: asked for both at once, the engines sort all there are.
  const { offset = 0, limit, order = 'newest', ...after } = page;
  const wanted = { ...after, order, limit: offset + limit };
  const lists = await Promise.all(
    [servedFrom, null].map((siteDomain) => listInOrder(db, { ...rest, siteDomain }, wanted)),
  );
  return lists
    .flat()
    .sort((a, b) => compare(order, cursorOf(order, a), cursorOf(order, b)))
    .slice(offset, offset + limit);
}

export async function countRooms(db: Db, filter: RoomFilter): Promise<number> {
  return countOf(roomsMatching(db, filter));
}

async function listInOrder(db: Db, filter: RoomFilter, page: RoomPage): Promise<Room[]> {
  const { limit, order = 'newest', after } = page;
  const rooms: Room[] = [];
  let skipped = page.offset ?? 0;
  for (const [index, part] of orders[order].entries()) {
    if (after && index < after.part) continue;
    const all = part.select(roomsMatching(db, filter));
    const ordered = inOrder(after?.part === index ? behind(all, part, after) : all, part).limit(limit - rooms.length);
    const found = await meetRooms(db, await (skipped > 0 ? ordered.offset(skipped) : ordered).execute());
    rooms.push(...found);
    if (rooms.length >= limit) break;
    if (skipped > 0) skipped = found.length > 0 ? 0 : skipped - (await countOf(all));
  }
  return rooms;
}

function inOrder(rooms: RoomsQuery, { by, direction }: Part) {
  const all = rooms.selectAll();
  return (by === null ? all : all.orderBy(by, direction)).orderBy('id', direction);
}

function behind(rooms: RoomsQuery, { by, direction }: Part, { at, id }: RoomCursor): RoomsQuery {
  const further = direction === 'asc' ? '>' : '<';
  if (by === null || at === null) return rooms.where('id', further, id);
  const text = toText(at);
  return (
    rooms
      // The first half is what the index is entered by; only rows of that very moment are left to the second.
      .where(by, direction === 'asc' ? '>=' : '<=', text)
      .where(({ eb, or }) => or([eb(by, further, text), eb('id', further, id)]))
  );
}

function compare(order: RoomOrder, a: RoomCursor, b: RoomCursor): number {
  if (a.part !== b.part) return a.part - b.part;
  const ascending = (a.at ?? 0) - (b.at ?? 0) || a.id - b.id;
  return orders[order][a.part]?.direction === 'asc' ? ascending : -ascending;
}

async function countOf(rooms: RoomsQuery): Promise<number> {
  const count = await rooms.select(({ fn }) => fn.countAll<number>().as('rooms')).executeTakeFirstOrThrow();
  return Number(count.rooms);
}
