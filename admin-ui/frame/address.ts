import { storeOf } from '../../client/chat/store.ts';
import { type Filter, filterFrom, searchOf } from '../inbox/filter.ts';

export type Page = 'inbox' | 'sessions' | 'statistics' | 'settings';

/** What the panel shows, as its address says it: links lead here, and the back button goes back. */
export interface Address {
  page: Page;
  /** Of the settings: which of them. */
  section: string | null;
  /** Of the inbox and the sessions: the conversation that is open. */
  roomId: number | null;
  /** Of the inbox. */
  filter: Filter;
  /** What else a page keeps in its address, `?` included. */
  search: string;
}

const PATH = /^(?<base>\/admin\/chat|\/chat)(?:\/(?<part>[^/]+))?(?:\/(?<section>[^/]+))?\/?$/;

export function addressFrom({ pathname, search }: Pick<Location, 'pathname' | 'search'>): Address {
  const { base = '/admin/chat', part = '', section } = PATH.exec(pathname)?.groups ?? {};
  const rest = { section: null, roomId: null, filter: filterFrom(search), search };
  if (base === '/admin/chat' && (part === 'statistics' || part === 'settings'))
    return { ...rest, page: part, section: section ?? null };
  return { ...rest, page: base === '/chat' ? 'sessions' : 'inbox', roomId: roomFrom(part) };
}

function roomFrom(part: string): number | null {
  const roomId = /^\d+$/.test(part) ? Number(part) : 0;
  return Number.isSafeInteger(roomId) && roomId > 0 ? roomId : null;
}

export function hrefOf({ page, section, roomId, filter, search }: Address): string {
  const room = roomId === null ? '' : `/${roomId}`;
  switch (page) {
    case 'inbox':
      return `/admin/chat${room}${searchOf(filter)}`;
    case 'sessions':
      return `/chat${room}${search}`;
    default:
      return `/admin/chat/${page}${section === null ? '' : `/${section}`}${search}`;
  }
}

export type Way = ReturnType<typeof openWay>;

export function openWay() {
  const store = storeOf<Address>(addressFrom(location));
  const moved = () => {
    const [before, now] = [store.get(), addressFrom(location)];
    // The same filter is the same object, so that opening a room does not load the list again.
    const filter = searchOf(now.filter) === searchOf(before.filter) ? before.filter : now.filter;
    store.set({ ...now, filter });
  };
  addEventListener('popstate', moved);
  const show = (change: Partial<Address>, isStep: boolean) => {
    const href = hrefOf({ ...store.get(), ...change });
    if (href === location.pathname + location.search) return;
    if (isStep) history.pushState(null, '', href);
    else history.replaceState(null, '', href);
    moved();
  };
  /** The inbox is found again as it was left. */
  let inboxFilter = store.get().filter;
  store.subscribe(() => {
    if (store.get().page === 'inbox') inboxFilter = store.get().filter;
  });
  const placeOf = (page: Page, section: string | null = null): Address => ({
    page,
    section,
    roomId: null,
    filter: inboxFilter,
    search: '',
  });
  return {
    state: { get: store.get, subscribe: store.subscribe },
    /** Opens a room, or (null) the list. From room to room the list stays one step back. */
    open(roomId: number | null): void {
      const page = store.get().page === 'sessions' ? 'sessions' : 'inbox';
      show({ page, roomId }, store.get().roomId === null || roomId === null);
    },
    filter(change: Partial<Filter>, isStep = true): void {
      show({ filter: { ...store.get().filter, ...change } }, isStep);
    },
    /** Another page of the panel. */
    go: (page: Page, section: string | null = null) => show(placeOf(page, section), true),
    /** What a page other than the inbox keeps in its address; null takes a word away. */
    search(change: Record<string, string | null>, isStep = false): void {
      const said = new URLSearchParams(store.get().search);
      for (const [name, value] of Object.entries(change)) {
        if (value === null) said.delete(name);
        else said.set(name, value);
      }
      show({ search: said.size > 0 ? `?${said}` : '' }, isStep);
    },
    /** Where a link to the room leads. */
    href: (roomId: number) => hrefOf({ ...store.get(), roomId }),
    hrefOf: (page: Page, section: string | null = null) => hrefOf(placeOf(page, section)),
  };
}
