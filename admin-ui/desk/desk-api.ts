import { type Api, apiOf } from '../../client/chat/api.ts';
import { type Message, type MessagePage, messageFrom } from '../../client/chat/message.ts';
import { type Request, request } from '../../client/chat/request.ts';
import type { Outgoing } from '../../client/chat/sending.ts';
import { Trouble, troubleFrom } from '../../client/chat/trouble.ts';
import type { WireMessage, WirePage } from '../../client/chat/wire.ts';
import type { WireOpening } from '../../server/doors/support-api/wire-opening.ts';
import type { WireChannelAuth, WireDraft } from '../../server/doors/support-api/wire-tools.ts';
import type { Opening } from './openings.ts';
import {
  type Availability,
  type CannedReply,
  cannedFrom,
  type DeskRoom,
  deskRoomFrom,
  type Label,
  labelFrom,
  memberFrom,
  type Outcome,
  outcomeFrom,
  type Priority,
  type Stats,
  statsFrom,
  type TeamMember,
  type View,
  viewFrom,
  type WireBulkResult,
  type WireLabel,
  type WireSavedView,
  type WireTeamRoom,
  type WireUser,
} from './wire.ts';

export type Query = Record<string, string | number | undefined>;
export type Form = Record<string, string>;
export type DeskApi = ReturnType<typeof deskApiOf>;

/** The id itself says that a message is a note, so that no copy of it on its way can lose that. */
const NOTE = 'note-';
export const newClientId = (isNote: boolean) => (isNote ? NOTE : '') + (crypto.randomUUID?.() ?? `${Math.random()}`);
export const isNoteId = (clientId: string) => clientId.startsWith(NOTE);

const ROOMS_PER_PAGE = 100;
const ROOMS_PER_BULK = 100;

/** Every address of the server that only the team uses. */
export function deskApiOf(base: string, token: () => string | null, onUnauthenticated: () => void) {
  async function call<Answer>(path: string, options: Request = {}): Promise<Answer> {
    const shown = token();
    try {
      return (await request(base + path, { token: shown, ...options })) as Answer;
    } catch (error) {
      // A late answer to an old token says nothing about the one there is now.
      const isOver = options.token === undefined && shown === token();
      if (isOver && troubleFrom(error).kind === 'unauthenticated') onUnauthenticated();
      throw error;
    }
  }
  const ofRoom = (room: number, rest = '') => `/api/admin/chat/rooms/${room}${rest}`;
  const change = async (room: number, what: string, body: object = {}): Promise<DeskRoom> =>
    deskRoomFrom((await call<{ room: WireTeamRoom }>(ofRoom(room, what), { method: 'POST', body })).room);
  const list = async <Wire>(path: string, query: Query = {}) =>
    (await call<{ data: Wire[]; next_page_url?: string | null }>(path, { query })) ?? { data: [] };

  return {
    base,
    /** For what one page alone asks for. @throws Trouble */
    call,
    /** For what does not end with one answer: the caller reads it, until the signal. */
    open: (path: string, signal: AbortSignal): Promise<Response> =>
      fetch(base + path, {
        headers: { authorization: `Bearer ${token()}` },
        credentials: 'omit',
        cache: 'no-store',
        signal,
      }),
    /** What a conversation asks of the server, with the team's eyes: notes included, counted with them. */
    conversation: teamApiOf(base, token, call),

    enter: (form: Form) =>
      call<{ user: WireUser; token: string }>('/api/auth/login', { method: 'POST', body: form, token: null }),
    me: () => call<WireUser>('/api/auth/me'),
    leave: () => call('/api/auth/logout', { method: 'POST' }),
    socket: () => call<{ key: string | null; socket_path: string }>('/widget/settings', { token: null }),

    /** One page after another: `next` is the `cursor` of the one that follows. */
    async rooms(
      query: Query,
      cursor: string | null,
    ): Promise<{ rooms: DeskRoom[]; next: string | null; total: number }> {
      const asked = { per_page: ROOMS_PER_PAGE, ...query, cursor: cursor ?? undefined };
      const { data, next_cursor, total } = await call<{
        data: WireTeamRoom[];
        next_cursor?: string | null;
        total: number;
      }>('/api/admin/chat/rooms', { query: asked });
      return { rooms: data.map(deskRoomFrom), next: next_cursor ?? null, total };
    },
    /** All it takes to be in a room; with a socket's id, leave to join its channels too. */
    async opening(room: number, details: boolean, socketId: string | null): Promise<Opening> {
      const query = { details: details ? 1 : undefined, socket_id: socketId ?? undefined };
      const wire = await call<WireOpening>(ofRoom(room, '/opening'), { query });
      const { draft, messages, has_more: hasMore, details: known, channels } = wire;
      const page = { messages: messagesFrom(messages), hasMore };
      return { room: deskRoomFrom(wire.room), page, draft: draft && draftFrom(draft), details: known, channels };
    },
    leaveToJoin: (channel: string, socketId: string) =>
      call<WireChannelAuth>('/broadcasting/auth', {
        method: 'POST',
        body: { channel_name: channel, socket_id: socketId },
      }),
    room: async (room: number): Promise<DeskRoom> => deskRoomFrom(await call<WireTeamRoom>(ofRoom(room))),
    search: async (q: string) =>
      (await list<WireTeamRoom>('/api/admin/chat/search', { q, limit: 100 })).data.map(deskRoomFrom),
    /** The same to many rooms at once, each by its own rules. */
    async bulk(rooms: readonly number[], action: string, what: object = {}): Promise<Outcome[]> {
      const outcomes: Outcome[] = [];
      for (let from = 0; from < rooms.length; from += ROOMS_PER_BULK) {
        const body = { rooms: rooms.slice(from, from + ROOMS_PER_BULK), action, ...what };
        const { data } = await call<{ data: WireBulkResult[] }>('/api/admin/chat/bulk', { method: 'POST', body });
        outcomes.push(...data.map(outcomeFrom));
      }
      return outcomes;
    },
    labels: async (): Promise<Label[]> => (await list<WireLabel>('/api/admin/chat/labels')).data.map(labelFrom),
    views: async (): Promise<View[]> => (await list<WireSavedView>('/api/admin/chat/views')).data.map(viewFrom),
    saveView: (name: string, search: string) =>
      call('/api/admin/chat/views', { method: 'POST', body: { name, query: { search } } }),
    changeView: (id: string, changes: { name?: string; query?: { search: string } }) =>
      call(`/api/admin/chat/views/${id}`, { method: 'PATCH', body: changes }),
    removeView: (id: string) => call(`/api/admin/chat/views/${id}`, { method: 'DELETE' }),
    stats: async (): Promise<Stats> => statsFrom(await call('/api/admin/chat/stats')),
    async changes(cursor: number | undefined) {
      const wire = await call<{ cursor: number; rooms: WireTeamRoom[]; deleted: number[]; has_more: boolean }>(
        '/api/admin/chat/changes',
        { query: { cursor } },
      );
      const { rooms, deleted, has_more: hasMore } = wire;
      return { cursor: wire.cursor, rooms: rooms.map(deskRoomFrom), deleted, hasMore };
    },
    team: async (): Promise<TeamMember[]> =>
      (await list<Parameters<typeof memberFrom>[0]>('/api/admin/chat/agents')).data.map(memberFrom),
    setAvailability: (availability: Availability, autoOffline?: boolean) =>
      call('/api/admin/chat/availability', { method: 'PUT', body: { availability, auto_offline: autoOffline } }),

    take: (room: number) => change(room, '/take'),
    assign: (room: number, agent: number) => change(room, '/assign', { admin_id: agent }),
    unassign: (room: number) => change(room, '/unassign'),
    resolve: (room: number) => change(room, '/resolve'),
    close: (room: number) => change(room, '/close'),
    reopen: (room: number) => change(room, '/reopen'),
    markUnread: (room: number) => change(room, '/unread'),
    setPriority: (room: number, priority: Priority) => change(room, '/priority', { priority }),
    snooze: (room: number, until: string | null) => change(room, '/snooze', { until }),

    edit: (room: number, message: number, text: string) =>
      messageOrTrouble(call(ofRoom(room, `/messages/${message}`), { method: 'PATCH', body: { message: text } })),
    remove: (room: number, message: number) =>
      messageOrTrouble(call(ofRoom(room, `/messages/${message}`), { method: 'DELETE' })),

    canned: async (): Promise<CannedReply[]> =>
      (await list<Parameters<typeof cannedFrom>[0]>('/api/admin/chat/canned')).data.map(cannedFrom),
    expand: async (id: string, room: number) =>
      (await call<{ text: string }>(`/api/admin/chat/canned/${id}/expand`, { query: { room } })).text,
    async draft(room: number): Promise<{ text: string; isNote: boolean } | null> {
      const { draft } = await call<{ draft: WireDraft | null }>(`/api/chat/room/${room}/draft`);
      return draft && draftFrom(draft);
    },
  };
}

