import { useEffect, useMemo, useRef, useState } from 'react';
import { useDesk, useLanguage, useSurroundings } from '../frame/surroundings.ts';
import { useStore } from '../frame/use-store.ts';
import { useKeys } from '../keys/use-keys.ts';
import { byNeed, isShown, searchOf } from './filter.ts';
import { FilterBar } from './filter-bar.tsx';
import { RoomList } from './room-list.tsx';
import { useSteadyOrder } from './steady-order.ts';
import { Tabs } from './tabs.tsx';
import { TopBar } from './top-bar.tsx';

/** How long after the last key a search begins. */
const SEARCH_AFTER_MS = 200;

export function InboxPane() {
  const { say } = useLanguage();
  const { way } = useSurroundings();
  const { inbox, me } = useDesk();
  const { filter, roomId } = useStore(way.state, (state) => state);
  const { rooms, found, loads } = useStore(inbox.state, (state) => state);
  const [isHeld, setHeld] = useState(false);
  const pane = useRef<HTMLElement>(null);
  const about = `${searchOf(filter)} ${loads}`;

  useEffect(() => {
    const timer = setTimeout(() => void inbox.load(filter), filter.text ? SEARCH_AFTER_MS : 0);
    return () => clearTimeout(timer);
  }, [inbox, filter]);

  const wanted = useMemo(() => {
    const known = found === null ? [...rooms.values()] : found.flatMap((id) => rooms.get(id) ?? []);
    // Who searches looks for a room wherever it is.
    const shown = known.filter((room) => isShown(room, found === null ? filter : { ...filter, tab: 'all' }, me.id));
    return (found === null ? shown.sort(byNeed) : shown).map(({ id }) => id);
  }, [rooms, found, filter, me.id]);
  const { ids, newCount, settle } = useSteadyOrder(wanted, isHeld, about);
  const shown = useMemo(() => ids.flatMap((id) => rooms.get(id) ?? []), [ids, rooms]);

  const step = (by: 1 | -1) => {
    const at = shown.findIndex(({ id }) => id === roomId);
    const next = shown[at < 0 ? 0 : Math.min(Math.max(at + by, 0), shown.length - 1)];
    if (next) way.open(next.id);
  };
  useKeys({
    'next chat': () => step(1),
    'previous chat': () => step(-1),
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
      <FilterBar />
      <Tabs />
      <RoomList rooms={shown} newCount={newCount} onSettle={settle} />
    </section>
  );
}
