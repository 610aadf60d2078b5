import { lazy, Suspense, useState } from 'react';
import { InboxPage } from '../inbox/page.tsx';
import { useKeys } from '../keys/use-keys.ts';
import { Alerts } from './alerts.tsx';
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

const Palette = lazy(async () => ({ default: (await import('../keys/palette.tsx')).Palette }));
const KeyHelp = lazy(() => import('../keys/help.tsx'));

/** The rail and the page that the address names. */
export function Workplace() {
  const { way, looks } = useSurroundings();
  const page = useStore(way.state, (state) => state.page);
  const isInRoom = useStore(way.state, (state) => state.roomId !== null);
  const [shown, setShown] = useState<'palette' | 'keyboard' | null>(null);
  const hide = () => setShown(null);
  useKeys({
    palette: () => setShown('palette'),
    keyboard: () => setShown('keyboard'),
    'mute sound': () => looks.change({ hasSound: !looks.state.get().hasSound }),
  });
  const Other = page === 'inbox' ? null : pages[page];
  return (
    <div className="workplace" data-shows={isInRoom ? 'room' : 'list'}>
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
      <Suspense>
        {shown === 'palette' && <Palette onClose={hide} />}
        {shown === 'keyboard' && <KeyHelp onClose={hide} />}
      </Suspense>
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
