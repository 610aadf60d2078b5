import t from 'tap';
import { call, publish } from '../kit/api.ts';
import { appsFile, asApp, startServer } from '../kit/server.ts';
import { connect, openSocket, sameFrames, signIn, subscribe, subscribeMessage } from '../kit/socket.ts';

const SUCCEEDED = (channel: string) =>
  `{"event":"pusher_internal:subscription_succeeded","data":"{}","channel":"${channel}"}`;
const UNAUTHORIZED = (channel: string) => [
  `{"event":"pusher:error","data":"{\\"code\\":4009,\\"message\\":\\"Connection is unauthorized\\"}","channel":"${channel}"}`,
  `{"event":"pusher:subscription_error","data":"{\\"type\\":\\"AuthError\\",\\"error\\":\\"Connection is unauthorized\\",\\"status\\":401}","channel":"${channel}"}`,
];
const INVALID_MESSAGE =
  '{"event":"pusher:error","data":"{\\"code\\":4200,\\"message\\":\\"Invalid message format\\"}"}';
const INVALID_DATA = (channel: string) => [
  `{"event":"pusher:error","data":"{\\"code\\":4200,\\"message\\":\\"Invalid message format\\"}","channel":"${channel}"}`,
  `{"event":"pusher:subscription_error","data":"{\\"type\\":\\"InvalidData\\",\\"error\\":\\"Invalid message format\\",\\"status\\":400}","channel":"${channel}"}`,
];

t.test('the first frame names the socket and the activity timeout', async (t) => {
  const server = await startServer(t, { REVERB_APP_ACTIVITY_TIMEOUT: '17' });
  // Reverb's own cases 128, 129 and 152; any protocol version is taken. [P-2]
  for (const query of [
    '',
    '?protocol=5',
    '?protocol=6',
    '?protocol=7&client=js&version=8.6.0&flash=false',
    '?protocol=99',
  ]) {
    const socket = openSocket(t, server.socketUrl.replace(/\?.*/, query));
    t.match(
      await socket.next(),
      /^\{"event":"pusher:connection_established","data":"\{\\"socket_id\\":\\"\d+\.\d+\\",\\"activity_timeout\\":17\}"\}$/,
      query,
    );
  }
  const ids = await Promise.all(Array.from({ length: 20 }, async () => (await connect(t, server)).socketId));
  t.equal(new Set(ids).size, 20);
  for (const id of ids.flatMap((each) => each.split('.'))) t.ok(Number(id) >= 1 && Number(id) <= 1_000_000_000, id);
});

