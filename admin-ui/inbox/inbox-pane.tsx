import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useDesk, useLanguage, useSurroundings } from '../frame/surroundings.ts';
import { useStore } from '../frame/use-store.ts';
import { useKeys } from '../keys/use-keys.ts';
import { BulkBar } from './bulk-bar.tsx';
import { searchOf } from './filter.ts';
import { FilterBar } from './filter-bar.tsx';
import { NobodyOnline } from './nobody-online.tsx';
import { RoomList } from './room-list.tsx';
import { useSelection } from './selection.ts';
import { useShownRooms } from './shown-rooms.ts';
import { useSteadyOrder } from './steady-order.ts';
import { Tabs } from './tabs.tsx';
import { TopBar } from './top-bar.tsx';
import { ViewBar } from './view-bar.tsx';

/** How long after the last key a search begins. */
const SEARCH_AFTER_MS = 200;

export function InboxPane() {
  const { say } = useLanguage();
  const { way } = useSurroundings();
  const { inbox } = useDesk();
  const filter = useStore(way.state, (state) => state.filter);
  const rooms = useStore(inbox.state, (state) => state.rooms);
  const loads = useStore(inbox.state, (state) => state.loads);
  const [isHeld, setHeld] = useState(false);
  const pane = useRef<HTMLElement>(null);
  const about = `${searchOf(filter)} ${loads}`;

  useEffect(() => {
    const timer = setTimeout(() => void inbox.load(filter), filter.text ? SEARCH_AFTER_MS : 0);
    return () => clearTimeout(timer);
  }, [inbox, filter]);

  const { ids, newCount, settle } = useSteadyOrder(useShownRooms(filter), isHeld, about);
  const shown = useMemo(() => ids.flatMap((id) => rooms.get(id) ?? []), [ids, rooms]);
  const selection = useSelection(ids);

  const step = useCallback(
    (by: 1 | -1) => {
      const at = ids.indexOf(way.state.get().roomId ?? 0);
      const next = ids[at < 0 ? 0 : Math.min(Math.max(at + by, 0), ids.length - 1)];
      if (next !== undefined) way.open(next);
    },
    [ids, way],
  );
  useKeys({
    'next chat': () => step(1),
    'previous chat': () => step(-1),
    'choose chat': () => {
      const { roomId } = way.state.get();
      if (roomId !== null) selection.toggle(roomId);
    },
    'tab open': () => way.filter({ tab: 'open' }),
    'tab assigned': () => way.filter({ tab: 'assigned' }),
    'tab urgent': () => way.filter({ tab: 'urgent' }),
    'tab unread': () => way.filter({ tab: 'unread' }),
  });

  return (
    <section
      ref={pane}
      aria-label={say('chats')}
      className="list-side"
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(pane.current?.contains(document.activeElement) ?? false)}
      onFocus={() => setHeld(true)}
      onBlur={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget) && !event.currentTarget.matches(':hover'))
          setHeld(false);
      }}
    >
      <TopBar />
      <NobodyOnline />
      <FilterBar />
      <ViewBar />
      <Tabs />
      <RoomList rooms={shown} newCount={newCount} selection={selection} onSettle={settle} />
      <BulkBar selection={selection} />
    </section>
  );
}
