import type { Api } from './api.ts';
import { aloneAmongTabs } from './browser-tabs.ts';
import { catchUpOf } from './catch-up.ts';
import { type Link, linkOf } from './link.ts';
import type { LiveConnection } from './live.ts';
import type { Message, Room } from './message.ts';
import { type Outbox, type Outgoing, senderOf } from './sending.ts';
import { type Store, storeOf } from './store.ts';
import type { TabNews } from './tabs.ts';
import * as time from './timeline.ts';
import { type Trouble, troubleFrom } from './trouble.ts';
import { typingOf, typistsOf } from './typing.ts';

export interface ConversationState {
  room: Room;
  timeline: time.Timeline;
  /** Not yet stored by the server, in the order they will be sent. */
  outgoing: readonly Outgoing[];
  progress: ReadonlyMap<string, number>;
  typists: readonly string[];
  link: Link;
  /** Why nothing goes out at present, and until when the server asked to wait. */
  trouble: Trouble | null;
  retryAt: number | null;
  /** Whether the newest messages have come once. */
  hasLoaded: boolean;
  isLoadingOlder: boolean;
  /** How far ahead of this device's clock the server's is. */
  clockSkewMs: number;
}

export interface ConversationParts {
  api: Api;
  outbox: Outbox;
  myId: number;
  isTeam: boolean;
  /** Resolves once the socket's code is loaded; null: sockets are not to be used. */
  connection: () => LiveConnection | null;
  tell(news: TabNews): void;
  /** What was shown of the room on this device before: it is there until the server has said more. */
  kept?: { read(): Promise<readonly Message[]>; write(messages: readonly Message[]): void };
  /** A message from the other side that was not there before. */
  onReceived(message: Message): void;
  onUnauthenticated(): void;
}

export type Conversation = ReturnType<typeof openConversation>;

const NEWEST = 50;
const KEEP_AFTER_MS = 1000;
/** What is less is the network's delay, not a wrong clock. */
const NOTABLE_SKEW_MS = 60_000;

