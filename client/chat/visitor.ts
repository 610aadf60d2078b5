import type { SocketAddress } from '../echo/connect.ts';
import { apiOf, type Identity } from './api.ts';
import { openLine } from './browser-tabs.ts';
import { type Conversation, openConversation } from './conversation.ts';
import { keeperOf } from './keeping.ts';
import type { LiveConnection } from './live.ts';
import type { Message, Person, Room } from './message.ts';
import { openOutbox } from './outbox.ts';
import { type Page, pagesOf } from './pages.ts';
import type { Outgoing, OutgoingFile } from './sending.ts';
import { sessionOf } from './session.ts';
import { type Store, storeOf } from './store.ts';
import { type TabNews, tabsOf } from './tabs.ts';
import { mayPass, Trouble, troubleFrom, waitBeforeRetry } from './trouble.ts';

export interface VisitorState {
  /** `starting` until the server knows who this is; `over` when it no longer accepts the token. */
  phase: 'starting' | 'ready' | 'over';
  me: Person | null;
  conversation: Conversation | null;
  /** Written before there is a room to send them to. */
  waiting: readonly Outgoing[];
  /** What keeps the beginning from succeeding. It is tried again. */
  trouble: Trouble | null;
  draft: string;
}

export interface VisitorParts {
  base: string;
  identity: Identity;
  /** A token the page already has: its user signed in to the server. Undefined: the visitor gets a guest's. */
  token: string | undefined;
  category?: string | undefined;
  socket: () => Promise<Omit<SocketAddress, 'authUrl' | 'token' | 'base'>>;
  /** Null: where the visitor is, is not to be told. */
  page(): Page | null;
  /** Loaded when first needed. */
  connect: (address: SocketAddress, onState: (isUp: boolean) => void) => Promise<LiveConnection>;
  onReceived(message: Message): void;
  /** The token the page gave is no longer accepted. */
  onUnauthenticated(): void;
}

export type Visitor = ReturnType<typeof visitorOf>;

/** The room of what is written before there is one. */
const NO_ROOM = 0;

