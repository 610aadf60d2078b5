import type {} from '@fastify/websocket';
import type { FastifyPluginAsync, FastifyReply } from 'fastify';
import { type BadHandshake, whyNotAsked, whyNotUpgraded } from './handshake.ts';
import type { Reception } from './reception.ts';
import type { Upgraded } from './upgraded.ts';

/** `GET /app/:key`: every handshake on it that is one succeeds, and what is wrong is said inside the WebSocket. [P-2] */
export const pusherSocket: FastifyPluginAsync<{ reception: Reception }> = async (fastify, { reception }) => {
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
      const { stream, rest } = ws as unknown as Upgraded;
      const { key } = request.params as { key: string };
      const { origin } = request.raw.headers;
      if (stream) reception.admit(stream, { key, origin, address: () => request.ip, answer: null, rest });
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
