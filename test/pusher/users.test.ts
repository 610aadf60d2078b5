import t from 'tap';
import { userAuthText } from '../../server/pusher/signature.ts';
import { call, publish } from '../kit/api.ts';
import { type RunningServer, startServer } from '../kit/server.ts';
import { connect, sameFrames, signIn, subscribe, type TestSocket } from '../kit/socket.ts';

const UNAUTHORIZED =
  '{"event":"pusher:error","data":"{\\"code\\":4009,\\"message\\":\\"Connection is unauthorized\\"}"}';
const INVALID_MESSAGE =
  '{"event":"pusher:error","data":"{\\"code\\":4200,\\"message\\":\\"Invalid message format\\"}"}';
const refusal = (code: number, message: string, channel: string) =>
  `{"event":"pusher:error","data":"{\\"code\\":${code},\\"message\\":\\"${message}\\"}","channel":"${channel}"}`;
const watched = (...events: { name: string; user_ids: string[] }[]) =>
  `{"event":"pusher_internal:watchlist_events","data":${JSON.stringify(JSON.stringify({ events }))}}`;
const online = (...user_ids: string[]) => ({ name: 'online', user_ids });
const offline = (...user_ids: string[]) => ({ name: 'offline', user_ids });

/** Signs whatever text it is given as `user_data`, and returns every frame that came of it. */
async function signInWith(server: RunningServer, socket: TestSocket, userData: string): Promise<string[]> {
  const auth = server.signer.auth(userAuthText(socket.socketId, userData));
  socket.send({ event: 'pusher:signin', data: { auth, user_data: userData } });
  return socket.drained();
}

function terminate(server: RunningServer, userId: string) {
  const path = `/apps/${server.app.id}/users/${encodeURIComponent(userId)}/terminate_connections`;
  return call(server, 'POST', path, { body: {} });
}

t.test('a socket signs in as a user and hears what is sent to him', async (t) => {
  const server = await startServer(t);
  const [phone, laptop, stranger] = await Promise.all([connect(t, server), connect(t, server), connect(t, server)]);
  t.same(await signInWith(server, phone, '{"id":"7","user_info":{"name":"Ann"}}'), [
    '{"event":"pusher:signin_success","data":"{\\"user_data\\":\\"{\\\\\\"id\\\\\\":\\\\\\"7\\\\\\",\\\\\\"user_info\\\\\\":{\\\\\\"name\\\\\\":\\\\\\"Ann\\\\\\"}}\\"}"}',
  ]);
  await signIn(server, laptop, { id: '7' });
  await signIn(server, stranger, { id: '8' });

  // What pusher-js does at once after signin_success
  for (const socket of [phone, laptop]) {
    socket.send({ event: 'pusher:subscribe', data: { auth: '', channel: '#server-to-user-7' } });
    t.same(await socket.drained(), [
      '{"event":"pusher_internal:subscription_succeeded","data":"{}","channel":"#server-to-user-7"}',
    ]);
  }
  await publish(server, { name: 'hello', channel: '#server-to-user-7', data: '{"n":1}' });
  for (const socket of [phone, laptop]) {
    t.same(await socket.drained(), ['{"event":"hello","data":"{\\"n\\":1}","channel":"#server-to-user-7"}']);
  }
  t.same(await stranger.drained(), []);

  // As somebody else he hears no more of it
  await signIn(server, laptop, { id: '9' });
  await publish(server, { name: 'hello', channel: '#server-to-user-7', data: '2' });
  t.same(await laptop.drained(), []);
  t.equal((await phone.drained()).length, 1);
  // As the same again he does
  await signIn(server, phone, { id: '7' });
  await publish(server, { name: 'hello', channel: '#server-to-user-7', data: '3' });
  t.equal((await phone.drained()).length, 1);

  // An id may hold what no channel name does
  const odd = 'auth0|5f7c é';
  await signIn(server, laptop, { id: odd });
  t.has(await subscribe(server, laptop, `#server-to-user-${odd}`), { data: '{}' });
  t.has(await publish(server, { name: 'e', channel: `#server-to-user-${odd}`, data: '1' }), { status: 200 });
  t.equal((await laptop.drained()).length, 1);
});

