import t from 'tap';
import { call, signedQuery } from '../kit/api.ts';
import { connectRaw, handshake, type RawSocket } from '../kit/raw-socket.ts';
import { type RunningServer, startServer } from '../kit/server.ts';
import { connect, subscribe } from '../kit/socket.ts';

const EVENTS = '/apps/123456/events';
const UP = 'GET /up HTTP/1.1\r\nHost: x\r\n\r\n';

/** A signed publish of `data` on `orders`, as bytes. */
function post(server: RunningServer, data: string, ...headers: string[]): string {
  const body = JSON.stringify({ name: 'e', channel: 'orders', data });
  const target = `${EVENTS}?${signedQuery(server, 'POST', EVENTS, { body })}`;
  const length = `Content-Length: ${Buffer.byteLength(body)}`;
  return `${[`POST ${target} HTTP/1.1`, 'Host: x', length, ...headers].join('\r\n')}\r\n\r\n${body}`;
}

/** The next answer; it must be announced by its length. */
async function answer(socket: RawSocket): Promise<{ status: number; lines: string[]; text: string }> {
  const { status, lines } = await socket.head();
  const length = lines.map((line) => /^content-length: (\d+)$/i.exec(line)?.[1]).find(Boolean);
  return { status, lines, text: String(await socket.take(Number(length))) };
}

async function listening(t: Parameters<typeof connect>[0], server: RunningServer) {
  const listener = await connect(t, server);
  await subscribe(server, listener, 'orders');
  return { next: async () => JSON.parse(await listener.next()).data as string };
}

t.test('requests on one connection are answered in their order, whoever answers them', async (t) => {
  const server = await startServer(t);
  const listener = await listening(t, server);
  const socket = await connectRaw(t, server);

  // In one segment: two by the short way, one that is Node's, and behind that none is taken from Node any more.
  socket.write(post(server, 'one') + post(server, 'zwei – två') + UP + post(server, 'three'));
  for (const text of ['{}', '{}', '{"health":"OK"}', '{}']) {
    const got = await answer(socket);
    t.has(got, { status: 200, text });
    t.notOk(got.lines.some((line) => /^connection: close$/i.test(line)));
  }
  for (const data of ['one', 'zwei – två', 'three']) t.equal(await listener.next(), data);

  const another = await connectRaw(t, server);
  for (const data of ['four', 'five']) {
    another.write(post(server, data));
    t.has(await answer(another), { status: 200, text: '{}' });
    t.equal(await listener.next(), data);
  }
  another.write(post(server, 'six', 'Connection: close') + post(server, 'behind the last'));
  const last = await answer(another);
  t.ok(last.lines.includes('Connection: close'));
  t.equal((await another.rest()).length, 0);
  t.equal(await listener.next(), 'six');

  // Who has said all before he is answered is answered.
  const brief = await connectRaw(t, server);
  brief.tcp.end(post(server, 'seven'));
  t.has(await answer(brief), { status: 200 });
  t.equal((await brief.rest()).length, 0);
  t.equal(await listener.next(), 'seven');
});

