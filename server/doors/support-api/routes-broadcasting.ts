import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import Type from 'typebox';
import { isAgent, type PersonCaller } from '../../identity/caller.ts';
import { userAuthText } from '../../pusher/signature.ts';
import { Refusal } from '../../refusal.ts';
import { standingOf, unauthorized } from '../../support/policy.ts';
import { callerOf, SOCKET_ID } from './authenticate.ts';
import { memberOf, permissionFor } from './channels.ts';
import type { House } from './house.ts';
import { leaveFor } from './leave.ts';
import { ChannelAuthForm } from './wire-requests.ts';
import { ChannelAuth } from './wire-tools.ts';

const tags = ['Broadcasting'];

/** What Echo asks before it joins a guarded channel, as Laravel's `Broadcast::routes()` answers it. */
export const broadcastingRoutes: FastifyPluginAsyncTypebox<House> = async (fastify, { hub, rooms }) => {
  const mayInRoom = async (caller: PersonCaller, ref: string, action: 'view' | 'manage') => {
    try {
      const { room } = await rooms.find(caller, ref);
      return action === 'view' || standingOf(caller, room) === 'team';
    } catch (error) {
      if (error instanceof Refusal) return false;
      throw error;
    }
  };

  const authorise = async (request: FastifyRequest, form: { socket_id?: string; channel_name?: string }) => {
    const caller = callerOf(request);
    const { socket_id: socketId = '', channel_name: channel = '' } = form;
    const permission = SOCKET_ID.test(socketId) ? await permissionFor(caller, channel, mayInRoom) : undefined;
    if (!permission) throw unauthorized();
    return leaveFor(hub, socketId, channel, permission);
  };

  const signIn = (request: FastifyRequest, { socket_id: socketId = '' }: { socket_id?: string }) => {
    const caller = callerOf(request);
    if (!SOCKET_ID.test(socketId)) throw unauthorized();
    const { user_id: id, user_info: userInfo } = memberOf(caller);
    const userData = JSON.stringify({ id, user_info: userInfo, is_admin: isAgent(caller) });
    return { auth: hub.signer.auth(userAuthText(socketId, userData)), user_data: userData };
  };

  const config = { spends: 'read' } as const;
  const channelAnswer = { 200: ChannelAuth };
  const userAnswer = { 200: Type.Object({ auth: Type.String(), user_data: Type.String() }) };
  const joining = { tags, summary: 'Leave to join a channel' };
  const signingIn = { tags, summary: 'Proof of who one is, for `pusher:signin`' };

  fastify.post('/auth', { config, schema: { ...joining, body: ChannelAuthForm, response: channelAnswer } }, (request) =>
    authorise(request, request.body),
  );
  fastify.get(
    '/auth',
    { config, schema: { ...joining, querystring: ChannelAuthForm, response: channelAnswer } },
    (request) => authorise(request, request.query),
  );
  fastify.post(
    '/user-auth',
    { config, schema: { ...signingIn, body: ChannelAuthForm, response: userAnswer } },
    async (request) => signIn(request, request.body),
  );
  fastify.get(
    '/user-auth',
    { config, schema: { ...signingIn, querystring: ChannelAuthForm, response: userAnswer } },
    async (request) => signIn(request, request.query),
  );
};
