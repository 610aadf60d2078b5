import { storeOf } from '../../client/chat/store.ts';
import { type Trouble, troubleFrom } from '../../client/chat/trouble.ts';
import { type Filter, queriesOf } from '../inbox/filter.ts';
import type { DeskApi, Query } from './desk-api.ts';
import type { InboxListener } from './team-connection.ts';
import { type DeskRoom, deskRoomFrom, type Stats, withMessage } from './wire.ts';

export interface InboxState {
  /** All rooms seen so far; which of them are shown, the filter says. */
  rooms: ReadonlyMap<number, DeskRoom>;
  stats: Stats | null;
  mine: number | null;
  /** What a search found, best first; null: nothing is searched for. */
  found: readonly number[] | null;
  isLoading: boolean;
  /** How many times the list was loaded anew: what it then shows is another list. */
  loads: number;
  hasMore: boolean;
  trouble: Trouble | null;
}

export type Inbox = ReturnType<typeof inboxOf>;

/** A burst of events is one change of the list. */
const GATHER_MS = 50;
/** How often the counts are asked for while things happen. */
const COUNT_EVERY_MS = 1000;

/** The rooms the list knows, kept up to date by events and, after an interruption, by the feed of changes. */
export function inboxOf(api: DeskApi, myId: number) {
  const store = storeOf<InboxState>({
    rooms: new Map(),
    stats: null,
    mine: null,
    found: null,
    isLoading: true,
    loads: 0,
    hasMore: false,
    trouble: null,
  });
  const state = store.get;
  let cursor: number | undefined;
  let asked: { filter: Filter; queries: { query: Query; page: number; hasMore: boolean }[] } | null = null;
  let changes: ((rooms: Map<number, DeskRoom>) => void)[] = [];
  let counting: ReturnType<typeof setTimeout> | undefined;
  let isStopped = false;

  function apply(change: (rooms: Map<number, DeskRoom>) => void): void {
    changes.push(change);
    if (changes.length === 1) setTimeout(flush, GATHER_MS);
  }
  function flush(): void {
    if (changes.length === 0) return;
    const rooms = new Map(state().rooms);
    for (const change of changes) change(rooms);
    changes = [];
    store.set({ rooms });
  }
  const put = (...came: readonly DeskRoom[]) => {
    apply((rooms) => {
      for (const room of came) rooms.set(room.id, room);
    });
  };

  function countSoon(): void {
    counting ??= setTimeout(async () => {
      try {
        const [stats, assigned, open] = await Promise.all([
          api.stats(),
          api.rooms({ archived: 0, status: 'assigned', assigned_to: myId, per_page: 1 }, 1),
          api.rooms({ archived: 0, status: 'open', assigned_to: myId, per_page: 1 }, 1),
        ]);
        store.set({ stats, mine: assigned.total + open.total });
      } catch {
        // The next event, or the next connection, counts again.
      } finally {
        counting = undefined;
      }
    }, COUNT_EVERY_MS / 4);
  }

  async function load(filter: Filter, isMore: boolean): Promise<void> {
    if (!isMore || !asked) {
      asked = { filter, queries: queriesOf(filter, myId).map((query) => ({ query, page: 0, hasMore: true })) };
    }
    const run = asked;
    store.set({ isLoading: true, trouble: null, ...(isMore ? {} : { found: filter.text ? [] : null }) });
    try {
      if (filter.text) {
        const rooms = await api.search(filter.text);
        put(...rooms);
        if (asked === run) store.set({ found: rooms.map(({ id }) => id), hasMore: false });
      } else {
        await Promise.all(
          run.queries
            .filter(({ hasMore }) => hasMore)
            .map(async (each) => {
              const { rooms, hasMore } = await api.rooms(each.query, each.page + 1);
              each.page += 1;
              each.hasMore = hasMore;
              put(...rooms);
            }),
        );
        if (asked === run) store.set({ hasMore: run.queries.some(({ hasMore }) => hasMore) });
      }
      flush();
      if (asked === run && !isMore) store.set({ loads: state().loads + 1 });
    } catch (error) {
      if (asked === run) store.set({ trouble: troubleFrom(error) });
    } finally {
      if (asked === run) store.set({ isLoading: false });
    }
  }

  /** Asks what happened since the last event. */
  async function catchUp(): Promise<void> {
    countSoon();
    try {
      if (cursor === undefined) {
        // What is loaded after this is at least as new.
        cursor = (await api.changes(undefined)).cursor;
        return;
      }
      for (let hasMore = true; hasMore && !isStopped; ) {
        const missed = await api.changes(cursor);
        cursor = missed.cursor;
        hasMore = missed.hasMore;
        put(...missed.rooms);
        apply((rooms) => {
          for (const id of missed.deleted) rooms.delete(id);
        });
      }
    } catch (error) {
      if (troubleFrom(error).kind !== 'missing') return;
      // Too long ago: from the beginning.
      cursor = undefined;
      if (asked) await load(asked.filter, false);
    }
  }

  const listener: InboxListener = {
    said(wire) {
      const { room } = wire;
      if (room) apply((rooms) => rooms.set(room.id, withMessage(rooms.get(room.id), { ...wire, room })));
      countSoon();
    },
    roomChanged(wire) {
      put(deskRoomFrom(wire));
      countSoon();
    },
    roomGone(id) {
      apply((rooms) => rooms.delete(id));
      countSoon();
    },
    read(id, unread) {
      apply((rooms) => {
        const room = rooms.get(id);
        if (room) rooms.set(id, { ...room, unread });
      });
      countSoon();
    },
    joined: () => void catchUp(),
  };

  return {
    state: { get: store.get, subscribe: store.subscribe },
    listener,
    put,
    catchUp,
    load: (filter: Filter) => load(filter, false),
    loadMore(): void {
      const { isLoading, hasMore, trouble } = state();
      if (asked && !isLoading && hasMore && !trouble) void load(asked.filter, true);
    },
    /** A room that no list has brought yet. */
    async find(id: number): Promise<void> {
      if (!state().rooms.has(id)) put(await api.room(id));
    },
    stop(): void {
      isStopped = true;
      clearTimeout(counting);
    },
  };
}