/** One visitor's side of the desk: who they are, their room, and what they have written that is not there yet. */
export function visitorOf(parts: VisitorParts) {
  const keeper = keeperOf('antiphon.');
  const session = sessionOf({ ...parts, keeper });
  const api = apiOf(parts.base, session.token);
  const outbox = openOutbox(`antiphon ${new URL(parts.base).host}`);
  const store = storeOf<VisitorState>({
    phase: 'starting',
    me: null,
    conversation: null,
    waiting: [],
    trouble: null,
    draft: '',
  });
  const state = store.get;
  let connection: LiveConnection | null = null;
  let isStopped = false;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let draftTimer: ReturnType<typeof setTimeout> | undefined;

  const tabs = tabsOf(openLine(`antiphon ${parts.base}`), (news: TabNews) => {
    if (news.kind === 'draft' && news.roomId === roomId()) store.set({ draft: news.text });
    else if (news.kind === 'outbox' && news.roomId === NO_ROOM) void refreshWaiting().then(() => ensureRoom());
    else state().conversation?.hear(news);
  });
  const roomId = () => state().conversation?.id ?? NO_ROOM;
  const pages = pagesOf({ page: parts.page, roomId, tell: api.page });

  /** From the beginning, again and again until it succeeds. */
  async function begin(failures = 0): Promise<void> {
    clearTimeout(retry);
    if (isStopped) return;
    try {
      store.set({ me: await session.begin(api) });
      await recoverRoom();
      store.set({ phase: 'ready', trouble: null });
      await refreshWaiting();
      if (state().waiting.length > 0) await ensureRoom();
      void connect();
    } catch (error) {
      const trouble = troubleFrom(error);
      const isOver = trouble.kind === 'unauthenticated' || trouble.kind === 'forbidden';
      store.set({ trouble });
      if (isOver) sessionIsOver();
      if (mayPass(trouble)) retry = setTimeout(begin, waitBeforeRetry(trouble, failures + 1), failures + 1);
    }
  }

  async function beginAnew(): Promise<void> {
    connection?.close();
    connection = null;
    state().conversation?.stop();
    store.set({ conversation: null, phase: 'starting', trouble: null });
    await begin();
  }

  function sessionIsOver(): void {
    store.set({ phase: 'over' });
    if (!session.isGuest()) parts.onUnauthenticated();
  }

  /** The newest room of this person, on whatever device it began. */
  async function recoverRoom(): Promise<void> {
    const [newest] = await api.rooms();
    const kept = Number(keeper.read('room')) || NO_ROOM;
    if (newest) enter(newest);
    // What was written to a room of a session that is over goes to the next one.
    if (kept !== NO_ROOM && kept !== newest?.id) await move(kept, newest?.id ?? NO_ROOM);
  }

  async function move(from: number, to: number): Promise<void> {
    for (const { clientId } of await outbox.ofRoom(from)) await outbox.change(clientId, { roomId: to });
  }

  function enter(room: Room): void {
    if (state().conversation?.id === room.id) return;
    state().conversation?.stop();
    keeper.write('room', String(room.id));
    const conversation = openConversation(room, {
      api,
      outbox,
      myId: state().me?.id ?? 0,
      isTeam: false,
      connection: () => connection,
      tell: tabs.tell,
      onReceived: parts.onReceived,
      onUnauthenticated: sessionIsOver,
    });
    store.set({ conversation, draft: keeper.read(`draft.${room.id}`) ?? state().draft });
    conversation.start();
    pages.look();
    void conversation.adopt(NO_ROOM).then(refreshWaiting);
  }

  async function ensureRoom(failures = 0): Promise<void> {
    if (state().conversation || state().phase !== 'ready' || state().waiting.length === 0) return;
    try {
      enter(await api.room(parts.category));
      store.set({ trouble: null });
    } catch (error) {
      const trouble = troubleFrom(error);
      store.set({ trouble });
      clearTimeout(retry);
      retry = setTimeout(ensureRoom, waitBeforeRetry(trouble, failures + 1), failures + 1);
    }
  }

  async function refreshWaiting(): Promise<void> {
    store.set({ waiting: await outbox.ofRoom(NO_ROOM) });
  }

  /** The socket, and with it the code it needs, when there is a person to listen for. */
  async function connect(): Promise<void> {
    if (connection || isStopped) return;
    try {
      const address = { ...(await parts.socket()), base: parts.base, authUrl: api.authUrl, token: session.token() };
      connection = await parts.connect(address, () => state().conversation?.connectionChanged());
      state().conversation?.start();
    } catch (error) {
      // Without it messages are asked for. What is no trouble with the server is a mistake of ours.
      if (!(error instanceof Trouble)) reportError(error);
      state().conversation?.connectionChanged();
    }
  }

  const wake = () => {
    if (document.hidden) return;
    if (state().phase === 'starting') void begin();
    else {
      state().conversation?.wake();
      void ensureRoom();
    }
  };
  const looked = () => {
    tabs.claim();
    wake();
  };
  addEventListener('online', wake);
  addEventListener('focus', looked);
  addEventListener('pageshow', wake);
  document.addEventListener('visibilitychange', wake);

  void refreshWaiting();
  void begin();

  return {
    api,
    state: store as Store<VisitorState>,
    isSoundLeader: tabs.isLeader,
    wake,
    /** This may be another page. */
    moved: pages.look,

    async send(text: string, files: readonly OutgoingFile[] = []): Promise<void> {
      const entry = { clientId: crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`, text, files };
      const { conversation } = state();
      this.setDraft('');
      pages.look();
      conversation?.typing.stopped();
      if (conversation) return conversation.send(entry);
      await outbox.add({ ...entry, roomId: NO_ROOM, queuedAt: Date.now(), failure: null });
      tabs.tell({ kind: 'outbox', roomId: NO_ROOM });
      await refreshWaiting();
      await ensureRoom();
    },

    setDraft(draft: string): void {
      store.set({ draft });
      clearTimeout(draftTimer);
      draftTimer = setTimeout(() => {
        keeper.write(`draft.${roomId()}`, draft || null);
        tabs.tell({ kind: 'draft', roomId: roomId(), text: draft });
      }, 200);
    },

    /** A new conversation after one that is closed. It begins with the first message. */
    async startAnew(): Promise<void> {
      state().conversation?.stop();
      store.set({ conversation: null, draft: '' });
    },

    /** What else is known of the person, or who the site says they are now. */
    async identify(more: Identity & { token?: string | undefined }): Promise<void> {
      if (session.claim(more)) await beginAnew();
      else if (state().phase === 'ready') await session.tell(api);
    },

    /** After the session was over: as a new guest. What was not sent yet is sent then. */
    async restart(): Promise<void> {
      session.forget();
      await beginAnew();
    },

    stop(): void {
      isStopped = true;
      clearTimeout(retry);
      removeEventListener('online', wake);
      removeEventListener('focus', looked);
      removeEventListener('pageshow', wake);
      document.removeEventListener('visibilitychange', wake);
      state().conversation?.stop();
      connection?.close();
      tabs.close();
      pages.stop();
    },
  };
}
