import { storeOf } from '../../client/chat/store.ts';
import { type Trouble, troubleFrom } from '../../client/chat/trouble.ts';
import { type Filter, queryOf } from '../inbox/filter.ts';
import { countsOf } from './counts.ts';
import type { DeskApi, Query } from './desk-api.ts';
import type { Kept } from './kept.ts';
import type { InboxListener } from './team-connection.ts';
import { type DeskRoom, deskRoomFrom, type Stats, withMessage } from './wire.ts';

export interface InboxState {
  /** All rooms seen so far; which of them are shown, the filter says. */
  rooms: ReadonlyMap<number, DeskRoom>;
  /** Rooms that were erased while we looked. */
  gone: ReadonlySet<number>;
  stats: Stats | null;
  /** What a search found, best first; null: nothing is searched for. */
  found: readonly number[] | null;
  isLoading: boolean;
  /** How many times the list was loaded anew: what it then shows is another list. */
  loads: number;
  hasMore: boolean;
  /** The last room that came with a page: there may be others below it that are not known yet. */
  horizon: DeskRoom | null;
  trouble: Trouble | null;
  /** When what is shown was put down on this device; null: it comes from the server. */
  keptAt: number | null;
}

export type Inbox = ReturnType<typeof inboxOf>;

/** A burst of events is one change of the list. */
const GATHER_MS = 80;
/** How often the list is put down on this device while things happen. */
const KEEP_EVERY_MS = 2000;

type Change = (known: DeskRoom | undefined) => DeskRoom | undefined;

/**
 * The rooms the list knows, kept up to date by events and, after an interruption, by the feed of changes. `isOpen`: somebody
 * is in the room, and it must not vanish under them.
 */
