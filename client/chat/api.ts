import { type MessagePage, messageFrom, type Room, roomFrom } from './message.ts';
import type { Page } from './pages.ts';
import { type Request, request } from './request.ts';
import { Trouble } from './trouble.ts';
import type { WireMessage, WirePage, WireRoom, WireSession } from './wire.ts';

/** What a visitor says of themselves, and the site's proof of it. */
export interface Identity {
  name?: string | undefined;
  email?: string | undefined;
  phone?: string | undefined;
  locale?: string | undefined;
  /** With `userHash`, or an `identityToken` alone: who the site says this is. */
  userId?: string | undefined;
  userHash?: string | undefined;
  identityToken?: string | undefined;
}

export interface NewMessage {
  clientId: string;
  text: string;
  files: readonly { name: string; blob: Blob }[];
}

export type Api = ReturnType<typeof apiOf>;

/** Every address of the server that this side knows. `token` is asked for each time, because it may change. */
export function apiOf(base: string, token: () => string | null) {
  const root = base.replace(/\/+$/, '');
  const call = (path: string, options: Request = {}) => request(root + path, { token: token(), ...options });
  const ofRoom = (room: number, rest: string) => `/api/chat/room/${room}/${rest}`;

  async function page(room: number, query: Record<string, number | undefined>, signal?: AbortSignal) {
    // Looking is not reading: what was read is said by `read`.
    const answer = await call(ofRoom(room, 'messages'), { query: { ...query, peek: 1 }, signal });
    const { data, meta } = answer as WirePage;
    if (!Array.isArray(data)) throw new Trouble('broken');
    const messages = data.flatMap((wire) => messageFrom(wire) ?? []);
    return { messages, hasMore: meta?.has_more } satisfies MessagePage;
  }

  return {
    base: root,
    authUrl: `${root}/broadcasting/auth`,

    async openSession(identity: Identity, page: Page | null): Promise<WireSession> {
      const { userId, userHash, identityToken, ...claims } = identity;
      const body = {
        ...claims,
        user_id: userId,
        user_hash: userHash,
        identity_token: identityToken,
        timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
        page: page ?? undefined,
      };
      const session = (await call('/api/widget/session', { method: 'POST', body })) as WireSession;
      if (!session?.user) throw new Trouble('broken');
      return session;
    },

    async me(): Promise<{ id: number; name: string }> {
      return (await call('/api/auth/me')) as { id: number; name: string };
    },

    settings: () => call('/widget/settings', { token: null }),

    async room(category?: string): Promise<Room> {
      const answer = (await call('/api/chat/room', { query: { category } })) as { room: WireRoom };
      return known(roomFrom(answer?.room));
    },

    async roomById(room: number, signal?: AbortSignal): Promise<Room> {
      const answer = (await call(`/api/chat/room/${room}`, { signal })) as { room: WireRoom };
      return known(roomFrom(answer?.room));
    },

    /** The caller's rooms, the newest first. */
    async rooms(): Promise<Room[]> {
      const answer = (await call('/api/chat/rooms')) as { data: WireRoom[] };
      if (!Array.isArray(answer?.data)) throw new Trouble('broken');
      return answer.data.flatMap((wire) => roomFrom(wire) ?? []);
    },

    newest: (room: number, limit: number, signal?: AbortSignal) => page(room, { limit }, signal),
    after: (room: number, seq: number, limit: number, signal?: AbortSignal) =>
      page(room, { after_seq: seq, limit }, signal),
    before: (room: number, seq: number, limit: number, signal?: AbortSignal) =>
      page(room, { before_seq: seq, limit }, signal),

    async send(room: number, message: NewMessage, onProgress: (part: number) => void, signal?: AbortSignal) {
      const { clientId, text, files } = message;
      const options: Request = { method: 'POST', signal };
      if (files.length === 0) options.body = { message: text, client_id: clientId };
      else {
        const form = new FormData();
        form.append('message', text);
        form.append('client_id', clientId);
        for (const { name, blob } of files) form.append('attachments[]', blob, name);
        Object.assign(options, { body: form, deadlineMs: 120_000, onProgress });
      }
      return known(messageFrom((await call(ofRoom(room, 'messages'), options)) as WireMessage));
    },

    read: (room: number) => call(ofRoom(room, 'read'), { method: 'POST' }),
    delivered: (room: number, seq: number) => call(ofRoom(room, 'delivered'), { method: 'POST', body: { seq } }),
    typing: (room: number, isTyping: boolean, isPrivate?: boolean) =>
      call(ofRoom(room, 'typing'), {
        method: 'POST',
        body: { is_typing: isTyping, is_private: isPrivate },
        keepalive: !isTyping,
      }),
    page: (room: number, page: Page) => call(ofRoom(room, 'pages'), { method: 'POST', body: page }),
    close: (room: number) => call(ofRoom(room, 'close'), { method: 'POST' }),
    reopen: (room: number) => call(ofRoom(room, 'reopen'), { method: 'POST' }),

    /** Attachments are named relative to the server. */
    fileUrl: (url: string) => (url.startsWith('/') ? root + url : url),
  };
}

function known<Kind>(value: Kind | undefined): Kind {
  if (value === undefined) throw new Trouble('broken');
  return value;
}
