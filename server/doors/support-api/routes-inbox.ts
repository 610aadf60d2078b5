import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { callerOf } from './authenticate.ts';
import type { House } from './house.ts';
import { filterFrom, pageFrom, writeCursor } from './inbox-query.ts';
import { paginator } from './paginator.ts';
import { presentAuthor, timeOrNull } from './present.ts';
import { presentHistory, presentPresence, presentSurroundings } from './present-tools.ts';
import { paginated, Stats, TeamRoom, TeamRoomWithMessages, TextOrNull } from './wire.ts';
import {
  AvailabilityBody,
  ChangesQuery,
  HistoryQuery,
  InboxQuery,
  RoomParams,
  RoomQuery,
  SearchQuery,
} from './wire-requests.ts';
import { Agent, HistoryEntry, Presence } from './wire-tools.ts';

const tags = ['Inbox'];

/** What the team sees of all conversations. */
export const inboxRoutes: FastifyPluginAsyncTypebox<House> = async (fastify, house) => {
  const { rooms, timelines, stats, search, feed, queue, availabilities, whereabouts, present } = house;

  fastify.get(
    '/admin/chat/rooms',
    {
      schema: {
        tags,
        summary: 'Conversations, newest message first or in another order',
        querystring: InboxQuery,
        response: { 200: paginated(TeamRoom, { next_cursor: TextOrNull }) },
      },
    },
    async (request) => {
      const caller = callerOf(request);
      const page = pageFrom(request.query);
      const { cards, next, ...rest } = await rooms.list(caller, filterFrom(request.query, caller), page);
      return {
        ...paginator(request, { items: cards, ...rest }, present.teamRoom),
        next_cursor: next && writeCursor(page.order ?? 'newest', next),
      };
    },
  );

  fastify.get(
    '/admin/chat/rooms/:room',
    {
      schema: {
        tags,
        summary: 'One conversation with its newest messages, notes included',
        params: RoomParams,
        querystring: RoomQuery,
        response: { 200: TeamRoomWithMessages },
      },
    },
    async (request) => {
      const caller = callerOf(request);
      const card = await rooms.find(caller, request.params.room);
      const { messages: perPage = 200 } = request.query;
      const { messages } =
        perPage === 0 ? { messages: [] } : await timelines.read(caller, card.room.publicId, { perPage });
      return {
        ...present.teamRoom(card),
        visitor: presentSurroundings(await whereabouts.of(caller, card.room.publicId)),
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
      return { data: entries.map(presentHistory) };
    },
  );

  fastify.get(
    '/admin/chat/stats',
    { schema: { tags, summary: 'How many conversations stand how', response: { 200: Stats } } },
    async (request) => {
      const { waitingSince, queuedSince, mineUnread, agentsOnline, ...counts } = await stats.read(callerOf(request));
      return {
        ...counts,
        mine_unread: mineUnread,
        agents_online: agentsOnline,
        waiting_since: timeOrNull(waitingSince),
        longest_wait_since: timeOrNull(queuedSince),
      };
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
        data: members.map(({ agent, email, siteDomain, lastSeenAt, ...presence }) => ({
          ...presentAuthor(agent),
          email,
          role: agent.role,
          site_domain: siteDomain,
          ...presentPresence(presence),
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
        response: { 200: Type.Object(Presence) },
      },
    },
    async (request) => {
      const { availability, auto_offline: autoOffline } = request.body;
      return presentPresence(await availabilities.set(callerOf(request), availability, autoOffline));
    },
  );
};
