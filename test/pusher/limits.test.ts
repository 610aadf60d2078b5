import t from 'tap';
import { call, publish } from '../kit/api.ts';
import { type RunningServer, startServer } from '../kit/server.ts';
import { connect, openSocket, sameFrames, subscribe, type TestSocket } from '../kit/socket.ts';

const PONG_TIMEOUT =
  '{"event":"pusher:error","data":"{\\"code\\":4201,\\"message\\":\\"Pong reply not received in time\\"}"}';
const RATE_LIMIT = '{"event":"pusher:error","data":"{\\"code\\":4301,\\"message\\":\\"Rate limit exceeded\\"}"}';
const OVER_QUOTA =
  '{"event":"pusher:error","data":"{\\"code\\":4004,\\"message\\":\\"Application is over connection quota\\"}"}';
const count = (channel: string, n: number) =>
  `{"event":"pusher_internal:subscription_count","data":"{\\"subscription_count\\":${n}}","channel":"${channel}"}`;

// Most of these wait for a clock, so they wait together.
t.jobs = 4;

async function connectMany(t: Parameters<typeof connect>[0], server: RunningServer, howMany: number) {
  return Promise.all(Array.from({ length: howMany }, () => connect(t, server)));
}

t.test('a silent socket is asked, and then given up', { buffered: true }, async (t) => {
  const server = await startServer(t, { REVERB_APP_PING_INTERVAL: '1' });
  const [idle, listening, member] = await connectMany(t, server, 3);
  if (!idle || !listening || !member) throw new Error('three sockets');
  await subscribe(server, listening, 'orders');
  await subscribe(server, member, 'presence-a', { user_id: 1 });

  // Reverb's own cases 19, 20, 46, 224 and 225; also for a socket that never subscribed [Q-L]
  for (const socket of [idle, listening, member]) t.equal(await socket.next(), '{"event":"pusher:ping"}');
  // What goes out is no sign of life; what comes in is
  await publish(server, { name: 'e', channel: 'orders', data: '1' });
  t.match(await listening.next(), /"event":"e"/);
  member.send({ event: 'pusher:pong', data: {} });
  for (const socket of [idle, listening]) {
    t.equal(await socket.next(), PONG_TIMEOUT);
    t.same(await socket.untilClosed(), { code: 4201, reason: 'Pong reply not received in time' });
    t.same(socket.inbox, [], 'nothing after it');
    t.same(socket.pings, [], 'asked by a message');
  }
  t.equal((await call(server, 'GET', '/apps/123456/channels')).text, '{"channels":{"presence-a":{}}}');

  t.equal(await member.next(), '{"event":"pusher:ping"}', 'asked again');
  member.send('garbage');
  sameFrames(t, [await member.next()], [/4200/]);
  t.equal(await member.next(), '{"event":"pusher:ping"}', 'garbage is a sign of life too');
  t.equal(await member.next(), PONG_TIMEOUT);
});

t.test('many silent sockets are asked, and given up, all of them', { buffered: true }, async (t) => {
  const server = await startServer(t, { REVERB_APP_PING_INTERVAL: '1' });
  const sockets = await connectMany(t, server, 230);
  for (const socket of sockets) {
    const said = [await socket.next(), await socket.next()];
    const { code } = await socket.untilClosed();
    if (said[0] !== '{"event":"pusher:ping"}' || said[1] !== PONG_TIMEOUT || code !== 4201) t.fail(`${said} ${code}`);
  }
  const { json } = await call(server, 'GET', '/apps/123456/connections');
  t.equal(json.connections, 0);
});

t.test('who pings below the protocol is asked there', { buffered: true }, async (t) => {
  const server = await startServer(t, { REVERB_APP_PING_INTERVAL: '1' });
  const [pinging, ponging] = await connectMany(t, server, 2);
  if (!pinging || !ponging) throw new Error('two sockets');
  // Reverb's own cases 44, 45 and 47
  pinging.ws.ping('hello');
  ponging.ws.pong('unasked');
  await pinging.until('pong', () => pinging.pongs.includes('hello'));
  for (const socket of [pinging, ponging]) {
    await socket.until('two PING frames', () => socket.pings.length >= 2); // answered by ws, so it lives on
    t.same(socket.inbox, [], 'no ping in a message');
  }
  t.same(await pinging.drained(), []);
});

