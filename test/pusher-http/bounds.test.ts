import t from 'tap';
import { publish } from '../kit/api.ts';
import { eventually } from '../kit/ear.ts';
import { connectRaw } from '../kit/raw-socket.ts';
import { startServer } from '../kit/server.ts';
import { connect, subscribe } from '../kit/socket.ts';
import {
  connections,
  Fallback,
  messageOf,
  ORDERS,
  PING,
  PONG,
  SUBSCRIBED,
  ship,
  socketIdOf,
  subscribing,
} from './fallback.ts';

t.test('who leaves is gone at once; who owes a poll, after some seconds', async (t) => {
  const server = await startServer(t);
  const watcher = await connect(t, server);
  const { data } = await subscribe(server, watcher, 'presence-room', { user_id: '1' });
  t.match(data, /"count":1/);
  const join = async (client: Fallback, socketId: string) => {
    await client.send(subscribing(server, socketId, 'presence-room', { user_id: '2' }));
    t.equal((await watcher.nextEvent('pusher_internal:member_added')).channel, 'presence-room');
  };

  const streamer = new Fallback(t, server);
  const stream = await streamer.stream();
  await join(streamer, await stream.opened());
  stream.breakOff();
  await watcher.nextEvent('pusher_internal:member_removed', 1000);

  const waiter = new Fallback(t, server);
  await join(waiter, socketIdOf((await waiter.poll())[1] as string));
  await waiter.poll();
  const abort = new AbortController();
  const polling = fetch(`${waiter.url}/xhr`, { method: 'POST', signal: abort.signal });
  polling.catch(() => {});
  await waiter.post('xhr_send', '[]');
  await polling;
  await waiter.send(PING);
  t.same(await waiter.poll(), [PONG]);
  const began = Date.now();
  await watcher.nextEvent('pusher_internal:member_removed', 20_000);
  t.ok(Date.now() - began > 4000, 'it was waited for');
  const [again] = await waiter.poll();
  t.equal(again, 'o{}', 'who comes back too late begins anew, which makes pusher-js reconnect');
});

t.test('liveness', async (t) => {
  const server = await startServer(t, { REVERB_APP_PING_INTERVAL: '1', REVERB_APP_ACTIVITY_TIMEOUT: '30' });
  const answering = new Fallback(t, server);
  const stream = await answering.stream();
  await stream.opened();
  for (let round = 0; round < 2; round++) {
    t.equal(await stream.line(), 'h', 'a silent stream is asked');
    await answering.post('xhr_send', '[]');
    t.equal(await stream.line(), 'a[]');
  }
  t.equal(await stream.line(), 'h');
  t.match(messageOf(await stream.line()), { event: 'pusher:error', data: /4201/ }, 'who does not answer is given up');
  t.equal(await stream.line(), 'c[4201,"Pong reply not received in time"]');

  const polling = new Fallback(t, server);
  await polling.poll();
  for (let round = 0; round < 2; round++) t.same(await polling.poll(), ['h'], 'the next poll is the answer');
});

t.test('heartbeats come before the client would ask for one', async (t) => {
  const server = await startServer(t, { REVERB_APP_ACTIVITY_TIMEOUT: '1' });
  const stream = await new Fallback(t, server).stream();
  await stream.opened();
  t.equal(await stream.line(20_000), 'h');
  t.equal(await stream.line(20_000), 'h');
  const polling = new Fallback(t, server);
  await polling.poll();
  t.same(await polling.poll(), ['h']);
});

t.test('who does not fetch what is sent to him is closed, and what waited is let go', async (t) => {
  const server = await startServer(t, { ANTIPHON_MAX_UNREAD_BYTES: '20000', LOG_LEVEL: 'warn' });
  const client = new Fallback(t, server);
  await client.poll();
  await client.send(ORDERS);
  t.same(await client.poll(), [SUBSCRIBED]);
  for (let count = 0; count < 3; count++) {
    await publish(server, { name: 'long', channel: 'orders', data: 'x'.repeat(9000) });
  }
  t.match(server.logged, [{ msg: 'closed a session that does not read' }]);
  t.equal(await connections(server), 0);
  t.same(await client.poll(), ['c[4100,"Connection does not read what it is sent"]']);
});

t.test('an answer that nobody reads is cut off', async (t) => {
  const bytes = 30_000_000;
  const server = await startServer(t, { REVERB_MAX_REQUEST_SIZE: String(2 * bytes) });
  const ask = async (kind: string) => {
    const client = new Fallback(t, server);
    await client.poll();
    await client.send(ORDERS);
    t.same(await client.poll(), [SUBSCRIBED]);
    const reader = await connectRaw(t, server);
    reader.tcp.pause();
    const path = new URL(client.url).pathname;
    reader.write(`POST ${path}/${kind} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n`);
    return { kind, client, reader };
  };
  const asked = [await ask('xhr_streaming'), await ask('xhr')];
  t.equal(await connections(server), 2); // by now the server has both questions
  await publish(server, { name: 'long', channel: 'orders', data: 'x'.repeat(bytes) });
  await ship(server, 1);
  for (const { kind, client, reader } of asked) {
    const isOver = async () => (await client.post('xhr_send', '[]')).status === 404;
    await eventually('the end of the session', isOver, 20_000);
    reader.tcp.resume();
    const read = await reader.rest(20_000);
    t.ok(read.length < bytes, `${kind}: ${read.length} bytes`);
  }
});
