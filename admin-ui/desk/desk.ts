import { openLine } from '../../client/chat/browser-tabs.ts';
import { type Conversation, openConversation } from '../../client/chat/conversation.ts';
import { keeperOf } from '../../client/chat/keeping.ts';
import type { Message, Room } from '../../client/chat/message.ts';
import { openOutbox } from '../../client/chat/outbox.ts';
import { storeOf } from '../../client/chat/store.ts';
import { type Tabs, tabsOf } from '../../client/chat/tabs.ts';
import { troubleFrom } from '../../client/chat/trouble.ts';
import { inboxOf } from './inbox.ts';
import { keptName, openKept } from './kept.ts';
import { type Opening, openingsOf } from './openings.ts';
import type { Session } from './session.ts';
import type { TeamConnection } from './team-connection.ts';
import type { DeskRoom, Me } from './wire.ts';

export interface DeskState {
  isLive: boolean;
  /** Since when events no longer come by themselves; null: they do. */
  lostAt: number | null;
  connection: TeamConnection | null;
}

export type Desk = ReturnType<typeof openDesk>;

/** So many rooms are kept open at once, to be back in them without waiting. */
const ROOMS_KEPT_OPEN = 12;
const RECONNECT_MS = 5000;
/** Whether one likes to see what is known of the visitor. */
const DETAILS = 'details';

/** One agent's working place: the list, the rooms they have open, and the one connection all of it hears. */
export function openDesk(session: Session, me: Me) {
  const { api } = session;
  const keeper = keeperOf('antiphon.panel.');
  const outbox = openOutbox(`antiphon panel ${new URL(api.base).host} ${me.id}`);
  const kept = openKept(keptName(api.base, me.id));
  const store = storeOf<DeskState>({ isLive: false, lostAt: null, connection: null });
  const rooms = new Map<number, Conversation>();
  const inbox = inboxOf(api, kept, (id) => rooms.has(id));
  const hearers = new Set<(message: Message) => void>();
  const teamHearers = new Set<() => void>();
  let connection: TeamConnection | null = null;
  let isStopped = false;
  const hasDetails = () => keeper.read(DETAILS) === 'true';
  const openings = openingsOf({
    api,
    socketId: () => connection?.socketId() ?? null,
    wantsDetails: hasDetails,
    onOpened: ({ room }) => inbox.opened(room),
  });

  const tabs: Tabs = tabsOf(openLine(`antiphon panel ${api.base} ${me.id}`), (news) => {
    for (const room of rooms.values()) room.hear(news);
  });

  async function connect(): Promise<void> {
    try {
      const [{ connectTeam }, { key, socket_path: path }] = await Promise.all([
        import('./team-connection.ts'),
        api.socket(),
      ]);
      if (key === null || isStopped || connection) return;
      const { authUrl } = api.conversation;
      const address = { key, base: api.base, path, authUrl, token: session.token() };
      connection = connectTeam(address, me, openings.leaveFor, connectionChanged);
      connection.hearInbox(inbox.listener);
      connection.hearOwn(() => void session.check());
      connection.hearTeam(() => {
        inbox.count();
        for (const hear of teamHearers) hear();
      });
      store.set({ connection });
      for (const room of rooms.values()) room.start();
    } catch {
      if (isStopped) return;
      connectionChanged(false);
      setTimeout(connect, RECONNECT_MS);
    }
  }

  function connectionChanged(isUp: boolean): void {
    store.set({ isLive: isUp, lostAt: isUp ? null : (store.get().lostAt ?? Date.now()) });
    for (const room of rooms.values()) room.connectionChanged();
  }

  const wake = () => {
    if (document.hidden) return;
    connection?.nudge();
    for (const room of rooms.values()) room.wake();
    void inbox.catchUp();
  };
  const looked = () => {
    tabs.claim();
    wake();
  };
  addEventListener('online', wake);
  addEventListener('pageshow', wake);
  addEventListener('focus', looked);
  document.addEventListener('visibilitychange', wake);
  void inbox.catchUp();
  void connect();
  // What was written while nothing went out goes out now, also to rooms nobody opens again.
  void outbox.rooms().then((waiting) => {
    if (!isStopped) for (const id of waiting) void conversation(id);
  });

  /** The conversation of a room, as it was left. */
  function conversation(id: number): Conversation {
    const open = rooms.get(id) ?? begin(id);
    // The last one used is the last in line to be let go.
    rooms.delete(id);
    rooms.set(id, open);
    for (const [oldest, room] of rooms) {
      if (rooms.size <= ROOMS_KEPT_OPEN) break;
      room.stop();
      rooms.delete(oldest);
    }
    return open;
  }

  return {
    api,
    me,
    inbox,
    keeper,
    state: { get: store.get, subscribe: store.subscribe },
    isSoundLeader: tabs.isLeader,

    conversation,
    /** What opens the room, while that is being asked for; null: it is open. */
    opening: openings.latest,
    hasDetails,
    showDetails: (is: boolean) => keeper.write(DETAILS, String(is)),

    onReceived(hear: (message: Message) => void): () => void {
      hearers.add(hear);
      return () => hearers.delete(hear);
    },
    onTeamChange(hear: () => void): () => void {
      teamHearers.add(hear);
      return () => teamHearers.delete(hear);
    },

    /** After signing in again: the same desk with another token. */
    renew(): void {
      connection?.close();
      connection = null;
      store.set({ connection: null });
      void connect();
      wake();
    },

    stop(): void {
      isStopped = true;
      removeEventListener('online', wake);
      removeEventListener('pageshow', wake);
      removeEventListener('focus', looked);
      document.removeEventListener('visibilitychange', wake);
      for (const room of rooms.values()) room.stop();
      inbox.stop();
      connection?.close();
      tabs.close();
    },
  };

  async function opened(id: number): Promise<Opening> {
    try {
      return await openings.open(id);
    } catch (error) {
      const { kind } = troubleFrom(error);
      // Nobody asks again for what is not there, or is not theirs to see.
      if (kind === 'missing' || kind === 'forbidden') {
        rooms.get(id)?.stop();
        rooms.delete(id);
        // Or somebody erased it while we did not hear.
        if (kind === 'missing' && inbox.state.get().rooms.has(id)) inbox.listener.roomGone(id);
      }
      throw error;
    }
  }

  function begin(id: number): Conversation {
    const conversation = openConversation(roomFor(id, inbox.state.get().rooms.get(id)), {
      api: { ...api.conversation, newest: async () => (await opened(id)).page },
      outbox,
      myId: me.id,
      isTeam: true,
      connection: () => connection,
      tell: tabs.tell,
      kept: {
        read: () => kept.messages(id),
        write: (messages) => kept.keepMessages(id, messages),
      },
      onReceived: (message) => {
        for (const hear of hearers) hear(message);
      },
      onUnauthenticated: () => void api.me().catch(() => {}),
    });
    conversation.start();
    return conversation;
  }
}

function roomFor(id: number, known: DeskRoom | undefined): Room {
  return {
    id,
    userId: known?.visitor.id ?? 0,
    status: known?.status ?? 'open',
    agent: known?.assignee ?? null,
    unreadByUser: 0,
    unreadByTeam: known?.unread ?? 0,
    queue: null,
  };
}