t.test('the quota counts every socket while it is there', { buffered: true }, async (t) => {
  const server = await startServer(t, { REVERB_APP_MAX_CONNECTIONS: '2' });
  // Reverb's own cases 33 and 141, subscribed or not [Q-L]
  const [first] = await connectMany(t, server, 2);
  const over = openSocket(t, server.socketUrl);
  t.equal(await over.next(), OVER_QUOTA);
  t.same(await over.untilClosed(), { code: 4004, reason: 'Application is over connection quota' }); // [Q-M]
  t.same(over.inbox, []);

  first?.ws.terminate();
  const deadline = Date.now() + 20_000;
  let isIn = false;
  while (!isIn) {
    if (Date.now() > deadline) throw new Error('the place was not given back');
    isIn = (await openSocket(t, server.socketUrl).next()).includes('connection_established');
  }
  t.equal(await openSocket(t, server.socketUrl).next(), OVER_QUOTA);
});

t.test('quota comes before origin, and the unknown key before both', { buffered: true }, async (t) => {
  const server = await startServer(t, { REVERB_APP_MAX_CONNECTIONS: '0', ANTIPHON_ALLOWED_ORIGINS: 'laravel.com' });
  t.equal(await openSocket(t, server.socketUrl, { origin: 'http://evil.org' }).next(), OVER_QUOTA);
  // Reverb's own case 28
  const unknown = openSocket(t, server.socketUrl.replace('reverb-key', 'no-such-key'));
  t.equal(
    await unknown.next(),
    '{"event":"pusher:error","data":"{\\"code\\":4001,\\"message\\":\\"Application does not exist\\"}"}',
  );
  t.same(await unknown.untilClosed(), { code: 4001, reason: 'Application does not exist' });
});

t.test('a socket that was refused is not served', { buffered: true }, async (t) => {
  const server = await startServer(t, { ANTIPHON_ALLOWED_ORIGINS: 'laravel.com' });
  for (const origin of ['http://localhost', 'null', 'laravel.com', undefined]) {
    const socket = openSocket(t, server.socketUrl, origin === undefined ? {} : { origin });
    socket.ws.on('open', () => socket.send({ event: 'pusher:subscribe', data: { channel: 'orders' } }));
    t.same(await socket.untilClosed(), { code: 4009, reason: 'Origin not allowed' }, String(origin));
    t.same(socket.inbox, [
      '{"event":"pusher:error","data":"{\\"code\\":4009,\\"message\\":\\"Origin not allowed\\"}"}',
    ]);
  }
  await connect(t, server, { origin: 'https://laravel.com:8443' });
  t.equal((await call(server, 'GET', '/apps/123456/channels')).text, '{"channels":{}}');
});

