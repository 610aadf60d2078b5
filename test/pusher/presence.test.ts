import t from 'tap';
import { call, publish } from '../kit/api.ts';
import { type RunningServer, startServer } from '../kit/server.ts';
import { connect, sameFrames, subscribe, subscribeMessage, type TestSocket } from '../kit/socket.ts';

const CHANNEL = 'presence-room';

const added = (data: string) =>
  `{"event":"pusher_internal:member_added","data":${JSON.stringify(data)},"channel":"${CHANNEL}"}`;
const removed = (id: unknown) =>
  `{"event":"pusher_internal:member_removed","data":${JSON.stringify(`{"user_id":${JSON.stringify(id)}}`)},"channel":"${CHANNEL}"}`;
const listed = (count: number, ids: string, hash: string) =>
  `{"event":"pusher_internal:subscription_succeeded","data":${JSON.stringify(
    `{"presence":{"count":${count},"ids":[${ids}],"hash":{${hash}}}}`,
  )},"channel":"${CHANNEL}"}`;
const refused = (message: string, type = 'LimitReached', status = 403) => [
  `{"event":"pusher:error","data":"{\\"code\\":4301,\\"message\\":\\"${message}\\"}","channel":"${CHANNEL}"}`,
  `{"event":"pusher:subscription_error","data":"{\\"type\\":\\"${type}\\",\\"error\\":\\"${message}\\",\\"status\\":${status}}","channel":"${CHANNEL}"}`,
];

/** Subscribes and returns every frame that came of it. */
async function join(server: RunningServer, socket: TestSocket, member?: unknown): Promise<string[]> {
  socket.send(subscribeMessage(server, socket, CHANNEL, member));
  return socket.drained();
}

async function leave(socket: TestSocket): Promise<string[]> {
  socket.send({ event: 'pusher:unsubscribe', data: { channel: CHANNEL } });
  return socket.drained();
}

async function users(server: RunningServer): Promise<string> {
  return (await call(server, 'GET', `/apps/${server.app.id}/channels/${CHANNEL}/users`)).text;
}

t.test('members see each other come and go', async (t) => {
  const server = await startServer(t);
  const [one, two, three] = await Promise.all([connect(t, server), connect(t, server), connect(t, server)]);
  const member = (id: number) => ({ user_id: id, user_info: { name: `Test User ${id}` } });

  // Reverb's own cases 8, 9, 187, 189, 190, 205, 207 and 208: numbers stay numbers
  t.same(await join(server, one, member(1)), [listed(1, '1', '"1":{"name":"Test User 1"}')]);
  t.same(await join(server, two, member(2)), [
    listed(2, '1,2', '"1":{"name":"Test User 1"},"2":{"name":"Test User 2"}'),
  ]);
  t.same(await one.drained(), [added('{"user_id":2,"user_info":{"name":"Test User 2"}}')]);
  await join(server, three, member(3));
  for (const socket of [one, two]) {
    t.same(await socket.drained(), [added('{"user_id":3,"user_info":{"name":"Test User 3"}}')]);
  }
  // Reverb's own case 105
  t.equal(await users(server), '{"users":[{"id":1},{"id":2},{"id":3}]}');

  three.ws.close();
  for (const socket of [one, two]) t.equal(await socket.next(), removed(3));
  t.same(await leave(two), []);
  t.same(await one.drained(), [removed(2)]);
  t.same(await leave(two), [], 'left already');
  t.same(await one.drained(), []);

  // Reverb's own case 17
  await publish(server, { name: 'e', channel: CHANNEL, data: '{}' });
  t.same(await one.drained(), [`{"event":"e","data":"{}","channel":"${CHANNEL}"}`]);
});

t.test('a user with two tabs is one member', async (t) => {
  const server = await startServer(t);
  const [witness, tab, otherTab] = await Promise.all([connect(t, server), connect(t, server), connect(t, server)]);
  await join(server, witness, { user_id: 'w' });

  // Reverb's own cases 43, 106, 191 and 192; the info of the first tab holds
  await join(server, tab, { user_id: 1, user_info: { tab: 1 } });
  t.same(await witness.drained(), [added('{"user_id":1,"user_info":{"tab":1}}')]);
  t.same(await join(server, otherTab, { user_id: '1', user_info: { tab: 2 } }), [
    listed(2, '"w",1', '"w":null,"1":{"tab":1}'),
  ]);
  t.same(await witness.drained(), [], 'known by the text of the id');
  t.equal(await users(server), '{"users":[{"id":"w"},{"id":1}]}');
  const { text } = await call(server, 'GET', `/apps/123456/channels/${CHANNEL}`, {
    query: { info: 'user_count,subscription_count' },
  });
  t.equal(text, '{"occupied":true,"user_count":2}');

  t.same(await leave(tab), []);
  t.same(await witness.drained(), []);
  otherTab.ws.terminate();
  t.equal(await witness.next(), removed(1));
});

