import { useEffect } from 'react';
import { playSound, unlockSound } from './sound.ts';
import { useDesk, useSurroundings } from './surroundings.ts';
import { useStore } from './use-store.ts';

/** A sound for what came and is not looked at, and how much is unread where one sees it from another tab. */
export function Alerts() {
  const desk = useDesk();
  const { looks } = useSurroundings();
  const unread = useStore(desk.inbox.state, (state) => state.stats?.unread ?? 0);
  useEffect(() => {
    document.title = unread > 0 ? `(${unread > 99 ? '99+' : unread}) Antiphon` : 'Antiphon';
    const icon = document.querySelector<HTMLLinkElement>('link[rel=icon]');
    if (icon) icon.href = iconWith(unread > 0);
  }, [unread]);
  useEffect(() => {
    addEventListener('pointerdown', unlockSound, { once: true });
    addEventListener('keydown', unlockSound, { once: true });
    let before = desk.inbox.state.get().stats?.unread ?? 0;
    return desk.inbox.state.subscribe(() => {
      const now = desk.inbox.state.get().stats?.unread ?? 0;
      const isMore = now > before;
      before = now;
      if (isMore && looks.state.get().hasSound && desk.isSoundLeader()) playSound();
    });
  }, [desk, looks]);
  return null;
}

function iconWith(hasDot: boolean): string {
  const dot = hasDot ? '<circle cx="25" cy="7" r="7" fill="#e5484d"/>' : '';
  const bubble =
    '<path d="M4 6h24v17H15l-7 6v-6H4z" fill="#3d63dd" stroke="#3d63dd" stroke-width="3" stroke-linejoin="round"/>';
  return `data:image/svg+xml,${encodeURIComponent(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">${bubble}${dot}</svg>`)}`;
}
