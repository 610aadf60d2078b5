import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import type { Test } from 'tap';
import type { Backend } from '../kit/backend.ts';
import { openPage } from '../kit/browser.ts';
import { eventually } from '../kit/ear.ts';
import type { RunningServer } from '../kit/server.ts';

const PUSHER_JS = readFileSync(
  createRequire(import.meta.url)
    .resolve('pusher-js')
    .replace(/dist.*/, 'dist/web/pusher.min.js'),
);

/** What the page does: a pusher-js with one transport, and a list of what it was told. */
const PAGE = `<!doctype html><title>Another origin</title><script src="/pusher.js"></script><script>
const heard = [];
function start(port, forceTLS, key, transport, user) {
  const host = 'localhost';
  const pusher = new Pusher(key, {
    cluster: '', wsHost: host, wsPort: port, wssPort: port, httpHost: host, httpPort: port, httpsPort: port,
    forceTLS, enabledTransports: [transport],
    channelAuthorization: { customHandler: ({ socketId, channelName }, done) =>
      authorize(socketId, channelName, user).then((answer) => done(null, answer)) },
  });
  const hear = (name) => (data) => heard.push([name, data ?? null]);
  pusher.connection.bind('connected', hear('connected'));
  pusher.connection.bind('error', ({ data }) => heard.push(['error', data ?? null]));
  window.join = (name) => {
    const channel = pusher.subscribe(name);
    channel.bind_global((event, data) => heard.push([event, event.startsWith('pusher:') ? null : data]));
    window.channel = channel;
  };
  window.pusher = pusher;
}
</script>`;

export type Heard = [what: string, value: unknown];

async function startSite(t: Test): Promise<string> {
  const site = createServer((request, response) => {
    if (request.url === '/pusher.js') response.setHeader('content-type', 'text/javascript').end(PUSHER_JS);
    else response.setHeader('content-type', 'text/html').end(PAGE);
  }).listen(0, '127.0.0.1');
  await once(site, 'listening');
  t.teardown(() => {
    site.close();
    site.closeAllConnections();
  });
  return `http://localhost:${(site.address() as AddressInfo).port}/`;
}

/** Takes everything the page has heard once an entry of this name is among it. */
export async function heardUntil(page: Page, what: string, deadlineMs = 20_000): Promise<Heard[]> {
  let heard: Heard[] = [];
  return eventually(
    `${what} in the page`,
    async () => {
      heard = heard.concat(await page.evaluate<Heard[]>('heard.splice(0)'));
      return heard.some(([name]) => name === what) && heard;
    },
    deadlineMs,
  ).catch((error: Error) => {
    throw new Error(`${error.message}; heard: ${JSON.stringify(heard)}`);
  });
}

export interface PageOptions {
  server: RunningServer;
  backend: Backend;
  transport: 'ws' | 'xhr_streaming' | 'xhr_polling';
  user: string;
}

/** A page of another origin in a browser, connected by this transport and no other. */
export async function openClient(t: Test, browser: Browser, { server, backend, transport, user }: PageOptions) {
  const { page, profile, requests } = await openPage(browser, 'about:blank', { ignoreHTTPSErrors: true });
  t.teardown(() => profile.close());
  await page.exposeFunction('authorize', (socketId: string, channel: string, id: string) =>
    channel.startsWith('presence-')
      ? backend.pusher.authorizeChannel(socketId, channel, { user_id: id, user_info: { name: `User ${id}` } })
      : backend.pusher.authorizeChannel(socketId, channel),
  );
  await page.goto(await startSite(t));
  const isSecure = server.httpUrl.startsWith('https:');
  await page.evaluate(`start(${server.port}, ${isSecure}, '${server.app.key}', '${transport}', '${user}')`);
  await heardUntil(page, 'connected');
  const join = async (name: string) => {
    await page.evaluate(`join('${name}')`);
    await heardUntil(page, 'pusher:subscription_succeeded');
  };
  return { page, requests, join };
}
