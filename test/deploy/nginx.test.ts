import { request } from 'node:https';
import { text } from 'node:stream/consumers';
import t from 'tap';
import { call, publish } from '../kit/api.ts';
import { pusherLibrary, startBackend } from '../kit/backend.ts';
import { lacksBrowser, openBrowser } from '../kit/browser.ts';
import { connected, echoClient, pusherClient, subscribed } from '../kit/clients.ts';
import { ask, register, startDesk } from '../kit/desk.ts';
import { Ear, eventually } from '../kit/ear.ts';
import { type RunningServer, startServer } from '../kit/server.ts';
import { connect, openSocket } from '../kit/socket.ts';
import { heardUntil, openClient } from '../pusher-http/page.ts';
import { lacksNginx, type Nginx, startNginx, startSiteWith } from './nginx.ts';

const skip = lacksNginx(process.env);
// The certificates are self-signed, and neither pusher-js nor the HTTP libraries can be told of one.
process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';

/** What Laravel's documentation has site owners put into their server block. */
const BARE_LOCATION = (port: number) => `location /app/ {
  proxy_http_version 1.1;
  proxy_set_header Host $http_host;
  proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
  proxy_set_header Upgrade $http_upgrade;
  proxy_set_header Connection "Upgrade";
  proxy_pass http://127.0.0.1:${port};
}`;

/** The server as clients see it who come through nginx with TLS. */
function through(server: RunningServer, { httpsPort }: Nginx): RunningServer {
  const base = `localhost:${httpsPort}${server.config.listen.path}`;
  const socketUrl = server.socketUrl.replace(/^ws:\/\/[^/]+/, `wss://localhost:${httpsPort}`);
  return { ...server, port: httpsPort, httpUrl: `https://${base}`, socketUrl };
}

function secure(port: number) {
  return { wsHost: 'localhost', wssPort: port, httpHost: 'localhost', httpsPort: port, forceTLS: true };
}

const SOCKETS = { enabledTransports: ['ws', 'wss'] as ('ws' | 'wss')[] };

t.test('our nginx.conf', { skip }, async (t) => {
  const server = await startServer(t);
  const nginx = await startNginx(t, { nodes: [server.port] });
  const outside = through(server, nginx);
  const backend = await startBackend(t, server);
  const tls = secure(nginx.httpsPort);
  t.notMatch(nginx.checked, /warn|emerg/, 'nginx finds nothing wrong with it');

  await t.test('pusher-js and Echo, with everything that a channel is', async (t) => {
    const [, annHears] = await subscribed(
      pusherClient(t, outside, { ...tls, ...SOCKETS, backend, as: '1:Ann' }),
      'presence-room',
    );
    const echo = echoClient(t, outside, { ...tls, ...SOCKETS, backend, as: '2:Ben' });
    const ear = new Ear();
    echo.join('room').here(ear.for('here'));
    t.same(
      (await ear.next('here')).map(({ name }: { name: string }) => name),
      ['Ann', 'Ben'],
    );
    t.match(await annHears.next('pusher:member_added'), { id: '2' });
    echo.join('room').whisper('typing', { on: true });
    t.same(await annHears.next('client-typing'), { on: true });
  });

  for (const transport of ['xhr_streaming', 'xhr_polling'] as const) {
    await t.test(`pusher-js over ${transport}`, async (t) => {
      const client = pusherClient(t, outside, { ...tls, enabledTransports: [transport], backend, as: '1:Ann' });
      const [, ear] = await subscribed(client, 'private-orders');
      await publish(outside, { name: 'shipped', channel: 'private-orders', data: '{"id":1}' });
      t.same(await ear.next('shipped', 10_000), { id: 1 }, 'nothing is held back on the way');
    });
  }

  await t.test('publishers, whose signature covers the query as it was sent', async (t) => {
    const [, ear] = await subscribed(pusherClient(t, outside, { ...tls, ...SOCKETS }), 'orders');
    const library = pusherLibrary(outside, { host: 'localhost', useTLS: true });
    const channels = Array.from({ length: 99 }, (_, index) => `orders-${index}`);
    t.equal((await library.trigger(['orders', ...channels], 'shipped', { text: 'ї' })).status, 200);
    t.same(await ear.next('shipped'), { text: 'ї' });
    const answer = await library.get({ path: '/channels', params: { info: 'subscription_count' } });
    t.match(await answer.json(), { channels: { orders: { subscription_count: 1 } } });
    for (const prefix of ['a b', 'a+b', 'ї/%2F//..', '']) {
      const path = `/apps/${server.app.id}/channels`;
      const { status, json } = await call(outside, 'GET', path, { query: { filter_by_prefix: prefix } });
      t.equal(status, 200, `filter_by_prefix=${prefix}`);
      t.type(json.channels, 'object');
    }
  });

  await t.test('what is too large', async (t) => {
    const big = await publish(outside, { name: 'x', channel: 'orders', data: 'x'.repeat(300_000) });
    t.match(big, { status: 413, text: 'Payload too large.' }, 'an event: the server’s own answer');
    const huge = await answerTo(nginx.httpsPort, { path: '/api/chat/upload', 'content-length': '70000000' });
    t.match(huge, { status: 413, type: 'application/json', body: '{"message":"The request is too large."}' });
  });

  await t.test('plain HTTP is sent on to TLS', async (t) => {
    const response = await fetch(`http://localhost:${nginx.httpPort}/app/x?y=%20z`, { redirect: 'manual' });
    t.equal(response.status, 301);
    t.equal(response.headers.get('location'), 'https://localhost/app/x?y=%20z');
  });
});

