import { lazy, Suspense } from 'react';
import { Alerts } from '../alerts/alerts.tsx';
import { InboxPage } from '../inbox/page.tsx';
import { Shortcuts } from '../keys/shortcuts.tsx';
import { Boundary } from './boundary.tsx';
import { LostConnection } from './lost-connection.tsx';
import { NewVersion } from './new-version.tsx';
import { Rail } from './rail.tsx';
import { useLanguage, useSurroundings } from './surroundings.ts';
import { useStore } from './use-store.ts';

/** What one does not work in all day is loaded when one goes there. */
const pages = {
  sessions: lazy(() => import('../sessions/page.tsx')),
  statistics: lazy(() => import('../reports/page.tsx')),
  settings: lazy(() => import('../settings/page.tsx')),
};

/** The rail and the page that the address names. */
export function Workplace() {
  const { say } = useLanguage();
  const { way } = useSurroundings();
  const page = useStore(way.state, (state) => state.page);
  const isInRoom = useStore(way.state, (state) => state.roomId !== null);
  const Other = page === 'inbox' ? null : pages[page];
  return (
    <div className="workplace" data-shows={isInRoom ? 'room' : 'list'}>
      {page === 'inbox' && (
        <a href="#conversation" className="skip">
          {say('skip to chat')}
        </a>
      )}
      <NewVersion />
      <LostConnection />
      <Rail />
      {/* A page that could not be fetched is of a version that may be gone: only the whole panel can be had anew. */}
      <Boundary about={page} onRetry={Other ? () => location.reload() : undefined}>
        {Other ? (
          <Suspense fallback={<Loading />}>
            <main className="page">
              <Other />
            </main>
          </Suspense>
        ) : (
          <InboxPage />
        )}
      </Boundary>
      <Alerts />
      <Shortcuts />
    </div>
  );
}

function Loading() {
  const { say } = useLanguage();
  return (
    <main className="page" aria-busy="true">
      <p className="sr-only">{say('one moment')}</p>
      <div aria-hidden="true" className="grid animate-pulse gap-4 p-6">
        {[30, 80, 65, 72, 50].map((width) => (
          <span key={width} className="h-4 rounded bg-soft" style={{ inlineSize: `${width}%` }} />
        ))}
      </div>
    </main>
  );
}
