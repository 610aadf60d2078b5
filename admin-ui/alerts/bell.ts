import type { Desk } from '../desk/desk.ts';
import { isWaiting, newsBetween, type RoomNews } from './news.ts';
import { type News, playSound } from './sound.ts';
import { wishes } from './wishes.ts';

const RING_EVERY_MS = 10_000;
/** What comes together is one call. */
const BURST_MS = 1000;

export interface BellParts {
  desk: Desk;
  hasSound(): boolean;
  /** Whether one takes conversations now: who is away is not called again and again. */
  isOnDuty(): boolean;
  /** The room that is looked at this moment. */
  lookedAt(): number | null;
  onNews(news: RoomNews): void;
}

/** Calls for what came: once for a room of one's own, again and again for a new one until somebody has it. */
export function hangBell({ desk, hasSound, isOnDuty, lookedAt, onNews }: BellParts): () => void {
  const { inbox, me } = desk;
  const waiting = new Set<number>();
  let ringing: ReturnType<typeof setInterval> | undefined;
  let before = inbox.state.get().rooms;

  const rangAt = { new: 0, mine: 0 };

  function ring(news: News): void {
    if (Date.now() - rangAt[news] < BURST_MS) return;
    rangAt[news] = Date.now();
    const { volume, onlyHidden } = wishes.state.get();
    const isLookedAt = document.visibilityState === 'visible' && document.hasFocus();
    // Of several tabs one makes the noise.
    if (hasSound() && desk.isSoundLeader() && !(onlyHidden && isLookedAt)) playSound(news, volume);
  }

  function heard({ kind, room }: RoomNews): void {
    const { whenNew, whenMine } = wishes.state.get();
    if (kind === 'mine') {
      if (room.id === lookedAt()) return;
      if (whenMine === 'once') ring('mine');
    } else {
      const isFirst = !waiting.has(room.id);
      waiting.add(room.id);
      if (!isOnDuty()) return;
      if (whenNew !== 'never' && isFirst) ring('new');
    }
    onNews({ kind, room });
  }

  function again(): void {
    const { rooms } = inbox.state.get();
    for (const id of waiting) if (!isWaiting(rooms.get(id))) waiting.delete(id);
    if (waiting.size > 0 && isOnDuty() && wishes.state.get().whenNew === 'repeat') ring('new');
    if (waiting.size > 0) return;
    clearInterval(ringing);
    ringing = undefined;
  }

  const stop = inbox.state.subscribe(() => {
    const { rooms } = inbox.state.get();
    if (rooms === before) return;
    const news = newsBetween(before, rooms, me.id, Date.now());
    before = rooms;
    news.forEach(heard);
    if (waiting.size > 0) ringing ??= setInterval(again, RING_EVERY_MS);
  });
  return () => {
    stop();
    clearInterval(ringing);
  };
}
