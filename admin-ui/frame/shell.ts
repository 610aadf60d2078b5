import { storeOf } from '../../client/chat/store.ts';

/** Where the service worker serves; other pages of this server are none of its business. */
const SCOPES = ['/admin/chat', '/chat'];

export type Shell = ReturnType<typeof openShell>;

/** Keeps the panel itself on this device, and knows when there is a newer one. */
export function openShell() {
  const store = storeOf({ hasNewer: false });
  const registrations: ServiceWorkerRegistration[] = [];
  const shown = buildOf(document.documentElement.outerHTML);

  // Only pages with TLS, and those on this very machine, may have a worker.
  const workers = 'serviceWorker' in navigator ? navigator.serviceWorker : null;

  async function keep(): Promise<void> {
    for (const scope of SCOPES) {
      const registration = await workers?.register('/panel-worker.js', { scope });
      if (registration) registrations.push(registration);
    }
  }
  // Without it the panel works as long as there is a network.
  void keep().catch(() => {});

  /** The page itself is asked for, since a worker may be older than what is shown. */
  async function compare(): Promise<void> {
    const answer = await fetch(SCOPES[0] as string);
    if (answer.ok) store.set({ hasNewer: buildOf(await answer.text()) !== shown });
  }
  return {
    state: { get: store.get, subscribe: store.subscribe },
    /** Whether there is another one is worth asking when the server may be another one. */
    look(): void {
      void compare().catch(() => {});
      for (const registration of registrations) void registration.update().catch(() => {});
    },
  };
}

/** The names of the files a page begins with, in which the build has put hashes. */
function buildOf(page: string): string {
  return [...new Set(page.match(/\/panel\/assets\/[\w.-]+/g))].sort().join(' ');
}
