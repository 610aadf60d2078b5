import t, { type Test } from 'tap';
import { call, publish } from '../kit/api.ts';
import { CLOSE, closeBody, openRaw, PING, TEXT, wireFrame } from '../kit/raw-socket.ts';
import { type RunningServer, startServer } from '../kit/server.ts';
import { connect, subscribe, type TestSocket } from '../kit/socket.ts';

const SUBSCRIBE = '{"event":"pusher:subscribe","data":{"channel":"feed"}}';
const EVENT_BYTES = 9_500;
const FILLER = 'x'.repeat(EVENT_BYTES);
/** More than the buffers of the system take up at both ends. */
const MANY_EVENTS = 1000;

/** Ten numbered events on the channel everybody is on. */
async function publishTen(server: RunningServer, first: number): Promise<void> {
  const batch = Array.from({ length: 10 }, (_, n) => ({
    name: 'e',
    channel: 'feed',
    data: `${first + n} ${FILLER}`,
  }));
  const { status, text } = await call(server, 'POST', `/apps/${server.app.id}/batch_events`, { body: { batch } });
  if (status !== 200) throw new Error(text);
}

/** Takes events `from` to `to`, which must come in this order. */
async function takeAll(t: Test, socket: TestSocket, from: number, to: number): Promise<void> {
  for (let n = from; n < to; n++) {
    const text = await socket.next();
    const number = Number(/"data":"(\d+) /.exec(text)?.[1]);
    if (number !== n) return void t.equal(number, n, 'in order');
  }
  t.pass(`events ${from} to ${to} came in order`);
}

async function subscribed(t: Test, server: RunningServer): Promise<TestSocket> {
  const socket = await connect(t, server);
  await subscribe(server, socket, 'feed');
  return socket;
}

async function connections(server: RunningServer): Promise<number> {
  return (await call(server, 'GET', `/apps/${server.app.id}/connections`)).json.connections;
}

t.test('who does not read is closed and logged, and the others get every event', async (t) => {
  const server = await startServer(t, { ANTIPHON_MAX_UNREAD_BYTES: '65536', LOG_LEVEL: 'warn' });
  const readers = await Promise.all([subscribed(t, server), subscribed(t, server)]);
  const [lazy, lazier] = await Promise.all([openRaw(t, server), openRaw(t, server)]);
  for (const socket of [lazy, lazier]) {
    socket.write(wireFrame(TEXT, SUBSCRIBE));
    await socket.text();
    socket.tcp.pause();
  }
  t.equal(await connections(server), 4);

  let published = 0;
  while (server.logged.length < 2 && published < 10 * MANY_EVENTS) {
    await publishTen(server, published);
    for (const reader of readers) await takeAll(t, reader, published, published + 10);
    published += 10;
  }
  t.match(server.logged, [
    { level: 40, app: server.app.id, msg: 'closed a socket that does not read' },
    { level: 40, app: server.app.id, msg: 'closed a socket that does not read' },
  ]);
  t.equal(await connections(server), 2, 'it is off its channels at once');

  lazy.tcp.resume();
  let events = 0;
  for (;;) {
    const { opcode, payload } = await lazy.frame();
    if (opcode === CLOSE) {
      t.same(payload, closeBody(4100, 'Connection does not read what it is sent'));
      break;
    }
    if (!payload.toString().includes(`"data":"${events++} `))
      return t.fail('what was written can still be read, whole');
  }
  t.ok(events < published, `${events} of ${published} events`);
  // The other one never reads again: it does not keep the server from stopping.
  await server.stop();
});

t.test('answers count as well', async (t) => {
  const server = await startServer(t, { ANTIPHON_MAX_UNREAD_BYTES: '2048', LOG_LEVEL: 'warn' });
  const floods = { pings: wireFrame(PING, 'p'.repeat(125)), messages: wireFrame(TEXT, '?') };
  for (const [name, frame] of Object.entries(floods)) {
    const socket = await openRaw(t, server);
    socket.tcp.pause();
    const many = Buffer.concat(Array.from({ length: 1000 }, () => frame));
    const before = server.logged.length;
    while (server.logged.length === before && !socket.tcp.destroyed) {
      await new Promise((resolve) => socket.tcp.write(many, resolve));
    }
    t.equal(server.logged.length, before + 1, name);
    socket.tcp.destroy();
  }
});

t.test('a socket the server has ended is not heard any more', async (t) => {
  const server = await startServer(t, {
    REVERB_APP_RATE_LIMITING_ENABLED: 'true',
    REVERB_APP_RATE_LIMIT_MAX_ATTEMPTS: '1',
    REVERB_APP_RATE_LIMIT_TERMINATE: 'true',
  });
  const socket = await openRaw(t, server);
  const ask = wireFrame(TEXT, '{"event":"pusher:ping"}');
  socket.write(ask, ask, wireFrame(TEXT, SUBSCRIBE), wireFrame(PING, 'p'), ask);
  t.equal(await socket.text(), '{"event":"pusher:pong"}');
  t.match(await socket.text(), 'Rate limit exceeded');
  const { opcode, payload } = await socket.frame();
  t.equal(opcode, CLOSE);
  socket.write(wireFrame(TEXT, SUBSCRIBE), wireFrame(CLOSE, payload));
  t.equal((await socket.rest()).length, 0);
  t.equal(await connections(server), 0);
});

t.test('peers that vanish in the middle of it all harm nobody', async (t) => {
  const server = await startServer(t);
  const readers = await Promise.all([subscribed(t, server), subscribed(t, server)]);
  const leavers = await Promise.all(Array.from({ length: 30 }, () => openRaw(t, server)));
  for (const socket of leavers) {
    socket.write(wireFrame(TEXT, SUBSCRIBE));
    await socket.text();
  }
  const ways = [
    (index: number) => leavers[index]?.tcp.resetAndDestroy(),
    (index: number) => leavers[index]?.tcp.end(),
    (index: number) => leavers[index]?.tcp.end(wireFrame(TEXT, SUBSCRIBE).subarray(0, 9)),
    (index: number) => leavers[index]?.write(wireFrame(CLOSE), wireFrame(TEXT, SUBSCRIBE)),
    (index: number) => leavers[index]?.write(wireFrame(3)),
  ];
  for (let round = 0; round < leavers.length; round++) {
    const publishing = publishTen(server, round * 10);
    ways[round % ways.length]?.(round);
    await publishing;
  }
  for (const reader of readers) await takeAll(t, reader, 0, leavers.length * 10);
  await server.stop();
  t.pass('and none of them is left over');
});

t.test('a peer that ends its side without reading ours is ended for its silence', async (t) => {
  const server = await startServer(t, { REVERB_APP_PING_INTERVAL: '3', ANTIPHON_MAX_UNREAD_BYTES: '100000000' });
  const reader = await subscribed(t, server);
  const half = await openRaw(t, server);
  half.write(wireFrame(TEXT, SUBSCRIBE));
  await half.text();
  half.tcp.pause();
  // Something is left to be written, and it is below the limit.
  for (let published = 0; published < MANY_EVENTS; published += 10) {
    await publishTen(server, published);
    await takeAll(t, reader, published, published + 10);
  }
  half.tcp.end();
  // From here on the server asks the reader by PING frames, which a client answers by itself.
  reader.ws.ping();
  await reader.until('pruned', () => server.printed.find((line) => line.includes('Connection Pruned')));
  t.equal(await connections(server), 1);
  reader.ws.close();
  await server.stop();
});

t.test('events of one publisher keep their order through bursts', async (t) => {
  const server = await startServer(t);
  const readers = await Promise.all(Array.from({ length: 5 }, () => subscribed(t, server)));
  const other = await connect(t, server);
  await subscribe(server, other, 'feed');
  await subscribe(server, other, 'other');
  for (let burst = 0; burst < 5; burst++) {
    await Promise.all(
      Array.from({ length: 16 }, (_, n) => publish(server, { name: 'e', channels: ['feed', 'other'], data: `${n}` })),
    );
  }
  const sequences = [];
  for (const reader of readers) {
    const frames: string[] = [];
    while (frames.length < 80) frames.push(await reader.next());
    sequences.push(frames.join());
  }
  t.equal(new Set(sequences).size, 1, 'everybody sees the same order');
  const both: string[] = [];
  while (both.length < 160) both.push(await other.next());
  t.equal(both.filter((text) => text.includes('"feed"')).join(), sequences[0], 'also who hears more than they do');
});

t.test('who floods the server with messages waits for the others in between', async (t) => {
  const server = await startServer(t, {}, { debug: false });
  const flooding = await openRaw(t, server);
  const other = await connect(t, server);
  const ping = wireFrame(TEXT, '{"event":"pusher:ping","data":{}}');
  const pong = '{"event":"pusher:pong"}';
  const pings = 20_000;
  const allBytes = pings * (2 + pong.length);
  let bytes = 0;
  flooding.tcp.on('data', (chunk) => {
    bytes += chunk.length;
  });
  flooding.write(Buffer.concat(Array(pings).fill(ping)));
  other.send({ event: 'pusher:ping', data: {} });
  t.equal(await other.next(), pong);
  t.ok(bytes < allBytes / 4, `when the other was answered, ${bytes} of ${allBytes} bytes had been`);
  await flooding.until('the rest', () => bytes === allBytes);
  t.pass('and nothing of the flood is lost');
});
