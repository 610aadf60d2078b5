import { useQuery } from '@tanstack/react-query';
import type { WireSurroundings } from '../../server/doors/support-api/wire.ts';
import { useWords } from '../conversation/words.ts';
import { useNow } from '../frame/clock.ts';
import { useDesk, useLanguage } from '../frame/surroundings.ts';
import { useStore } from '../frame/use-store.ts';
import { Section } from './section.tsx';

const PAGES_AT_FIRST = 5;

/** Where the visitor is and was, and with what: as new as the last thing they did. */
export function Surroundings({ roomId }: { roomId: number }) {
  const { time, span } = useLanguage();
  const word = useWords();
  const { api, inbox } = useDesk();
  const now = useNow();
  const lastMessageAt = useStore(inbox.state, (state) => state.rooms.get(roomId)?.lastMessageAt);
  const { data } = useQuery({
    queryKey: ['surroundings', roomId, lastMessageAt],
    queryFn: async () => {
      const query = { messages: 0 };
      const room = await api.call<{ visitor?: WireSurroundings }>(`/api/admin/chat/rooms/${roomId}`, { query });
      return room.visitor ?? null;
    },
    placeholderData: (before) => before,
  });
  if (!data) return null;
  const { pages, device, locale, timezone } = data;
  const facts: [string, string][] = [];
  if (device) {
    const parts = [word(`device ${device.kind}`), device.browser, device.os];
    facts.push([word('device'), parts.filter(Boolean).join(' · ')]);
  }
  if (locale) facts.push([word('language'), locale]);
  const theirs = timezone && clockIn(timezone, now);
  if (timezone) facts.push([word('local time'), theirs ? `${theirs} (${timezone})` : timezone]);
  if (facts.length === 0 && pages.length === 0) return null;
  return (
    <Section name="pages" title={word('pages and device')}>
      <dl className="grid grid-cols-1 gap-2 px-4 pb-3">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt className="text-[13px] text-muted">{name}</dt>
            <dd className="wrap-anywhere">{value}</dd>
          </div>
        ))}
      </dl>
      <ol className="grid grid-cols-1 gap-1.5 px-4 pb-3">
        {pages.slice(0, PAGES_AT_FIRST).map(({ url, title, at }) => (
          <li key={at + url} className="min-w-0">
            <bdi className="block truncate" title={url}>
              {title || pathOf(url)}
            </bdi>
            <span className="block truncate text-[13px] text-muted">
              <time dateTime={at} title={time(Date.parse(at))}>
                {span(now - Date.parse(at))}
              </time>{' '}
              · <bdi>{pathOf(url)}</bdi>
            </span>
          </li>
        ))}
      </ol>
    </Section>
  );
}

/** Without the host, which is the site's own. */
function pathOf(url: string): string {
  return URL.canParse(url) ? new URL(url).pathname : url;
}

function clockIn(timeZone: string, now: number): string | null {
  try {
    return new Intl.DateTimeFormat(undefined, { timeZone, hour: '2-digit', minute: '2-digit' }).format(now);
  } catch {
    return null; // A zone this browser does not know.
  }
}