t.test('a browser, which speaks HTTP/2 to nginx', { skip: skip || lacksBrowser(process.env) }, async (t) => {
  const server = await startServer(t);
  const outside = through(server, await startNginx(t, { nodes: [server.port] }));
  const backend = await startBackend(t, server);
  const browser = await openBrowser(t);
  for (const transport of ['ws', 'xhr_streaming', 'xhr_polling'] as const) {
    await t.test(transport, async (t) => {
      const { page, join } = await openClient(t, browser, { server: outside, backend, transport, user: '1' });
      await join('presence-room');
      await publish(outside, { name: 'shipped', channel: 'presence-room', data: '{"id":1}' });
      t.same(await heardUntil(page, 'shipped', 3000), [['shipped', { id: 1 }]]);
      await page.close();
      const isEmpty = async () => {
        const { json } = await call(server, 'GET', `/apps/${server.app.id}/channels/presence-room`);
        return json.occupied === false;
      };
      t.ok(await eventually('an empty room', isEmpty, 20_000), 'nginx says at once when somebody leaves');
    });
  }
});

t.test('behind a path prefix', { skip }, async (t) => {
  const server = await startServer(t, { REVERB_SERVER_PATH: '/ws' });
  const nginx = await startNginx(t, { nodes: [server.port] });
  const outside = through(server, nginx);
  const tls = secure(nginx.httpsPort);
  const [, ear] = await subscribed(pusherClient(t, outside, { ...tls, ...SOCKETS }), 'orders');
  const polling = pusherClient(t, outside, { ...tls, httpPath: '/ws', enabledTransports: ['xhr_polling'] });
  const [, pollingHears] = await subscribed(polling, 'orders');
  t.equal((await publish(outside, { name: 'shipped', channel: 'orders', data: '{}' })).status, 200);
  await ear.next('shipped');
  await pollingHears.next('shipped');
});

t.test('a quiet socket', { skip }, async (t) => {
  const changes = { 'proxy_read_timeout 180s;': 'proxy_read_timeout 8s;' };

  await t.test('stays as long as the server asks more often than nginx waits', async (t) => {
    const server = await startServer(t, { REVERB_APP_PING_INTERVAL: '1', CHAT_ENABLED: 'off' });
    const outside = through(server, await startNginx(t, { nodes: [server.port], changes }));
    const socket = await connect(t, outside, { rejectUnauthorized: false });
    const began = Date.now();
    while (Date.now() - began < 10_000) {
      await socket.nextEvent('pusher:ping');
      socket.send({ event: 'pusher:pong', data: {} });
    }
    t.equal(socket.closed, null, 'longer than nginx waits');
  });

  await t.test('is cut off where it does not', async (t) => {
    const server = await startServer(t);
    const outside = through(
      server,
      await startNginx(t, { nodes: [server.port], changes: { 'proxy_read_timeout 180s;': 'proxy_read_timeout 1s;' } }),
    );
    const socket = openSocket(t, outside.socketUrl, { rejectUnauthorized: false });
    t.match(await socket.untilClosed(), { code: 1006 });
  });
});

t.test('several nodes: the requests of a fallback session stay together', { skip }, async (t) => {
  const nodes = [await startServer(t), await startServer(t), await startServer(t)] as const;
  const nginx = await startNginx(t, { nodes: nodes.map(({ port }) => port) });
  const outside = through(nodes[0], nginx);
  for (let count = 0; count < 12; count++) {
    const transport = count % 2 ? 'xhr_polling' : 'xhr_streaming';
    const client = pusherClient(t, outside, { ...secure(nginx.httpsPort), enabledTransports: [transport] });
    await subscribed(await connected(client), 'orders');
  }
  const used = nodes.filter(({ printed }) => printed.some((line) => line.includes('Connection Established')));
  t.ok(used.length > 1, 'and sessions are spread');
});

