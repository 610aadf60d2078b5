import { createHash } from 'node:crypto';
import t, { type Test } from 'tap';
import { emptyDatabaseUrl } from '../kit/database.ts';
import {
  becomeAdmin,
  heard,
  hire,
  listen,
  type Person,
  type RunningDesk,
  register,
  startDesk,
  visit,
} from '../kit/desk.ts';
import { Ear } from '../kit/ear.ts';
import { connect, subscribe, type TestSocket } from '../kit/socket.ts';

async function scene(t: Test, env: Record<string, string> = {}) {
  const desk = await startDesk(t, await emptyDatabaseUrl(t, 'sqlite'), env);
  const admin = await becomeAdmin(desk);
  const visitor = await visit(desk, { name: 'Ганна' }, 'https://shop.example');
  const room: number = (await desk.ask('GET', '/api/chat/room', { as: visitor })).json.room.id;
  const say = (as: Person, message: string, headers: Record<string, string> = {}) =>
    desk.ask('POST', `/api/chat/room/${room}/messages`, { as, body: { message }, headers });
  return { desk, admin, visitor, room, say };
}

/** Joins with the leave that the server itself gives, and hears every event of the channel. */
async function join(t: Test, desk: RunningDesk, as: Person, channel: string): Promise<TestSocket> {
  const socket = await connect(t, desk);
  const body = { socket_id: socket.socketId, channel_name: channel };
  const { status, json } = await desk.ask('POST', '/broadcasting/auth', { as, body });
  if (status !== 200) throw new Error(`${channel}: ${status}`);
  socket.send({ event: 'pusher:subscribe', data: { channel, ...json } });
  await socket.nextEvent('pusher_internal:subscription_succeeded');
  return socket;
}

const dataOf = async (socket: TestSocket, event: string) => {
  const frame = await socket.nextEvent(event);
  return JSON.parse(frame.data as string);
};

t.test('leave to join', async (t) => {
  const { desk, admin, visitor, room } = await scene(t);
  const site = 'shop.example';
  const agent = await hire(desk, { name: 'Агент', role: 'agent', siteDomain: site });
  const elsewhere = await hire(desk, { name: 'Здалеку', role: 'agent', siteDomain: 'other.example' });
  const stranger = await register(desk, 'Чужий');
  const people = { visitor, stranger, agent, elsewhere, admin };
  const all = ['visitor', 'stranger', 'agent', 'elsewhere', 'admin'];

  const CHANNELS: [channel: string, mayJoin: string[]][] = [
    [`private-chat.${room}`, ['visitor', 'agent', 'admin']],
    [`private-encrypted-chat.${room}`, ['visitor', 'agent', 'admin']],
    [`private-admin.chat.${room}`, ['agent', 'admin']],
    [`presence-admin.chat.${room}`, ['agent', 'admin']],
    ['private-admin.chat', ['admin']],
    [`private-admin.site.${site}`, ['agent']],
    ['private-admin.site', ['agent', 'elsewhere', 'admin']],
    ['presence-agents', ['agent', 'elsewhere', 'admin']],
    [`private-user.${visitor.id}`, ['visitor']],
    [`chat.${room}`, []],
    ['private-chat.1', []],
    ['private-chat.0', []],
    [`private-chat.${room}.messages`, []],
    [`private-chat.-${room}`, []],
    ['presence-chat', []],
    ['private-orders', []],
    ['', []],
  ];
  for (const [channel, mayJoin] of CHANNELS) {
    await t.test(channel || 'no channel', async (t) => {
      for (const who of all) {
        const as = people[who as keyof typeof people];
        const body = { socket_id: '123.456', channel_name: channel };
        const { status, json } = await desk.ask('POST', '/broadcasting/auth', { as, body });
        if (mayJoin.includes(who)) {
          const text = `123.456:${channel}${json.channel_data ? `:${json.channel_data}` : ''}`;
          t.equal(json.auth, desk.signer.auth(text), who);
        } else {
          t.equal(status, 403, who);
          t.same(json, { message: 'This action is unauthorized.' });
        }
      }
    });
  }

  await t.test('in any form it may be asked', async (t) => {
    const channel = `private-chat.${room}`;
    const auth = desk.signer.auth(`1.2:${channel}`);
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    for (const prefix of ['', '/api', '/api/api']) {
      const fields = `socket_id=1.2&channel_name=${channel}`;
      const posted = await desk.ask('POST', `${prefix}/broadcasting/auth`, {
        as: visitor,
        body: fields,
        headers: form,
      });
      t.same(posted.json, { auth }, `${prefix} form`);
      const asked = await desk.ask('GET', `${prefix}/broadcasting/auth?${fields}`, { as: visitor });
      t.same(asked.json, { auth }, `${prefix} query`);
    }
    for (const socketId of ['', '1', 'x.y', '1.2:private-chat', '1.2\n']) {
      const body = { socket_id: socketId, channel_name: channel };
      t.equal((await desk.ask('POST', '/broadcasting/auth', { as: visitor, body })).status, 403, socketId);
    }
  });

  await t.test('who is there is named by text', async (t) => {
    const body = { socket_id: '1.2', channel_name: `presence-admin.chat.${room}` };
    const { json } = await desk.ask('POST', '/broadcasting/auth', { as: agent, body });
    t.same(JSON.parse(json.channel_data), {
      user_id: String(agent.id),
      user_info: { name: 'Агент', avatar: null, role: 'agent' },
    });
  });

  await t.test('an encrypted channel has a key of its own', async (t) => {
    const secretOf = async (id: number, as: Person) => {
      const body = { socket_id: '1.2', channel_name: `private-encrypted-chat.${id}` };
      return (await desk.ask('POST', '/broadcasting/auth', { as, body })).json.shared_secret;
    };
    const secret = await secretOf(room, visitor);
    t.equal(Buffer.from(secret, 'base64').length, 32);
    t.equal(await secretOf(room, admin), secret, 'the same for both sides');
    const other = (await desk.ask('GET', '/api/chat/room', { as: stranger })).json.room.id;
    t.not(await secretOf(other, stranger), secret);
    t.not(secret, createHash('sha256').update(`private-encrypted-chat.${room}`).digest('base64'));
  });

  await t.test('signing in', async (t) => {
    const { json } = await desk.ask('POST', '/broadcasting/user-auth', { as: visitor, body: { socket_id: '1.2' } });
    t.equal(json.auth, desk.signer.auth(`1.2::user::${json.user_data}`));
    t.match(JSON.parse(json.user_data), { id: String(visitor.id), user_info: { name: 'Ганна' } });
  });
});