t.test('a request may come in any pieces', async (t) => {
  const server = await startServer(t);
  const listener = await listening(t, server);
  const socket = await connectRaw(t, server);
  const length = post(server, 'x').length;
  for (let at = 1; at < length; at += 7) {
    const bytes = post(server, 'x');
    socket.write(bytes.slice(0, at));
    await new Promise(setImmediate);
    socket.write(bytes.slice(at));
    t.has(await answer(socket), { status: 200, text: '{}' }, `in two, after ${at} bytes`);
    t.equal(await listener.next(), 'x');
  }

  await socket.writeChopped(Buffer.from(post(server, 'byte by byte')));
  t.has(await answer(socket), { status: 200, text: '{}' });
  t.equal(await listener.next(), 'byte by byte');

  // So slowly that it becomes Node's.
  const late = await connectRaw(t, server);
  const bytes = post(server, 'late');
  for (let at = 0; at < bytes.length; at += 40) {
    late.write(bytes.slice(at, at + 40));
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  t.has(await answer(late), { status: 200, text: '{}' }, 'over more than a second');
  t.equal(await listener.next(), 'late');
});

t.test('what is not plain gets what it would have got', async (t) => {
  const server = await startServer(t);
  const of = async (bytes: string) => {
    const socket = await connectRaw(t, server);
    socket.write(bytes);
    return answer(socket);
  };
  const two = post(server, 'x', 'Content-Length: 1');
  const folded = post(server, 'x', 'X-Long: a', ' b');
  const spaced = post(server, 'x', 'X-Name : a');
  const smuggled = post(server, 'x', 'Transfer-Encoding: chunked');
  for (const bytes of [two, spaced, smuggled, folded]) t.equal((await of(bytes)).status, 400);
  const encoded = post(
    server,
    'x',
    'Content-Encoding: identity',
    'Cookie: a=b',
    'X-Empty:',
    `X-Long: ${'x'.repeat(9000)}`,
  );
  t.equal((await of(encoded)).status, 200, 'a long head');
  t.equal((await of(post(server, 'x').replace('Host: x\r\n', ''))).status, 400, 'no host');
  t.equal((await of(post(server, 'x').replace('HTTP/1.1', 'HTTP/1.0'))).status, 200);
  t.equal((await of(post(server, 'x'.repeat(11_000)))).status, 413);
  t.equal((await of(handshake('/app/nobody').replace('Upgrade: websocket', 'Upgrade: h2c'))).status, 400);
  t.equal((await of(post(server, 'x', 'Upgrade: websocket', 'Connection: keep-alive'))).status, 200);
});

t.test('an answer goes to who asked, whoever comes and goes meanwhile', async (t) => {
  const server = await startServer(t);
  const listener = await listening(t, server);
  const forged = (data: string) => post(server, data).replace(/auth_signature=..../, 'auth_signature=0000');
  let heard = 0;
  for (let round = 0; round < 20; round++) {
    const asking = Array.from({ length: 8 }, async (_, index) => {
      const socket = await connectRaw(t, server);
      const isForged = index % 2 === 1;
      const bytes = isForged ? forged('x') : post(server, `${round}`);
      // Some are gone when they are answered, and who comes next gets their descriptors; some have said all.
      if (index >= 6) {
        socket.write(bytes);
        socket.tcp.resetAndDestroy();
        return;
      }
      const times = index < 2 ? 1 : 3;
      socket.tcp[index < 4 ? 'end' : 'write'](bytes.repeat(times));
      for (let n = 0; n < times; n++) t.equal((await answer(socket)).status, isForged ? 401 : 200);
      if (!isForged) heard += times;
      if (index < 4) t.equal((await socket.rest()).length, 0);
    });
    await Promise.all(asking);
  }
  for (let n = 0; n < heard; n++) t.match(await listener.next(), /^\d+$/);
});

for (const isHeard of [false, true])
  t.test(`who asks and does not read is not asked for more, ${isHeard ? 'heard' : 'heard by nobody'}`, async (t) => {
    const server = await startServer(t);
    if (isHeard) await listening(t, server);
    const greedy = await connectRaw(t, server);
    greedy.tcp.pause();
    const bytes = post(server, 'x').repeat(50);
    const before = process.memoryUsage().rss;
    // Until the system takes no more: the server has stopped reading.
    let sent = 0;
    while (greedy.tcp.write(bytes) || greedy.tcp.writableLength < 4_000_000) {
      sent += bytes.length;
      await new Promise(setImmediate);
      if (sent > 200_000_000) break;
    }
    t.ok(sent < 200_000_000, `${sent} bytes were taken`);
    t.ok(process.memoryUsage().rss - before < 300_000_000);
    t.equal((await call(server, 'GET', '/apps/123456/channels')).status, 200, 'others are served');
    greedy.tcp.destroy();
  });

t.test('a server that ends lets go of connections on which nothing is asked', async (t) => {
  const server = await startServer(t, { ANTIPHON_DRAIN_SECONDS: '0' });
  const [silent, served, half] = await Promise.all([1, 2, 3].map(() => connectRaw(t, server)));
  served?.write(post(server, 'x'));
  t.equal((await answer(served as RawSocket)).status, 200);
  half?.write('POST /apps/1/ev');
  const stopped = server.stop();
  await Promise.all([silent, served].map((each) => each?.rest()));
  await half?.rest();
  await stopped;
  t.pass('all three');
});
