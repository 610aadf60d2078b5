import type { DeskApi } from './desk-api.ts';
import type { Stats } from './wire.ts';

/** How often the counts are asked for at most, however much happens. */
const COUNT_EVERY_MS = 1000;
/** What happens together is counted together. */
const GATHER_MS = 100;

/** Asks how many rooms stand how after something has happened, and only then. */
export function countsOf(api: DeskApi, onCount: (stats: Stats) => void) {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let lastAt = 0;
  let isAsking = false;
  let isWanted = false;

  function soon(): void {
    if (isAsking) isWanted = true;
    else timer ??= setTimeout(count, Math.max(GATHER_MS, lastAt + COUNT_EVERY_MS - Date.now()));
  }
  async function count(): Promise<void> {
    timer = undefined;
    isAsking = true;
    lastAt = Date.now();
    try {
      onCount(await api.stats());
    } catch {
      // The next event, or the next connection, counts again.
    }
    isAsking = false;
    if (!isWanted) return;
    isWanted = false;
    soon();
  }
  return { soon, stop: () => clearTimeout(timer) };
}