t.test('who signed in is a member of presence channels as himself', async (t) => {
  const server = await startServer(t);
  const [witness, socket] = await Promise.all([connect(t, server), connect(t, server)]);
  await subscribe(server, witness, 'presence-a', { user_id: 'w' });
  await signIn(server, socket, { id: '7', user_info: { name: 'Ann' } });
  // pusher-js takes its own id from the sign-in where the signature came without channel_data
  t.has(await subscribe(server, socket, 'presence-a'), {
    data: '{"presence":{"count":2,"ids":["w","7"],"hash":{"w":null,"7":{"name":"Ann"}}}}',
  });
  t.same(await witness.drained(), [
    '{"event":"pusher_internal:member_added","data":"{\\"user_id\\":\\"7\\",\\"user_info\\":{\\"name\\":\\"Ann\\"}}","channel":"presence-a"}',
  ]);
  t.has(await subscribe(server, socket, 'presence-b', { user_id: 8 }), {
    data: '{"presence":{"count":1,"ids":[8],"hash":{"8":null}}}',
  });
  await signIn(server, socket, { id: '9', user_info: 'x'.repeat(2000) });
  socket.send({
    event: 'pusher:subscribe',
    data: { channel: 'presence-c', auth: server.signer.auth(`${socket.socketId}:presence-c`) },
  });
  sameFrames(t, await socket.drained(), [/user_info is too large/, /LimitReached/]);
});

t.test('signing in needs a signature and a user', async (t) => {
  const server = await startServer(t, { ANTIPHON_PRESENCE_MAX_USER_ID_LENGTH: '5' });
  const [socket, other] = await Promise.all([connect(t, server), connect(t, server)]);
  const userData = '{"id":"7"}';
  const text = userAuthText(socket.socketId, userData);
  const table: unknown[] = [
    server.signer.sign(text),
    `other-key:${server.signer.sign(text)}`,
    `${server.app.key}:${server.signer.sign(text).toUpperCase()}`,
    server.signer.auth(`${socket.socketId}:${userData}`),
    server.signer.auth(userAuthText(other.socketId, userData)),
    server.signer.auth(userAuthText(socket.socketId, '{"id":"8"}')),
    '',
    'x',
  ];
  for (const auth of table) {
    socket.send({ event: 'pusher:signin', data: { auth, user_data: userData } });
    t.same(await socket.drained(), [UNAUTHORIZED], String(auth));
  }
  const auth = server.signer.auth(text);
  for (const data of [
    undefined,
    {},
    { auth },
    { user_data: userData },
    { auth, user_data: { id: '7' } },
    { auth: [], user_data: userData },
    'x',
  ]) {
    socket.send({ event: 'pusher:signin', data });
    t.same(await socket.drained(), [INVALID_MESSAGE], JSON.stringify(data));
  }
  for (const signed of [
    '',
    '{',
    'null',
    '[]',
    '"7"',
    '7',
    '{}',
    '{"id":7}',
    '{"id":""}',
    '{"id":null}',
    '{"id":["7"]}',
    '{"id":"sechs6"}',
    '{"id":"7","watchlist":"8"}',
    '{"id":"7","watchlist":{"0":"8"}}',
  ]) {
    t.same(await signInWith(server, socket, signed), [INVALID_MESSAGE], signed);
  }
  socket.send({ event: 'pusher:subscribe', data: { auth: '', channel: '#server-to-user-7' } });
  sameFrames(t, await socket.drained(), [/4009/, /AuthError/], 'still nobody');
  sameFrames(t, await signInWith(server, socket, '{"id":"fünf5","watchlist":null}'), [/signin_success/]);
});

