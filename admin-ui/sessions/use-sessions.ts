import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { type Trouble, troubleFrom } from '../../client/chat/trouble.ts';
import type { DeskRoom } from '../desk/wire.ts';
import { useDesk, useLanguage } from '../frame/surroundings.ts';
import { useStore } from '../frame/use-store.ts';
import { type Order, sorted, sortOf } from './columns.ts';

interface Loaded {
  ids: readonly number[];
  /** Where the next page begins; null: there is none. */
  next: string | null;
  total: number;
}

const SEARCH_AFTER_MS = 200;

/** The rooms of the table, page by page, each as it is now. */
export function useSessions(text: string, order: Order) {
  const { api, inbox } = useDesk();
  const { locale } = useLanguage();
  const rooms = useStore(inbox.state, (state) => state.rooms);
  const [loaded, setLoaded] = useState<Loaded | null>(null);
  const [trouble, setTrouble] = useState<Trouble | null>(null);
  const [attempt, setAttempt] = useState(0);
  const isLoading = useRef(false);
  const sort = sortOf(order);
  const q = text.trim();

  const page = useCallback(
    async (cursor: string | null): Promise<Loaded> => {
      if (q) {
        const found = await api.search(q);
        inbox.put(...found);
        return { ids: found.map(({ id }) => id), next: null, total: found.length };
      }
      const { rooms, next, total } = await api.rooms({ sort }, cursor);
      inbox.put(...rooms);
      return { ids: rooms.map(({ id }) => id), next, total };
    },
    [api, inbox, q, sort],
  );

  // biome-ignore lint/correctness/useExhaustiveDependencies: another attempt is another load
  useEffect(() => {
    let isCurrent = true;
    const timer = setTimeout(
      () => {
        setTrouble(null);
        page(null).then(
          (first) => isCurrent && setLoaded(first),
          (error) => isCurrent && setTrouble(troubleFrom(error)),
        );
      },
      q ? SEARCH_AFTER_MS : 0,
    );
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [page, q, attempt]);

  const loadMore = async () => {
    if (isLoading.current || !loaded?.next || trouble) return;
    isLoading.current = true;
    try {
      const more = await page(loaded.next);
      const known = new Set(loaded.ids);
      setLoaded({ ...more, ids: [...loaded.ids, ...more.ids.filter((id) => !known.has(id))] });
    } catch (error) {
      setTrouble(troubleFrom(error));
    } finally {
      isLoading.current = false;
    }
  };
  const shown = useMemo(() => {
    const there: DeskRoom[] = loaded?.ids.flatMap((id) => rooms.get(id) ?? []) ?? [];
    return sorted(there, order, locale);
  }, [loaded, rooms, order, locale]);
  return {
    shown,
    /** How many there are on the server; null: not known yet. */
    total: loaded?.total ?? null,
    hasMore: loaded !== null && loaded.next !== null,
    trouble,
    loadMore,
    retry: () => setAttempt(attempt + 1),
  };
}
