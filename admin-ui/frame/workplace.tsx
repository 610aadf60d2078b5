import { useEffect, useState } from 'react';
import { ConversationPane } from '../conversation/pane.tsx';
import { InboxPane } from '../inbox/inbox-pane.tsx';
import { KeyHelp } from '../keys/help.tsx';
import { Palette } from '../keys/palette.tsx';
import { useKeys } from '../keys/use-keys.ts';
import { Alerts } from './alerts.tsx';
import { Boundary } from './boundary.tsx';
import { useDesk, useLanguage, useSurroundings } from './surroundings.ts';
import { useStore } from './use-store.ts';

/** How long a lost connection is no news. */
const PATIENCE_MS = 2000;

/** The list and the conversation side by side; on a phone, one of them. */
export function Workplace() {
  const { say } = useLanguage();
  const { way, looks } = useSurroundings();
  const roomId = useStore(way.state, (state) => state.roomId);
  const [shown, setShown] = useState<'palette' | 'keyboard' | null>(null);
  const hide = () => setShown(null);
  useKeys({
    palette: () => setShown('palette'),
    keyboard: () => setShown('keyboard'),
    'mute sound': () => looks.change({ hasSound: !looks.state.get().hasSound }),
  });
  return (
    <div className="workplace" data-shows={roomId === null ? 'list' : 'room'}>
      <a href="#conversation" className="skip">
        {say('skip to chat')}
      </a>
      <LostConnection />
      <Boundary about="list">
        <InboxPane />
      </Boundary>
      <main id="conversation" tabIndex={-1} className="conversation-side">
        <Boundary about={roomId}>
          {roomId === null ? <Nothing /> : <ConversationPane key={roomId} roomId={roomId} />}
        </Boundary>
      </main>
      <Alerts />
      {shown === 'palette' && <Palette onClose={hide} />}
      {shown === 'keyboard' && <KeyHelp onClose={hide} />}
    </div>
  );
}

function Nothing() {
  const { say } = useLanguage();
  return (
    <div className="grid h-full place-content-center gap-1 p-6 text-center">
      <h1 className="text-lg font-semibold">{say('nothing open')}</h1>
      <p className="text-muted">{say('nothing open hint')}</p>
    </div>
  );
}

function LostConnection() {
  const { say, time } = useLanguage();
  const lostAt = useStore(useDesk().state, (state) => state.lostAt);
  const [isNews, setNews] = useState(false);
  useEffect(() => {
    if (lostAt === null) return setNews(false);
    const timer = setTimeout(setNews, PATIENCE_MS, true);
    return () => clearTimeout(timer);
  }, [lostAt]);
  return (
    <div role="status" className="lost empty:hidden">
      {isNews && lostAt !== null && say('connection lost', { time: time(lostAt) })}
    </div>
  );
}
