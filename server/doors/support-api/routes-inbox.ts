import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type, { type Static } from 'typebox';
import { oneOf } from '../../support/input.ts';
import { type RoomStatus, roomStatuses } from '../../support/room.ts';
import type { InboxFilter } from '../../support/rooms.ts';
import { callerOf } from './authenticate.ts';
import type { House } from './house.ts';
import { paginator } from './paginator.ts';
import { presentAuthor, timeOf, timeOrNull } from './present.ts';
import { paginated, Stats, TeamRoom, TeamRoomWithMessages } from './wire.ts';
import { AvailabilityBody, ChangesQuery, HistoryQuery, InboxQuery, RoomParams, SearchQuery } from './wire-requests.ts';
import { Agent, HistoryEntry } from './wire-tools.ts';

const tags = ['Inbox'];

/** What the team sees of all conversations. */
export const inboxRoutes: FastifyPluginAsyncTypebox<House> = async (fastify, house) => {
  const { rooms, timelines, stats, search, feed, queue, availabilities, present } = house;

  fastify.get(
    '/admin/chat/rooms',
    {
      schema: {
        tags,
        summary: 'Conversations, newest message first',
        querystring: InboxQuery,
        response: { 200: paginated(TeamRoom) },
      },
    },
    async (request) => {
      const { page = 1, per_page: perPage = 20, ...asked } = request.query;
      const { cards, ...rest } = await rooms.list(callerOf(request), filterFrom(asked), { page, perPage });
      return paginator(request, { items: cards, ...rest }, present.teamRoom);
    },
  );

  fastify.get(
    '/admin/chat/rooms/:room',
    {
      schema: {
        tags,
        summary: 'One conversation with its newest messages, notes included',
        params: RoomParams,
        response: { 200: TeamRoomWithMessages },
      },
    },
    async (request) => {
      const caller = callerOf(request);
      const card = await rooms.find(caller, request.params.room);
      const { messages } = await timelines.read(caller, card.room.publicId, { perPage: 200 });
      return {
        ...present.teamRoom(card),
        messages: messages.map((message) => present.teamMessage(message, card.room.publicId)),
      };
    },
  );

  fastify.get(
    '/admin/chat/rooms/:room/history',
    {
      schema: {
        tags,
        summary: 'What happened to a conversation and who did it, newest first',
        params: RoomParams,
        querystring: HistoryQuery,
        response: { 200: Type.Object({ data: Type.Array(HistoryEntry) }) },
      },
    },
    async (request) => {
      const { before, limit } = request.query;
      const entries = await feed.history(callerOf(request), request.params.room, before ?? null, limit ?? 50);
      return {
        data: entries.map(({ id, type, actor, data, at }) => ({
          id,
          type,
          actor: actor && presentAuthor(actor),
          data,
          created_at: timeOf(at),
        })),
      };
    },
  );

  fastify.get(
    '/admin/chat/stats',
    { schema: { tags, summary: 'How many conversations stand how', response: { 200: Stats } } },
    async (request) => {
      const { waitingSince, ...counts } = await stats.read(callerOf(request));
      return { ...counts, waiting_since: timeOrNull(waitingSince) };
    },
  );

  fastify.get(
    '/admin/chat/search',
    {
      schema: {
        tags,
        summary: 'Conversations by name, address or phone of the visitor, or by what was written',
        querystring: SearchQuery,
        response: { 200: Type.Object({ data: Type.Array(TeamRoom) }) },
      },
    },
    async (request) => {
      const { q, limit } = request.query;
      const cards = await search.rooms(callerOf(request), q, limit ?? 20);
      return { data: cards.map(present.teamRoom) };
    },
  );

  fastify.get(
    '/admin/chat/changes',
    {
      schema: {
        tags,
        summary: 'What an inbox has missed since its cursor; 410 when that is too long ago',
        description: 'Nothing is ever left out; something may come twice.',
        querystring: ChangesQuery,
        response: {
          200: Type.Object({
            cursor: Type.Integer(),
            rooms: Type.Array(TeamRoom),
            deleted: Type.Array(Type.Integer()),
            has_more: Type.Boolean(),
          }),
        },
      },
    },
    async (request) => {
      const { cursor, limit } = request.query;
      const changes = await feed.changes(callerOf(request), cursor ?? null, limit ?? 200);
      return {
        cursor: changes.cursor,
        rooms: changes.cards.map(present.teamRoom),
        deleted: changes.deleted,
        has_more: changes.hasMore,
      };
    },
  );

  fastify.get(
    '/admin/chat/queue',
    {
      schema: {
        tags,
        summary: 'Conversations nobody has, the longest waiting first',
        response: { 200: Type.Object({ data: Type.Array(TeamRoom), waiting: Type.Integer() }) },
      },
    },
    async (request) => {
      const { cards, waitingCount } = await queue.waiting(callerOf(request));
      return { data: cards.map(present.teamRoom), waiting: waitingCount };
    },
  );

  fastify.get(
    '/admin/chat/agents',
    {
      schema: {
        tags,
        summary: 'The team that conversations may be given to',
        response: { 200: Type.Object({ data: Type.Array(Agent) }) },
      },
    },
    async (request) => {
      const members = await availabilities.team(callerOf(request));
      return {
        data: members.map(({ agent, email, siteDomain, availability, lastSeenAt }) => ({
          ...presentAuthor(agent),
          email,
          role: agent.role,
          site_domain: siteDomain,
          availability,
          last_seen_at: timeOrNull(lastSeenAt),
        })),
      };
    },
  );

  fastify.put(
    '/admin/chat/availability',
    {
      schema: {
        tags,
        summary: 'Say whether one takes conversations now',
        body: AvailabilityBody,
        response: { 200: Type.Object({ availability: Type.String() }) },
      },
    },
    async (request) => {
      const { availability } = request.body;
      await availabilities.set(callerOf(request), availability);
      return { availability };
    },
  );
};

/** @throws Refusal */
function statusesIn(list: string): RoomStatus | RoomStatus[] {
  const statuses = list.split(',').map((status) => oneOf('status', status.trim(), roomStatuses));
  const [only] = statuses;
  // One by itself is what an index is ordered by.
  return statuses.length === 1 && only ? only : [...new Set(statuses)];
}

function filterFrom(asked: Omit<Static<typeof InboxQuery>, 'page' | 'per_page'>): InboxFilter {
  const filter: InboxFilter = {};
  if (asked.status !== undefined) filter.status = statusesIn(asked.status);
  if (asked.priority !== undefined) filter.priority = asked.priority;
  if (asked.assigned_to !== undefined) filter.assignedTo = asked.assigned_to;
  if (asked.unassigned) filter.assignedTo = null;
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
