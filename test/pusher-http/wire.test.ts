import t, { type Test } from 'tap';
import { publish } from '../kit/api.ts';
import { eventually } from '../kit/ear.ts';
import { type RunningServer, startServer } from '../kit/server.ts';
import { connections, Fallback, ORDERS, PING, PONG, SUBSCRIBED, ship, shipped, socketIdOf } from './fallback.ts';

/** A session on a stream, subscribed to `orders`. */
async function streaming(t: Test, server: RunningServer, options?: { folder?: string; origin?: string }) {
  const client = new Fallback(t, server, options);
  const stream = await client.stream();
  const socketId = await stream.opened();
  await client.send(ORDERS);
  t.equal(await stream.line(), SUBSCRIBED);
  return { client, stream, socketId };
}

t.test('a stream', async (t) => {
  const server = await startServer(t);
  const client = new Fallback(t, server, { origin: 'https://shop.example' });
  const stream = await client.stream();
  t.equal(stream.response.status, 200);
  t.match(Object.fromEntries(stream.response.headers), {
    'content-type': 'text/plain; charset=utf-8',
    'cache-control': 'no-store, no-transform',
    'access-control-allow-origin': '*',
    'x-accel-buffering': 'no',
    'x-content-type-options': 'nosniff',
  });
  t.equal(await stream.line(), 'o{}');
  const established = await stream.line();
  t.match(
    established,
    /^a\["\{\\"event\\":\\"pusher:connection_established\\",\\"data\\":\\"\{\\\\\\"socket_id\\\\\\":\\\\\\"\d+\.\d+\\\\\\",\\\\\\"activity_timeout\\\\\\":30\}\\"\}"\]$/,
  );
  t.equal(await client.send(PING), 204);
  t.equal(await stream.line(), PONG);
  t.equal(await client.send(ORDERS, PING), 204, 'several messages at once are answered in order');
  t.equal(await stream.line(), SUBSCRIBED);
  t.equal(await stream.line(), PONG);
  await ship(server, 1);
  t.equal(await stream.line(), shipped(1));
  t.equal(await connections(server), 1, 'it is a socket like any other');

  t.equal((await client.post('xhr_send', '[]')).status, 204);
  t.equal(await stream.line(), 'a[]', 'an empty send is answered with a sign of life and no message');

  stream.breakOff();
  await eventually('an empty house', async () => (await connections(server)) === 0, 2000);
});

t.test('polls', async (t) => {
  const server = await startServer(t);
  const client = new Fallback(t, server);
  const [open, established] = await client.poll();
  t.equal(open, 'o{}');
  t.match(socketIdOf(established as string), /^\d+\.\d+$/);

  await t.test('one that waits returns as soon as there is something', async (t) => {
    const waiting = client.poll();
    await client.send(ORDERS);
    t.same(await waiting, [SUBSCRIBED]);
  });

  await t.test('what comes between two polls waits for the next, in order', async (t) => {
    for (const id of [1, 2, 3]) await ship(server, id);
    t.same(await client.poll(), [1, 2, 3].map(shipped));
  });

  await t.test('nothing is lost or doubled while polls come and go', async (t) => {
    const expected = Array.from({ length: 60 }, (_, index) => shipped(index));
    const publishing = (async () => {
      for (let id = 0; id < 60; id++) await ship(server, id);
    })();
    const heard: string[] = [];
    while (heard.length < expected.length) heard.push(...(await client.poll()));
    await publishing;
    t.same(heard, expected);
  });

  await t.test('the length is known, for proxies that want to', async (t) => {
    await ship(server, 9);
    const response = await client.post('xhr');
    t.equal(response.headers.get('content-length'), String(shipped(9).length + 1));
    await response.text();
  });

  await t.test('a newer poll ends an older one, which loses nothing', async (t) => {
    const older = client.poll();
    await eventually('the first poll', async () => (await client.post('xhr_send', '[]')).status === 204);
    t.same(await older, ['a[]']);
    const [first, second] = [client.poll(), client.poll()];
    await ship(server, 10);
    t.same([...(await first), ...(await second)], [shipped(10)]);
  });
});