t.test('a watchlist tells who is there, who comes and who goes', async (t) => {
  const server = await startServer(t, { ANTIPHON_MAX_WATCHLIST: '3' });
  const [ann, ben, benToo, eve] = await Promise.all(Array.from({ length: 4 }, () => connect(t, server)));
  if (!ann || !ben || !benToo || !eve) throw new Error('four sockets');
  await signIn(server, ben, { id: 'ben' });
  sameFrames(t, await signInWith(server, ann, '{"id":"ann","watchlist":["ben","eve","ben"]}'), [
    /signin_success/,
    watched(online('ben'), offline('eve')),
  ]);

  await signIn(server, eve, { id: 'eve', watchlist: ['ann'] });
  t.equal(await eve.next(), watched(online('ann')));
  t.same(await ann.drained(), [watched(online('eve'))]);
  await signIn(server, benToo, { id: 'ben' });
  t.same(await ann.drained(), [], 'he was there already');
  ben.ws.terminate();
  await call(server, 'GET', '/up');
  t.same(await ann.drained(), [], 'he still is');
  benToo.ws.terminate();
  t.equal(await ann.next(), watched(offline('ben')));

  // Again as the same user: nobody sees him go, and the new list holds
  await signIn(server, eve, { id: 'eve', watchlist: ['ben'] });
  t.equal(await eve.next(), watched(offline('ben')));
  t.same(await ann.drained(), []);
  await signIn(server, ann, { id: 'zoe' });
  t.same(await eve.drained(), [], 'ann is watched no more');
  await signIn(server, eve, { id: 'eve too' });
  t.same(await ann.drained(), [], 'zoe watches nobody');

  // The first so many are kept, and it is said
  const many = await connect(t, server);
  sameFrames(t, await signInWith(server, many, '{"id":"many","watchlist":["eve too",2,"c","zoe",{"id":1}]}'), [
    /signin_success/,
    '{"event":"pusher:error","data":"{\\"code\\":4302,\\"message\\":\\"Watchlist is over its limit; the first entries are kept\\"}"}',
    watched(online('eve too'), offline('2', 'c')),
  ]);
  sameFrames(
    t,
    await signInWith(server, many, '{"id":"many","watchlist":["many"]}'),
    [/signin_success/, watched(online('many'))],
    'himself',
  );
});

t.test('terminating a user ends all his sockets and nobody else’s', async (t) => {
  const server = await startServer(t);
  const [signedIn, present, onPrivate, numeric, stranger, claiming] = await Promise.all(
    Array.from({ length: 6 }, () => connect(t, server)),
  );
  if (!signedIn || !present || !onPrivate || !numeric || !stranger || !claiming) throw new Error('six sockets');
  await signIn(server, signedIn, { id: '456' });
  // [Q-I]: whichever of its channels names him
  await subscribe(server, present, 'orders');
  await subscribe(server, present, 'presence-a', { user_id: '456' });
  await subscribe(server, onPrivate, 'private-a', { user_id: '456' });
  await subscribe(server, numeric, 'presence-b', { user_id: 456 });
  await subscribe(server, stranger, 'presence-a', { user_id: '4567' });
  // Signed by nobody, so it names nobody. [Q-S]
  claiming.send({ event: 'pusher:subscribe', data: { channel: 'orders', channel_data: '{"user_id":"456"}' } });
  await Promise.all([stranger.drained(), claiming.drained()]);

  // Reverb's own case 122
  const answer = await terminate(server, '456');
  t.has(answer, { status: 200, text: '{}' });
  t.equal(answer.headers.get('content-length'), '2');
  for (const socket of [signedIn, present, onPrivate, numeric]) {
    t.same(await socket.untilClosed(), { code: 4009, reason: 'Connection terminated by the application' });
    t.equal(
      socket.inbox.pop(),
      '{"event":"pusher:error","data":"{\\"code\\":4009,\\"message\\":\\"Connection terminated by the application\\"}"}',
    );
  }
  sameFrames(t, await stranger.drained(), [/member_removed.*456/]);
  t.same(await claiming.drained(), []);
  t.equal(
    (await call(server, 'GET', '/apps/123456/channels')).text,
    '{"channels":{"orders":{},"presence-a":{}}}',
    'his sockets left their channels',
  );
  t.has(await terminate(server, '456'), { status: 200, text: '{}' }, 'unknown by now');

  const odd = await connect(t, server);
  await signIn(server, odd, { id: 'a/b é?' });
  await terminate(server, 'a/b é?');
  t.equal((await odd.untilClosed()).code, 4009);
  t.has(
    await call(server, 'POST', '/apps/123456/users/1/terminate_connections'),
    { status: 200, text: '{}' },
    'no body',
  );
});