t.test('each kind of channel is joined, left and counted', async (t) => {
  const server = await startServer(t);
  const [ann, ben] = await Promise.all([connect(t, server), connect(t, server)]);
  const member = { user_id: 1, user_info: { name: 'Test User' } };
  const LIST = '{\\"presence\\":{\\"count\\":1,\\"ids\\":[1],\\"hash\\":{\\"1\\":{\\"name\\":\\"Test User\\"}}}}';
  const succeededWithList = (channel: string) =>
    `{"event":"pusher_internal:subscription_succeeded","data":"${LIST}","channel":"${channel}"}`;
  const miss = (channel: string) => `{"event":"pusher:cache_miss","channel":"${channel}"}`;

  // Reverb's own cases 2–7, 13–15, 22, 117, 132, 134, 153, 172, 177, 183, 195 and 201
  const table: [channel: string, member: object | undefined, answers: string[]][] = [
    ['test-channel', undefined, [SUCCEEDED('test-channel')]],
    ['private-test', undefined, [SUCCEEDED('private-test')]],
    ['private-encrypted-test', undefined, [SUCCEEDED('private-encrypted-test')]],
    ['presence-test', member, [succeededWithList('presence-test')]],
    ['cache-test', undefined, [SUCCEEDED('cache-test'), miss('cache-test')]],
    ['private-cache-test', undefined, [SUCCEEDED('private-cache-test'), miss('private-cache-test')]],
    [
      'private-encrypted-cache-test',
      undefined,
      [SUCCEEDED('private-encrypted-cache-test'), miss('private-encrypted-cache-test')],
    ],
    ['presence-cache-test', member, [succeededWithList('presence-cache-test'), miss('presence-cache-test')]],
    ['cachefoo', undefined, [SUCCEEDED('cachefoo'), miss('cachefoo')]], // [Q-U]
    ['privatefoo', undefined, [SUCCEEDED('privatefoo')]],
  ];
  for (const [channel, as, answers] of table) {
    ann.send(subscribeMessage(server, ann, channel, as));
    t.same(await ann.drained(), answers, channel);
  }

  // Reverb's own cases 23, 115, 211, 213 and 220
  await subscribe(server, ben, 'test-channel');
  await subscribe(server, ben, 'private-test');
  const counts = await call(server, 'GET', '/apps/123456/channels', {
    query: { info: 'subscription_count,user_count' },
  });
  t.same(counts.json.channels['test-channel'], { subscription_count: 2 });
  t.same(counts.json.channels['private-test'], { subscription_count: 2 });
  t.same(counts.json.channels['presence-test'], { user_count: 1 });
  t.same(counts.json.channels['cache-test'], { subscription_count: 1 });
  t.equal(Object.keys(counts.json.channels).length, table.length);
  t.equal((await call(server, 'GET', '/apps/123456/connections')).text, '{"connections":2}');

  // Reverb's own cases 35, 155, 173, 174, 178, 184 and 212: never answered, and the last one out removes the channel
  ben.send({ event: 'pusher:unsubscribe', data: { channel: 'test-channel' } });
  ben.send({ event: 'pusher:unsubscribe', data: { channel: 'test-channel' } });
  ben.send({ event: 'pusher:unsubscribe', data: { channel: 'never-heard-of' } });
  ben.send({ event: 'pusher:unsubscribe', data: '{"channel":"private-test"}' });
  t.same(await ben.drained(), []);
  for (const [channel] of table) ann.send({ event: 'pusher:unsubscribe', data: { channel } });
  t.same(await ann.drained(), []);
  t.equal((await call(server, 'GET', '/apps/123456/channels')).text, '{"channels":{}}');
  t.equal((await call(server, 'GET', '/apps/123456/connections')).text, '{"connections":0}');

  // Subscribe, unsubscribe, subscribe in one breath, as React's StrictMode has it
  for (const event of ['subscribe', 'unsubscribe', 'subscribe']) {
    ann.send({ event: `pusher:${event}`, data: { auth: '', channel: 'hooked' } });
  }
  t.same(await ann.drained(), [SUCCEEDED('hooked'), SUCCEEDED('hooked')]);
  await publish(server, { name: 'e', channel: 'hooked', data: '1' });
  t.same(await ann.drained(), ['{"event":"e","data":"1","channel":"hooked"}'], 'once');

  // Subscribing twice is answered twice and counted once. [P-6]
  ann.send({ event: 'pusher:subscribe', data: { channel: 'hooked' } });
  t.same(await ann.drained(), [SUCCEEDED('hooked')]);
  await publish(server, { name: 'e', channel: 'hooked', data: '2' });
  t.same(await ann.drained(), ['{"event":"e","data":"2","channel":"hooked"}']);
});

t.test('what a socket held is given up when it goes', async (t) => {
  const server = await startServer(t);
  const [ann, ben] = await Promise.all([connect(t, server), connect(t, server)]);
  // Reverb's own cases 136–138 and 216
  for (const channel of ['open', 'private-a', 'private-cache-a']) await subscribe(server, ann, channel);
  await subscribe(server, ann, 'presence-a', { user_id: 'ann' });
  await subscribe(server, ben, 'presence-a', { user_id: 'ben' });
  await ann.drained();
  ann.ws.terminate();
  t.has(await ben.nextEvent('pusher_internal:member_removed'), { data: '{"user_id":"ann"}' });
  t.equal((await call(server, 'GET', '/apps/123456/channels')).text, '{"channels":{"presence-a":{}}}');
});

