import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useMemo, useRef } from 'react';
import type { DeskRoom } from '../desk/wire.ts';
import { Icon } from '../frame/icons.tsx';
import { useDesk, useLanguage, useSurroundings } from '../frame/surroundings.ts';
import { useStore } from '../frame/use-store.ts';
import { Empty, LoadTrouble, Skeleton } from './list-states.tsx';
import { RoomRow } from './room-row.tsx';
import type { Selection } from './selection.ts';

const ROW_PX = { comfortable: 72, compact: 56 };
/** Another page is asked for when so few rows are left below. */
const ROWS_AHEAD = 15;

interface Props {
  rooms: readonly DeskRoom[];
  newCount: number;
  selection: Selection;
  onSettle(): void;
}

export function RoomList({ rooms, newCount, selection, onSettle }: Props) {
  const { say } = useLanguage();
  const { way, looks } = useSurroundings();
  const { inbox } = useDesk();
  const chosen = useStore(way.state, (state) => state.roomId);
  const density = useStore(looks.state, (state) => state.density);
  const isLoading = useStore(inbox.state, (state) => state.isLoading);
  const hasMore = useStore(inbox.state, (state) => state.hasMore);
  const trouble = useStore(inbox.state, (state) => state.trouble);
  const hasSites = useMemo(() => new Set(rooms.map(({ site }) => site)).size > 1, [rooms]);
  const scroller = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: rooms.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX[density],
    getItemKey: (index) => rooms[index]?.id ?? index,
    overscan: 8,
  });
  const visible = rows.getVirtualItems();
  const lastVisible = visible.at(-1)?.index ?? 0;
  useEffect(() => {
    if (lastVisible >= rooms.length - ROWS_AHEAD) inbox.loadMore();
  }, [lastVisible, rooms.length, inbox]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another density is what it is about
  useEffect(() => rows.measure(), [density, rows]);
  // Whoever goes to another room sees it in the list; a room that moves takes nobody with it.
  const places = useRef(rooms);
  places.current = rooms;
  useEffect(() => {
    const at = places.current.findIndex(({ id }) => id === chosen);
    if (at >= 0) rows.scrollToIndex(at, { align: 'auto' });
  }, [chosen, rows]);

  return (
    <div id="rooms" role="tabpanel" aria-label={say('chats')} className="relative min-h-0 grow">
      {newCount > 0 && (
        <button
          type="button"
          className="pill inset-bs-2"
          onClick={() => {
            onSettle();
            rows.scrollToOffset(0);
          }}
        >
          <Icon name="up" size={14} />
          {say('n new rooms', { n: newCount })}
        </button>
      )}
      <div
        ref={scroller}
        tabIndex={rooms.length === 0 ? 0 : -1}
        className="h-full overflow-y-auto [overflow-anchor:none]"
      >
        {/* What is known is shown without a network, and the bar above says that it may be old. */}
        {trouble && !(trouble.kind === 'offline' && rooms.length > 0) && <LoadTrouble trouble={trouble} />}
        {rooms.length === 0 && !trouble && (isLoading ? <Skeleton /> : <Empty />)}
        <ul className="relative" style={{ blockSize: rows.getTotalSize() }}>
          {visible.map(({ index, start, key }) => {
            const room = rooms[index];
            return (
              room && (
                <li
                  key={key}
                  aria-setsize={hasMore ? -1 : rooms.length}
                  aria-posinset={index + 1}
                  className="room-place"
                  data-choosing={selection.ids.size > 0 || undefined}
                  style={{ blockSize: ROW_PX[density], transform: `translateY(${start}px)` }}
                >
                  <RoomRow
                    room={room}
                    isOpen={room.id === chosen}
                    isChosen={selection.ids.has(room.id)}
                    hasSites={hasSites}
                    onToggle={selection.toggle}
                    onReach={selection.reach}
                  />
                </li>
              )
            );
          })}
        </ul>
        {rooms.length > 0 && !hasMore && !isLoading && !trouble && (
          <p className="p-4 text-center text-[13px] text-muted">{say('all loaded')}</p>
        )}
      </div>
    </div>
  );
}
