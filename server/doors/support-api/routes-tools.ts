import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { callerOf } from './authenticate.ts';
import type { House } from './house.ts';
import { presentCanned, presentDraft, presentView } from './present-tools.ts';
import { Label, orNull, Said } from './wire.ts';
import {
  CannedBody,
  CannedChanges,
  DraftBody,
  ExpandQuery,
  IdParams,
  LabelBody,
  LabelChanges,
  RoomParams,
  SavedViewBody,
  SavedViewChanges,
} from './wire-requests.ts';
import { CannedResponse, Draft, SavedView } from './wire-tools.ts';

const tags = ['Tools'];
const listOf = <Item extends Parameters<typeof Type.Array>[0]>(item: Item) => Type.Object({ data: Type.Array(item) });

/** What the team keeps at hand: labels, canned replies, drafts, views of the inbox. */
export const toolRoutes: FastifyPluginAsyncTypebox<House> = async (fastify, { labels, canned, drafts, views }) => {
  fastify.get(
    '/admin/chat/labels',
    { schema: { tags, summary: 'The labels there are', response: { 200: listOf(Label) } } },
    async (request) => ({ data: await labels.list(callerOf(request)) }),
  );

  fastify.post(
    '/admin/chat/labels',
    { schema: { tags, summary: 'A new label', body: LabelBody, response: { 201: Label } } },
    async (request, reply) => {
      const { name, color } = request.body;
      reply.code(201);
      return labels.add(callerOf(request), { name, ...(color ? { color } : {}) });
    },
  );

  fastify.patch(
    '/admin/chat/labels/:id',
    { schema: { tags, summary: 'Change a label', params: IdParams, body: LabelChanges, response: { 200: Said } } },
    async (request) => {
      const { name, color } = request.body;
      const changes = { ...(name === undefined ? {} : { name }), ...(color === undefined ? {} : { color }) };
      await labels.update(callerOf(request), request.params.id, changes);
      return { message: 'Label updated' };
    },
  );

  fastify.delete(
    '/admin/chat/labels/:id',
    { schema: { tags, summary: 'Take a label off every room and away', params: IdParams, response: { 200: Said } } },
    async (request) => {
      await labels.remove(callerOf(request), request.params.id);
      return { message: 'Label deleted' };
    },
  );

  fastify.get(
    '/admin/chat/canned',
    { schema: { tags, summary: 'Canned replies one may use', response: { 200: listOf(CannedResponse) } } },
    async (request) => ({ data: (await canned.list(callerOf(request))).map(presentCanned) }),
  );

  fastify.post(
    '/admin/chat/canned',
    { schema: { tags, summary: 'A new canned reply', body: CannedBody, response: { 201: CannedResponse } } },
    async (request, reply) => {
      const { short_code: shortCode, text, scope = 'mine', site_domain: site } = request.body;
      const isOwn = scope === 'mine';
      const reply_ = { shortCode, text, isOwn, ...(scope === 'site' && site ? { siteDomain: site } : {}) };
      reply.code(201);
      return presentCanned(await canned.add(callerOf(request), reply_));
    },
  );

  fastify.patch(
    '/admin/chat/canned/:id',
    {
      schema: {
        tags,
        summary: 'Change a canned reply',
        params: IdParams,
        body: CannedChanges,
        response: { 200: CannedResponse },
      },
    },
    async (request) => {
      const { short_code: shortCode, text } = request.body;
      const changes = { ...(shortCode === undefined ? {} : { shortCode }), ...(text === undefined ? {} : { text }) };
      return presentCanned(await canned.update(callerOf(request), request.params.id, changes));
    },
  );

  fastify.delete(
    '/admin/chat/canned/:id',
    { schema: { tags, summary: 'Remove a canned reply', params: IdParams, response: { 200: Said } } },
    async (request) => {
      await canned.remove(callerOf(request), request.params.id);
      return { message: 'Canned response deleted' };
    },
  );

  fastify.get(
    '/admin/chat/canned/:id/expand',
    {
      schema: {
        tags,
        summary: 'A canned reply with its variables filled in for a room',
        params: IdParams,
        querystring: ExpandQuery,
        response: { 200: Type.Object({ text: Type.String() }) },
      },
    },
    async (request) => ({ text: await canned.expand(callerOf(request), request.params.id, request.query.room) }),
  );

  fastify.get(
    '/admin/chat/drafts',
    { schema: { tags, summary: 'All one has begun to write', response: { 200: listOf(Draft) } } },
    async (request) => ({ data: (await drafts.list(callerOf(request))).map(presentDraft) }),
  );

  fastify.get(
    '/chat/room/:room/draft',
    {
      schema: {
        tags,
        summary: 'What one has begun to write in the room',
        params: RoomParams,
        response: { 200: Type.Object({ draft: orNull(Draft) }) },
      },
    },
    async (request) => {
      const draft = await drafts.read(callerOf(request), request.params.room);
      return { draft: draft && presentDraft(draft) };
    },
  );

  fastify.put(
    '/chat/room/:room/draft',
    {
      schema: {
        tags,
        summary: 'Keep what one has begun to write; an empty one is none',
        params: RoomParams,
        body: DraftBody,
        response: { 200: Said },
      },
    },
    async (request) => {
      const { text, attachment_ids: attachmentIds = [], is_private: isPrivate = false } = request.body;
      await drafts.save(callerOf(request), request.params.room, { text, attachmentIds, isPrivate });
      return { message: 'Draft saved' };
    },
  );

  fastify.get(
    '/admin/chat/views',
    { schema: { tags, summary: 'Filters of the inbox one gave a name', response: { 200: listOf(SavedView) } } },
    async (request) => ({ data: (await views.list(callerOf(request))).map(presentView) }),
  );

  fastify.post(
    '/admin/chat/views',
    { schema: { tags, summary: 'Give a filter a name', body: SavedViewBody, response: { 201: SavedView } } },
    async (request, reply) => {
      reply.code(201);
      return presentView(await views.add(callerOf(request), request.body));
    },
  );

  fastify.patch(
    '/admin/chat/views/:id',
    {
      schema: {
        tags,
        summary: 'Change the name of a view, or what it shows',
        params: IdParams,
        body: SavedViewChanges,
        response: { 200: SavedView },
      },
    },
    async (request) => presentView(await views.change(callerOf(request), request.params.id, request.body)),
  );

  fastify.delete(
    '/admin/chat/views/:id',
    { schema: { tags, summary: 'Forget a view', params: IdParams, response: { 200: Said } } },
    async (request) => {
      await views.remove(callerOf(request), request.params.id);
      return { message: 'View deleted' };
    },
  );
};