t.test('a note reaches no visitor, by any way there is', async (t) => {
  const { desk, admin, visitor, room, say } = await scene(t);
  const open = await connect(t, desk);
  await subscribe(desk, open, `chat.${room}`);
  const own = await join(t, desk, visitor, `private-chat.${room}`);
  const personal = await join(t, desk, visitor, `private-user.${visitor.id}`);
  const inbox = await join(t, desk, admin, 'private-admin.chat');
  const team = await join(t, desk, admin, `private-admin.chat.${room}`);
  await say(visitor, 'перше');
  for (const socket of [open, own, inbox, team])
    t.match(await dataOf(socket, 'message.sent'), { message: 'перше', seq: 1 });

  const secret = 'НЕПЛАТОСПРОМОЖНИЙ';
  const notes = `/api/admin/chat/rooms/${room}/notes`;
  const note = await desk.ask('POST', notes, { as: admin, body: { message: secret, client_id: 'guessed' } });
  t.equal(note.status, 201);
  t.match(note.json, { is_private: true, public_seq: null, seq: 2 });
  t.match(await dataOf(team, 'message.sent'), { message: secret, is_private: true });
  await desk.ask('PATCH', `/api/admin/chat/rooms/${room}/messages/${note.json.id}`, {
    as: admin,
    body: { message: `${secret}!` },
  });
  t.match(await dataOf(team, 'message.updated'), { message: `${secret}!` });
  await desk.ask('POST', `/api/chat/room/${room}/typing`, { as: admin, body: { is_typing: true, is_private: true } });
  t.match(await dataOf(team, 'user.typing'), { user_id: admin.id, is_typing: true });

  const reply = await say(admin, 'друге');
  t.equal(reply.json.seq, 2, 'the visitor’s count has no gap');
  for (const socket of [open, own]) {
    const event = await dataOf(socket, 'message.sent');
    t.equal(event.message, 'друге', 'the first thing heard is the reply');
    t.equal(event.seq, 2);
  }
  t.match(await dataOf(inbox, 'message.sent'), { message: 'друге', seq: 3 });
  t.match(await dataOf(personal, 'notification.created'), { data: { message_preview: 'друге' } });
  const everything = await Promise.all([open, own, personal, inbox].map((socket) => socket.drained()));
  t.notMatch(JSON.stringify(everything), secret);

  const asVisitor = async (method: string, path: string, body?: unknown) => {
    const { text, status } = await desk.ask(method, path, { as: visitor, ...(body ? { body } : {}) });
    t.notMatch(text, secret, `${method} ${path}`);
    t.notMatch(text, String(note.json.uuid), `${method} ${path}`);
    return status;
  };
  const messages = `/api/chat/room/${room}/messages`;
  for (const query of [
    '',
    '?page=1',
    '?page=2&per_page=1',
    '?after_seq=0',
    '?before_seq=9',
    '?order=asc_pages',
    '?limit=1&after_seq=1',
  ]) {
    await asVisitor('GET', messages + query);
  }
  for (const path of [
    '/api/chat/room',
    '/api/chat/rooms',
    `/api/chat/room/${room}`,
    `/api/chat/room/${room}/files`,
    '/api/notifications',
  ]) {
    await asVisitor('GET', path);
  }
  t.equal(await asVisitor('PATCH', `${messages}/${note.json.id}`, { message: 'x' }), 404, 'as if it were not there');
  t.equal(await asVisitor('DELETE', `${messages}/${note.json.id}`), 404);
  t.equal(await asVisitor('POST', messages, { message: 'x', reply_to_id: note.json.id }), 422);
  t.equal(
    await asVisitor('POST', messages, { message: 'x', client_id: 'guessed' }),
    409,
    'and the answer names nothing',
  );
  t.equal(await asVisitor('POST', messages, { message: 'x', is_private: true }), 403);
  const asTeam = await desk.ask('GET', `/api/admin/chat/rooms/${room}/messages?peek=1`, { as: admin });
  t.same(
    asTeam.json.data.map((message: { message: string; seq: number }) => [message.seq, message.message]),
    [
      [1, 'перше'],
      [2, `${secret}!`],
      [3, 'друге'],
    ],
  );
});

