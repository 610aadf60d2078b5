import { type ExpressionBuilder, type SelectQueryBuilder, sql } from 'kysely';
import { meetRooms, type Room, type RoomPriority, type RoomStatus } from './rooms.ts';
import type { Schema } from './schema.ts';
import { toMilliseconds, toText } from './time.ts';
import type { Db } from './upsert.ts';

/** Which rooms; what is left out is not asked for. */
export interface RoomFilter {
  userId?: number;
  /** Null: of no site. */
  siteDomain?: string | null;
  /** Those of this site, and those of none. */
  servedFrom?: string;
  /** Any of these. */
  status?: RoomStatus | readonly RoomStatus[];
  /** Open or assigned. */
  isActive?: true;
  /** Null: nobody's. */
  assignedTo?: number | null;
  priority?: RoomPriority;
  category?: string;
  /** With messages the team has not read. */
  isUnread?: true;
  needsReply?: true;
  labelId?: string;
  channel?: string;
  isArchived?: boolean;
  /** Asleep, or not, at this moment. */
  snoozed?: { is: boolean; at: number };
}

/** Where the next page begins: after this room. */
export interface RoomCursor {
  lastMessageAt: number | null;
  id: number;
}

export interface RoomPage {
  limit: number;
  after?: RoomCursor;
  offset?: number;
}

/**
 * Newest message first; rooms without any last. A page after a cursor costs the same wherever it is; `offset` is for
 * wires that count pages, and walks over what it skips.
 */
export async function listRooms(db: Db, filter: RoomFilter, page: RoomPage): Promise<Room[]> {
  const { servedFrom, ...rest } = filter;
  if (servedFrom === undefined || rest.siteDomain !== undefined) return listInOrder(db, filter, page);
  // Two lists, each in the order of an index, and then one: asked for both at once, the engines sort all there are.
  const { offset = 0, limit, ...after } = page;
  const wanted = { ...after, limit: offset + limit };
  const lists = await Promise.all(
    [servedFrom, null].map((siteDomain) => listInOrder(db, { ...rest, siteDomain }, wanted)),
  );
  const newestFirst = (a: Room, b: Room) => (b.lastMessageAt ?? 0) - (a.lastMessageAt ?? 0) || b.id - a.id;
  return lists
    .flat()
    .sort(newestFirst)
    .slice(offset, offset + limit);
}

async function listInOrder(db: Db, filter: RoomFilter, { limit, after, offset }: RoomPage): Promise<Room[]> {
  const newestFirst = roomsMatching(db, filter).selectAll().orderBy('last_message_at', 'desc').orderBy('id', 'desc');
  if (!after) {
    const rows = newestFirst.limit(limit);
    return meetRooms(db, await (offset ? rows.offset(offset) : rows).execute());
  }
  const withoutMessages = newestFirst.where('last_message_at', 'is', null);
  if (after.lastMessageAt === null) {
    return meetRooms(db, await withoutMessages.where('id', '<', after.id).limit(limit).execute());
  }
  const at = toText(after.lastMessageAt);
  const rows = await newestFirst
    // The first half is what the index is entered by; only rows of that very moment are left to the second.
    .where('last_message_at', '<=', at)
    .where(({ eb, or }) => or([eb('last_message_at', '<', at), eb('id', '<', after.id)]))
    .limit(limit)
    .execute();
  if (rows.length < limit) rows.push(...(await withoutMessages.limit(limit - rows.length).execute()));
  return meetRooms(db, rows);
}

export async function countRooms(db: Db, filter: RoomFilter): Promise<number> {
  const count = await roomsMatching(db, filter)
    .select(({ fn }) => fn.countAll<number>().as('rooms'))
    .executeTakeFirstOrThrow();
  return Number(count.rooms);
}

export interface RoomStats {
  total: number;
  open: number;
  assigned: number;
  resolved: number;
  closed: number;
  /** Of the open and assigned ones. */
  unassigned: number;
  urgent: number;
  /** With messages the team has not read, whatever the status. */
  unread: number;
  /** The oldest visitor message that nobody has answered. */
  waitingSince: number | null;
}