t.test('a socket may join again, as himself or as somebody else', async (t) => {
  const server = await startServer(t);
  const [witness, socket] = await Promise.all([connect(t, server), connect(t, server)]);
  await join(server, witness, { user_id: 'w' });
  await join(server, socket, { user_id: 'a' });
  await witness.drained();

  t.same(await join(server, socket, { user_id: 'a', user_info: 1 }), [listed(2, '"w","a"', '"w":null,"a":null')]);
  t.same(await witness.drained(), []);
  t.same(await join(server, socket, { user_id: 'b' }), [listed(2, '"w","b"', '"w":null,"b":null')]);
  t.same(await witness.drained(), [removed('a'), added('{"user_id":"b"}')]);
  t.same(await join(server, socket), [listed(1, '"w"', '"w":null')], 'as nobody');
  t.same(await witness.drained(), [removed('b')]);
  t.same(await join(server, socket, { user_id: 'c' }), [listed(2, '"w","c"', '"w":null,"c":null')]);
  t.same(await witness.drained(), [added('{"user_id":"c"}')]);
  t.same(await leave(socket), []);
  t.same(await witness.drained(), [removed('c')]);
});

t.test('whatever a backend writes into channel_data, the others are not harmed', async (t) => {
  const server = await startServer(t);
  const witness = await connect(t, server);
  await join(server, witness, { user_id: 'w', user_info: {} });

  // Reverb's own cases 133, 188 and 206 and its [Q-F]: without a user_id a socket listens and is nobody
  for (const nobody of [undefined, {}, [], { user_info: { name: 'x' } }, { user_id: null }, { user_id: '' }]) {
    const socket = await connect(t, server);
    t.same(await join(server, socket, nobody), [listed(1, '"w"', '"w":{}')], JSON.stringify(nobody));
    t.same(await witness.drained(), []);
    await publish(server, { name: 'e', channel: CHANNEL, data: '1' });
    sameFrames(t, await socket.drained(), [/"event":"e"/]);
    await witness.drained();
    t.same(await leave(socket), []);
    t.same(await witness.drained(), []);
  }

  const table: [member: object, data: string, id: string, entry: string][] = [
    [{ user_id: 'x' }, '{"user_id":"x"}', '"x"', '"x":null'],
    [{ user_id: 'x', user_info: null }, '{"user_id":"x"}', '"x"', '"x":null'],
    [{ user_id: 'x', user_info: false }, '{"user_id":"x","user_info":false}', '"x"', '"x":false'],
    [{ user_id: 'x', user_info: '' }, '{"user_id":"x","user_info":""}', '"x"', '"x":""'],
    [{ user_id: 'x', user_info: [] }, '{"user_id":"x","user_info":[]}', '"x"', '"x":[]'],
    [
      { user_id: 'x', user_info: { o: {}, l: [] }, extra: 1 },
      '{"user_id":"x","user_info":{"o":{},"l":[]}}',
      '"x"',
      '"x":{"o":{},"l":[]}',
    ],
    [{ user_id: 0 }, '{"user_id":0}', '0', '"0":null'],
    [{ user_id: '0' }, '{"user_id":"0"}', '"0"', '"0":null'],
    [{ user_id: -1 }, '{"user_id":-1}', '-1', '"-1":null'],
    [{ user_id: 1.5 }, '{"user_id":1.5}', '1.5', '"1.5":null'],
    [{ user_id: '__proto__' }, '{"user_id":"__proto__"}', '"__proto__"', '"__proto__":null'],
    [{ user_id: 'constructor' }, '{"user_id":"constructor"}', '"constructor"', '"constructor":null'],
    [{ user_id: 'a"b\\' }, '{"user_id":"a\\"b\\\\"}', '"a\\"b\\\\"', '"a\\"b\\\\":null'],
    [{ user_id: 'Ünïcode 👋' }, '{"user_id":"Ünïcode 👋"}', '"Ünïcode 👋"', '"Ünïcode 👋":null'],
    [{ user_id: ' ' }, '{"user_id":" "}', '" "', '" ":null'],
  ];
  for (const [member, data, id, entry] of table) {
    const socket = await connect(t, server);
    t.same(await join(server, socket, member), [listed(2, `"w",${id}`, `"w":{},${entry}`)], data);
    t.same(await witness.drained(), [added(data)]);
    socket.ws.terminate();
    t.equal(await witness.next(), removed(JSON.parse(id)));
  }

  // 0 and "0" are one, and leave once
  const [zero, alsoZero] = await Promise.all([connect(t, server), connect(t, server)]);
  await join(server, zero, { user_id: 0 });
  await join(server, alsoZero, { user_id: '0' });
  t.same(await witness.drained(), [added('{"user_id":0}')]);
  await leave(zero);
  t.same(await witness.drained(), []);
  await leave(alsoZero);
  t.same(await witness.drained(), [removed(0)]);
});

