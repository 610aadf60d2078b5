import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import Pusher from 'pusher';
import type { Test } from 'tap';
import type { RunningServer } from './server.ts';

/** Whoever the bearer token of a request names: `7:Ann` is user 7, called Ann. */
interface User {
  id: string;
  name: string;
}

export interface Asked {
  path: string;
  contentType: string | undefined;
  fields: Record<string, string>;
}

/** An application as the server's customers have it: it says who may join what, and publishes. */
export interface Backend {
  url: string;
  pusher: Pusher;
  /** Every question it was asked. */
  asked: Asked[];
  /** Whom a user watches, by his id. */
  watchlists: Record<string, string[]>;
  /** What it answers with next instead of what is right. */
  nextAnswer: object | null;
}

const MASTER_KEY = Buffer.alloc(32, 'antiphon').toString('base64');

/** Pusher's own library for Node, pointed at a server. */
export function pusherLibrary(server: RunningServer, options: Partial<Pusher.Options> = {}): Pusher {
  const { id: appId, key, secret } = server.app;
  const where = { host: '127.0.0.1', port: String(server.port), useTLS: false };
  return new Pusher({
    appId,
    key,
    secret,
    ...where,
    encryptionMasterKeyBase64: MASTER_KEY,
    ...options,
  } as Pusher.Options);
}

/**
 * Answers `/broadcasting/auth` and `/broadcasting/user-auth` as Laravel does: form-encoded questions, JSON answers, 403 for
 * guests and for channels whose name holds `forbidden`.
 */
export async function startBackend(t: Test, server: RunningServer): Promise<Backend> {
  const pusher = pusherLibrary(server);
  const http = createServer(async (request, response) => {
    const asked = await questionOf(request);
    backend.asked.push(asked);
    const user = userOf(request);
    const isAllowed = user !== null && !asked.fields.channel_name?.includes('forbidden');
    const answer = isAllowed
      ? (backend.nextAnswer ?? answerTo(asked, user))
      : { message: 'This action is unauthorized.' };
    backend.nextAnswer = null;
    response.writeHead(isAllowed ? 200 : 403, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  const backend: Backend = { url, pusher, asked: [], watchlists: {}, nextAnswer: null };
  t.teardown(() => {
    http.close();
    http.closeAllConnections();
  });

  function answerTo({ path, fields }: Asked, { id, name }: User): object {
    const { socket_id: socketId = '', channel_name: channel = '' } = fields;
    if (path === '/broadcasting/user-auth') {
      const watchlist = backend.watchlists[id] ?? [];
      return pusher.authenticateUser(socketId, { id, user_info: { name }, watchlist });
    }
    if (!channel.startsWith('presence-')) return pusher.authorizeChannel(socketId, channel);
    return pusher.authorizeChannel(socketId, channel, { user_id: id, user_info: { id, name } });
  }

  return backend;
}

async function questionOf(request: IncomingMessage): Promise<Asked> {
  const fields = Object.fromEntries(new URLSearchParams(await text(request)));
  return { path: request.url ?? '', contentType: request.headers['content-type'], fields };
}

function userOf({ headers }: IncomingMessage): User | null {
  const [id, name] = (headers.authorization ?? '').replace('Bearer ', '').split(':');
  return id && name ? { id, name } : null;
}
