import { sql } from 'kysely';
import { toMilliseconds, toText } from './time.ts';
import type { Db } from './upsert.ts';

/** A stretch of time, `to` excluded, in epoch milliseconds; of one site, or of one site and of none. */
export interface Stretch {
  from: number;
  to: number;
  siteDomain?: string;
  servedFrom?: string;
}

/** An answer of the team: the first public message after something a visitor said. */
export interface Reply {
  userId: number;
  at: number;
  /** Since the first message it answers. */
  tookMilliseconds: number;
  /** Whether it is the first of the conversation, or since that was opened again. */
  isFirst: boolean;
}

/**
 * The newest `limit` answers of a stretch. Public numbers have no gap, so whether a message answers something, and what
 * first, is found by number: a few look-ups in one index each.
 */
export async function repliesIn(db: Db, stretch: Stretch, limit: number): Promise<Reply[]> {
  const { rows } = await sql<{ user_id: number; sent_at: string; asked_at: string; is_first: number }>`
    select answer.user_id, answer.sent_at, asked.sent_at as asked_at,
      case when answer.before_it = 0 then 1
        when exists (
          select 1 from desk_room_events event
          where event.room_id = answer.chat_room_id and event.type = 'room.updated'
            and event.created_at > earlier.sent_at and event.created_at <= answer.sent_at
            and (${reopenings('event.data')})
        ) then 1 else 0 end as is_first
    from (
      select message.user_id, message.chat_room_id, message.sent_at,
        coalesce((
          select other.public_seq from support_chat_messages other
          where other.chat_room_id = message.chat_room_id and other.public_seq < message.public_seq
            and other.is_admin = 1
          order by other.public_seq desc limit 1
        ), 0) as before_it
      from support_chat_messages message
      inner join support_chat_messages previous
        on previous.chat_room_id = message.chat_room_id and previous.public_seq = message.public_seq - 1
          and previous.is_admin = 0
      ${ofSites(stretch, 'message.chat_room_id')}
      where message.sent_at >= ${toText(stretch.from)} and message.sent_at < ${toText(stretch.to)}
        and message.is_admin = 1 and message.type <> 'system'
      order by message.sent_at desc
      limit ${limit}
    ) answer
    inner join support_chat_messages asked
      on asked.chat_room_id = answer.chat_room_id and asked.public_seq = answer.before_it + 1
    left join support_chat_messages earlier
      on earlier.chat_room_id = answer.chat_room_id and earlier.public_seq = answer.before_it`.execute(db);
  return rows.map((row) => {
    const at = toMilliseconds(row.sent_at) ?? 0;
    const tookMilliseconds = Math.max(0, at - (toMilliseconds(row.asked_at) ?? at));
    return { userId: row.user_id, at, tookMilliseconds, isFirst: Boolean(row.is_first) };
  });
}

/** Joins the rooms that a stretch is of; nothing when it is of all. */
export function ofSites({ siteDomain, servedFrom }: Stretch, room: string) {
  if (siteDomain === undefined && servedFrom === undefined) return sql``;
  const conditions = [sql`room.id = ${sql.ref(room)}`];
  if (siteDomain !== undefined) conditions.push(sql`room.site_domain = ${siteDomain}`);
  if (servedFrom !== undefined) conditions.push(sql`(room.site_domain = ${servedFrom} or room.site_domain is null)`);
  return sql`inner join support_chat_rooms room on ${sql.join(conditions, sql` and `)}`;
}

/** What the history keeps of a room that begins anew: by its status, or by being given to somebody when it was over. */
function reopenings(column: string) {
  const patterns = ['resolved', 'closed']
    .flatMap((from) => ['open', 'assigned'].map((to) => `{"what":"status","from":"${from}","to":"${to}"%`))
    .concat('{"what":"assignee",%"reopened":true%');
  return sql.join(
    patterns.map((pattern) => sql`${sql.ref(column)} like ${pattern}`),
    sql` or `,
  );
}