t.test('what is said on which channel', async (t) => {
  const { desk, admin, visitor, room, say } = await scene(t);
  const own = await join(t, desk, visitor, `private-chat.${room}`);
  const inbox = await join(t, desk, admin, 'private-admin.chat');
  const site = await join(
    t,
    desk,
    await hire(desk, { name: 'А', role: 'agent', siteDomain: 'shop.example' }),
    'private-admin.site.shop.example',
  );
  const other = await join(
    t,
    desk,
    await hire(desk, { name: 'Б', role: 'agent', siteDomain: 'other.example' }),
    'private-admin.site.other.example',
  );

  await t.test('corrections', async (t) => {
    const { json: sent } = await say(visitor, 'помилка');
    await dataOf(own, 'message.sent');
    const path = `/api/chat/room/${room}/messages/${sent.id}`;
    await desk.ask('PATCH', path, { as: visitor, body: { message: 'виправлено' } });
    t.match(await dataOf(own, 'message.updated'), { id: sent.id, message: 'виправлено', edited_at: String, seq: 1 });
    await desk.ask('DELETE', path, { as: visitor });
    t.match(await dataOf(own, 'message.deleted'), { id: sent.id, chat_room_id: room, deleted_at: String, seq: 1 });
    const tombstone = (await desk.ask('GET', `/api/chat/room/${room}/messages`, { as: visitor })).json.data[0];
    t.match(tombstone, { id: sent.id, message: '', attachments: null, deleted_at: String });
  });

  await t.test('marks', async (t) => {
    await say(visitor, 'читайте');
    await desk.ask('POST', `/api/chat/room/${room}/delivered`, { as: admin, body: {} });
    t.match(await dataOf(own, 'message.delivered'), {
      chat_room_id: room,
      reader_id: admin.id,
      is_admin: true,
      last_delivered_seq: 2,
    });
    await desk.ask('POST', `/api/chat/room/${room}/read`, { as: admin });
    t.same(await dataOf(own, 'message.read'), {
      chat_room_id: room,
      reader_id: admin.id,
      is_admin: true,
      last_read_seq: 2,
    });
  });

  await t.test('rooms', async (t) => {
    await desk.ask('POST', `/api/admin/chat/rooms/${room}/take`, { as: admin });
    const heardByVisitor = await dataOf(own, 'room.updated');
    t.match(heardByVisitor, { id: room, status: 'assigned', assigned_admin: { id: admin.id } });
    for (const field of ['user', 'uuid', 'metadata', 'latest_message', 'labels'])
      t.notOk(field in heardByVisitor, field);
    t.match(await dataOf(inbox, 'room.updated'), { id: room, change: { what: 'assignee' }, user: { id: visitor.id } });
    t.match(await dataOf(site, 'room.updated'), { id: room });
    await desk.ask('POST', `/api/admin/chat/rooms/${room}/snooze`, { as: admin, body: { until: 'reply' } });
    t.match(await dataOf(inbox, 'room.updated'), { change: { what: 'snooze' } });
    const guest = await visit(desk, {}, 'https://other.example');
    const created = (await desk.ask('GET', '/api/chat/room', { as: guest })).json.room;
    t.match(await dataOf(inbox, 'room.created'), { id: created.id });
    t.match(await dataOf(other, 'room.created'), { id: created.id });
    t.notMatch(
      JSON.stringify(await site.drained()),
      String(created.id),
      'an agent of another site hears nothing of it',
    );
    await desk.ask('DELETE', `/api/admin/chat/rooms/${created.id}`, { as: admin });
    t.same(await dataOf(inbox, 'room.deleted'), { id: created.id });
    t.notMatch(JSON.stringify(await own.drained()), 'snooze', 'what the team does for itself stays with it');
  });

  await t.test('agents', async (t) => {
    const agents = await join(t, desk, admin, 'presence-agents');
    await desk.ask('PUT', '/api/admin/chat/availability', { as: admin, body: { availability: 'busy' } });
    t.match(await dataOf(agents, 'agent.availability'), { user_id: admin.id, availability: 'busy' });
    const listed = (await desk.ask('GET', '/api/admin/chat/agents', { as: admin })).json.data;
    t.match(
      listed.find((each: { id: number }) => each.id === admin.id),
      { availability: 'busy' },
    );
  });
});

