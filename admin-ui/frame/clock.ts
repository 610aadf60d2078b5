import { useSyncExternalStore } from 'react';

const TICK_MS = 15_000;
let now = Date.now();
const hearers = new Set<() => void>();
let ticking: ReturnType<typeof setInterval> | undefined;

function subscribe(hear: () => void): () => void {
  hearers.add(hear);
  ticking ??= setInterval(() => {
    now = Date.now();
    for (const each of hearers) each();
  }, TICK_MS);
  return () => {
    hearers.delete(hear);
    if (hearers.size > 0) return;
    clearInterval(ticking);
    ticking = undefined;
  };
}

/** One clock for all that waits, so that a thousand rows do not keep a thousand timers. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => now);
}