t.test('a signature that is not right is refused on its channel', async (t) => {
  const server = await startServer(t);
  const socket = await connect(t, server);
  const other = await connect(t, server);
  const text = (channel: string) => `${socket.socketId}:${channel}`;

  // Reverb's own cases 24–27, 36, 37, 130, 180–182, 186, 198 and 204
  for (const channel of ['private-a', 'presence-a', 'private-cache-a', 'presence-cache-a', 'private-encrypted-a']) {
    const right = server.signer.sign(text(channel));
    const wrong = [
      null,
      undefined,
      '',
      'invalid',
      right, // the key is missing [Q-E]
      `other-key:${right}`,
      `${server.app.key}:${right.toUpperCase()}`,
      `${server.app.key}:${right}0`,
      server.signer.auth(`${other.socketId}:${channel}`),
      server.signer.auth(text(`${channel}b`)),
      server.signer.auth(`${text(channel)}:{}`),
    ];
    for (const auth of wrong) {
      socket.send({ event: 'pusher:subscribe', data: { auth, channel } });
      t.same(await socket.drained(), UNAUTHORIZED(channel), `${channel} ${auth}`);
    }
    const auth = server.signer.auth(text(channel));
    socket.send({ event: 'pusher:subscribe', data: { auth, channel, channel_data: '{"user_id":1}' } });
    t.same(await socket.drained(), UNAUTHORIZED(channel), 'channel_data that was not signed');
  }
  t.equal((await call(server, 'GET', '/apps/123456/channels')).text, '{"channels":{}}', 'nothing is left of it');

  // channel_data is signed on private channels as well, and the socket goes on
  t.has(await subscribe(server, socket, 'private-a', { user_id: 1 }), { channel: 'private-a', data: '{}' });
  // Reverb's own case 131: on a public channel the signature is not looked at
  socket.send({ event: 'pusher:subscribe', data: { auth: 'nonsense', channel: 'open' } });
  t.same(await socket.drained(), [SUCCEEDED('open')]);
});

t.test('the channel of a user is his alone', async (t) => {
  const server = await startServer(t);
  const socket = await connect(t, server);
  const channel = '#server-to-user-7';
  // [Q-E]: not by a signature of the channel either
  socket.send(subscribeMessage(server, socket, channel));
  t.same(await socket.drained(), UNAUTHORIZED(channel));
  await signIn(server, socket, { id: '8' });
  socket.send({ event: 'pusher:subscribe', data: { auth: '', channel } });
  t.same(await socket.drained(), UNAUTHORIZED(channel));
  socket.send({ event: 'pusher:subscribe', data: { auth: '', channel: '#server-to-user-' } });
  sameFrames(t, await socket.drained(), [/Invalid channel name/, /InvalidChannel/]);
});

