import { sql } from 'kysely';
import { isServedFrom } from './room-filter.ts';
import type { RoomStatus } from './rooms.ts';
import { toMilliseconds, toText } from './time.ts';
import type { Db } from './upsert.ts';

export interface RoomStats {
  total: number;
  open: number;
  assigned: number;
  resolved: number;
  closed: number;
  /** Of the open and assigned ones. */
  unassigned: number;
  urgent: number;
  /** Of the open and assigned ones: out of sight for a while. */
  snoozed: number;
  /** With messages the team has not read, whatever the status. */
  unread: number;
  /** The oldest visitor message that nobody has answered. */
  waitingSince: number | null;
  /** Since when the first in the queue waits to be taken. */
  queuedSince: number | null;
  /** Of the open and assigned ones, by who has them. */
  byAssignee: Map<number, { rooms: number; unread: number }>;
}

/** Of the rooms of one site and those of none, or of all (`servedFrom` left out). */
export async function roomStats(db: Db, now: number, servedFrom?: string): Promise<RoomStats> {
  let rooms = db.selectFrom('support_chat_rooms').where('archived_at', 'is', null);
  if (servedFrom !== undefined) rooms = rooms.where((where) => isServedFrom(where, servedFrom));
  const rows = await rooms
    .select(({ fn }) => [
      'status',
      'assigned_to',
      fn.countAll<number>().as('rooms'),
      sql<number>`sum(case when priority = 'urgent' then 1 else 0 end)`.as('urgent'),
      sql<number>`sum(case when snoozed_until > ${toText(now)} then 1 else 0 end)`.as('snoozed'),
      sql<number>`sum(is_unread)`.as('unread'),
      fn.min('needs_reply_since').as('waiting_since'),
      fn.min('queued_at').as('queued_since'),
    ])
    .groupBy(['status', 'assigned_to'])
    .execute();

  const stats: RoomStats = {
    total: 0,
    open: 0,
    assigned: 0,
    resolved: 0,
    closed: 0,
    unassigned: 0,
    urgent: 0,
    snoozed: 0,
    unread: 0,
    waitingSince: null,
    queuedSince: null,
    byAssignee: new Map(),
  };
  for (const row of rows) {
    const status = row.status as RoomStatus;
    const count = Number(row.rooms);
    if (status in stats) stats[status] += count;
    stats.total += count;
    stats.unread += Number(row.unread);
    if (status !== 'open' && status !== 'assigned') continue;
    stats.urgent += Number(row.urgent);
    stats.snoozed += Number(row.snoozed);
    stats.waitingSince = earlier(stats.waitingSince, toMilliseconds(row.waiting_since));
    if (row.assigned_to === null) {
      stats.unassigned += count;
      if (status === 'open') stats.queuedSince = earlier(stats.queuedSince, toMilliseconds(row.queued_since));
    } else {
      const before = stats.byAssignee.get(row.assigned_to) ?? { rooms: 0, unread: 0 };
      const after = { rooms: before.rooms + count, unread: before.unread + Number(row.unread) };
      stats.byAssignee.set(row.assigned_to, after);
    }
  }
  return stats;
}

function earlier(one: number | null, other: number | null): number | null {
  return one === null || other === null ? (one ?? other) : Math.min(one, other);
}