t.test('a socket that does not show who it is in time is closed', async (t) => {
  const server = await startServer(t, { ANTIPHON_AUTHORISATION_TIMEOUT: '1' });
  const [idle, onPublic, onPrivate, signedIn, refused] = await Promise.all(
    Array.from({ length: 5 }, () => connect(t, server)),
  );
  if (!idle || !onPublic || !onPrivate || !signedIn || !refused) throw new Error('five sockets');
  await subscribe(server, onPublic, 'orders');
  await subscribe(server, onPrivate, 'private-a');
  await signIn(server, signedIn, { id: '7' });
  refused.send({ event: 'pusher:subscribe', data: { channel: 'private-a', auth: 'wrong' } });
  await refused.drained();
  for (const socket of [idle, onPublic, refused]) {
    t.same(await socket.untilClosed(), { code: 4009, reason: 'Connection not authorized within timeout' });
    t.equal(
      socket.inbox.pop(),
      '{"event":"pusher:error","data":"{\\"code\\":4009,\\"message\\":\\"Connection not authorized within timeout\\"}"}',
    );
  }
  t.same(await onPrivate.drained(), []);
  t.same(await signedIn.drained(), []);
});

t.test('client events go to the other subscribers of a guarded channel', async (t) => {
  const server = await startServer(t);
  const [ann, ben, eve] = await Promise.all([connect(t, server), connect(t, server), connect(t, server)]);
  for (const channel of ['private-a', 'private-encrypted-a', 'private-cache-a', 'orders']) {
    await subscribe(server, ann, channel);
    await subscribe(server, ben, channel);
  }
  await subscribe(server, ann, 'presence-a', { user_id: 42 });
  await subscribe(server, ben, 'presence-a', { user_id: '43' });
  await subscribe(server, ben, 'private-named', { user_id: 'ben' });
  await subscribe(server, ann, 'private-named');
  await Promise.all([ann.drained(), ben.drained()]);

  // Reverb's own cases 30, 151, 159, 160, 164 and 165. Data of any type, as a value; what else the client wrote is dropped
  const table: [sent: object, received: string][] = [
    [
      { event: 'client-x', channel: 'presence-a', data: { a: 1 } },
      '{"event":"client-x","channel":"presence-a","data":{"a":1},"user_id":42}',
    ],
    [
      { event: 'client-x', channel: 'presence-a', data: { a: 1 }, user_id: 'boss', extra: 1 },
      '{"event":"client-x","channel":"presence-a","data":{"a":1},"user_id":42}',
    ],
    [
      { event: 'client-x', channel: 'private-a', user_id: 'boss' },
      '{"event":"client-x","channel":"private-a","data":null}',
    ],
    [{ event: 'client-', channel: 'private-a', data: [] }, '{"event":"client-","channel":"private-a","data":[]}'],
    [
      { event: 'client-x', channel: 'private-encrypted-a', data: {} },
      '{"event":"client-x","channel":"private-encrypted-a","data":{}}',
    ],
    [
      { event: 'client-x', channel: 'private-cache-a', data: 'text' },
      '{"event":"client-x","channel":"private-cache-a","data":"text"}',
    ],
    [
      { event: 'client-x', channel: 'private-a', data: '{"a":"é"}' },
      '{"event":"client-x","channel":"private-a","data":{"a":"é"}}',
    ],
    [{ event: 'client-x', channel: 'private-a', data: 5 }, '{"event":"client-x","channel":"private-a","data":5}'],
    [
      { event: 'client-x', channel: 'private-a', data: false },
      '{"event":"client-x","channel":"private-a","data":false}',
    ],
  ];
  for (const [sent, received] of table) {
    ann.send(sent);
    t.same(await ann.drained(), [], 'not to the sender');
    t.same(await ben.drained(), [received]);
  }
  ben.send({ event: 'client-x', channel: 'private-named', data: 1 });
  await ben.drained();
  t.same(await ann.drained(), ['{"event":"client-x","channel":"private-named","data":1,"user_id":"ben"}']);

  // Reverb's own case 161: who is not on the channel may not speak there; and other cases of the same kind
  const no: [socket: TestSocket, channel: string, code: number, message: string][] = [
    [eve, 'private-a', 4009, 'The client is not a member of the specified channel.'],
    [eve, 'never-heard-of', 4009, 'The client is not a member of the specified channel.'],
    [ann, 'orders', 4301, 'Client events are only accepted on private and presence channels'], // [Q-Y]
  ];
  for (const [socket, channel, code, message] of no) {
    socket.send({ event: 'client-x', channel, data: 1 });
    t.same(await socket.drained(), [refusal(code, message, channel)]);
  }
  await signIn(server, eve, { id: '7' });
  await subscribe(server, eve, '#server-to-user-7');
  eve.send({ event: 'client-x', channel: '#server-to-user-7', data: 1 });
  sameFrames(t, await eve.drained(), [/4301/]);
  ann.send({ event: `client-${'x'.repeat(194)}`, channel: 'private-a', data: 1 });
  t.same(await ann.drained(), [refusal(4301, 'Client event name is too long', 'private-a')]);
  t.same(await ben.drained(), []);
});

