import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Static } from 'typebox';
import type { TeamMessage } from '../../support/message.ts';
import type { Outgoing } from '../../support/outgoing.ts';
import type { TimelineAsked } from '../../support/timeline.ts';
import { callerOf, originOf } from './authenticate.ts';
import { takesFiles } from './form.ts';
import type { House } from './house.ts';
import { paginator } from './paginator.ts';
import { Message, MessagePageMeta, NotSent, paginated } from './wire.ts';
import { EditBody, MessageBody, MessageParams, MessagesQuery, NoteBody, RoomParams } from './wire-requests.ts';

const tags = ['Messages'];
const MessagePage = paginated(Message, { meta: MessagePageMeta });

/** By which door-step: what deployed pages read has no notes in it and counts as the visitor does. */
type View = 'visitor' | 'team';

/** What is said in a room. The team has the same routes twice: as visitors see the room, and with notes. */
export const messageRoutes: FastifyPluginAsyncTypebox<House> = async (fastify, house) => {
  const { timelines, messages, corrections, reading, typing, present } = house;

  async function read(request: FastifyRequest, room: string, query: Static<typeof MessagesQuery>, view: View) {
    const caller = callerOf(request);
    const isNewest = query.before_seq === undefined && (query.page ?? 1) === 1;
    // Also from a poll, as the old backend had it: deployed pages have no other way to say it.
    if (isNewest && !query.peek) await reading.markRead(caller, room, originOf(request));
    const timeline = await timelines.read(caller, room, asked(query, view));
    const { publicId, userReadSeq, adminReadSeq } = timeline.room;
    const shown =
      timeline.audience === 'visitor'
        ? timeline.messages.map((message) => present.message(message, publicId))
        : timeline.messages.map((message) => present.teamMessage(message, publicId));
    return {
      ...paginator(request, { ...timeline, items: shown }, (message) => message),
      meta: {
        last_seq: timeline.total,
        has_more: timeline.hasMore,
        unread: timeline.unread,
        // Counted with notes: of those a visitor must not even learn how many there are.
        ...(timeline.audience === 'team' ? { user_read_seq: userReadSeq, admin_read_seq: adminReadSeq } : {}),
      },
    };
  }

  async function send(
    request: FastifyRequest,
    reply: FastifyReply,
    room: string,
    outgoing: Outgoing,
    view: View,
    lastSeenSeq?: number,
  ) {
    const caller = callerOf(request);
    const key = request.headers['idempotency-key'];
    const clientId = outgoing.clientId ?? (typeof key === 'string' ? key : null);
    const options = { ...originOf(request), ip: request.ip, lastSeenSeq: lastSeenSeq ?? null };
    const sent = await messages.send(caller, room, { ...outgoing, clientId }, options);
    typing.sent(sent.room.id, caller.userId);
    reply.code(sent.isNew ? 201 : 200);
    return shownTo(view, sent.message, sent.room.publicId);
  }

  function shownTo(view: View, message: TeamMessage, publicId: number) {
    // Whoever wrote a note is of the team, whichever way they came.
    return view === 'team' || message.isPrivate
      ? present.teamMessage(message, publicId)
      : present.message(message, publicId);
  }

  const views = [
    { view: 'visitor', path: '/chat/room/:room/messages', what: 'as both sides see them' },
    { view: 'team', path: '/admin/chat/rooms/:room/messages', what: 'as the team sees them, notes included' },
  ] as const;

  for (const { view, path, what } of views) {
    fastify.get(
      path,
      {
        schema: {
          tags,
          summary: `Messages ${what}, ascending; without \`page\` the newest. Marks them read`,
          params: RoomParams,
          querystring: MessagesQuery,
          response: { 200: MessagePage },
        },
      },
      (request) => read(request, request.params.room, request.query, view),
    );

    fastify.post(
      path,
      {
        config: { spends: 'send' },
        preValidation: takesFiles(house.attachments, 'attachment_ids'),
        schema: {
          tags,
          summary: 'Send a message. Sent again under the same `client_id` it is one message',
          description: 'Also as multipart/form-data with files in `attachments[]`, at most 10 MB each.',
          params: RoomParams,
          body: MessageBody,
          response: { 201: Message, 200: Message, 409: NotSent },
        },
      },
      (request, reply) => {
        const { body } = request;
        // Who insists has seen what others have answered.
        const lastSeenSeq = body.force ? undefined : body.last_seen_seq;
        return send(request, reply, request.params.room, outgoingFrom(body), view, lastSeenSeq);
      },
    );

    fastify.patch(
      `${path}/:message`,
      {
        schema: {
          tags,
          summary: 'Correct what one wrote, for ten minutes',
          params: MessageParams,
          body: EditBody,
          response: { 200: Message },
        },
      },
      async (request) => {
        const { room, message } = request.params;
        const { body } = request;
        return corrected(
          request,
          await corrections.edit(callerOf(request), room, message, body.message, originOf(request)),
          view,
        );
      },
    );

    fastify.delete(
      `${path}/:message`,
      {
        schema: {
          tags,
          summary: 'Take a message back; its place stays',
          params: MessageParams,
          response: { 200: Message },
        },
      },
      async (request) => {
        const { room, message } = request.params;
        return corrected(request, await corrections.remove(callerOf(request), room, message, originOf(request)), view);
      },
    );
  }

  async function corrected(request: FastifyRequest, message: TeamMessage, view: View) {
    const { room } = await house.rooms.find(callerOf(request), (request.params as { room: string }).room);
    return shownTo(view, message, room.publicId);
  }

  fastify.post(
    '/admin/chat/rooms/:room/notes',
    {
      config: { spends: 'send' },
      preValidation: takesFiles(house.attachments, 'attachment_ids'),
      schema: {
        tags,
        summary: 'Write a note that only the team sees',
        params: RoomParams,
        body: NoteBody,
        response: { 201: Message, 200: Message },
      },
    },
    (request, reply) =>
      send(request, reply, request.params.room, { ...outgoingFrom(request.body), isPrivate: true }, 'team'),
  );
};

function asked(query: Static<typeof MessagesQuery>, view: View): TimelineAsked {
  return {
    page: query.page ?? 1,
    perPage: query.per_page ?? 50,
    limit: query.limit ?? 50,
    ...(query.after_seq === undefined ? {} : { afterSeq: query.after_seq }),
    ...(query.before_seq === undefined ? {} : { beforeSeq: query.before_seq }),
    ...(query.order === 'asc_pages' ? { order: 'oldest first' } : {}),
    ...(view === 'visitor' ? { audience: view } : {}),
  };
}

function outgoingFrom(body: Static<typeof MessageBody>): Outgoing {
  return {
    text: body.message ?? null,
    type: body.type ?? null,
    attachmentIds: body.attachment_ids ?? [],
    clientId: body.client_id ?? null,
    replyToId: body.reply_to_id ?? null,
    isPrivate: body.is_private ?? false,
    mentions: body.mentions ?? [],
  };
}
