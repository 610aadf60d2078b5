import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef } from 'react';
import type { DeskRoom } from '../desk/wire.ts';
import { Icon } from '../frame/icons.tsx';
import { useDesk, useLanguage, useSurroundings } from '../frame/surroundings.ts';
import { useStore } from '../frame/use-store.ts';
import { noFilter } from './filter.ts';
import { RoomRow } from './room-row.tsx';

const ROW_PX = { comfortable: 72, compact: 56 };
/** Another page is asked for when so few rows are left below. */
const ROWS_AHEAD = 15;

export function RoomList({
  rooms,
  newCount,
  onSettle,
}: {
  rooms: readonly DeskRoom[];
  newCount: number;
  onSettle(): void;
}) {
  const { say } = useLanguage();
  const { way, looks } = useSurroundings();
  const { inbox } = useDesk();
  const chosen = useStore(way.state, (state) => state.roomId);
  const density = useStore(looks.state, (state) => state.density);
  const { isLoading, hasMore, trouble } = useStore(inbox.state, (state) => state);
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
  const at = rooms.findIndex(({ id }) => id === chosen);
  useEffect(() => {
    if (at >= 0) rows.scrollToIndex(at, { align: 'auto' });
  }, [at, rows]);

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
        {trouble && (
          <div role="alert" className="grid gap-2 p-4 text-center text-muted">
            {say(
              trouble.kind === 'offline'
                ? 'unreachable'
                : trouble.kind === 'forbidden'
                  ? 'not allowed'
                  : 'failed action',
            )}
            <button type="button" className="button mx-auto" onClick={() => void inbox.load(way.state.get().filter)}>
              {say('retry')}
            </button>
          </div>
        )}
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
                  className="absolute inset-x-0"
                  style={{ blockSize: ROW_PX[density], transform: `translateY(${start}px)` }}
                >
                  <RoomRow room={room} isChosen={room.id === chosen} />
                </li>
              )
            );
          })}
        </ul>
        {rooms.length > 0 && !hasMore && <p className="p-4 text-center text-[13px] text-muted">{say('all loaded')}</p>}
      </div>
    </div>
  );
}

function Skeleton() {
  return (
    <div aria-hidden="true" className="grid gap-4 p-4">
      {[70, 45, 60, 52].map((width) => (
        <div key={width} className="flex animate-pulse items-center gap-3">
          <span className="size-9 rounded-full bg-soft" />
          <span className="h-3 rounded bg-soft" style={{ inlineSize: `${width}%` }} />
        </div>
      ))}
    </div>
  );
}

function Empty() {
  const { say } = useLanguage();
  const { way } = useSurroundings();
  const { text, isUnread, isWaiting, priority, assignee } = useStore(way.state, (state) => state.filter);
  const isFiltered = text !== '' || isUnread || isWaiting || priority !== null || assignee !== null;
  return (
    <div className="grid justify-items-center gap-1 px-4 py-14 text-center">
      <p className="font-medium">{say('empty list')}</p>
      {isFiltered ? (
        <button type="button" className="button mt-2" onClick={() => way.filter({ ...noFilter, tab: 'all' })}>
          {say('clear filters')}
        </button>
      ) : (
        <p className="text-muted">{say('empty hint')}</p>
      )}
    </div>
  );
}
