import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type, { type Static } from 'typebox';
import { callerOf } from './authenticate.ts';
import type { House } from './house.ts';
import { momentIn } from './moment.ts';
import { presentAudit, presentBlock, presentNotification } from './present-tools.ts';
import { Said, words } from './wire.ts';
import {
  AddressBlockBody,
  AddressParams,
  AuditQuery,
  BlockBody,
  IdParams,
  NotificationsQuery,
  RoomParams,
  UserParams,
} from './wire-requests.ts';
import { AuditEntry, Block, Notification, VisitorExport } from './wire-tools.ts';

const tags = ['People'];

/** What one is told, and who is shut out. */
export const peopleRoutes: FastifyPluginAsyncTypebox<House> = async (fastify, house) => {
  const { notices, visitors, present } = house;

  fastify.get(
    '/notifications',
    {
      schema: {
        tags,
        summary: 'What one has been told, newest first',
        querystring: NotificationsQuery,
        response: { 200: Type.Object({ data: Type.Array(Notification), unread: Type.Integer() }) },
      },
    },
    async (request) => {
      const { unread: isUnread, before, limit = 20 } = request.query;
      const page = { beforeId: before ?? null, limit, ...(isUnread ? { isUnread } : {}) } as const;
      const { notifications, unread } = await notices.list(callerOf(request), page);
      return { data: notifications.map(presentNotification), unread };
    },
  );

  fastify.post(
    '/notifications/read-all',
    { schema: { tags, summary: 'One has seen them all', response: { 200: Said } } },
    async (request) => {
      await notices.markRead(callerOf(request), null);
      return { message: 'Notifications marked as read' };
    },
  );

  fastify.post(
    '/notifications/:id/read',
    { schema: { tags, summary: 'One has seen it', params: IdParams, response: { 200: Said } } },
    async (request) => {
      await notices.markRead(callerOf(request), request.params.id);
      return { message: 'Notification marked as read' };
    },
  );

  fastify.post(
    '/admin/chat/rooms/:room/block',
    {
      schema: {
        tags,
        summary: 'The visitor of this room can write no more',
        params: RoomParams,
        body: BlockBody,
        response: { 200: Said },
      },
    },
    async (request) => {
      await visitors.block(callerOf(request), request.params.room, termsOf(request.body));
      return { message: 'Visitor blocked' };
    },
  );

  fastify.delete(
    '/admin/chat/rooms/:room/block',
    { schema: { tags, summary: 'The visitor may write again', params: RoomParams, response: { 200: Said } } },
    async (request) => {
      await visitors.unblock(callerOf(request), request.params.room);
      return { message: 'Visitor unblocked' };
    },
  );

  fastify.get(
    '/admin/chat/blocks',
    { schema: { tags, summary: 'Who is shut out', response: { 200: Type.Object({ data: Type.Array(Block) }) } } },
    async (request) => ({ data: (await visitors.blocked(callerOf(request))).map(presentBlock) }),
  );

  fastify.post(
    '/admin/chat/blocks',
    { schema: { tags, summary: 'Nobody writes from this address', body: AddressBlockBody, response: { 201: Said } } },
    async (request, reply) => {
      await visitors.blockAddress(callerOf(request), request.body.ip, termsOf(request.body));
      reply.code(201);
      return { message: 'Address blocked' };
    },
  );

  fastify.delete(
    '/admin/chat/blocks/:ip',
    { schema: { tags, summary: 'This address may write again', params: AddressParams, response: { 200: Said } } },
    async (request) => {
      await visitors.unblockAddress(callerOf(request), request.params.ip);
      return { message: 'Address unblocked' };
    },
  );

  fastify.get(
    '/admin/chat/visitors/:user/export',
    {
      schema: {
        tags,
        summary: 'All there is about a visitor, to be handed to them',
        params: UserParams,
        response: { 200: VisitorExport },
      },
    },
    async (request, reply) => {
      const { rooms, unsentFiles, ...about } = await visitors.export(callerOf(request), request.params.user);
      reply.header('content-disposition', `attachment; filename="visitor-${request.params.user}.json"`);
      return {
        ...about,
        rooms: rooms.map((room) => ({
          ...room,
          messages: room.messages.map((message) => ({ ...message, files: message.files.map(present.file) })),
        })),
        unsentFiles: unsentFiles.map(present.file),
      };
    },
  );

  fastify.delete(
    '/admin/chat/visitors/:user',
    {
      schema: {
        tags,
        summary: 'Forget a visitor, for good',
        params: UserParams,
        response: {
          200: Type.Object({ messages: Type.Integer(), files: Type.Integer(), account: words(['erased', 'kept']) }),
        },
      },
    },
    (request) => visitors.erase(callerOf(request), request.params.user),
  );

  fastify.get(
    '/admin/chat/audit',
    {
      schema: {
        tags,
        summary: 'Who did what that outlives its room, newest first',
        querystring: AuditQuery,
        response: { 200: Type.Object({ data: Type.Array(AuditEntry) }) },
      },
    },
    async (request) => {
      const { target, actor_id: actorId, before } = request.query;
      const filter = { ...(target ? { target } : {}), ...(actorId === undefined ? {} : { actorId }) };
      return { data: (await visitors.audit(callerOf(request), filter, before ?? null)).map(presentAudit) };
    },
  );
};

function termsOf({ reason, until }: Static<typeof BlockBody>) {
  return { reason: reason ?? null, until: until ? momentIn('until', until) : null };
}