/** Of the rooms of one site and those of none, or of all (`servedFrom` left out). */
export async function roomStats(db: Db, servedFrom?: string): Promise<RoomStats> {
  let rooms = db.selectFrom('support_chat_rooms').where('archived_at', 'is', null);
  if (servedFrom !== undefined) rooms = rooms.where((where) => isServedFrom(where, servedFrom));
  const rows = await rooms
    .select(({ fn }) => [
      'status',
      fn.countAll<number>().as('rooms'),
      sql<number>`sum(case when assigned_to is null then 1 else 0 end)`.as('unassigned'),
      sql<number>`sum(case when priority = 'urgent' then 1 else 0 end)`.as('urgent'),
      sql<number>`sum(is_unread)`.as('unread'),
      fn.min('needs_reply_since').as('waiting_since'),
    ])
    .groupBy('status')
    .execute();

  const stats: RoomStats = {
    total: 0,
    open: 0,
    assigned: 0,
    resolved: 0,
    closed: 0,
    unassigned: 0,
    urgent: 0,
    unread: 0,
    waitingSince: null,
  };
  for (const row of rows) {
    const status = row.status as RoomStatus;
    if (status in stats) stats[status] += Number(row.rooms);
    stats.total += Number(row.rooms);
    stats.unread += Number(row.unread);
    if (status !== 'open' && status !== 'assigned') continue;
    stats.unassigned += Number(row.unassigned);
    stats.urgent += Number(row.urgent);
    const since = toMilliseconds(row.waiting_since);
    if (since !== null) stats.waitingSince = Math.min(since, stats.waitingSince ?? since);
  }
  return stats;
}

/** The site's, or no site's: what somebody of that site looks after. */
export function isServedFrom({ eb, or }: ExpressionBuilder<Schema, 'support_chat_rooms'>, site: string) {
  return or([eb('site_domain', '=', site), eb('site_domain', 'is', null)]);
}

type RoomsQuery = SelectQueryBuilder<Schema, 'support_chat_rooms', unknown>;

function roomsMatching(db: Db, filter: RoomFilter): RoomsQuery {
  let rooms: RoomsQuery = db.selectFrom('support_chat_rooms');
  if (filter.userId !== undefined) rooms = rooms.where('user_id', '=', filter.userId);
  if (filter.siteDomain === null) rooms = rooms.where('site_domain', 'is', null);
  else if (filter.siteDomain !== undefined) rooms = rooms.where('site_domain', '=', filter.siteDomain);
  const { servedFrom } = filter;
  if (servedFrom !== undefined) rooms = rooms.where((where) => isServedFrom(where, servedFrom));
  if (typeof filter.status === 'string') rooms = rooms.where('status', '=', filter.status);
  else if (filter.status !== undefined) rooms = rooms.where('status', 'in', filter.status);
  if (filter.isActive) rooms = rooms.where('is_active', '=', 1);
  if (filter.assignedTo === null) rooms = rooms.where('assigned_to', 'is', null);
  else if (filter.assignedTo !== undefined) rooms = rooms.where('assigned_to', '=', filter.assignedTo);
  if (filter.priority !== undefined) rooms = rooms.where('priority', '=', filter.priority);
  if (filter.category !== undefined) rooms = rooms.where('category', '=', filter.category);
  if (filter.isUnread) rooms = rooms.where('is_unread', '=', 1);
  if (filter.needsReply) rooms = rooms.where('needs_reply_since', 'is not', null);
  if (filter.channel !== undefined) rooms = rooms.where('channel', '=', filter.channel);
  if (filter.isArchived !== undefined) rooms = rooms.where('archived_at', filter.isArchived ? 'is not' : 'is', null);
  const { labelId, snoozed } = filter;
  if (labelId !== undefined) {
    rooms = rooms.where(({ exists, selectFrom }) =>
      exists(
        selectFrom('desk_room_labels')
          .select('room_id')
          .whereRef('room_id', '=', 'support_chat_rooms.id')
          .where('label_id', '=', labelId),
      ),
    );
  }
  if (snoozed) {
    const at = toText(snoozed.at);
    if (snoozed.is) rooms = rooms.where('snoozed_until', '>', at);
    else rooms = rooms.where(({ eb, or }) => or([eb('snoozed_until', 'is', null), eb('snoozed_until', '<=', at)]));
  }
  return rooms;
}
