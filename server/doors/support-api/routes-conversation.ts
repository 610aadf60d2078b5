import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import type { RoomCard } from '../../support/cards.ts';
import type { Queue } from '../../support/queue.ts';
import { callerOf, originOf } from './authenticate.ts';
import type { House } from './house.ts';
import { paginator } from './paginator.ts';
import { paginated, Room, Said } from './wire.ts';
import { DeliveredBody, MyRoomQuery, PageBody, RoomParams, RoomsQuery, TypingBody } from './wire-requests.ts';

const tags = ['Conversation'];
const Answer = Type.Object({ room: Room });

/** A visitor's own conversations; what is done in one room the team does by the same routes. */
export const conversationRoutes: FastifyPluginAsyncTypebox<House> = async (fastify, house) => {
  const { rooms, reading, typing, triage, queue, whereabouts, present } = house;

  const roomWithPlace = async (card: RoomCard, place: ReturnType<Queue['placeOf']>) => {
    const { position, usualWaitMilliseconds } = await place;
    const minutes = usualWaitMilliseconds === null ? null : Math.ceil(usualWaitMilliseconds / 60_000);
    return { room: { ...present.room(card), queue: position === null ? null : { position, wait_minutes: minutes } } };
  };

  fastify.get(
    '/chat/room',
    {
      schema: {
        tags,
        summary: 'The newest open or assigned conversation of the caller, made when there is none',
        querystring: MyRoomQuery,
        response: { 200: Answer },
      },
    },
    async (request) => {
      const caller = callerOf(request);
      const { category } = request.query;
      const { card } = await rooms.current(caller, category ? { category } : {});
      return roomWithPlace(card, queue.placeOf(caller, card.room.publicId));
    },
  );

  fastify.get(
    '/chat/rooms',
    {
      schema: {
        tags,
        summary: 'The conversations of the caller, newest message first',
        querystring: RoomsQuery,
        response: { 200: paginated(Room) },
      },
    },
    async (request) => {
      const { page, per_page: perPage } = request.query;
      const { cards, ...rest } = await rooms.mine(callerOf(request), { page: page ?? 1, perPage: perPage ?? 20 });
      return paginator(request, { items: cards, ...rest }, present.room);
    },
  );

  fastify.get(
    '/chat/room/:room',
    { schema: { tags, summary: 'One conversation', params: RoomParams, response: { 200: Answer } } },
    async (request) => {
      const caller = callerOf(request);
      const card = await rooms.find(caller, request.params.room);
      return roomWithPlace(card, queue.placeOf(caller, card.room.publicId));
    },
  );

  fastify.post(
    '/chat/room/:room/read',
    {
      config: { spends: 'read' },
      schema: { tags, summary: 'The side of the caller has read it all', params: RoomParams, response: { 200: Said } },
    },
    async (request) => {
      await reading.markRead(callerOf(request), request.params.room, originOf(request));
      return { message: 'Marked as read' };
    },
  );

  fastify.post(
    '/chat/room/:room/delivered',
    {
      config: { spends: 'read' },
      schema: {
        tags,
        summary: 'Messages up to this `seq` have reached the device of the caller',
        params: RoomParams,
        body: DeliveredBody,
        response: { 200: Said },
      },
    },
    async (request) => {
      await reading.markDelivered(callerOf(request), request.params.room, request.body.seq, originOf(request));
      return { message: 'Marked as delivered' };
    },
  );

  fastify.post(
    '/chat/room/:room/typing',
    {
      // Deployed pages say it with every key stroke: what is too often is not passed on, and never refused.
      config: { spends: null },
      schema: {
        tags,
        summary: 'The caller types, or has stopped',
        params: RoomParams,
        body: TypingBody,
        response: { 200: Type.Object({ success: Type.Boolean() }) },
      },
    },
    async (request) => {
      const { is_typing: isTyping = true, is_private: isPrivate = false } = request.body;
      await typing.set(callerOf(request), request.params.room, isTyping, { isPrivate, ...originOf(request) });
      return { success: true };
    },
  );

  fastify.post(
    '/chat/room/:room/pages',
    {
      schema: {
        tags,
        summary: 'The visitor is on another page; the same one again changes nothing',
        params: RoomParams,
        body: PageBody,
        response: { 200: Said },
      },
    },
    async (request) => {
      const { url, title = null } = request.body;
      await whereabouts.moved(callerOf(request), request.params.room, { url, title });
      return { message: 'Page noted' };
    },
  );

  fastify.post(
    '/chat/room/:room/close',
    {
      // Who closes a room may have a new one: that is what is paid for.
      config: { spends: 'room' },
      schema: { tags, summary: 'Close the conversation', params: RoomParams, response: { 200: Said } },
    },
    async (request) => {
      await triage.close(callerOf(request), request.params.room, originOf(request));
      return { message: 'Chat closed' };
    },
  );

  fastify.post(
    '/chat/room/:room/reopen',
    { schema: { tags, summary: 'Open it again', params: RoomParams, response: { 200: Said } } },
    async (request) => {
      await triage.reopen(callerOf(request), request.params.room, originOf(request));
      return { message: 'Chat reopened' };
    },
  );
};
