import { hash, randomUUID } from 'node:crypto';
import type { FastifyPluginAsync } from 'fastify';
import { channelAuthText } from '../../pusher/signature.ts';
import type { PagesOptions } from './routes.ts';

/** The only channel the demonstration signs for: its keys open nothing else. */
const CHANNEL = 'presence-antiphon-demo';
const MAX_TEXT = 200;
const SOCKET_ID = /^\d+\.\d+$/;

type Fields = Record<string, unknown> | null | undefined;

/**
 * What an application's backend would do for the realtime page: authorise its channel, each tab as a member of its own,
 * and sign its publishing. The secret stays here; the page itself then calls the real WebSocket and the real HTTP API.
 */
export const demo: FastifyPluginAsync<PagesOptions> = async (fastify, { pusher, socketPath }) => {
  const [hub] = pusher.hubs;
  if (!hub) return;
  const { app, signer } = hub;

  fastify.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) =>
    done(null, Object.fromEntries(new URLSearchParams(body as string))),
  );
  fastify.addHook('onSend', async (_request, reply) => {
    reply.headers({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
  });

  fastify.get('/demo/settings', async () => ({ appId: app.id, key: app.key, socketPath, channel: CHANNEL }));

  fastify.post<{ Body: Fields }>('/demo/auth', async ({ body }, reply) => {
    const socketId = body?.socket_id;
    if (typeof socketId !== 'string' || !SOCKET_ID.test(socketId) || body?.channel_name !== CHANNEL) {
      return reply.code(403).send({ message: 'This action is unauthorized.' });
    }
    const channelData = JSON.stringify({ user_id: socketId, user_info: {} });
    return { auth: signer.auth(channelAuthText(socketId, CHANNEL, channelData)), channel_data: channelData };
  });

  fastify.post<{ Body: Fields }>('/demo/sign', async ({ body }, reply) => {
    const text = body?.text;
    if (typeof text !== 'string' || text.trim() === '' || text.length > MAX_TEXT) {
      return reply.code(422).send({ message: `Write something of at most ${MAX_TEXT} characters.` });
    }
    const id = randomUUID();
    const payload = JSON.stringify({ name: 'demo.message', channel: CHANNEL, data: JSON.stringify({ id, text }) });
    const path = `/apps/${app.id}/events`;
    const timestamp = Math.floor(Date.now() / 1000);
    const query = `auth_key=${app.key}&auth_timestamp=${timestamp}&auth_version=1.0&body_md5=${hash('md5', payload, 'hex')}`;
    const signature = signer.sign(`POST\n${path}\n${query}`);
    return { id, url: `${socketPath}${path}?${query}&auth_signature=${signature}`, body: payload };
  });
};