t.test('a message that makes no sense is answered with 4200 and changes nothing', async (t) => {
  const server = await startServer(t);
  const socket = await connect(t, server);
  const subscribing = (data: unknown) => JSON.stringify({ event: 'pusher:subscribe', data });

  // Reverb's own cases 130, 142–144 and 147
  const table = [
    '',
    ' ',
    '{',
    'hello',
    '{"event":"pusher:ping"',
    "{'event':'pusher:ping'}",
    '{"event":"pusher:ping",}',
    '\u0000',
    'null',
    'true',
    '5',
    '"pusher:ping"',
    '[]',
    '["pusher:ping"]',
    '[{"event":"pusher:ping"}]',
    '{}',
    '{"data":{}}',
    '{"event":null}',
    '{"event":""}',
    '{"event":5}',
    '{"event":[]}',
    '{"event":["pusher:ping"]}',
    '{"event":{"pusher:ping":1}}',
    '{"event":"pusher:"}',
    '{"event":"pusher:foo"}',
    '{"event":"pusher:Ping"}',
    '{"event":"pusher:error","data":{}}',
    '{"event":"pusher:connection_established"}', // [Q-C]
    '{"event":"pusher:ping","data":"sfsfsfs"}',
    '{"event":"pusher:ping","data":5}',
    '{"event":"pusher:ping","data":true}',
    '{"event":"pusher:ping","data":[1]}',
    '{"event":"pusher:pong","data":"x"}',
    '{"event":"pusher:subscribe"}',
    subscribing(undefined),
    subscribing(null),
    subscribing(''),
    subscribing(0),
    subscribing(false),
    subscribing([]),
    subscribing({}),
    subscribing('sfsfsfs'),
    subscribing('"orders"'),
    subscribing(['orders']),
    subscribing({ channel: null }),
    subscribing({ channel: [] }),
    subscribing({ channel: {} }),
    subscribing({ channel: true }),
    subscribing({ Channel: 'orders' }),
    '{"event":"pusher:unsubscribe"}',
    '{"event":"pusher:unsubscribe","data":{"channel":[]}}',
    '{"event":"client-x"}',
    '{"event":"client-x","channel":null}',
    '{"event":"client-x","channel":""}',
    '{"event":"client-x","channel":5}',
    '{"event":"client-x","channel":[]}',
    '{"event":"client-x","channels":["orders"]}',
    '{"event":"foo"}',
    '{"event":"pusher_internal:foo"}',
    `${'['.repeat(4000)}${']'.repeat(4000)}`,
  ];
  for (const text of table) {
    socket.send(text);
    t.same(await socket.drained(), [INVALID_MESSAGE], text.slice(0, 80));
  }

  // Reverb's own cases 145 and 146; here the channel is known, so it hears of it [P-7]
  const malformed: object[] = [
    { auth: [] },
    { auth: {} },
    { auth: 5 },
    { auth: true },
    { channel_data: [] },
    { channel_data: {} },
    { channel_data: 5 },
    { channel_data: 'Hello' },
    { channel_data: '"Hello"' },
    { channel_data: '5' },
    { channel_data: '0' },
    { channel_data: 'null' },
    { channel_data: '{' },
  ];
  for (const channel of ['presence-a', 'private-a', 'open']) {
    for (const wrong of malformed) {
      socket.send({ event: 'pusher:subscribe', data: { channel, ...wrong } });
      t.same(await socket.drained(), INVALID_DATA(channel), `${channel} ${JSON.stringify(wrong)}`);
    }
  }
  // A user_id that is neither text nor number, though signed
  for (const id of [true, false, [], {}, ['x']]) {
    socket.send(subscribeMessage(server, socket, 'presence-a', { user_id: id }));
    t.same(await socket.drained(), INVALID_DATA('presence-a'), JSON.stringify(id));
  }
  t.equal((await call(server, 'GET', '/apps/123456/channels')).text, '{"channels":{}}');

  // Not errors: events that mean nothing here [P-13], and what is odd but clear
  for (const text of [
    '{"event":"foo","channel":"bar"}',
    '{"event":"pusher_internal:subscription_succeeded","channel":"bar"}',
    '{"event":"Client-x","channel":"bar","data":1}',
    '{"event":"pusher:pong","data":{}}',
    '{"event":"pusher:pong"}',
    '{"event":"pusher:unsubscribe","data":{"channel":"never-joined"}}',
  ]) {
    socket.send(text);
    t.same(await socket.drained(), [], text);
  }
  // Reverb's own cases 18 and 156: a pong has no data, whatever the ping had
  for (const data of [undefined, null, {}, [], '', '{}', '[]', 'null', 0, false, { a: 1 }]) {
    socket.send({ event: 'pusher:ping', data });
    t.equal(await socket.next(), '{"event":"pusher:pong"}', JSON.stringify(data));
  }
  socket.ws.send(Buffer.from('{"event":"pusher:ping","data":{}}'), { binary: true });
  t.equal(await socket.next(), '{"event":"pusher:pong"}', 'a binary message is a message');
});