t.test('the socket that caused it is left out', async (t) => {
  const { desk, visitor, room, say } = await scene(t);
  const [mine, theirs] = [await connect(t, desk), await connect(t, desk)];
  for (const socket of [mine, theirs]) await subscribe(desk, socket, `chat.${room}`);
  await say(visitor, 'раз', { 'x-socket-id': mine.socketId });
  t.match(await dataOf(theirs, 'message.sent'), { message: 'раз' });
  t.same(await mine.drained(), []);
  await say(visitor, 'два', { 'x-socket-id': 'nonsense\t' });
  t.match(await dataOf(mine, 'message.sent'), { message: 'два' }, 'what is no socket’s id leaves nobody out');
});

t.test('many at once: every answer before its event, and events in the order of their numbers', async (t) => {
  const { desk, visitor, room } = await scene(t);
  const { echo } = listen(t, desk);
  const ear = new Ear();
  const answered = new Set<number>();
  const early: number[] = [];
  const seqs: number[] = [];
  const channel = echo.channel(`chat.${room}`).listen('.message.sent', (event: { id: number; seq: number }) => {
    if (!answered.has(event.id)) early.push(event.id);
    seqs.push(event.seq);
    if (seqs.length === 100) ear.hear('all');
  });
  await heard(channel);
  const senders = Array.from({ length: 5 }, async (_, sender) => {
    for (let each = 0; each < 20; each += 1) {
      const body = { message: `${sender}/${each}` };
      const { json } = await desk.ask('POST', `/api/chat/room/${room}/messages`, { as: visitor, body });
      answered.add(json.id);
    }
  });
  await Promise.all(senders);
  await ear.next('all');
  t.same(early, []);
  t.same(
    seqs,
    Array.from({ length: 100 }, (_, index) => index + 1),
  );
});

t.test('without public channels', async (t) => {
  const { desk, visitor, room, say } = await scene(t, { CHAT_PUBLIC_CHANNELS: 'off' });
  const open = await connect(t, desk);
  await subscribe(desk, open, `chat.${room}`);
  const own = await join(t, desk, visitor, `private-chat.${room}`);
  await say(visitor, 'тихо');
  t.match(await dataOf(own, 'message.sent'), { message: 'тихо' });
  t.same(await open.drained(), []);
});

t.test('on the channels of the app that is named', async (t) => {
  const apps = ['1', '2'].map((id) => ({ app_id: id, key: `key-${id}`, secret: `secret-${id}` }));
  const file = `${t.testdir({ 'apps.json': JSON.stringify(apps) })}/apps.json`;
  const { desk, visitor, room } = await scene(t, { REVERB_APPS_FILE: file, CHAT_APP_ID: '2' });
  const body = { socket_id: '1.2', channel_name: `private-chat.${room}` };
  const { json } = await desk.ask('POST', '/broadcasting/auth', { as: visitor, body });
  t.match(json.auth, /^key-2:/);
});
