import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { isAdmin, type PersonCaller } from '../../identity/caller.ts';
import { bearerToken } from '../../identity/identify.ts';
import type { Channel } from '../../pusher/channel.ts';
import type { Hub } from '../../pusher/hub.ts';
import type { Pusher } from '../../pusher/pusher.ts';
import type { Session } from '../../pusher/session.ts';
import type { Happening, Tail } from './tail.ts';

export interface DebugOptions {
  pusher: Pusher;
  tail: Tail;
  identify(token: string): Promise<PersonCaller | undefined>;
}

/** What one answer shows of an app that may have a hundred thousand sockets. */
const MAX_SOCKETS = 200;
const MAX_CHANNELS = 500;
const MAX_CHANNELS_OF_SOCKET = 50;
/** Who reads the tail more slowly than it grows misses some of it, and is told how many. */
const MAX_UNREAD_BYTES = 256 * 1024;
const MAX_TAILS = 10;
const HEARTBEAT_MS = 15_000;

/** What goes on inside an app on this node, for admins: `/api/admin/debug/apps`. */
export const debug: FastifyPluginAsync<DebugOptions> = async (fastify, { pusher, tail, identify }) => {
  const open = new Set<FastifyReply>();

  fastify.addHook('onRequest', async (request, reply) => {
    const token = bearerToken(request.headers.authorization);
    const caller = token === undefined ? undefined : await identify(token);
    if (!caller) return reply.code(401).send({ message: 'Unauthenticated.' });
    if (!isAdmin(caller)) return reply.code(403).send({ message: 'This action is unauthorized.' });
  });
  fastify.addHook('preClose', async () => {
    for (const reply of open) reply.raw.end();
  });

  fastify.get('/apps', async () => ({ data: Array.from(pusher.hubs, summaryOf) }));

  fastify.get<{ Params: { app: string } }>('/apps/:app', async (request, reply) => {
    const hub = pusher.byId(request.params.app);
    if (!hub) return notThere(reply);
    const channels = [...hub.channels.all()].sort((a, b) => b.subscriptionCount - a.subscriptionCount);
    const sessions = [...hub.sessions.values()];
    return {
      data: {
        ...summaryOf(hub),
        newest_sockets: sessions.slice(-MAX_SOCKETS).reverse().map(socketOf),
        largest_channels: channels.slice(0, MAX_CHANNELS).map(channelOf),
      },
    };
  });

  /** A stream of server-sent events, one `Happening` each, until the reader goes. */
  fastify.get<{ Params: { app: string } }>('/apps/:app/tail', (request, reply) => {
    const hub = pusher.byId(request.params.app);
    if (!hub) return notThere(reply);
    if (open.size >= MAX_TAILS) return reply.code(429).send({ message: 'Enough others are looking. Try again later.' });
    stream(request, reply, hub);
  });

  function stream(request: FastifyRequest, reply: FastifyReply, hub: Hub): void {
    const { raw } = reply.hijack();
    raw.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
      'x-request-id': request.id,
    });
    raw.write(': here\n\n');
    let missed = 0;
    const stop = tail.listen(hub, (happening) => {
      if (raw.writableLength > MAX_UNREAD_BYTES) {
        missed += 1;
        return;
      }
      if (missed > 0) raw.write(`event: missed\ndata: ${missed}\n\n`);
      missed = 0;
      raw.write(`data: ${JSON.stringify(happening satisfies Happening)}\n\n`);
    });
    const heartbeat = setInterval(() => raw.write(':\n\n'), HEARTBEAT_MS);
    open.add(reply);
    raw.on('close', () => {
      clearInterval(heartbeat);
      stop();
      open.delete(reply);
    });
  }
};

function notThere(reply: FastifyReply): FastifyReply {
  return reply.code(404).send({ message: 'There is no such app.' });
}

function summaryOf(hub: Hub) {
  return {
    id: hub.app.id,
    sockets: hub.sessions.size,
    sockets_everywhere: hub.connected.total,
    channels: hub.channels.count,
  };
}

function socketOf(session: Session) {
  const now = session.hub.now();
  return {
    socket_id: session.socketId,
    user_id: session.user?.id ?? null,
    open_seconds: Math.round((now - session.openedAt) / 1000),
    silent_seconds: Math.round((now - session.lastSeenAt) / 1000),
    channels: Array.from(session.channels, ({ name }) => name).slice(0, MAX_CHANNELS_OF_SOCKET),
    channel_count: session.channels.size,
  };
}

function channelOf(channel: Channel) {
  return {
    name: channel.name,
    subscriptions: channel.subscriptionCount,
    here: channel.subscriberCount,
    members: channel.roster?.size ?? null,
  };
}
