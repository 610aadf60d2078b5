import { storeOf } from '../../client/chat/store.ts';

/** Where the service worker serves; other pages of this server are none of its business. */
const SCOPES = ['/admin/chat', '/chat'];

export type Shell = ReturnType<typeof openShell>;

/** Keeps the panel itself on this device, and knows when there is a newer one. */
export function openShell() {
  const store = storeOf({ hasNewer: false });
  const registrations: ServiceWorkerRegistration[] = [];
  // Only pages with TLS, and those on this very machine, may have a worker.
  const workers = 'serviceWorker' in navigator ? navigator.serviceWorker : null;

  async function keep(): Promise<void> {
    const wasKept = workers?.controller !== null;
    for (const scope of SCOPES) {
      const registration = await workers?.register('/panel-worker.js', { scope });
      if (!registration) return;
      registrations.push(registration);
      registration.addEventListener('updatefound', () => store.set({ hasNewer: wasKept }));
    }
  }
  // Without it the panel works as long as there is a network.
  void keep().catch(() => {});
  return {
    state: { get: store.get, subscribe: store.subscribe },
    /** Whether there is another one is worth asking when the server is another one. */
    look(): void {
      for (const registration of registrations) void registration.update().catch(() => {});
    },
  };
}