t.test('a channel takes so many members, and each so much', async (t) => {
  const server = await startServer(t, {
    ANTIPHON_PRESENCE_MAX_MEMBERS: '2',
    ANTIPHON_PRESENCE_MAX_USER_INFO_SIZE: '20',
    ANTIPHON_PRESENCE_MAX_USER_ID_LENGTH: '5',
  });
  const [one, two, three] = await Promise.all([connect(t, server), connect(t, server), connect(t, server)]);
  t.same(await join(server, one, { user_id: 'sechs6' }), refused('Presence user_id is too long'));
  t.same(await join(server, one, { user_id: 123456 }), refused('Presence user_id is too long'));
  t.same(
    await join(server, one, { user_id: 'a', user_info: 'x'.repeat(19) }),
    refused('Presence user_info is too large'),
  );
  t.same(
    await join(server, one, { user_id: 'a', user_info: 'é'.repeat(10) }),
    refused('Presence user_info is too large'),
  );
  t.equal(await users(server), '{}', 'nobody is in');
  sameFrames(t, await join(server, one, { user_id: 'fünf5', user_info: 'x'.repeat(18) }), [/subscription_succeeded/]);
  sameFrames(t, await join(server, two, { user_id: 'b', user_info: 'é'.repeat(9) }), [/subscription_succeeded/]);

  t.same(await join(server, three, { user_id: 'c' }), refused('Presence channel is over its member limit'));
  sameFrames(t, await join(server, three, { user_id: 'b' }), [/subscription_succeeded/], 'a member’s second tab');
  sameFrames(t, await join(server, three), [/subscription_succeeded/], 'as nobody');
  t.equal(await users(server), '{"users":[{"id":"fünf5"},{"id":"b"}]}');
  await leave(two);
  t.same(await three.drained(), [removed('b')]);
  sameFrames(t, await join(server, three, { user_id: 'c' }), [/subscription_succeeded/]);
  t.equal(await users(server), '{"users":[{"id":"fünf5"},{"id":"c"}]}');

  // By default as at Pusher: 100 members, 1 kB, 128 characters
  const usual = await startServer(t);
  const sockets = await Promise.all(Array.from({ length: 101 }, () => connect(t, usual)));
  const last = sockets.pop() as TestSocket;
  const info = 'x'.repeat(1022);
  for (const [index, socket] of sockets.entries()) {
    socket.send(subscribeMessage(usual, socket, CHANNEL, { user_id: `${index}`.padEnd(128, '-'), user_info: info }));
    await socket.nextEvent('pusher_internal:subscription_succeeded');
  }
  t.same(await join(usual, last, { user_id: 'one too many' }), refused('Presence channel is over its member limit'));
  t.same(await join(usual, last, { user_id: 'x'.repeat(129) }), refused('Presence user_id is too long'));
  t.same(await join(usual, last, { user_id: 'x', user_info: `${info}x` }), refused('Presence user_info is too large'));
  t.equal(JSON.parse(await users(usual)).users.length, 100);
});

t.test('who comes late and leaves in a crowd is seen by all exactly once', async (t) => {
  const server = await startServer(t);
  const witness = await connect(t, server);
  await join(server, witness, { user_id: 'w' });
  const sockets = await Promise.all(Array.from({ length: 30 }, () => connect(t, server)));
  await Promise.all(sockets.map((socket, index) => subscribe(server, socket, CHANNEL, { user_id: index % 10 })));
  const comings = await witness.drained();
  t.same(new Set(comings), new Set(Array.from({ length: 10 }, (_, id) => added(`{"user_id":${id}}`))));
  t.equal(comings.length, 10);
  for (const socket of sockets) socket.ws.terminate();
  const goings = new Set<string>();
  while (goings.size < 10) goings.add(await witness.next());
  t.same(goings, new Set(Array.from({ length: 10 }, (_, id) => removed(id))));
  t.same(await witness.drained(), []);
  t.equal(await users(server), '{"users":[{"id":"w"}]}');
});