t.test('messages are rated, whatever they hold', { buffered: true }, async (t) => {
  const server = await startServer(t, {
    REVERB_APP_RATE_LIMITING_ENABLED: 'true',
    REVERB_APP_RATE_LIMIT_MAX_ATTEMPTS: '3',
    REVERB_APP_RATE_LIMIT_DECAY_SECONDS: '2',
  });
  const [socket, other] = await connectMany(t, server, 2);
  if (!socket || !other) throw new Error('two sockets');
  const ping = { event: 'pusher:ping', data: {} };
  // Reverb's own case 148
  socket.send({ event: 'pusher:subscribe', data: { channel: 'orders' } });
  socket.send('garbage');
  for (let i = 0; i < 5; i++) socket.ws.ping(); // control frames do not count
  socket.send(ping);
  for (const pattern of [/subscription_succeeded/, /4200/, /pusher:pong/])
    sameFrames(t, [await socket.next()], [pattern]);
  socket.send(ping);
  socket.send('garbage');
  t.equal(await socket.next(), RATE_LIMIT);
  t.equal(await socket.next(), RATE_LIMIT);
  other.send(ping);
  t.equal(await other.next(), '{"event":"pusher:pong"}', 'each socket for itself');
  // The window ends, and with it the refusals
  for (let answer = RATE_LIMIT; answer === RATE_LIMIT; answer = await socket.next()) socket.send(ping);
  for (const answer of ['{"event":"pusher:pong"}', '{"event":"pusher:pong"}', RATE_LIMIT]) {
    socket.send(ping);
    t.equal(await socket.next(), answer);
  }
  await publish(server, { name: 'e', channel: 'orders', data: '1' });
  t.match(await socket.next(), /"event":"e"/, 'it still listens');

  // Reverb's own case 150: without a limit, none
  const free = await startServer(t);
  const busy = await connect(t, free);
  for (let i = 0; i < 200; i++) busy.send(ping);
  for (let i = 0; i < 200; i++) await busy.next();
  t.same(await busy.drained(), []);
});

t.test('a limit may end the socket, which is told why and may come back', { buffered: true }, async (t) => {
  const server = await startServer(t, {
    REVERB_APP_RATE_LIMITING_ENABLED: 'true',
    REVERB_APP_RATE_LIMIT_MAX_ATTEMPTS: '3',
    REVERB_APP_RATE_LIMIT_TERMINATE: 'true',
  });
  const socket = await connect(t, server);
  // Reverb's own case 149 [Q-O]
  for (const channel of ['a', 'b', 'c', 'd', 'e']) socket.send({ event: 'pusher:subscribe', data: { channel } });
  t.same(await socket.untilClosed(), { code: 4100, reason: 'Rate limit exceeded' });
  sameFrames(t, socket.inbox, [/"channel":"a"/, /"channel":"b"/, /"channel":"c"/, RATE_LIMIT]);
  t.equal((await call(server, 'GET', '/apps/123456/channels')).text, '{"channels":{}}');
  await connect(t, server);
});

t.test('a message has a largest size, and a socket a largest number of channels', { buffered: true }, async (t) => {
  const server = await startServer(t, { ANTIPHON_MAX_CHANNELS_PER_SOCKET: '2' });
  const socket = await connect(t, server);
  for (const channel of ['a', 'b', 'a']) t.has(await subscribe(server, socket, channel), { data: '{}' });
  socket.send({ event: 'pusher:subscribe', data: { channel: 'c' } });
  const message = 'Connection is subscribed to too many channels';
  t.same(await socket.drained(), [
    `{"event":"pusher:error","data":"{\\"code\\":4301,\\"message\\":\\"${message}\\"}","channel":"c"}`,
    `{"event":"pusher:subscription_error","data":"{\\"type\\":\\"LimitReached\\",\\"error\\":\\"${message}\\",\\"status\\":403}","channel":"c"}`,
  ]);
  socket.send({ event: 'pusher:unsubscribe', data: { channel: 'a' } });
  t.has(await subscribe(server, socket, 'c'), { data: '{}' });

  // Reverb's own cases 34 and 38; the limit itself is allowed
  const padded = (bytes: number) => '{"event":"pusher:ping"}'.padEnd(bytes);
  socket.send(padded(10_000));
  t.equal(await socket.next(), '{"event":"pusher:pong"}');
  socket.send(padded(10_001));
  t.same(await socket.untilClosed(), { code: 1009, reason: 'Maximum message size exceeded' });
  t.same(socket.inbox, []);
});

