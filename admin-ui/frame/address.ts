import { storeOf } from '../../client/chat/store.ts';
import { type Filter, filterFrom, searchOf } from '../inbox/filter.ts';

/** What the panel shows, as its address says it: links lead here, and the back button goes back. */
export interface Address {
  base: string;
  roomId: number | null;
  filter: Filter;
}

const PATH = /^(?<base>\/admin\/chat|\/chat)(?:\/(?<room>\d+))?\/?$/;

export function addressFrom({ pathname, search }: Pick<Location, 'pathname' | 'search'>): Address {
  const { base = '/admin/chat', room } = PATH.exec(pathname)?.groups ?? {};
  const roomId = Number(room);
  return { base, roomId: Number.isSafeInteger(roomId) && roomId > 0 ? roomId : null, filter: filterFrom(search) };
}

export function hrefOf({ base, roomId, filter }: Address): string {
  return base + (roomId === null ? '' : `/${roomId}`) + searchOf(filter);
}

export type Way = ReturnType<typeof openWay>;

export function openWay() {
  const store = storeOf<Address>(addressFrom(location));
  const moved = () => store.set(addressFrom(location));
  addEventListener('popstate', moved);
  const show = (change: Partial<Address>, isStep: boolean) => {
    const href = hrefOf({ ...store.get(), ...change });
    if (href === location.pathname + location.search) return;
    if (isStep) history.pushState(null, '', href);
    else history.replaceState(null, '', href);
    moved();
  };
  return {
    state: { get: store.get, subscribe: store.subscribe },
    /** Opens a room, or (null) the list. From room to room the list stays one step back. */
    open(roomId: number | null): void {
      show({ roomId }, store.get().roomId === null || roomId === null);
    },
    filter(change: Partial<Filter>, isStep = true): void {
      show({ filter: { ...store.get().filter, ...change } }, isStep);
    },
    href: (roomId: number) => hrefOf({ ...store.get(), roomId }),
  };
}