export function openConversation(room: Room, parts: ConversationParts) {
  const { api, outbox, myId, isTeam } = parts;
  const store = storeOf<ConversationState>({
    room,
    timeline: time.emptyTimeline,
    outgoing: none,
    progress: new Map(),
    typists: [],
    link: 'connecting',
    trouble: null,
    retryAt: null,
    hasLoaded: false,
    isLoadingOlder: false,
    clockSkewMs: 0,
  });
  const state = store.get;
  const stopping = new AbortController();
  let stopListening: () => void = () => {};
  let delivery: ReturnType<typeof setTimeout> | undefined;
  let newestHeard = 0;
  let hasBegun = false;
  let hasRead = false;
  let keeping: ReturnType<typeof setTimeout> | undefined;

  const take = (timeline: time.Timeline) => {
    const before = state().timeline;
    if (timeline === before) return;
    // In one step: a message is never shown both as stored and as on its way, nor for a moment as neither.
    store.set({ timeline, outgoing: notStored(state().outgoing, timeline) });
    const last = time.lastSeq(timeline);
    // What was there when the room was opened is no news.
    if (state().hasLoaded) for (const message of time.newerThan(timeline, newestHeard)) heard(message);
    newestHeard = Math.max(newestHeard, last);
    keepSoon();
  };

  function keepSoon(): void {
    if (!parts.kept || !state().hasLoaded) return;
    keeping ??= setTimeout(() => {
      keeping = undefined;
      const { timeline } = state();
      if (time.holeAfter(timeline) === null) parts.kept?.write(timeline.messages.slice(-NEWEST));
    }, KEEP_AFTER_MS);
  }
  async function restore(): Promise<void> {
    const messages = (await parts.kept?.read()) ?? [];
    if (messages.length > 0 && !state().hasLoaded) take(time.withPage(state().timeline, messages));
  }

  function heard(message: Message): void {
    typists.forget(message.author.id);
    if (!time.isFromOther(message, isTeam)) return;
    parts.onReceived(message);
    // Reading says more than receiving, and whoever looks reads at once.
    delivery ??= setTimeout(() => {
      delivery = undefined;
      const { timeline } = state();
      if (time.unreadBy(timeline, isTeam) > 0) api.delivered(room.id, time.lastSeq(timeline)).catch(() => {});
    }, 500);
  }

  async function refreshOutgoing(): Promise<void> {
    const waiting = await outbox.ofRoom(room.id);
    store.set({ outgoing: notStored(waiting, state().timeline) });
  }

  const typists = typistsOf((names) => store.set({ typists: names }));
  const typing = typingOf((...said) => void api.typing(room.id, ...said).catch(() => {}));

  const sender = senderOf(room.id, {
    outbox,
    post: (entry, onProgress, signal) => api.send(room.id, entry, onProgress, signal),
    alone: aloneAmongTabs,
    onStored(message) {
      const skew = message.sentAt - Date.now();
      store.set({ trouble: null, retryAt: null, clockSkewMs: Math.abs(skew) > NOTABLE_SKEW_MS ? skew : 0 });
      take(time.withRead(time.withNew(state().timeline, message), isTeam, message.seq));
      closeHole();
    },
    onChange() {
      parts.tell({ kind: 'outbox', roomId: room.id });
      void refreshOutgoing();
    },
    onProgress: (clientId, part) => store.set({ progress: new Map(state().progress).set(clientId, part) }),
    onTrouble(trouble, retryAt) {
      if (trouble.kind === 'unauthenticated') parts.onUnauthenticated();
      store.set({ trouble: retryAt === null ? null : trouble, retryAt });
    },
  });

  const catchUp = catchUpOf({
    timeline: () => state().timeline,
    isFirst: () => !hasRead,
    async newest() {
      const page = await api.newest(room.id, NEWEST, stopping.signal);
      hasRead = true;
      return page;
    },
    after: (seq, limit) => api.after(room.id, seq, limit, stopping.signal),
    before: (seq, limit) => api.before(room.id, seq, limit, stopping.signal),
    take(messages) {
      take(time.withPage(state().timeline, messages));
      // What is found from here on is news, also within the same run.
      if (!state().hasLoaded) store.set({ hasLoaded: true });
    },
  });

  const link = linkOf({
    connection: parts.connection,
    async catchUp() {
      try {
        await Promise.all([catchUp.toEnd(), refreshRoom()]);
        keepSoon();
      } catch (error) {
        if (troubleFrom(error).kind === 'unauthenticated') parts.onUnauthenticated();
        throw error;
      }
    },
    reread: catchUp.again,
    onLink: (link) => store.set({ link }),
  });

  function closeHole(): void {
    if (time.holeAfter(state().timeline) !== null) void link.resync();
  }

  async function refreshRoom(): Promise<void> {
    // How the team's rooms stand is known to its list.
    if (isTeam) return;
    store.set({ room: await api.roomById(room.id, stopping.signal) });
  }

  const listener = {
    sent(message: Message) {
      // It has just been said, even if what was there before has not been read yet.
      const isEarlyNews = !state().hasLoaded && message.seq > newestHeard;
      take(time.withNew(state().timeline, message));
      if (isEarlyNews) heard(message);
      closeHole();
    },
    updated: (message: Message) => take(time.withCorrection(state().timeline, message.id, message)),
    deleted: (id: number, deletedAt: number) => take(time.withCorrection(state().timeline, id, { deletedAt })),
    typing(userId: number, name: string, isTyping: boolean) {
      if (userId !== myId) typists.heard(userId, name, isTyping);
    },
    read: (isTeamReading: boolean, seq: number) => take(time.withRead(state().timeline, isTeamReading, seq)),
    delivered: (isTeamThere: boolean, seq: number) => take(time.withDelivered(state().timeline, isTeamThere, seq)),
    // The event does not say how long the line is; only a room that waits stands in one.
    roomChanged: (changed: Room) =>
      store.set({ room: { ...changed, queue: changed.status === 'open' ? state().room.queue : null } }),
    joined: link.joined,
    refused: link.refused,
  };

  function start(): void {
    const connection = parts.connection();
    if (connection) {
      stopListening();
      stopListening = connection.listen(room.id, listener);
    }
    link.connectionChanged();
    // A connection that has come later says itself when it hears.
    if (!hasBegun || !connection) void link.resync();
    hasBegun = true;
    void refreshOutgoing();
    sender.wake();
  }

  void restore();
  return {
    id: room.id,
    state: store as Store<ConversationState>,
    start,
    connectionChanged: link.connectionChanged,

    /** The person is back, or the network is: whatever waits is tried now. */
    wake() {
      parts.connection()?.nudge();
      sender.wake();
      void link.resync();
    },

    send: (entry: Pick<Outgoing, 'clientId' | 'text' | 'files' | 'mentions' | 'seenThrough'>) =>
      sender.send({ ...entry, roomId: room.id, queuedAt: Date.now(), failure: null }),
    retry: sender.retry,
    discard: sender.discard,
    adopt: sender.adopt,
    typing,

    /** Everything there is has been seen by this side. */
    read(): void {
      const { timeline } = state();
      if (time.unreadBy(timeline, isTeam) === 0) return;
      const seq = time.lastSeq(timeline);
      take(time.withRead(timeline, isTeam, seq));
      parts.tell({ kind: 'read', roomId: room.id, seq });
      api.read(room.id).catch(() => {});
    },

    async close(): Promise<void> {
      await api.close(room.id).catch(() => {});
      // The event says so too; without a socket nobody else would.
      await refreshRoom().catch(() => {});
    },

    async loadOlder(): Promise<void> {
      const { timeline, isLoadingOlder } = state();
      if (isLoadingOlder || !time.hasOlder(timeline)) return;
      store.set({ isLoadingOlder: true });
      try {
        const page = await api.before(room.id, time.firstSeq(timeline), NEWEST, stopping.signal);
        const next = time.withPage(state().timeline, page.messages);
        take(page.messages.length === 0 ? time.withStart(next) : next);
      } catch {
        // Scrolling up again asks again.
      } finally {
        store.set({ isLoadingOlder: false });
      }
    },

    hear(news: TabNews): void {
      if (!('roomId' in news) || news.roomId !== room.id) return;
      if (news.kind === 'read') take(time.withRead(state().timeline, isTeam, news.seq));
      if (news.kind === 'outbox') void refreshOutgoing();
    },

    stop(): void {
      stopping.abort();
      clearTimeout(delivery);
      clearTimeout(keeping);
      link.stop();
      stopListening();
      sender.stop();
      typing.stopped();
      typists.stop();
    },
  };
}

/** What the server does not have yet. The same list when that is all of it. */
function notStored(outgoing: readonly Outgoing[], { messages }: time.Timeline): readonly Outgoing[] {
  if (outgoing.length === 0) return none;
  const stored = new Set(messages.map(({ clientId }) => clientId));
  const left = outgoing.filter(({ clientId }) => !stored.has(clientId));
  return left.length === outgoing.length ? outgoing : left;
}
const none: readonly Outgoing[] = [];
