import type { ExpressionBuilder, SelectQueryBuilder } from 'kysely';
import type { RoomPriority, RoomStatus } from './rooms.ts';
import type { Schema } from './schema.ts';
import { toText } from './time.ts';
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

/** The site's, or no site's: what somebody of that site looks after. */
export function isServedFrom({ eb, or }: ExpressionBuilder<Schema, 'support_chat_rooms'>, site: string) {
  return or([eb('site_domain', '=', site), eb('site_domain', 'is', null)]);
}

export type RoomsQuery = SelectQueryBuilder<Schema, 'support_chat_rooms', unknown>;

export function roomsMatching(db: Db, filter: RoomFilter): RoomsQuery {
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
