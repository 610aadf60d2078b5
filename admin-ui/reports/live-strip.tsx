import { useEffect } from 'react';
import type { Stats } from '../desk/wire.ts';
import { useNow } from '../frame/clock.ts';
import { Link } from '../frame/link.tsx';
import { useDesk, useLanguage, useSurroundings } from '../frame/surroundings.ts';
import { useStore } from '../frame/use-store.ts';
import type { Tab } from '../inbox/filter.ts';
import { durationIn } from './duration.ts';
import { useWords } from './words.ts';

const COUNTED = ['open', 'assigned', 'unassigned', 'urgent', 'unread'] as const satisfies readonly (Tab &
  keyof Stats)[];

/** How it stands this moment; events keep it so. */
export function LiveStrip() {
  const words = useWords();
  const { say, number, locale } = useLanguage();
  const { way } = useSurroundings();
  const { inbox, onTeamChange } = useDesk();
  const stats = useStore(inbox.state, (state) => state.stats);
  const now = useNow();
  // Who comes and goes changes no conversation, so the counts do not follow by themselves.
  useEffect(() => onTeamChange(() => void inbox.catchUp()), [inbox, onTeamChange]);
  const open = (tab: Tab) => {
    way.go('inbox');
    way.filter({ tab });
  };
  const since = stats?.longestWaitSince;
  const facts = [
    [words('longest wait'), since ? durationIn(locale)(Math.max(0, now - since) / 1000) : '–'],
    [words('agents online'), stats && stats.agentsOnline !== null ? number(stats.agentsOnline) : '–'],
  ] as const;
  return (
    <section aria-label={words('now')}>
      <ul className="tiles">
        {COUNTED.map((tab) => (
          <li key={tab}>
            <Link href={`${way.hrefOf('inbox').split('?')[0]}?tab=${tab}`} className="tile" onFollow={() => open(tab)}>
              <span className="text-muted">{say(`tab ${tab}`)}</span>
              <b data-count={tab}>{stats ? number(stats[tab]) : '–'}</b>
            </Link>
          </li>
        ))}
        {facts.map(([label, value]) => (
          <li key={label} className="tile">
            <span className="text-muted">{label}</span>
            <b>{value}</b>
          </li>
        ))}
      </ul>
    </section>
  );
}