type Call = <Answer>(path: string, options?: Request) => Promise<Answer>;

function teamApiOf(base: string, token: () => string | null, call: Call): Api {
  const path = (room: number, rest = 'messages') => `/api/admin/chat/rooms/${room}/${rest}`;
  async function page(room: number, query: Query, signal?: AbortSignal): Promise<MessagePage> {
    const { data, meta } = await call<WirePage>(path(room), { query: { ...query, peek: 1 }, signal });
    if (!Array.isArray(data)) throw new Trouble('broken');
    return { messages: messagesFrom(data), hasMore: meta?.has_more };
  }
  return {
    ...apiOf(base, token),
    newest: (room, limit, signal) => page(room, { limit }, signal),
    after: (room, seq, limit, signal) => page(room, { after_seq: seq, limit }, signal),
    before: (room, seq, limit, signal) => page(room, { before_seq: seq, limit }, signal),
    send(room, outgoing, onProgress, signal) {
      const { clientId, text, files, mentions = [], seenThrough } = outgoing as Outgoing;
      const isNote = isNoteId(clientId);
      const to = path(room, isNote ? 'notes' : 'messages');
      const rest = isNote ? { mentions } : { last_seen_seq: seenThrough };
      if (files.length === 0) {
        const body = { message: text, client_id: clientId, ...rest };
        return messageOrTrouble(call(to, { method: 'POST', body, signal }));
      }
      const form = new FormData();
      form.append('message', text);
      form.append('client_id', clientId);
      for (const { name, blob } of files) form.append('attachments[]', blob, name);
      if (!isNote && seenThrough !== undefined) form.append('last_seen_seq', String(seenThrough));
      for (const mention of isNote ? mentions : []) form.append('mentions[]', String(mention));
      return messageOrTrouble(call(to, { method: 'POST', body: form, deadlineMs: 120_000, onProgress, signal }));
    },
  };
}

const draftFrom = ({ text, is_private: isNote }: WireDraft) => ({ text, isNote });
const messagesFrom = (wires: readonly WireMessage[]) => wires.flatMap((wire) => messageFrom(wire) ?? []);

async function messageOrTrouble(asked: Promise<unknown>): Promise<Message> {
  const message = messageFrom((await asked) as WireMessage);
  if (!message) throw new Trouble('broken');
  return message;
}