t.test('the desk', { skip }, async (t) => {
  const desk = await startDesk(t, 'sqlite::memory:', { CHAT_ACCOUNTS_PER_MINUTE: '1', TRUSTED_PROXIES: '127.0.0.1' });
  const nginx = await startNginx(t, { nodes: [desk.port] });
  const base = through(desk, nginx).httpUrl;

  await t.test('files pass', async (t) => {
    const customer = await register({ ask: (method, path, asking) => ask(base, method, path, asking) }, 'Ann');
    const body = new FormData();
    body.append('file', new Blob(['роза '.repeat(900_000)]), 'long.txt');
    const { status, json } = await ask(base, 'POST', '/api/chat/upload', { as: customer, body });
    t.equal(status, 201);
    t.match(json, { name: 'long.txt' });
  });

  await t.test('who asks is who nginx saw, whatever the client says of himself', async (t) => {
    let people = 0;
    const somebody = () => ({ email: `${people++}@example.com`, password: 'wrong' });
    const login = async (from: string, claims: string) => {
      const body = JSON.stringify(somebody());
      const headers = { 'x-forwarded-for': claims, 'content-type': 'application/json', accept: 'application/json' };
      return (await answerTo(nginx.httpsPort, { path: '/api/auth/login', from, body, ...headers })).status;
    };
    const tries = Array.from({ length: 30 }, (_, index) => `10.0.0.${index}`);
    const statuses = [];
    for (const claim of tries) statuses.push(await login('127.0.0.2', claim));
    t.ok(statuses.includes(429), 'another address in every request is of no use');
    t.not(await login('127.0.0.3', '10.0.0.1'), 429, 'somebody else is somebody else');

    const straight = [];
    for (const claim of tries) {
      const response = await ask(`http://127.0.0.1:${desk.port}`, 'POST', '/api/auth/login', {
        body: somebody(),
        headers: { 'x-forwarded-for': claim },
      });
      straight.push(response.status);
    }
    t.notOk(straight.includes(429), 'from the address that is trusted, the header is believed');
  });
});

t.test('a bare location in the server block of a site', { skip }, async (t) => {
  const server = await startServer(t);
  const backend = await startBackend(t, server);
  const nginx = await startSiteWith(t, BARE_LOCATION(server.port));
  const plain = { ...server, port: nginx.httpPort };
  const outside = through(server, nginx);
  const tls = secure(nginx.httpsPort);

  const clients: [string, Parameters<typeof pusherClient>[2], RunningServer][] = [
    ['ws', {}, plain],
    ['wss', { ...tls, ...SOCKETS }, outside],
    ['xhr_streaming', { ...tls, enabledTransports: ['xhr_streaming'], httpPath: '/' }, outside],
    ['xhr_polling', { ...tls, enabledTransports: ['xhr_polling'], httpPath: '/' }, outside],
  ];
  for (const [name, options, where] of clients) {
    await t.test(`pusher-js over ${name}`, async (t) => {
      const [, ear] = await subscribed(pusherClient(t, where, { ...options, backend, as: '1:Ann' }), 'private-orders');
      await publish(server, { name: 'shipped', channel: 'private-orders', data: '{"id":1}' });
      t.same(await ear.next('shipped', 10_000), { id: 1 });
    });
  }

  await t.test('Echo', async (t) => {
    const echo = echoClient(t, outside, { ...tls, ...SOCKETS, backend, as: '1:Ann' });
    const ear = new Ear();
    echo.private('orders').subscribed(ear.for('subscribed')).listen('.shipped', ear.for('shipped'));
    await ear.next('subscribed');
    await publish(server, { name: 'shipped', channel: 'private-orders', data: '{"id":1}' });
    t.same(await ear.next('shipped'), { id: 1 });
  });
});

interface Question {
  path: string;
  /** The address it is sent from. */
  from?: string;
  body?: string;
  [header: string]: string | undefined;
}

/** One POST over TLS, with whatever it says of itself. */
async function answerTo(
  port: number,
  { path, from = '127.0.0.1', body, ...headers }: Question,
): Promise<{ status: number; type: string; body: string }> {
  const asked = request({ host: '127.0.0.1', port, path, method: 'POST', headers, localAddress: from });
  const answer = new Promise<import('node:http').IncomingMessage>((resolve, reject) => {
    asked.on('response', resolve).on('error', reject);
  });
  if (body === undefined) asked.flushHeaders();
  else asked.end(body);
  const response = await answer;
  const said = await text(response);
  asked.destroy();
  return { status: response.statusCode ?? 0, type: response.headers['content-type'] ?? '', body: said };
}
