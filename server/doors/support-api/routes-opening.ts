import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { RoomDetails } from '../../support/opening.ts';
import { fileOf } from '../../support/outgoing.ts';
import { callerOf, SOCKET_ID } from './authenticate.ts';
import type { House } from './house.ts';
import { leaveForTeam } from './leave.ts';
import { timeOf } from './present.ts';
import { presentBlock, presentDraft, presentHistory, presentSurroundings } from './present-tools.ts';
import { Opening, type WireRoomDetails } from './wire-opening.ts';
import { OpeningQuery, RoomParams } from './wire-requests.ts';

/** All that a panel needs to show a room, in one answer. */
export const openingRoutes: FastifyPluginAsyncTypebox<House> = async (fastify, { openings, hub, present }) => {
  const details = ({ visitor, earlier, files, history, block, labels }: RoomDetails): WireRoomDetails => ({
    visitor: presentSurroundings(visitor),
    earlier: earlier.map(present.teamRoom),
    files: files.map((each) => ({ ...present.file(fileOf(each)), created_at: timeOf(each.createdAt) })),
    history: history.map(presentHistory),
    block: block && presentBlock(block),
    labels,
  });

  fastify.get(
    '/admin/chat/rooms/:room/opening',
    {
      schema: {
        tags: ['Inbox'],
        summary: 'What it takes to be in a conversation: itself, its newest messages, one’s draft, leave to listen',
        description: 'With `details` also what is known of the visitor and what happened before.',
        params: RoomParams,
        querystring: OpeningQuery,
        response: { 200: Opening },
      },
    },
    async (request) => {
      const caller = callerOf(request);
      const { details: hasDetails = false, socket_id: socketId = '' } = request.query;
      const opening = await openings.of(caller, request.params.room, { details: hasDetails });
      const { publicId } = opening.card.room;
      return {
        room: present.teamRoom(opening.card),
        messages: opening.messages.map((message) => present.teamMessage(message, publicId)),
        has_more: opening.hasMore,
        draft: opening.draft && presentDraft(opening.draft),
        details: opening.details && details(opening.details),
        channels: SOCKET_ID.test(socketId) ? leaveForTeam(hub, socketId, caller, publicId) : null,
      };
    },
  );
};
