import type { Line } from './tabs.ts';

/** Null where the browser has none: each tab is then on its own. */
export function openLine(name: string): Line | null {
  return typeof BroadcastChannel === 'undefined' ? null : (new BroadcastChannel(name) as unknown as Line);
}

/** Runs `work` in one tab at a time. Without locks (a page without TLS) all may: the server knows repeats by `client_id`. */
export async function aloneAmongTabs(name: string, work: () => Promise<void>): Promise<void> {
  const locks = typeof navigator === 'undefined' ? undefined : navigator.locks;
  await (locks ? locks.request(`antiphon:${name}`, work) : work());
}
