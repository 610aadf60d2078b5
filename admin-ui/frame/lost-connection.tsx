import { useEffect, useState } from 'react';
import { useDesk, useLanguage } from './surroundings.ts';
import { useStore } from './use-store.ts';

/** How long a lost connection is no news. */
const PATIENCE_MS = 2000;

/** Says that what is shown may be old, and since when. */
export function LostConnection() {
  const { say, time } = useLanguage();
  const desk = useDesk();
  const lostAt = useStore(desk.state, (state) => state.lostAt);
  const keptAt = useStore(desk.inbox.state, (state) => state.keptAt);
  const [isNews, setNews] = useState(false);
  useEffect(() => {
    if (lostAt === null) return setNews(false);
    const timer = setTimeout(setNews, PATIENCE_MS, true);
    return () => clearTimeout(timer);
  }, [lostAt]);
  return (
    <div role="status" className="lost empty:hidden">
      {isNews && lostAt !== null && say('connection lost', { time: time(keptAt ?? lostAt) })}
    </div>
  );
}
