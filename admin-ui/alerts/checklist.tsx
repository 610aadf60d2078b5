import { useEffect, useState } from 'react';
import { useWords, type WordName } from '../conversation/words.ts';
import { useAvailability } from '../frame/availability.ts';
import { Icon } from '../frame/icons.tsx';
import { useDesk, useSurroundings } from '../frame/surroundings.ts';
import { useStore } from '../frame/use-store.ts';
import type { Permission } from './desktop.ts';
import { isSoundAllowed } from './sound.ts';
import { wishes } from './wishes.ts';

/** Browsers say when sound becomes possible to nobody. */
const LOOK_EVERY_MS = 1000;

/** What must be so for one to be called, and which of it is not. */
export function Checklist({ permission }: { permission: Permission }) {
  const word = useWords();
  const { looks } = useSurroundings();
  const desk = useDesk();
  const { mine } = useAvailability();
  const hasSound = useStore(looks.state, (state) => state.hasSound);
  const volume = useStore(wishes.state, (state) => state.volume);
  const isLive = useStore(desk.state, (state) => state.isLive);
  const isAllowed = useSoundAllowed();
  const facts: [isSo: boolean, yes: WordName, no: WordName][] = [
    [isAllowed, 'check sound yes', 'check sound no'],
    [hasSound && volume > 0, 'check loud yes', 'check loud no'],
    [
      permission === 'granted',
      'check desktop yes',
      permission === 'denied' ? 'check desktop denied' : 'check desktop no',
    ],
    [isLive, 'check live yes', 'check live no'],
    [mine === 'online', 'check duty yes', 'check duty no'],
    [desk.isSoundLeader(), 'check tab yes', 'check tab no'],
  ];
  return (
    <section aria-labelledby="checklist">
      <h3 id="checklist" className="mb-2 font-semibold">
        {word('checklist')}
      </h3>
      <ul className="grid gap-1.5">
        {facts.map(([isSo, yes, no]) => (
          <li key={yes} className="check" data-is={isSo}>
            <Icon name={isSo ? 'check' : 'alert'} size={16} />
            {word(isSo ? yes : no)}
          </li>
        ))}
      </ul>
    </section>
  );
}

function useSoundAllowed(): boolean {
  const [isAllowed, setAllowed] = useState(isSoundAllowed);
  useEffect(() => {
    const timer = setInterval(() => setAllowed(isSoundAllowed()), LOOK_EVERY_MS);
    return () => clearInterval(timer);
  }, []);
  return isAllowed;
}
