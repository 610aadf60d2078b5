import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useMemo, useRef } from 'react';
import { Icon } from '../frame/icons.tsx';
import { Link } from '../frame/link.tsx';
import { useLanguage, useSurroundings } from '../frame/surroundings.ts';
import { useStore } from '../frame/use-store.ts';
import { SEARCH_AT_MOST } from '../inbox/filter.ts';
import { saidOf } from '../texts/trouble.ts';
import { type Column, columns, orderFrom, wordOf } from './columns.ts';
import { useSessions } from './use-sessions.ts';

const ROW_PX = 44;
const ROWS_AHEAD = 15;

/** Name, phone, status, last message, unread and date of every conversation; any of them sorts. */
export function SessionTable() {
  const { say, number, fullTime, day, time } = useLanguage();
  const { way } = useSurroundings();
  const search = useStore(way.state, (state) => state.search);
  const text = new URLSearchParams(search).get('q')?.slice(0, SEARCH_AT_MOST) ?? '';
  const order = useMemo(() => orderFrom(search), [search]);
  const { shown, total, hasMore, trouble, loadMore, retry } = useSessions(text, order);
  const scroller = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: shown.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 12,
  });
  const visible = rows.getVirtualItems();
  const [first, last] = [visible[0], visible.at(-1)];
  const lastIndex = last?.index ?? 0;
  useEffect(() => {
    if (hasMore && lastIndex >= shown.length - ROWS_AHEAD) void loadMore();
  });
  const sortBy = (column: Column) => {
    const isDescending = order.column === column ? !order.isDescending : column === 'date' || column === 'unread';
    way.search({ sort: wordOf({ column, isDescending }) });
  };
  const now = Date.now();
  return (
    <div className="flex h-full flex-col">
      <header className="flex flex-wrap items-center gap-3 px-4 py-3">
        <h1 className="grow text-[17px] font-semibold">{say('sessions')}</h1>
        <label className="search max-w-md basis-64">
          <Icon name="search" size={16} />
          <span className="sr-only">{say('search')}</span>
          <input
            type="search"
            maxLength={SEARCH_AT_MOST}
            value={text}
            placeholder={say('search')}
            onChange={(event) => way.search({ q: event.target.value || null })}
          />
        </label>
      </header>
      {trouble && (
        <div role="alert" className="flex flex-wrap items-center gap-3 px-4 pb-3 text-bad">
          {saidOf(trouble, say)}
          {trouble.requestId && <span className="text-xs">{say('request', { id: trouble.requestId })}</span>}
          <button type="button" className="button text-ink" onClick={retry}>
            {say('retry')}
          </button>
        </div>
      )}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keys */}
      <section ref={scroller} tabIndex={0} aria-label={say('sessions')} className="min-h-0 grow overflow-auto">
        <table className="sessions" aria-rowcount={hasMore ? -1 : shown.length + 1}>
          <thead>
            <tr>
              {columns.map(({ column, text: name }) => {
                const isSorted = order.column === column;
                const direction = order.isDescending ? 'descending' : 'ascending';
                return (
                  <th key={column} scope="col" aria-sort={isSorted ? direction : undefined} data-column={column}>
                    <button type="button" className="sort" onClick={() => sortBy(column)}>
                      {say(name)}
                      {isSorted && <Icon name={order.isDescending ? 'down' : 'up'} size={13} />}
                    </button>
                  </th>
                );
              })}
            </tr>
          </thead>
          <tbody>
            {first && first.start > 0 && <tr style={{ blockSize: first.start }} />}
            {visible.map(({ index }) => {
              const room = shown[index];
              return (
                room && (
                  <tr
                    key={room.id}
                    aria-rowindex={index + 2}
                    data-unread={room.unread > 0}
                    style={{ blockSize: ROW_PX }}
                  >
                    <td>
                      <Link href={way.href(room.id)} className="link" onFollow={() => way.open(room.id)}>
                        <bdi>{room.visitor.name}</bdi>
                      </Link>
                    </td>
                    <td>
                      <bdi>{room.visitor.phone ?? '—'}</bdi>
                    </td>
                    <td>{say(`status ${room.status}`)}</td>
                    <td>
                      <bdi>{room.latest?.isDeleted ? say('message deleted') : (room.latest?.text ?? '')}</bdi>
                    </td>
                    <td>{room.unread > 0 ? number(room.unread) : ''}</td>
                    <td>
                      <time dateTime={new Date(room.lastMessageAt).toISOString()} title={fullTime(room.lastMessageAt)}>
                        {day(room.lastMessageAt, now)}, {time(room.lastMessageAt)}
                      </time>
                    </td>
                  </tr>
                )
              );
            })}
            {last && last.end < rows.getTotalSize() && <tr style={{ blockSize: rows.getTotalSize() - last.end }} />}
          </tbody>
        </table>
        {shown.length === 0 && !trouble && (
          <p className="p-6 text-center text-muted">{say(total === null ? 'one moment' : 'empty list')}</p>
        )}
      </section>
      <p className="border-t border-line px-4 py-2 text-[13px] text-muted" role="status">
        {total !== null && say('shown of', { shown: shown.length, total: Math.max(total, shown.length) })}
      </p>
    </div>
  );
}
