/**
 * The service worker: the panel opens without a network. It keeps the page and the files of one build, which never change
 * under their names, and leaves everything else alone; what the rooms hold is the page's own to keep (desk/kept.ts).
 */

/** The build's files; written in front of this one by vite.config.ts, so that another build is another worker. */
declare const FILES: readonly string[];

/** A worker's scope, as far as this one looks: the types for workers and those for pages exclude each other. */
interface Extendable extends Event {
  waitUntil(work: Promise<unknown>): void;
}
interface Fetching extends Extendable {
  request: Request;
  respondWith(answer: Promise<Response>): void;
}
interface Scope {
  skipWaiting(): Promise<void>;
  clients: { claim(): Promise<void> };
  addEventListener(name: 'install' | 'activate', hear: (event: Extendable) => void): void;
  addEventListener(name: 'fetch', hear: (event: Fetching) => void): void;
}
const scope = self as unknown as Scope;

const PREFIX = 'antiphon-panel ';
const NAME = PREFIX + FILES.join(' ');
/** One page for all of the panel's addresses. */
const SHELL = '/admin/chat';
const ADDRESSES = /^\/(?:admin\/)?chat(?:\/|$)/;
/** A server that has not answered by then is as good as none. */
const PATIENCE_MS = 1500;

scope.addEventListener('install', (event) => {
  const page = new Request(SHELL, { cache: 'reload' });
  event.waitUntil(
    caches
      .open(NAME)
      .then((cache) => cache.addAll([page, ...FILES]))
      .then(() => scope.skipWaiting()),
  );
});

scope.addEventListener('activate', (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => names.filter((name) => name.startsWith(PREFIX) && name !== NAME))
      .then((old) => Promise.all(old.map((name) => caches.delete(name))))
      .then(() => scope.clients.claim()),
  );
});

scope.addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== 'GET' || origin !== location.origin) return;
  if (request.mode === 'navigate' && ADDRESSES.test(pathname)) event.respondWith(page(request));
  else if (FILES.includes(pathname)) event.respondWith(kept(pathname).then((found) => found ?? fetch(request)));
});

/** The server's while there is one, so that nobody works with yesterday's panel; it is one kilobyte. */
async function page(request: Request): Promise<Response> {
  const answer = fetch(request).catch(() => null);
  const late = new Promise<null>((resolve) => setTimeout(resolve, PATIENCE_MS, null));
  const fresh = await Promise.race([answer, late]);
  if (fresh && fresh.status < 500) return fresh;
  return (await kept(SHELL)) ?? fresh ?? (await answer) ?? Response.error();
}

async function kept(path: string): Promise<Response | undefined> {
  return (await caches.open(NAME)).match(path);
}
