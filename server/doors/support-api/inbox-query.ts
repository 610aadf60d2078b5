import type { Static } from 'typebox';
import type { PersonCaller } from '../../identity/caller.ts';
import { invalid, oneOf } from '../../support/input.ts';
import { type RoomStatus, roomStatuses } from '../../support/room.ts';
import type { InboxFilter, PageAsked, RoomCursor, RoomOrder } from '../../support/rooms.ts';
import type { InboxQuery } from './wire-requests.ts';

type Asked = Static<typeof InboxQuery>;

/** Which rooms a query asks for. @throws Refusal */
export function filterFrom(asked: Asked, caller: PersonCaller): InboxFilter {
  const filter: InboxFilter = {};
  if (asked.status !== undefined) filter.status = statusesIn(asked.status);
  if (asked.priority !== undefined) filter.priority = asked.priority;
  if (asked.assigned_to !== undefined) filter.assignedTo = asked.assigned_to;
  if (asked.unassigned) filter.assignedTo = null;
  if (asked.mine) filter.assignedTo = caller.userId;
  if (asked.unread) filter.isUnread = true;
  if (asked.needs_reply) filter.needsReply = true;
  if (asked.category) filter.category = asked.category;
  if (asked.label) filter.labelId = asked.label;
  if (asked.site) filter.siteDomain = asked.site;
  if (asked.channel) filter.channel = asked.channel;
  if (asked.user_id !== undefined) filter.userId = asked.user_id;
  if (asked.archived !== undefined) filter.isArchived = asked.archived;
  if (asked.snoozed !== undefined) filter.snoozed = { is: asked.snoozed, at: Date.now() };
  return filter;
}

/** Which of them, and in which order. @throws Refusal */
export function pageFrom({ page = 1, per_page: perPage = 20, sort: order = 'newest', cursor }: Asked): PageAsked {
  return cursor ? { page: 1, perPage, order, after: readCursor(order, cursor) } : { page, perPage, order };
}

/** A cursor as it is handed out; it belongs to its order. */
export function writeCursor(order: RoomOrder, { part, at, id }: RoomCursor): string {
  return Buffer.from(JSON.stringify([order, part, at, id])).toString('base64url');
}

function readCursor(order: RoomOrder, text: string): RoomCursor {
  const [of, part, at, id] = parsed(Buffer.from(text, 'base64url').toString());
  const isMoment = at === null || Number.isSafeInteger(at);
  if (of !== order || !Number.isSafeInteger(part) || !isMoment || !Number.isSafeInteger(id)) {
    throw invalid('cursor', 'The selected cursor is invalid.');
  }
  return { part: part as number, at: at as number | null, id: id as number };
}

function parsed(text: string): unknown[] {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}

function statusesIn(list: string): RoomStatus | RoomStatus[] {
  const statuses = list.split(',').map((status) => oneOf('status', status.trim(), roomStatuses));
  const [only] = statuses;
  // One by itself is what an index is ordered by.
  return statuses.length === 1 && only ? only : [...new Set(statuses)];
}