t.test('client events may be loosened as at Reverb, or forbidden', async (t) => {
  // Reverb's own cases 21, 160 and 162
  const open = await startServer(t, { ANTIPHON_CLIENT_EVENTS_ON_PUBLIC_CHANNELS: 'on' });
  const [ann, ben] = await Promise.all([connect(t, open), connect(t, open)]);
  for (const socket of [ann, ben]) {
    socket.send({ event: 'pusher:subscribe', data: { channel: 'orders', channel_data: '{"user_id":"boss"}' } });
    await socket.drained();
  }
  ann.send({ event: 'client-x', channel: 'orders', data: { a: 1 } });
  await ann.drained();
  t.same(
    await ben.drained(),
    ['{"event":"client-x","channel":"orders","data":{"a":1}}'],
    'not as whom he claims to be',
  );

  // Reverb's own case 163, without its spoofed user_id [Q-S]
  const all = await startServer(t, { REVERB_APP_ACCEPT_CLIENT_EVENTS_FROM: 'all' });
  const [member, stranger] = await Promise.all([connect(t, all), connect(t, all)]);
  await subscribe(all, member, 'presence-a', { user_id: 1 });
  stranger.send({ event: 'client-x', channel: 'presence-a', data: 1, user_id: 1, channels: ['presence-b'] });
  t.same(await stranger.drained(), []);
  t.same(await member.drained(), ['{"event":"client-x","channel":"presence-a","data":1}']);

  const none = await startServer(t, { REVERB_APP_ACCEPT_CLIENT_EVENTS_FROM: 'none' });
  const socket = await connect(t, none);
  await subscribe(none, socket, 'private-a');
  socket.send({ event: 'client-x', channel: 'private-a', data: 1 });
  t.same(await socket.drained(), [refusal(4301, 'The app does not have client messaging enabled.', 'private-a')]);
});