t.test('subscribers hear how many they are, if the app wants it', { buffered: true }, async (t) => {
  const server = await startServer(t, { ANTIPHON_SUBSCRIPTION_COUNTS: 'on' });
  const [ann, ben] = await connectMany(t, server, 2);
  if (!ann || !ben) throw new Error('two sockets');
  const join = (socket: TestSocket, channel: string) => socket.send({ event: 'pusher:subscribe', data: { channel } });

  join(ann, 'orders');
  sameFrames(t, await ann.drained(), [/subscription_succeeded/, count('orders', 1)]);
  join(ben, 'orders');
  sameFrames(t, await ben.drained(), [/subscription_succeeded/, count('orders', 2)]);
  t.same(await ann.drained(), [count('orders', 2)]);
  join(ben, 'orders');
  sameFrames(t, await ben.drained(), [/subscription_succeeded/], 'no change');
  ben.ws.terminate();
  t.equal(await ann.next(), count('orders', 1));
  await subscribe(server, ann, 'presence-a', { user_id: 1 });
  t.same(await ann.drained(), [], 'presence channels have members');
  join(ann, 'cache-a');
  sameFrames(t, await ann.drained(), [/subscription_succeeded/, /cache_miss/, count('cache-a', 1)]);
  t.same(
    (await call(server, 'GET', '/apps/123456/channels/cache-a', { query: { info: 'cache' } })).text,
    '{"occupied":true}',
    'a count is no event of the channel',
  );

  const off = await startServer(t);
  const socket = await connect(t, off);
  join(socket, 'orders');
  sameFrames(t, await socket.drained(), [/subscription_succeeded/]);
});

t.test('a large channel is told its count every five seconds', { buffered: true }, async (t) => {
  const server = await startServer(t, { ANTIPHON_SUBSCRIPTION_COUNTS: 'on' }, { debug: false });
  const witness = await connect(t, server);
  const sockets = await connectMany(t, server, 103);
  await subscribe(server, witness, 'orders');
  for (const socket of sockets) await subscribe(server, socket, 'orders');
  // Each change up to 100, the first beyond, and then no more for now
  t.same(
    await witness.drained(),
    Array.from({ length: 101 }, (_, index) => count('orders', index + 1)),
  );
  const before = performance.now();
  t.equal(await witness.next(20_000), count('orders', 104));
  t.ok(performance.now() - before > 3000);
  t.same(await witness.drained(), []);
  for (const socket of sockets.slice(0, 5)) socket.ws.terminate();
  t.equal(await witness.next(20_000), count('orders', 100), 'as soon as the channel is small again');
  t.equal(await witness.next(), count('orders', 99));
});

t.test('a server that stops tells its sockets to come back', { buffered: true }, async (t) => {
  const server = await startServer(t);
  const sockets = await connectMany(t, server, 25);
  await server.stop();
  for (const socket of sockets) {
    t.same(await socket.untilClosed(), { code: 4100, reason: 'Server is restarting' });
    t.same(socket.inbox, [
      '{"event":"pusher:error","data":"{\\"code\\":4100,\\"message\\":\\"Server is restarting\\"}"}',
    ]);
  }
});

t.test('new sockets a minute, from one address and from all', { buffered: true }, async (t) => {
  const env = { ANTIPHON_HANDSHAKES_PER_ADDRESS: '2', ANTIPHON_HANDSHAKES_PER_APP: '3', TRUSTED_PROXIES: '*' };
  const server = await startServer(t, env);
  const from = (address: string) => ({ headers: { 'x-forwarded-for': address } });
  const refused = async (address: string) => {
    const socket = openSocket(t, server.socketUrl, from(address));
    sameFrames(t, [await socket.next()], [/4100.*Too many new connections/]);
    t.match(await socket.untilClosed(), { code: 4100 }, 'pusher-js comes back later');
  };
  await connect(t, server, from('192.0.2.1'));
  await connect(t, server, from('192.0.2.1'));
  await refused('192.0.2.1');
  const other = await connect(t, server, from('192.0.2.2'));
  await refused('192.0.2.2'); // the app has had its three
  other.send({ event: 'pusher:ping', data: {} });
  t.equal(await other.next(), '{"event":"pusher:pong"}', 'who is in stays in');
});
