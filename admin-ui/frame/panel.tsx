import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { type Desk, openDesk } from '../desk/desk.ts';
import { SignIn } from '../sign-in/sign-in.tsx';
import { type Language, languageFor } from '../texts/texts.ts';
import { Boundary } from './boundary.tsx';
import { Dialog } from './dialog.tsx';
import { DeskContext, LanguageContext, type Surroundings, SurroundingsContext } from './surroundings.ts';
import { useStore } from './use-store.ts';
import { Workplace } from './workplace.tsx';

/** What is told in passing stays so long. */
const TOLD_MS = 6000;

export function Panel(parts: Omit<Surroundings, 'tell'>) {
  const { looks, session, way, keys, shell } = parts;
  const locale = useStore(looks.state, (state) => state.locale);
  const { phase, me } = useStore(session.state, (state) => state);
  const [language, setLanguage] = useState<Language | null>(null);
  const [desk, setDesk] = useState<Desk | null>(null);
  const [told, setTold] = useState('');
  const forgetting = useRef<ReturnType<typeof setTimeout>>(undefined);
  const tell = useCallback((text: string) => {
    clearTimeout(forgetting.current);
    setTold(text);
    forgetting.current = setTimeout(setTold, TOLD_MS, '');
  }, []);
  const surroundings = useMemo(
    () => ({ looks, session, way, keys, shell, tell }),
    [looks, session, way, keys, shell, tell],
  );
  const queries = useMemo(() => new QueryClient({ defaultOptions: { queries: { retry: 2, staleTime: 60_000 } } }), []);

  useEffect(() => {
    let isCurrent = true;
    void languageFor(locale).then((loaded) => isCurrent && setLanguage(loaded));
    return () => {
      isCurrent = false;
    };
  }, [locale]);

  useEffect(() => {
    if (!me) return;
    const opened = openDesk(session, me);
    setDesk(opened);
    return () => {
      opened.stop();
      setDesk(null);
    };
  }, [session, me]);

  // Signed in again: the same desk goes on with the new token.
  const wasExpired = useRef(false);
  useEffect(() => {
    if (phase === 'ready' && wasExpired.current) desk?.renew();
    wasExpired.current = phase === 'expired';
  }, [phase, desk]);

  if (!language) return null;
  const { say } = language;
  return (
    <SurroundingsContext value={surroundings}>
      <LanguageContext value={language}>
        <QueryClientProvider client={queries}>
          <Boundary about={phase}>
            {phase === 'starting' && <p className="grid h-dvh place-content-center text-muted">{say('one moment')}</p>}
            {phase === 'signed-out' && (
              <main className="grid min-h-dvh place-content-center p-4">
                <SignIn />
              </main>
            )}
            {desk && (
              <DeskContext value={desk}>
                <Workplace />
              </DeskContext>
            )}
            {phase === 'expired' && (
              <Dialog label={say('sign-in again')}>
                <SignIn isAgain />
              </Dialog>
            )}
          </Boundary>
          <div role="status" className={told ? 'told' : 'sr-only'}>
            {told}
          </div>
        </QueryClientProvider>
      </LanguageContext>
    </SurroundingsContext>
  );
}
