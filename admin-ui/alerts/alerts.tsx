import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import { useAvailability } from '../frame/availability.ts';
import { useDesk, useLanguage, useSurroundings } from '../frame/surroundings.ts';
import { useStore } from '../frame/use-store.ts';
import { useKeys } from '../keys/use-keys.ts';
import { hangBell } from './bell.ts';
import { showOnDesktop } from './desktop.ts';
import { useMentionNews } from './mentions.ts';
import { unlockSound } from './sound.ts';
import { markTab } from './tab-mark.ts';
import { wishes } from './wishes.ts';

const AlertSettings = lazy(() => import('./alert-settings.tsx'));

/** Calls whoever works here, wherever they look: by sound, on the desktop, and in the browser's tab. */
export function Alerts() {
  const { say } = useLanguage();
  const { looks, way, tell } = useSurroundings();
  const desk = useDesk();
  const { mine } = useAvailability();
  const unread = useStore(desk.inbox.state, (state) => state.stats?.unread ?? 0);
  const [isOpen, setOpen] = useState(false);
  useKeys({ alerts: () => setOpen(true) });
  useEffect(() => markTab(unread), [unread]);
  useEffect(() => {
    addEventListener('pointerdown', unlockSound);
    addEventListener('keydown', unlockSound);
    return () => {
      removeEventListener('pointerdown', unlockSound);
      removeEventListener('keydown', unlockSound);
    };
  }, []);

  const latest = useRef({ say, isOnDuty: mine === 'online' });
  useEffect(() => {
    latest.current = { say, isOnDuty: mine === 'online' };
  });
  useEffect(() => {
    const isAttended = () => document.visibilityState === 'visible' && document.hasFocus();
    return hangBell({
      desk,
      hasSound: () => looks.state.get().hasSound,
      isOnDuty: () => latest.current.isOnDuty,
      lookedAt: () => (isAttended() ? way.state.get().roomId : null),
      onNews({ kind, room }) {
        if (isAttended() || !wishes.state.get().hasDesktop || !desk.isSoundLeader()) return;
        const { name } = room.visitor;
        const title = kind === 'new' ? latest.current.say('new chat from', { name }) : name;
        const body = room.latest?.text || room.latest?.fileName || '';
        showOnDesktop(title, { body, tag: `room-${room.id}` }, () => way.open(room.id));
      },
    });
  }, [desk, looks, way]);

  useMentionNews(({ roomId, name, text }) => {
    const title = say('mentioned by', { name });
    const isShown =
      document.hidden &&
      wishes.state.get().hasDesktop &&
      showOnDesktop(title, { body: text, tag: `mention-${roomId}` }, () => way.open(roomId));
    if (!isShown) tell(`${title}: ${text}`);
  });

  return isOpen ? (
    <Suspense fallback={null}>
      <AlertSettings onClose={() => setOpen(false)} />
    </Suspense>
  ) : null;
}
