import type { FastifyInstance, FastifyPluginAsync, FastifyRequest, HTTPMethods } from 'fastify';
import type { Hub } from '../../pusher/hub.ts';
import type { Pusher } from '../../pusher/pusher.ts';
import { authenticate } from './authenticate.ts';
import { type Dialect, dialectOf } from './dialect.ts';
import { channel, channels, channelUsers, connections } from './inspect.ts';
import { publishBatch, publishEvent } from './publish.ts';
import { ApiRefusal, JSON_TYPE, renderRefusals } from './refusals.ts';

export interface PusherApiOptions {
  pusher: Pusher;
  maxRequestBytes: number;
  maxEventBytes: number;
  timestampToleranceSeconds: number;
  health(): Health;
}

/** What `/up` says: `OK`, or what is wrong. */
export interface Health {
  /** False: send nobody here. A node that only lacks the others still serves its own. */
  isServing: boolean;
  words: string;
}

/** A request whose signature has been checked. */
interface Asked {
  hub: Hub;
  body: Buffer;
  query: URLSearchParams;
  params: Record<string, string>;
  dialect: Dialect;
  address(): string;
}

const NO_BODY = Buffer.alloc(0);
const METHODS: HTTPMethods[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/** The HTTP API that backends publish through and ask. [P-17] */
export const pusherApi: FastifyPluginAsync<PusherApiOptions> = async (fastify, options) => {
  const { pusher, maxRequestBytes, maxEventBytes, timestampToleranceSeconds, health } = options;
  renderRefusals(fastify);
  takeAnyBody(fastify, maxRequestBytes);

  /** `handle` answers an object, or JSON. */
  const answer = (method: HTTPMethods, url: string, handle: (asked: Asked) => object | string) => {
    fastify.route({
      method,
      url,
      handler: async (request, reply) => reply.type(JSON_TYPE).send(handle(askedBy(request))),
    });
    refuseOtherMethods(method, url);
  };

  const refuseOtherMethods = (allowed: HTTPMethods, url: string) => {
    fastify.route({
      // Whatever can be asked for with GET can be with HEAD.
      method: METHODS.filter((each) => each !== allowed && !(each === 'HEAD' && allowed === 'GET')),
      url,
      handler: (_request, reply) =>
        reply.code(405).header('allow', allowed).type('text/plain').send('Method not allowed.'),
    });
  };

  const askedBy = (request: FastifyRequest): Asked => {
    const params = request.params as Record<string, string>;
    const hub = pusher.byId(params.appId ?? '');
    if (!hub) throw new ApiRefusal(404, `No matching application for ID [${params.appId}].`);
    const body = Buffer.isBuffer(request.body) ? request.body : NO_BODY;
    const url = request.originalUrl;
    const method = request.method;
    authenticate(hub, { method, url, body }, { prefix: fastify.prefix, timestampToleranceSeconds });
    const dialect = dialectOf(request.headers);
    return { hub, body, params, dialect, query: new URLSearchParams(url.split('?')[1]), address: () => request.ip };
  };

  answer('POST', '/apps/:appId/events', ({ hub, body, dialect, address }) =>
    publishEvent(hub, body, { maxEventBytes, dialect, address }),
  );
  answer('POST', '/apps/:appId/batch_events', ({ hub, body, dialect, address }) =>
    publishBatch(hub, body, { maxEventBytes, dialect, address }),
  );
  answer('GET', '/apps/:appId/connections', ({ hub }) => connections(hub));
  answer('GET', '/apps/:appId/channels', ({ hub, query, dialect }) => channels(hub, query, dialect));
  answer('GET', '/apps/:appId/channels/:channel', ({ hub, params, query, dialect }) =>
    channel(hub, params.channel ?? '', query, dialect),
  );
  answer('GET', '/apps/:appId/channels/:channel/users', ({ hub, params, dialect }) =>
    channelUsers(hub, params.channel ?? '', dialect),
  );
  answer('POST', '/apps/:appId/users/:userId/terminate_connections', ({ hub, params }) => {
    hub.terminate(params.userId ?? '');
    return {};
  });

  fastify.get('/up', async (_request, reply) => {
    const { isServing, words } = health();
    return reply.code(isServing ? 200 : 503).send({ health: words });
  });
  refuseOtherMethods('GET', '/up');
  // A supervisor that restarts what does not answer must not do so because it is stopping or alone.
  fastify.get('/up/live', async () => ({ health: 'OK' }));
  refuseOtherMethods('GET', '/up/live');
};

/** What is asked for outside the path prefix, and is nobody else's: not there, in the words that hold inside. */
export const nothingElse: FastifyPluginAsync<{ maxRequestBytes: number }> = async (fastify, { maxRequestBytes }) => {
  renderRefusals(fastify);
  takeAnyBody(fastify, maxRequestBytes);
};

/** The signature covers the bytes of the body, whatever type it is said to be, well or badly. [P-17] */
function takeAnyBody(fastify: FastifyInstance, maxRequestBytes: number): void {
  fastify.addHook('onRequest', async ({ headers }) => {
    if (headers['content-type'] !== undefined) headers['content-type'] = 'application/octet-stream';
  });
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: maxRequestBytes }, (_request, body, done) =>
    done(null, body),
  );
}