t.test('client events are counted and measured', async (t) => {
  const server = await startServer(t, { REVERB_APP_MAX_MESSAGE_SIZE: '100000' });
  const [ann, ben] = await Promise.all([connect(t, server), connect(t, server)]);
  await subscribe(server, ann, 'private-a');
  await subscribe(server, ben, 'private-a');
  const whisper = { event: 'client-x', channel: 'private-a', data: 1 };

  for (let i = 0; i < 12; i++) ann.send(whisper);
  const answers = await ann.drained();
  const tooMany = refusal(4301, 'Client event rate limit exceeded', 'private-a');
  t.same(answers, [tooMany, tooMany], 'ten in a second');
  t.equal((await ben.drained()).length, 10);
  ben.send(whisper);
  t.same(await ben.drained(), [], 'each socket has its own ten');
  await ann.drained();
  // After the second he may speak again
  const deadline = Date.now() + 20_000;
  for (let isRefused = true; isRefused; isRefused = (await ann.drained()).length > 0) {
    if (Date.now() > deadline) throw new Error('still refused');
    ann.send(whisper);
  }
  t.equal((await ben.drained()).length, 1);

  const exact = 'x'.repeat(9998);
  const tooLarge = refusal(4301, 'Client event data is too large', 'private-a');
  ann.send({ ...whisper, data: exact });
  t.same(await ann.drained(), []);
  t.equal((await ben.drained()).length, 1);
  for (const data of [`${exact}x`, 'é'.repeat(5000), { a: exact }]) {
    ann.send({ ...whisper, data });
    t.same(await ann.drained(), [tooLarge]);
  }
  ann.send(`{"event":"client-x","channel":"private-a","data":[${Array(600).fill('1e20').join()}]}`);
  t.same(await ann.drained(), [tooLarge], 'measured as it would be sent on');
  t.same(await ben.drained(), []);

  const free = await startServer(t, {
    ANTIPHON_CLIENT_EVENTS_PER_SECOND: '0',
    ANTIPHON_MAX_CLIENT_EVENT_SIZE: '0',
    REVERB_APP_MAX_MESSAGE_SIZE: '0',
  });
  const socket = await connect(t, free);
  await subscribe(free, socket, 'private-a');
  for (let i = 0; i < 50; i++) socket.send(whisper);
  socket.send({ ...whisper, data: 'x'.repeat(200_000) });
  t.same(await socket.drained(), []);
});

t.test('a client event is nested no deeper than it can be written again', async (t) => {
  const server = await startServer(t, { LOG_LEVEL: 'error', REVERB_APP_MAX_MESSAGE_SIZE: '1000000' }, { debug: false });
  const [ann, ben] = await Promise.all([connect(t, server), connect(t, server)]);
  for (const socket of [ann, ben]) await subscribe(server, socket, 'private-a');
  const INVALID = '{"event":"pusher:error","data":"{\\"code\\":4200,\\"message\\":\\"Invalid message format\\"}"}';
  const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
  const whisper = (data: string) => `{"event":"client-x","channel":"private-a","data":${data}}`;

  ann.send(whisper(nested(511)));
  ann.send(whisper(JSON.stringify(nested(512))));
  t.same(await ann.drained(), []);
  t.same(
    (await ben.drained()).map((frame) => JSON.parse(frame).data),
    [JSON.parse(nested(511)), JSON.parse(nested(512))],
  );
  for (const depth of [512, 4000, 400_000]) {
    ann.send(whisper(nested(depth)));
    t.same(await ann.drained(), [INVALID]);
  }
  // What Reverb cannot read inside a string stays a string, and brackets in strings are no nesting
  const brackets = `\\"${'[{'.repeat(600)}\\\\`;
  for (const text of [nested(513), brackets]) ann.send(whisper(JSON.stringify(text)));
  t.same(await ann.drained(), []);
  t.same(
    (await ben.drained()).map((frame) => JSON.parse(frame).data),
    [nested(513), brackets],
  );
  t.same(server.logged, [], 'no stack overflowed');
});