t.test('what a page of another origin needs', async (t) => {
  const server = await startServer(t);
  for (const kind of ['xhr_streaming', 'xhr', 'xhr_send']) {
    const url = `${new Fallback(t, server).url}/${kind}`;
    const preflight = await fetch(url, { method: 'OPTIONS', headers: { origin: 'https://shop.example' } });
    t.equal(preflight.status, 204);
    t.match(Object.fromEntries(preflight.headers), {
      'access-control-allow-origin': '*',
      'access-control-allow-methods': 'POST',
      'access-control-allow-headers': 'content-type',
    });
    const wrong = await fetch(url);
    t.equal(wrong.status, 405);
    t.equal(wrong.headers.get('allow'), 'POST, OPTIONS');
  }
});

t.test('every folder that a client may be told', async (t) => {
  for (const [path, folders] of [
    ['', ['/pusher', '', '/']],
    ['/ws', ['', '/pusher', '/../pusher']],
    ['/pusher', ['', '/pusher']],
  ] as const) {
    const server = await startServer(t, { REVERB_SERVER_PATH: path });
    for (const folder of folders) await streaming(t, server, { folder });
    await server.stop();
  }
});

t.test('who is refused is told inside', async (t) => {
  const closed = async (client: Fallback, kind: 'stream' | 'poll') => {
    if (kind === 'poll') return client.poll();
    const stream = await client.stream();
    await stream.ear.next('end');
    return stream.ear.heard.map(([, line]) => line);
  };
  const refusal = (code: number, reason: string) => [
    'o{}',
    `a${JSON.stringify([JSON.stringify({ event: 'pusher:error', data: JSON.stringify({ code, message: reason }) })])}`,
    `c[${code},"${reason}"]`,
  ];
  const server = await startServer(t, { REVERB_APP_MAX_CONNECTIONS: '1', ANTIPHON_ALLOWED_ORIGINS: 'shop.example' });
  const origin = 'https://shop.example';
  for (const kind of ['stream', 'poll'] as const) {
    const nobody = { ...server, app: { ...server.app, key: 'nobody' } };
    t.same(await closed(new Fallback(t, nobody), kind), refusal(4001, 'Application does not exist'));
    t.same(
      await closed(new Fallback(t, server, { origin: 'https://evil.example' }), kind),
      refusal(4009, 'Origin not allowed'),
    );
  }
  await streaming(t, server, { origin });
  t.same(
    await closed(new Fallback(t, server, { origin }), 'poll'),
    refusal(4004, 'Application is over connection quota'),
  );
});

t.test('bad requests', async (t) => {
  const server = await startServer(t);
  const { client, stream } = await streaming(t, server);
  const answer = async (body: string) => {
    const response = await client.post('xhr_send', body);
    return [response.status, await response.text()];
  };
  t.same(await answer('['), [400, 'Bad request: The body is not JSON.']);
  t.same(await answer(''), [400, 'Bad request: The body is not JSON.']);
  t.same(await answer('{}'), [400, 'Bad request: The body is not an array of texts.']);
  t.same(await answer('[1]'), [400, 'Bad request: The body is not an array of texts.']);
  t.same(await answer(JSON.stringify(Array(101).fill(''))), [400, 'Bad request: At most 100 messages at a time.']);
  t.same(await answer('["{"]'), [204, ''], 'what is wrong with a message is said where the answers come');
  t.match(await stream.message(), { event: 'pusher:error', data: /4200/ });
  t.equal((await client.post('xhr_send', '[]', { 'content-type': 'text/plain' })).status, 204, 'of whatever type');
  t.equal(await stream.line(), 'a[]');

  for (const [place, status] of [
    ['7/zzzzzzzz/xhr', 404],
    ['7/short/xhr', 404],
    ['7/000000000/xhr_streaming', 404],
    ['1000/00000000/xhr', 404],
    ['7/00000000/xhr_other', 404],
    ['7/vvvvvvvv/xhr_send', 404],
  ] as const) {
    const { httpUrl, app } = server;
    const response = await fetch(`${httpUrl}/pusher/app/${app.key}/${place}`, { method: 'POST', body: '[]' });
    t.equal(response.status, status, place);
    await response.text();
  }
});

