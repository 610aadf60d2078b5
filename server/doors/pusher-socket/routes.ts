import type {} from '@fastify/websocket';
import type { FastifyBaseLogger, FastifyPluginAsync, FastifyReply } from 'fastify';
import { ERRORS, PusherError } from '../../pusher/errors.ts';
import * as frames from '../../pusher/frames.ts';
import type { Pusher } from '../../pusher/pusher.ts';
import type { Session } from '../../pusher/session.ts';
import { type BadHandshake, whyNotAsked, whyNotUpgraded } from './handshake.ts';
import type { NativeSender } from './native-sender.ts';
import { Outgoing } from './outgoing.ts';
import { type PusherWebSocket, SocketConnection } from './socket.ts';

export interface PusherSocketOptions {
  pusher: Pusher;
  maxUnreadBytes: number;
  /** null: all is written by Node's streams. */
  native: NativeSender | null;
  /** Nobody new is taken in: his socket would outlive the server's farewell to the others. */
  isDraining(): boolean;
  log: FastifyBaseLogger;
}

/** `GET /app/:key`: every handshake on it that is one succeeds, and what is wrong is said inside the WebSocket. [P-2] */
export const pusherSocket: FastifyPluginAsync<PusherSocketOptions> = async (fastify, options) => {
  const { pusher, maxUnreadBytes, native, isDraining, log } = options;
  const outgoing = new Outgoing(native);
  const onSlowReader = (session: Session | null) =>
    log.warn({ socketId: session?.socketId, app: session?.hub.app.id }, 'closed a socket that does not read');

  const onError = (error: Error) => log.debug(error);
  const rules = { maxUnreadBytes, onSlowReader };

  fastify.route<{ Params: { key: string } }>({
    method: 'GET',
    url: '/app/:key',
    config: { isSocket: true },
    onRequest: async (request, reply) => {
      const problem = request.ws ? whyNotUpgraded(request.raw) : whyNotAsked(request.raw);
      if (problem) return refuse(reply, problem);
      // The answer to the handshake is ws's to write. Left where it is, Node's response would live as long as the socket.
      reply.raw.detachSocket(request.raw.socket);
    },
    handler: () => {}, // never reached: without an upgrade there is a problem
    wsHandler: (ws, request) => {
      // The plugin's own listener would keep request and reply for as long.
      ws.removeAllListeners('error').on('error', onError);
      const hub = pusher.byKey((request.params as { key: string }).key);
      const connection = new SocketConnection(ws as PusherWebSocket, request.raw.socket, outgoing, rules);
      const refusal = isDraining() ? ERRORS.shuttingDown : hub ? null : ERRORS.unknownApp;
      if (hub && !refusal) {
        (ws as PusherWebSocket).limitMessages(hub.app.maxMessageBytes);
        connection.session = hub.open(connection, request.headers.origin, request.ip);
      } else if (refusal) {
        const error = new PusherError(refusal);
        connection.send(frames.error(error));
        connection.close(error.code, error.message);
      }
    },
  });

  fastify.route({
    method: ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
    url: '/app/:key',
    handler: (_request, reply) => reply.code(405).header('allow', 'GET').type('text/plain').send('Method not allowed.'),
  });
};

function refuse(reply: FastifyReply, { status, reason }: BadHandshake): FastifyReply {
  return reply
    .code(status)
    .headers({
      connection: 'close',
      ...(status === 426 ? { upgrade: 'websocket', 'sec-websocket-version': '13' } : {}),
    })
    .type('text/plain; charset=utf-8')
    .send(`${reason}.`);
}
