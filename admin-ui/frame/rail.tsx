import { AlertsButton } from '../alerts/alerts-button.tsx';
import type { Page } from './address.ts';
import { Availability } from './availability-menu.tsx';
import { Icon, type IconName } from './icons.tsx';
import { Link } from './link.tsx';
import { Preferences } from './preferences.tsx';
import { useDesk, useLanguage, useSurroundings } from './surroundings.ts';
import { useStore } from './use-store.ts';

const PAGES: readonly { page: Page; icon: IconName; text: 'chats' | 'sessions' | 'statistics' | 'settings' }[] = [
  { page: 'inbox', icon: 'chat', text: 'chats' },
  { page: 'sessions', icon: 'table', text: 'sessions' },
  { page: 'statistics', icon: 'chart', text: 'statistics' },
  { page: 'settings', icon: 'gear', text: 'settings' },
];

/** The way to every page of the panel, and whether one takes conversations now. */
export function Rail() {
  const { say, number } = useLanguage();
  const { way } = useSurroundings();
  const { inbox } = useDesk();
  const shown = useStore(way.state, (state) => state.page);
  const unread = useStore(inbox.state, (state) => state.stats?.unread ?? 0);
  return (
    <nav aria-label={say('pages')} className="rail">
      {PAGES.map(({ page, icon, text }) => (
        <Link
          key={page}
          href={way.hrefOf(page)}
          aria-current={page === shown ? 'page' : undefined}
          aria-label={
            page === 'inbox' && unread > 0 ? `${say(text)}, ${say('tab unread')}: ${number(unread)}` : say(text)
          }
          title={say(text)}
          className="rail-link"
          onFollow={() => way.go(page)}
        >
          <Icon name={icon} size={20} />
          {page === 'inbox' && unread > 0 && <span className="dot-count">{unread > 99 ? '99+' : number(unread)}</span>}
        </Link>
      ))}
      <span className="rail-gap" />
      <AlertsButton />
      <Preferences />
      <Availability />
    </nav>
  );
}