export function inboxOf(api: DeskApi, kept: Kept, isOpen: (id: number) => boolean) {
  const store = storeOf<InboxState>({
    rooms: new Map(),
    gone: new Set(),
    stats: null,
    found: null,
    isLoading: true,
    loads: 0,
    hasMore: false,
    horizon: null,
    trouble: null,
    keptAt: null,
  });
  const state = store.get;
  let cursor: number | undefined;
  let asked: { filter: Filter; query: Query; cursor: string | null } | null = null;
  let changes: { id: number; change: Change }[] = [];
  let flushing: ReturnType<typeof setTimeout> | undefined;
  let keeping: ReturnType<typeof setTimeout> | undefined;
  const unkept = new Set<number>();
  let isStopped = false;

  const counts = countsOf(api, (stats) => {
    store.set({ stats });
    keepSoon();
  });
  const restored = restore();

  async function restore(): Promise<void> {
    const list = await kept.opened();
    if (!list || isStopped) return;
    cursor = list.cursor ?? undefined;
    const rooms = new Map([...list.rooms.map((room) => [room.id, room] as const), ...state().rooms]);
    store.set({ rooms, stats: state().stats ?? list.stats, keptAt: list.at });
  }

  function keepSoon(): void {
    keeping ??= setTimeout(() => {
      keeping = undefined;
      const { rooms, stats } = state();
      const [there, removed]: [DeskRoom[], number[]] = [[], []];
      for (const id of unkept) {
        const room = rooms.get(id);
        if (room) there.push(room);
        else removed.push(id);
      }
      unkept.clear();
      kept.keep({ rooms: there, cursor: cursor ?? null, stats, at: Date.now() }, removed);
    }, KEEP_EVERY_MS);
  }

  function change(id: number, change: Change): void {
    changes.push({ id, change });
    flushing ??= setTimeout(flush, GATHER_MS);
  }
  function flush(): void {
    clearTimeout(flushing);
    flushing = undefined;
    if (changes.length === 0) return;
    const rooms = new Map(state().rooms);
    for (const { id, change } of changes) {
      const room = change(rooms.get(id));
      if (room) rooms.set(id, room);
      else rooms.delete(id);
      unkept.add(id);
    }
    changes = [];
    store.set({ rooms });
    keepSoon();
  }
  const put = (...came: readonly DeskRoom[]) => {
    for (const room of came) change(room.id, (known) => (known && isOlder(room, known) ? known : room));
  };
  const drop = (id: number) => {
    change(id, () => undefined);
    store.set({ gone: new Set(state().gone).add(id) });
  };

  /** Answers the rooms that came. */
  async function load(filter: Filter, isMore = false): Promise<readonly DeskRoom[]> {
    if (!isMore || !asked) asked = { filter, query: queryOf(filter), cursor: null };
    const run = asked;
    const q = filter.text.trim();
    store.set({ isLoading: true, trouble: null, ...(isMore ? {} : { found: q ? [] : null, horizon: null }) });
    try {
      await restored;
      const { rooms, next } = q ? { rooms: await api.search(q), next: null } : await api.rooms(run.query, run.cursor);
      put(...rooms);
      flush();
      if (asked !== run) return rooms;
      run.cursor = next;
      const hasMore = next !== null;
      store.set({
        hasMore,
        horizon: hasMore ? (rooms.at(-1) ?? null) : null,
        found: q ? rooms.map(({ id }) => id) : null,
        keptAt: null,
        ...(isMore ? {} : { loads: state().loads + 1 }),
      });
      return rooms;
    } catch (error) {
      if (asked === run) store.set({ trouble: troubleFrom(error) });
      return [];
    } finally {
      if (asked === run) store.set({ isLoading: false });
    }
  }

  /** Asks what happened since the last event. */
  async function catchUp(): Promise<void> {
    counts.soon();
    await restored;
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
        missed.deleted.forEach(drop);
      }
      keepSoon();
    } catch (error) {
      if (troubleFrom(error).kind !== 'missing') return;
      await beginAnew().catch(() => {}); // gone again: the next connection begins anew
    }
  }

  /** Too long ago: what is known may be wrong, and what the server says now takes its place. */
  async function beginAnew(): Promise<void> {
    const before = [...state().rooms.keys()];
    cursor = (await api.changes(undefined)).cursor;
    const came = new Set(asked ? (await load(asked.filter)).map(({ id }) => id) : []);
    for (const id of before) {
      if (came.has(id)) continue;
      if (isOpen(id)) await api.room(id).then(put, (error) => troubleFrom(error).kind === 'missing' && drop(id));
      else change(id, () => undefined);
    }
  }

  const listener: InboxListener = {
    said(wire) {
      const { room } = wire;
      if (room) change(room.id, (known) => withMessage(known, { ...wire, room }));
      counts.soon();
    },
    roomChanged(wire) {
      put(deskRoomFrom(wire));
      counts.soon();
    },
    roomGone(id) {
      drop(id);
      counts.soon();
    },
    noted(id, lastSeq) {
      change(id, (known) => known && { ...known, lastSeq: Math.max(known.lastSeq, lastSeq) });
    },
    read(id, unread) {
      change(id, (known) => known && { ...known, unread });
      counts.soon();
    },
    joined() {
      void catchUp();
      if (asked && state().trouble) void load(asked.filter);
    },
  };

  return {
    state: { get: store.get, subscribe: store.subscribe },
    listener,
    put,
    catchUp,
    /** Something the counts are about has happened elsewhere. */
    count: counts.soon,
    load: (filter: Filter) => load(filter),
    loadMore(): void {
      const { isLoading, hasMore, trouble } = state();
      if (asked && !isLoading && hasMore && !trouble) void load(asked.filter, true);
    },
    /** A room that somebody has opened, whether or not a list has brought it: shown at once. */
    opened(room: DeskRoom): void {
      put(room);
      flush();
    },
    stop(): void {
      isStopped = true;
      counts.stop();
      clearTimeout(flushing);
      clearTimeout(keeping);
    },
  };
}

/** An answer that was on its way while something happened says less than the event did. */
function isOlder(room: DeskRoom, known: DeskRoom): boolean {
  return room.lastSeq < known.lastSeq || (room.lastSeq === known.lastSeq && room.updatedAt < known.updatedAt);
}
