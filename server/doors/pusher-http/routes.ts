import type { ServerResponse } from 'node:http';
import type { FastifyBaseLogger, FastifyError, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { ERRORS, PusherError } from '../../pusher/errors.ts';
import * as frames from '../../pusher/frames.ts';
import type { Hub } from '../../pusher/hub.ts';
import type { Pusher } from '../../pusher/pusher.ts';
import type { Session } from '../../pusher/session.ts';
import { Answer } from './answer.ts';
import { HttpConnection } from './connection.ts';
import { longestBody, messagesOf } from './sends.ts';

export interface PusherHttpOptions {
  pusher: Pusher;
  /** In front of every path of the protocol; '' or '/ws'. */
  path: string;
  maxUnreadBytes: number;
  /** Nobody new is taken in. */
  isDraining(): boolean;
  /** How a session is answered that another process keeps; null: it is kept here. */
  passOn?(session: string, request: FastifyRequest): ((response: ServerResponse) => void) | null;
  log: FastifyBaseLogger;
}

interface Params {
  key: string;
  server: string;
  session: string;
}

type Asking = FastifyRequest<{ Params: Params }>;

const SWEEP_MS = 1000;
/** Proxies cut off what is silent for a minute, some for half of one. */
const MAX_HEARTBEAT_MS = 25_000;
/** Where pusher-js looks unless it is told `httpPath`. */
const DEFAULT_FOLDER = '/pusher';

/** What any page may do: as over a WebSocket, it is the app's allowed origins that keep strangers out, and they are told so. */
const FOR_OTHER_ORIGINS = {
  'access-control-allow-origin': '*',
  'access-control-allow-methods': 'POST',
  'access-control-allow-headers': 'content-type',
  'access-control-max-age': '86400',
};

/**
 * The fallbacks of pusher-js where WebSockets do not get through [P-21]:
 * `POST {folder}/app/:key/:server/:session/xhr_streaming`, `/xhr` (a poll) and `/xhr_send`.
 */
export const pusherHttp: FastifyPluginAsync<PusherHttpOptions> = async (fastify, options) => {
  const { pusher, path, maxUnreadBytes, isDraining, passOn, log } = options;
  const connections = new Map<string, HttpConnection>();
  const onSlowReader = (session: Session | null) => {
    log.warn({ socketId: session?.socketId, app: session?.hub.app.id }, 'closed a session that does not read');
    if (session) session.hub.observer.overflowed?.(session);
  };

  const sweeper = setInterval(() => {
    const now = performance.now();
    for (const connection of connections.values()) connection.sweep(now);
  }, SWEEP_MS);
  fastify.addHook('onClose', async () => clearInterval(sweeper));

  const give = (request: Asking, reply: FastifyReply, isStream: boolean) => {
    const name = nameOf(request);
    if (name === null) return reply.code(404).send('There is no such place.');
    const connection = connections.get(name) ?? open(name, request);
    reply.hijack();
    connection.answerWith(new Answer(reply.raw, isStream, reply.getHeaders() as Record<string, string>));
  };

  /** What is wrong is said inside, as over a WebSocket. [P-2] */
  const open = (name: string, request: Asking): HttpConnection => {
    const hub = pusher.byKey(request.params.key);
    const connection = new HttpConnection({
      maxUnreadBytes,
      heartbeatMs: heartbeatOf(hub),
      onSlowReader,
      onOver: () => connections.delete(name),
    });
    connections.set(name, connection);
    const refusal = isDraining() ? ERRORS.shuttingDown : hub ? null : ERRORS.unknownApp;
    if (hub && !refusal) {
      connection.session = hub.open(connection, request.headers.origin, () => request.ip);
    } else if (refusal) {
      const error = new PusherError(refusal);
      connection.send(frames.error(error));
      connection.close(error.code, error.message);
    }
    return connection;
  };

  const take = (request: Asking, reply: FastifyReply) => {
    const connection = connections.get(nameOf(request) ?? '');
    if (!connection) return reply.code(404).send('There is no such session.');
    const messages = messagesOf(request.body);
    if ('problem' in messages) return reply.code(400).send(`Bad request: ${messages.problem}`);
    connection.receive(messages);
    return reply.code(204).send();
  };

  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body));
  fastify.addHook('onRequest', async (request, reply) => {
    const session = request.method === 'POST' ? nameOf(request as Asking) : null;
    const answer = session === null ? null : passOn?.(session, request);
    if (answer) {
      reply.hijack();
      return answer(reply.raw);
    }
    reply.headers(FOR_OTHER_ORIGINS).type('text/plain; charset=utf-8');
  });
  fastify.setErrorHandler<FastifyError>((error, request, reply) => {
    if (error.statusCode !== 413) throw error;
    connections.get(nameOf(request as Asking) ?? '')?.refuseSize();
    return reply.code(413).send('Payload too large.');
  });

  const bodyLimit = Math.max(...Array.from(pusher.hubs, ({ app }) => longestBody(app.maxMessageBytes)));
  for (const folder of new Set([path, `${path}${DEFAULT_FOLDER}`, DEFAULT_FOLDER])) {
    const base = `${folder}/app/:key/:server/:session`;
    const kinds = {
      xhr_streaming: (request: Asking, reply: FastifyReply) => give(request, reply, true),
      xhr: (request: Asking, reply: FastifyReply) => give(request, reply, false),
      xhr_send: take,
    };
    for (const [kind, handler] of Object.entries(kinds)) {
      const url = `${base}/${kind}`;
      fastify.post<{ Params: Params }>(url, { bodyLimit }, handler);
      fastify.options(url, (_request, reply) => reply.code(204).send());
      fastify.route({
        method: ['GET', 'PUT', 'PATCH', 'DELETE'],
        url,
        handler: (_request, reply) => reply.code(405).header('allow', 'POST, OPTIONS').send('Method not allowed.'),
      });
    }
  }
};

/**
 * The session as only its own client names it, if it names one as pusher-js does. The 50 random bits are the client's
 * secret; app and origin are part of the name, the address is not: those who need a fallback often sit behind proxies
 * that use several.
 */
function nameOf({ params: { key, server, session }, headers: { origin = '' } }: Asking): string | null {
  if (!/^\d{1,3}$/.test(server) || !/^[0-9a-v]{8}$/.test(session)) return null;
  return JSON.stringify([key, server, session, origin]);
}

/** A client that hears nothing for the app's activity time-out would ask for a sign of life itself. */
function heartbeatOf(hub: Hub | undefined): number {
  return Math.min(MAX_HEARTBEAT_MS, ((hub?.app.activityTimeoutSeconds ?? 30) * 1000 * 5) / 6);
}