t.test('messages over the limit end the session, as over a WebSocket', async (t) => {
  const server = await startServer(t, { REVERB_APP_MAX_MESSAGE_SIZE: '300' });
  const whisper = (length: number) => {
    const empty = JSON.stringify({ event: 'client-x', data: '' });
    return { event: 'client-x', data: '"'.repeat((length - empty.length) / 2) };
  };
  const { client, stream } = await streaming(t, server);
  t.equal(await client.send(whisper(300)), 204, 'as long as may be, every character escaped');
  t.match(await stream.message(), { event: 'pusher:error' });
  t.equal(await client.send(whisper(302)), 204);
  t.equal(await stream.line(), 'c[1009,"Maximum message size exceeded"]');
  await stream.ear.next('end');

  const other = await streaming(t, server);
  t.equal((await other.client.post('xhr_send', `["${'x'.repeat(700)}"]`)).status, 413);
  t.equal(await other.stream.line(), 'c[1009,"Maximum message size exceeded"]');
  t.equal(await connections(server), 0);
});

t.test('the session is its app’s and its origin’s', async (t) => {
  const server = await startServer(t);
  const { client, stream } = await streaming(t, server, { origin: 'https://shop.example' });
  const post = (url: string, origin: string) =>
    fetch(`${url}/xhr_send`, { method: 'POST', headers: { origin }, body: '[]' });
  t.equal((await post(client.url, 'https://evil.example')).status, 404);
  t.equal((await post(client.url.replace('reverb-key', 'other'), 'https://shop.example')).status, 404);
  t.equal((await post(client.url, 'https://shop.example')).status, 204);
  t.equal(await stream.line(), 'a[]');
});

t.test('a second stream takes over from the first', async (t) => {
  const server = await startServer(t);
  const { client, stream } = await streaming(t, server);
  const second = await client.stream();
  await stream.ear.next('end');
  await ship(server, 1);
  t.equal(await second.line(), shipped(1), 'without another o');
  t.same(stream.ear.names, []);
});

t.test('a full stream is given up by the client, and nothing is lost between it and the next', async (t) => {
  const server = await startServer(t, { REVERB_MAX_REQUEST_SIZE: '100000' });
  const { client, stream } = await streaming(t, server);
  const text = 'ї'.repeat(30_000);
  for (let id = 0; id < 11; id++) {
    await publish(server, { name: 'long', channel: 'orders', data: JSON.stringify({ id, text }) });
  }
  const ids: number[] = [];
  const read = async (from: typeof stream, count: number) => {
    for (let index = 0; index < count; index++) {
      const { data } = await from.message();
      ids.push(JSON.parse(data as string).id);
    }
  };
  await read(stream, 9);
  await client.send(PING);
  t.same(stream.ear.names, [], 'nothing more comes on it');
  t.ok(stream.length > 256 * 1024, 'it is what pusher-js calls too long');
  t.ok(stream.length < 256 * 1024 + 31_000, 'and was not a line before');
  t.equal(await connections(server), 1);
  stream.breakOff();
  const next = await client.stream();
  await read(next, 2);
  t.same(ids, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  t.equal(await next.line(), PONG);
});

t.test('a server that stops tells all of them', async (t) => {
  const server = await startServer(t, { ANTIPHON_DRAIN_SECONDS: '1' });
  const { client, stream } = await streaming(t, server);
  const waiting = new Fallback(t, server);
  await waiting.poll();
  const poll = waiting.poll();
  const between = new Fallback(t, server);
  await between.poll();
  await eventually('three sockets', () => server.printed.filter((line) => line.includes('Established')).length === 3);
  await waiting.post('xhr_send', '[]');
  t.same(await poll, ['a[]']);
  const lastPoll = waiting.poll();
  const farewell = [
    'a["{\\"event\\":\\"pusher:error\\",\\"data\\":\\"{\\\\\\"code\\\\\\":4100,\\\\\\"message\\\\\\":\\\\\\"Server is restarting\\\\\\"}\\"}"]',
    'c[4100,"Server is restarting"]',
  ];
  await client.send(PING);
  t.equal(await stream.line(), PONG);
  const stopped = server.stop();
  t.same([await stream.line(), await stream.line()], farewell);
  t.same(await lastPoll, farewell);
  await stopped;
});
