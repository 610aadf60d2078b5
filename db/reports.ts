import { sql } from 'kysely';
import { fromJson } from './json.ts';
import { ofSites, type Stretch } from './replies.ts';
import { toMilliseconds, toText } from './time.ts';
import type { Db } from './upsert.ts';

/** How much of what began in one hour or quarter of an hour. */
export interface BucketCount {
  /** When it began, epoch milliseconds. */
  at: number;
  isAdmin: boolean;
  count: number;
}

/** Clocks of most places differ from UTC by whole hours; those of the others by quarters. */
export type Grain = 'hour' | 'quarter';

/** Messages that both sides see, by who wrote them. */
export async function messageCounts(db: Db, stretch: Stretch, grain: Grain): Promise<BucketCount[]> {
  const quarter = quarterOf('message.sent_at', grain);
  const { rows } = await sql<{ in_hour: string; in_quarter: number; is_admin: number; messages: number }>`
    select substr(message.sent_at, 1, 13) as in_hour, ${quarter} as in_quarter, message.is_admin, count(*) as messages
    from support_chat_messages message ${ofSites(stretch, 'message.chat_room_id')}
    where ${within('message.sent_at', stretch)} and message.public_seq is not null and message.type <> 'system'
    group by in_hour, in_quarter, message.is_admin`.execute(db);
  return rows.map((row) => ({ at: bucketOf(row), isAdmin: Boolean(row.is_admin), count: Number(row.messages) }));
}

/** Rooms that were begun. */
export async function roomCounts(db: Db, stretch: Stretch, grain: Grain): Promise<BucketCount[]> {
  const quarter = quarterOf('begun.created_at', grain);
  const { rows } = await sql<{ in_hour: string; in_quarter: number; rooms: number }>`
    select substr(begun.created_at, 1, 13) as in_hour, ${quarter} as in_quarter, count(*) as rooms
    from support_chat_rooms begun ${ofSites(stretch, 'begun.id')}
    where ${within('begun.created_at', stretch)}
    group by in_hour, in_quarter`.execute(db);
  return rows.map((row) => ({ at: bucketOf(row), isAdmin: false, count: Number(row.rooms) }));
}

/** How many public messages somebody of the team wrote in a room. */
export async function messagesByAgent(
  db: Db,
  stretch: Stretch,
  limit: number,
): Promise<{ userId: number; roomId: number; count: number }[]> {
  const { rows } = await sql<{ user_id: number; chat_room_id: number; messages: number }>`
    select message.user_id, message.chat_room_id, count(*) as messages
    from support_chat_messages message ${ofSites(stretch, 'message.chat_room_id')}
    where ${within('message.sent_at', stretch)} and message.public_seq is not null and message.type <> 'system'
      and message.is_admin = 1
    group by message.user_id, message.chat_room_id
    limit ${limit}`.execute(db);
  return rows.map((row) => ({ userId: row.user_id, roomId: row.chat_room_id, count: Number(row.messages) }));
}

/** A room was resolved or closed. */
export interface Ending {
  to: 'resolved' | 'closed';
  at: number;
  /** Null: time itself. */
  actorId: number | null;
  /** Since the visitor's first message of what ends here; null when it had ended before, or nobody wrote. */
  tookMilliseconds: number | null;
}

/** The newest `limit` of a stretch, as the rooms' histories have them. */
export async function endingsIn(db: Db, stretch: Stretch, limit: number): Promise<Ending[]> {
  const { rows } = await sql<{ actor_id: number | null; created_at: string; data: string; asked_at: string | null }>`
    select event.actor_id, event.created_at, event.data, (
        select message.sent_at from support_chat_messages message
        where message.chat_room_id = event.room_id and message.is_admin = 0 and message.public_seq is not null
          and message.sent_at > coalesce((
            select earlier.created_at from desk_room_events earlier
            where earlier.room_id = event.room_id and earlier.type = 'room.updated'
              and earlier.created_at < event.created_at and (${endings('earlier.data')})
            order by earlier.created_at desc limit 1
          ), ${toText(0)})
        order by message.sent_at limit 1
      ) as asked_at
    from desk_room_events event ${ofSites(stretch, 'event.room_id')}
    where event.type = 'room.updated' and ${within('event.created_at', stretch)} and (${endings('event.data')})
    order by event.created_at desc
    limit ${limit}`.execute(db);
  return rows.map((row) => {
    const { from, to } = fromJson<{ from: string; to: 'resolved' | 'closed' }>(row.data) ?? { from: '', to: 'closed' };
    const [at, askedAt] = [toMilliseconds(row.created_at) ?? 0, toMilliseconds(row.asked_at)];
    const isEnd = (from === 'open' || from === 'assigned') && askedAt !== null && askedAt <= at;
    return { to, at, actorId: row.actor_id, tookMilliseconds: isEnd ? at - askedAt : null };
  });
}

/** For how long those who were taken in a stretch had waited: the newest `limit`, in milliseconds. */
export async function waitsIn(db: Db, stretch: Stretch, limit: number): Promise<number[]> {
  const { rows } = await sql<{ data: string }>`
    select event.data from desk_room_events event ${ofSites(stretch, 'event.room_id')}
    where event.type = 'room.updated' and ${within('event.created_at', stretch)}
      and event.data like ${'{"what":"assignee",%"waitedMilliseconds":%'}
    order by event.created_at desc
    limit ${limit}`.execute(db);
  return rows.flatMap(({ data }) => fromJson<{ waitedMilliseconds?: number | null }>(data)?.waitedMilliseconds ?? []);
}

function within(column: string, { from, to }: Stretch) {
  return sql`${sql.ref(column)} >= ${toText(from)} and ${sql.ref(column)} < ${toText(to)}`;
}

function endings(column: string) {
  const patterns = ['resolved', 'closed'].map((to) => `{"what":"status",%"to":"${to}"%`);
  return sql.join(
    patterns.map((pattern) => sql`${sql.ref(column)} like ${pattern}`),
    sql` or `,
  );
}

function quarterOf(column: string, grain: Grain) {
  if (grain === 'hour') return sql`0`;
  const minute = sql`substr(${sql.ref(column)}, 15, 2)`;
  return sql`case when ${minute} < '15' then 0 when ${minute} < '30' then 1 when ${minute} < '45' then 2 else 3 end`;
}

function bucketOf(row: { in_hour: string; in_quarter: number }): number {
  return Date.parse(`${row.in_hour.replace(' ', 'T')}:00:00Z`) + Number(row.in_quarter) * 15 * 60_000;
}