t.test('data may be JSON inside a string, and a channel may be a number', async (t) => {
  const server = await startServer(t);
  const socket = await connect(t, server);
  socket.send({ event: 'pusher:subscribe', data: '{"channel":"orders","auth":null}' });
  t.same(await socket.drained(), [SUCCEEDED('orders')]);
  socket.send({ event: 'pusher:subscribe', data: { channel: 5 } }); // [Q-D]
  t.same(await socket.drained(), [SUCCEEDED('5')]);
  socket.send({ event: 'pusher:subscribe', data: { channel: '0' } });
  t.same(await socket.drained(), [SUCCEEDED('0')]);
  socket.send({ event: 'pusher:subscribe', data: { channel: '__proto__', channel_data: '', auth: '' } });
  t.same(await socket.drained(), [SUCCEEDED('__proto__')]);
  const { json } = await call(server, 'GET', '/apps/123456/channels');
  t.same(Object.keys(json.channels).sort(), ['0', '5', '__proto__', 'orders']);
});

t.test('names are as at Pusher, or as anyone likes', async (t) => {
  const strict = await startServer(t);
  const socket = await connect(t, strict);
  const odd = ['a b', 'täglich', '#elsewhere', 'a/b', 'x'.repeat(201), '', '#server-to-user-'];
  for (const channel of odd) {
    socket.send({ event: 'pusher:subscribe', data: { channel } });
    const tail = channel === '' ? '}' : `,"channel":${JSON.stringify(channel)}}`;
    t.same(
      await socket.drained(),
      [
        `{"event":"pusher:error","data":"{\\"code\\":4200,\\"message\\":\\"Invalid channel name\\"}"${tail}`,
        `{"event":"pusher:subscription_error","data":"{\\"type\\":\\"InvalidChannel\\",\\"error\\":\\"Invalid channel name\\",\\"status\\":400}"${tail}`,
      ],
      channel,
    );
  }
  const loose = await startServer(t, { ANTIPHON_STRICT_NAMES: 'off' });
  const any = await connect(t, loose);
  for (const channel of odd.slice(0, -2)) {
    any.send({ event: 'pusher:subscribe', data: { channel } });
    t.same(await any.drained(), [SUCCEEDED(channel)], channel);
    t.has(await publish(loose, { name: 'e'.repeat(300), channel, data: '1' }), { status: 200, text: '{}' });
    sameFrames(t, await any.drained(), [/^\{"event":"e+","data":"1","channel":/]);
  }
  // Reverb's own case 154
  any.send({ event: 'pusher:subscribe', data: { channel: '' } });
  t.same(await any.drained(), ['{"event":"pusher_internal:subscription_succeeded","data":"{}"}']);
  any.send({ event: 'pusher:subscribe', data: { channel: '#server-to-user-' } });
  sameFrames(t, await any.drained(), [/"code\\":4009/, /AuthError/], 'still nobody’s');
});

t.test('a cache channel replays its last event', async (t) => {
  const server = await startServer(t);
  const [ann, ben] = await Promise.all([connect(t, server), connect(t, server)]);
  const member = { user_id: 1 };
  // Reverb's own cases 10–12, 135, 193, 194, 199, 200, 209 and 210; here nobody needs to be there. [Q-X]
  for (const channel of ['cache-a', 'private-cache-a', 'presence-cache-a', 'private-encrypted-cache-a']) {
    const as = channel.startsWith('presence') ? member : undefined;
    const event = (data: string) =>
      `{"event":"App\\\\Events\\\\TestEvent","data":${JSON.stringify(data)},"channel":"${channel}"}`;
    await publish(server, { name: 'App\\Events\\TestEvent', channel, data: '{"n":1}' });
    ann.send(subscribeMessage(server, ann, channel, as));
    sameFrames(t, await ann.drained(), [/subscription_succeeded/, event('{"n":1}')], 'published to nobody');
    await publish(server, { name: 'App\\Events\\TestEvent', channel, data: '{"n":2}' });
    t.same(await ann.drained(), [event('{"n":2}')]);

    ben.send(subscribeMessage(server, ben, channel, as));
    sameFrames(t, await ben.drained(), [/subscription_succeeded/, event('{"n":2}')], 'late');
    for (const socket of [ann, ben]) socket.send({ event: 'pusher:unsubscribe', data: { channel } });
    await Promise.all([ann.drained(), ben.drained()]);
    ben.send(subscribeMessage(server, ben, channel, as));
    sameFrames(t, await ben.drained(), [/subscription_succeeded/, event('{"n":2}')], 'after all had left');
    ben.send(subscribeMessage(server, ben, channel, as));
    sameFrames(t, await ben.drained(), [/subscription_succeeded/, event('{"n":2}')], 'asked for again');
  }
});

t.test('a cache keeps client events, and nothing the server itself says', async (t) => {
  const server = await startServer(t);
  const [ann, ben, eve] = await Promise.all([connect(t, server), connect(t, server), connect(t, server)]);
  await subscribe(server, ann, 'presence-cache-a', { user_id: 'ann' });
  await subscribe(server, ben, 'presence-cache-a', { user_id: 'ben' });
  ben.send({ event: 'client-moved', channel: 'presence-cache-a', data: { x: 1 } });
  await ben.drained();
  ben.ws.close();
  await ann.nextEvent('pusher_internal:member_removed');
  // [Q-G]: the last event, not the last frame
  eve.send(subscribeMessage(server, eve, 'presence-cache-a', { user_id: 'eve' }));
  sameFrames(t, await eve.drained(), [
    /subscription_succeeded/,
    '{"event":"client-moved","channel":"presence-cache-a","data":{"x":1},"user_id":"ben"}',
  ]);
});

t.test('a cached event lives as long as the setting says', async (t) => {
  const server = await startServer(t, { ANTIPHON_CACHE_TTL: '1' });
  const socket = await connect(t, server);
  await publish(server, { name: 'e', channel: 'cache-a', data: '1' });
  // The listener of the channel neither prolongs nor shortens it.
  socket.send({ event: 'pusher:subscribe', data: { channel: 'cache-a' } });
  sameFrames(t, await socket.drained(), [/subscription_succeeded/, /"event":"e"/]);
  const deadline = Date.now() + 20_000;
  for (let isCached = true; isCached; ) {
    if (Date.now() > deadline) throw new Error('still cached');
    const { json } = await call(server, 'GET', '/apps/123456/channels/cache-a', { query: { info: 'cache' } });
    isCached = 'cache' in json;
  }
  socket.send({ event: 'pusher:subscribe', data: { channel: 'cache-a' } });
  t.same(await socket.drained(), [SUCCEEDED('cache-a'), '{"event":"pusher:cache_miss","channel":"cache-a"}']);
});

t.test('what an event holds arrives as it was', async (t) => {
  const server = await startServer(t);
  const socket = await connect(t, server);
  await subscribe(server, socket, 'private-encrypted-a');
  for (const data of [
    '{}',
    '[]',
    '{"empty":{},"list":[],"big":12345678901234567890,"f":1.0}',
    'plain text',
    '"',
    '\\',
    'a/b',
    'Привет 👋 \u2028\u2029 \u0000',
    '{"nonce":"bm9uY2U=","ciphertext":"Y2lwaGVy"}',
  ]) {
    await publish(server, { name: 'an "event"', channel: 'private-encrypted-a', data });
    const text = await socket.next();
    t.equal(text, `{"event":"an \\"event\\"","data":${JSON.stringify(data)},"channel":"private-encrypted-a"}`);
  }
});

t.test('apps share nothing', async (t) => {
  const path = appsFile(t, [
    { app_id: '123456', key: 'reverb-key', secret: 'reverb-secret' },
    {
      app_id: '654321',
      key: 'reverb-key-2',
      secret: 'reverb-secret-2',
      max_message_size: 1_000_000,
      max_connections: 2,
    },
    {
      app_id: '987654',
      key: 'reverb-key-3',
      secret: 'reverb-secret-3',
      allowed_origins: ['laravel.com'],
      max_message_size: 1,
    },
  ]);
  const one = await startServer(t, {
    REVERB_APPS_FILE: path,
    REVERB_APP_ID: '',
    REVERB_APP_KEY: '',
    REVERB_APP_SECRET: '',
  });
  const [, secondApp, thirdApp] = one.config.apps;
  if (!secondApp || !thirdApp) throw new Error('three apps');
  const two = asApp(one, secondApp);
  const three = asApp(one, thirdApp);

  // Reverb's own cases 1, 31, 32, 38 and 39
  const [ann, ben] = await Promise.all([connect(t, one), connect(t, two)]);
  await connect(t, three, { origin: 'http://laravel.com' });
  const refused = openSocket(t, three.socketUrl);
  t.equal(
    await refused.next(),
    '{"event":"pusher:error","data":"{\\"code\\":4009,\\"message\\":\\"Origin not allowed\\"}"}',
  );
  t.same(await refused.untilClosed(), { code: 4009, reason: 'Origin not allowed' }); // [Q-M]

  for (const [server, socket, id] of [
    [one, ann, 'ann'],
    [two, ben, 'ben'],
  ] as const) {
    await subscribe(server, socket, 'orders');
    await subscribe(server, socket, 'cache-a');
    t.match(await subscribe(server, socket, 'presence-a', { user_id: id }), {
      data: new RegExp(`"ids":\\["${id}"\\]`),
    });
    await signIn(server, socket, { id: '7', watchlist: ['8'] });
  }
  await Promise.all([ann.drained(), ben.drained()]);
  await publish(one, { name: 'e', channels: ['orders', 'cache-a', 'presence-a'], data: '1', socket_id: ben.socketId });
  t.equal((await ann.drained()).length, 3);
  t.same(await ben.drained(), []);

  // [Q-H]: whichever app was touched last, a member is a member
  await call(two, 'GET', '/apps/654321/connections');
  const friend = await connect(t, one);
  await subscribe(one, friend, 'presence-a', { user_id: 'friend' });
  friend.send({ event: 'client-x', channel: 'presence-a', data: 1 });
  sameFrames(t, await ann.drained(), [
    /member_added/,
    '{"event":"client-x","channel":"presence-a","data":1,"user_id":"friend"}',
  ]);
  t.same(await ben.drained(), []);

  t.equal((await call(two, 'GET', '/apps/654321/connections')).text, '{"connections":1}');
  t.equal((await call(one, 'GET', '/apps/123456/connections')).text, '{"connections":2}');
  await call(one, 'POST', '/apps/123456/users/7/terminate_connections', { body: {} });
  t.equal((await ann.untilClosed()).code, 4009);
  t.same(await ben.drained(), [], 'the user of the same id elsewhere');

  // Signed by another app: the id in the path decides whose secret counts
  t.equal((await call(two, 'GET', '/apps/123456/connections')).status, 401);
  ben.send({
    event: 'pusher:subscribe',
    data: { channel: 'private-a', auth: one.signer.auth(`${ben.socketId}:private-a`) },
  });
  t.same(await ben.drained(), UNAUTHORIZED('private-a'));

  // Each has its own quota and its own limit of a message
  await connect(t, two);
  const over = openSocket(t, two.socketUrl);
  t.equal(
    await over.next(),
    '{"event":"pusher:error","data":"{\\"code\\":4004,\\"message\\":\\"Application is over connection quota\\"}"}',
  );
  await connect(t, one);
  const long = JSON.stringify({ event: 'foo', channel: 'x', data: 'x'.repeat(20_000) });
  ben.send(long);
  t.same(await ben.drained(), []);
  friend.send(long);
  t.same(await friend.untilClosed(), { code: 1009, reason: 'Maximum message size exceeded' });
});
