import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import Type from 'typebox';
import type { RoomCard } from '../../support/cards.ts';
import { callerOf, originOf } from './authenticate.ts';
import type { House } from './house.ts';
import { momentIn } from './moment.ts';
import { refused } from './refusals.ts';
import { Said, TeamRoom } from './wire.ts';
import {
  AssignBody,
  BulkBody,
  CategoryBody,
  PriorityBody,
  RoomLabelsBody,
  RoomParams,
  SnoozeBody,
  StatusBody,
  SubjectBody,
} from './wire-requests.ts';
import { BulkResult } from './wire-tools.ts';

const tags = ['Triage'];
const Changed = Type.Object({ message: Type.String(), room: TeamRoom });

/** What the team decides about a conversation. */
export const triageRoutes: FastifyPluginAsyncTypebox<House> = async (fastify, house) => {
  const { triage, assignment, reading, bulk, rooms, present } = house;

  const asking = (summary: string) => ({ schema: { tags, summary, params: RoomParams, response: { 200: Changed } } });
  const who = (request: FastifyRequest) =>
    [callerOf(request), (request.params as { room: string }).room, originOf(request)] as const;
  const changed = (message: string, card: RoomCard) => ({ message, room: present.teamRoom(card) });

  fastify.post(
    '/admin/chat/rooms/:room/assign',
    { schema: { ...asking('Give it to somebody of the team, with a note for them').schema, body: AssignBody } },
    async (request) => {
      const [caller, room, origin] = who(request);
      const { admin_id: agentId, note } = request.body;
      const options = { ...origin, ...(note === undefined ? {} : { note }) };
      return changed('Chat assigned', await assignment.assign(caller, room, agentId, options));
    },
  );

  fastify.post(
    '/admin/chat/rooms/:room/take',
    asking('Take it; 409 with the conversation as it stands when somebody else has it'),
    async (request) => changed('Chat assigned', await assignment.take(...who(request))),
  );

  fastify.post('/admin/chat/rooms/:room/unassign', asking('Give it back to those who wait'), async (request) =>
    changed('Chat unassigned', await assignment.unassign(...who(request))),
  );

  fastify.post(
    '/admin/chat/rooms/:room/status',
    { schema: { ...asking('Change its status').schema, body: StatusBody } },
    async (request) => {
      const [caller, room, origin] = who(request);
      return changed('Status updated', await triage.setStatus(caller, room, request.body.status, origin));
    },
  );

  fastify.post(
    '/admin/chat/rooms/:room/priority',
    { schema: { ...asking('Change its priority').schema, body: PriorityBody } },
    async (request) => {
      const [caller, room, origin] = who(request);
      return changed('Priority updated', await triage.setPriority(caller, room, request.body.priority, origin));
    },
  );

  fastify.post(
    '/admin/chat/rooms/:room/category',
    { schema: { ...asking('Change its category').schema, body: CategoryBody } },
    async (request) => {
      const [caller, room, origin] = who(request);
      return changed('Category updated', await triage.setCategory(caller, room, request.body.category, origin));
    },
  );

  fastify.post(
    '/admin/chat/rooms/:room/subject',
    { schema: { ...asking('Say what it is about').schema, body: SubjectBody } },
    async (request) => {
      const [caller, room, origin] = who(request);
      return changed('Subject updated', await triage.setSubject(caller, room, request.body.subject ?? null, origin));
    },
  );

  fastify.post('/admin/chat/rooms/:room/resolve', asking('Resolve it'), async (request) =>
    changed('Chat resolved', await triage.resolve(...who(request))),
  );

  fastify.post('/admin/chat/rooms/:room/close', asking('Close it'), async (request) =>
    changed('Chat closed', await triage.close(...who(request))),
  );

  fastify.post('/admin/chat/rooms/:room/reopen', asking('Open it again'), async (request) =>
    changed('Chat reopened', await triage.reopen(...who(request))),
  );

  fastify.post(
    '/admin/chat/rooms/:room/snooze',
    {
      schema: { ...asking('Put it out of sight until a moment, or until the visitor writes').schema, body: SnoozeBody },
    },
    async (request) => {
      const [caller, room, origin] = who(request);
      const until = sleepUntil(request.body.until);
      const card = await triage.snooze(caller, room, until, origin);
      return changed(until === null ? 'Chat woken' : 'Chat snoozed', card);
    },
  );

  fastify.post('/admin/chat/rooms/:room/archive', asking('Put it into the archive'), async (request) =>
    changed('Chat archived', await triage.archive(...who(request))),
  );

  fastify.post('/admin/chat/rooms/:room/unarchive', asking('Take it out of the archive'), async (request) =>
    changed('Chat restored', await triage.unarchive(...who(request))),
  );

  fastify.post('/admin/chat/rooms/:room/unread', asking('The team will look at it again'), async (request) =>
    changed('Marked as unread', await reading.markUnread(...who(request))),
  );

  fastify.put(
    '/admin/chat/rooms/:room/labels',
    { schema: { ...asking('Put exactly these labels on it').schema, body: RoomLabelsBody } },
    async (request) => {
      const [caller, room, origin] = who(request);
      return changed('Labels updated', await triage.setLabels(caller, room, request.body.labels, origin));
    },
  );

  fastify.post(
    '/admin/chat/bulk',
    {
      schema: {
        tags,
        summary: 'Do the same to several conversations, each by the rules it has by itself',
        body: BulkBody,
        response: { 200: Type.Object({ data: Type.Array(BulkResult) }) },
      },
    },
    async (request) => {
      const { rooms, action, admin_id: agentId, priority, labels: labelIds, until } = request.body;
      const outcomes = await bulk.run(
        callerOf(request),
        rooms,
        {
          action,
          ...(agentId === undefined ? {} : { agentId }),
          ...(priority === undefined ? {} : { priority }),
          ...(labelIds === undefined ? {} : { labelIds }),
          until: sleepUntil(until),
        },
        originOf(request),
      );
      return {
        data: outcomes.map(({ id, refusal }) => ({ id, ok: refusal === null, ...(refusal && refused(refusal)) })),
      };
    },
  );

  fastify.delete(
    '/admin/chat/rooms/:room',
    {
      schema: {
        tags,
        summary: 'Remove it for good, with all that is in it',
        params: RoomParams,
        response: { 200: Said },
      },
    },
    async (request) => {
      await rooms.remove(callerOf(request), request.params.room);
      return { message: 'Chat deleted' };
    },
  );
};

/** @throws Refusal */
function sleepUntil(asked: string | null = null): number | 'reply' | null {
  return asked === null || asked === 'reply' ? asked : momentIn('until', asked);
}
