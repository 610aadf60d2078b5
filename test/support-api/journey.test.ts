import { sql } from 'kysely';
import t, { type Test } from 'tap';
import { emptyDatabaseUrl, hasMysql, onEachEngine, openFor } from '../kit/database.ts';
import { becomeAdmin, heard, listen, type Person, type RunningDesk, register, startDesk } from '../kit/desk.ts';
import { type Ear, eventually } from '../kit/ear.ts';
import { fill, laravelSchema, plainToken } from '../kit/laravel-database.ts';

/** Request by request what the deployed widget, panel and room page do; their whole contract with a server. */

interface People {
  desk: RunningDesk;
  customer: Person;
  admin: Person;
}

/** The widget as deployed: appends what its POST answers, and drops an event it already has. */
async function openWidget(t: Test, { desk, customer }: People) {
  const { echo, ear } = listen(t, desk);
  const { json } = await desk.ask('GET', '/api/api/chat/room?category=general', { as: customer });
  const room = json.room;
  const shown: number[] = (
    await desk.ask('GET', `/api/api/chat/room/${room.id}/messages`, { as: customer })
  ).json.data.map((message: { id: number }) => message.id);
  const channel = echo.channel(`chat.${room.id}`);
  channel.listen('.message.sent', (event: { id: number }) => {
    ear.hear('message.sent', event);
    if (!shown.includes(event.id)) shown.push(event.id);
  });
  channel.listen('.user.typing', ear.for('user.typing'));
  await heard(channel);
  const send = async (body: unknown) => {
    const answer = await desk.ask('POST', `/api/api/chat/room/${room.id}/messages`, { as: customer, body });
    ear.hear('answered', answer.json);
    shown.push(answer.json.id);
    return answer;
  };
  const type = (isTyping: boolean) =>
    desk.ask('POST', `/api/api/chat/room/${room.id}/typing`, { as: customer, body: { is_typing: isTyping } });
  return {
    room,
    ear,
    shown,
    send,
    type,
    poll: () => desk.ask('GET', `/api/api/chat/room/${room.id}/messages`, { as: customer }),
  };
}

const ROOM_FIELDS = [
  'id',
  'user_id',
  'status',
  'assigned_to',
  'priority',
  'category',
  'last_message_at',
  'assigned_at',
  'resolved_at',
  'closed_at',
  'unread_user_count',
  'unread_admin_count',
  'metadata',
  'created_at',
  'updated_at',
  'user',
  'assigned_admin',
  'assignedAdmin',
  'latest_message',
];
const MESSAGE_FIELDS = [
  'id',
  'chat_room_id',
  'user_id',
  'message',
  'type',
  'attachments',
  'is_admin',
  'read_at',
  'created_at',
  'updated_at',
  'user',
];
const PAGE_FIELDS = [
  'current_page',
  'data',
  'first_page_url',
  'from',
  'last_page',
  'last_page_url',
  'links',
  'next_page_url',
  'path',
  'per_page',
  'prev_page_url',
  'to',
  'total',
];
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/;

function hasFields(t: Test, value: object, fields: readonly string[], what: string) {
  t.same(
    fields.filter((field) => !(field in value)),
    [],
    `${what} has every field of the contract`,
  );
}

async function travel(t: Test, people: People) {
  const { desk, customer, admin } = people;
  const widget = await openWidget(t, people);
  const { room } = widget;
  const at = (path: string) => `/api/admin/chat/rooms/${room.id}${path}`;

  await t.test('the widget opens its room', async (t) => {
    hasFields(t, room, ROOM_FIELDS, 'a room');
    t.equal(typeof room.id, 'number');
    t.ok(Number.isSafeInteger(room.id) && room.id > 1_000_000, 'a number nobody guesses');
    t.equal(room.status, 'open');
    t.equal(room.priority, 'normal');
    t.equal(room.category, 'general');
    t.match(room.last_message_at, TIME, 'a date also before the first message');
    const again = await desk.ask('GET', '/api/chat/room', { as: customer });
    t.equal(again.json.room.id, room.id, 'the same one the next time');
    t.same((await widget.poll()).json.data, []);
  });

  await t.test('somebody types: every key stroke is taken, one is passed on', async (t) => {
    for (let stroke = 0; stroke < 20; stroke += 1) t.equal((await widget.type(true)).status, 200);
    t.same((await widget.type(false)).json, { success: true });
    const typing = { user_id: customer.id, user_name: customer.name };
    t.same(await widget.ear.next('user.typing'), { ...typing, is_typing: true });
    let end = await widget.ear.next('user.typing');
    // Twenty key strokes may take long enough for a second one to be passed on.
    while (end.is_typing) end = await widget.ear.next('user.typing');
    t.same(end, { ...typing, is_typing: false });
  });

  await t.test('sends: the answer first, then the event, and it stands there once', async (t) => {
    for (const text of ['Добрий день 👋', 'є питання', 'ще одне']) {
      const { status, json } = await widget.send({ message: text });
      t.equal(status, 201);
      hasFields(t, json, MESSAGE_FIELDS, 'a message');
      t.equal(json.message, text);
      t.equal(json.is_admin, false);
      t.same(json.user, { id: customer.id, name: customer.name, avatar: null, is_admin: false });
      t.match(json.created_at, TIME);
      const event = await widget.ear.next('message.sent');
      const order = widget.ear.heard.map(([what]) => what);
      t.same(order, ['answered'], 'the answer was there before the event was taken');
      widget.ear.heard.length = 0;
      const { created_at: at, ...rest } = event;
      t.match(at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00$/);
      t.match(rest, {
        id: json.id,
        chat_room_id: room.id,
        user_id: customer.id,
        user: { id: customer.id, name: customer.name, avatar: null },
        message: text,
        type: 'text',
        attachments: null,
        is_admin: false,
      });
    }
    t.equal(new Set(widget.shown).size, widget.shown.length, 'nothing is shown twice');
  });

  await t.test('the panel lists it, counts it, takes it', async (t) => {
    const list = await desk.ask('GET', '/api/admin/chat/rooms?status=open&unassigned=true&unread=1&per_page=20', {
      as: admin,
    });
    hasFields(t, list.json, PAGE_FIELDS, 'a page');
    const row = list.json.data.find((each: { id: number }) => each.id === room.id);
    hasFields(t, row, ROOM_FIELDS, 'a row');
    t.equal(row.unread_admin_count, 3, 'a customer’s messages are unread by the team');
    t.equal(row.unread_user_count, 0);
    t.equal(row.user.id, customer.id);
    t.ok(row.user.email);
    t.equal(row.latest_message.message, 'ще одне');
    const stats = (await desk.ask('GET', '/api/admin/chat/stats', { as: admin })).json;
    for (const count of ['total', 'open', 'assigned', 'resolved', 'closed', 'unassigned', 'urgent', 'unread']) {
      t.type(stats[count], 'number', count);
    }
    const refused = await desk.ask('POST', at('/assign'), { as: admin, body: { admin_id: customer.id } });
    t.equal(refused.status, 422);
    t.equal(refused.json.message, 'User is not an admin');
    const assigned = await desk.ask('POST', at('/assign'), { as: admin, body: { admin_id: admin.id } });
    t.equal(assigned.json.message, 'Chat assigned');
    t.equal(assigned.json.room.status, 'assigned');
    t.equal(assigned.json.room.assignedAdmin.id, admin.id);
    t.same(assigned.json.room.assigned_admin, assigned.json.room.assignedAdmin);
  });

  await t.test('the room page reads and answers, the widget hears it', async (t) => {
    const page = await desk.ask('GET', at(''), { as: admin });
    t.equal(page.json.id, room.id, 'the bare room');
    t.same(
      page.json.messages
        .slice(-3)
        .map((message: { message: string; user: { id: number } }) => [message.message, message.user.id]),
      [
        ['Добрий день 👋', customer.id],
        ['є питання', customer.id],
        ['ще одне', customer.id],
      ],
    );
    const polled = await desk.ask('GET', `/api/chat/room/${room.id}/messages`, { as: admin });
    t.equal(polled.status, 200, 'the same route as the customer’s');
    t.equal((await desk.ask('GET', at(''), { as: admin })).json.unread_admin_count, 0, 'reading zeroes that side');
    const sent = await desk.ask('POST', `/api/chat/room/${room.id}/messages`, {
      as: admin,
      body: { message: 'Вітаю!' },
    });
    t.equal(sent.status, 201);
    t.equal(sent.json.is_admin, true);
    const event = await widget.ear.next('message.sent');
    t.match(event, { id: sent.json.id, is_admin: true, message: 'Вітаю!', user_id: admin.id });
    const mine = (await desk.ask('GET', '/api/chat/rooms', { as: customer })).json;
    hasFields(t, mine, PAGE_FIELDS, 'the customer’s rooms');
    t.equal(mine.data[0].unread_user_count, 1, 'an admin’s message is unread by the customer');
    t.equal(mine.data[0].latest_message.message, 'Вітаю!');
    await desk.ask('GET', `/api/chat/room/${room.id}/messages?peek=1`, { as: customer });
    t.equal(
      (await desk.ask('GET', '/api/chat/room', { as: customer })).json.room.unread_user_count,
      1,
      'peeking does not read',
    );
    await widget.poll();
    t.equal((await desk.ask('GET', '/api/chat/room', { as: customer })).json.room.unread_user_count, 0);
    t.same((await desk.ask('POST', `/api/chat/room/${room.id}/read`, { as: customer })).json, {
      message: 'Marked as read',
    });
  });

  await t.test('a message with files', async (t) => {
    const form = new FormData();
    form.append('message', 'ось');
    form.append('attachments[]', new Blob([PNG], { type: 'text/html' }), 'знімок.png');
    form.append('attachments[]', new Blob(['<script>alert(1)</script>'], { type: 'image/png' }), 'script.png');
    const { status, json } = await widget.send(form);
    t.equal(status, 201);
    t.equal(json.attachments.length, 2);
    const [picture, script] = json.attachments;
    t.match(picture, { name: 'знімок.png', type: 'image/png', size: Number, width: 1, height: 1 });
    t.match(picture.url, /^\/storage\/chat-attachments\//, 'site-relative');
    t.not(script.type, 'image/png', 'told from its bytes');
    const event = await widget.ear.next('message.sent');
    t.same(event.attachments, json.attachments);
    widget.ear.heard.length = 0;

    const shown = await fetch(desk.httpUrl + picture.url);
    t.equal(shown.status, 200, 'an <img> gets it without a token');
    t.equal(shown.headers.get('content-type'), 'image/png');
    t.equal(shown.headers.get('x-content-type-options'), 'nosniff');
    t.same(Buffer.from(await shown.arrayBuffer()), PNG);
    const download = await fetch(desk.httpUrl + script.url);
    t.match(download.headers.get('content-disposition'), /^attachment/);
    t.equal(download.headers.get('content-type'), 'application/octet-stream');
    t.equal((await fetch(desk.httpUrl + picture.url.split('?')[0])).status, 403, 'not without its proof');
    t.equal((await fetch(desk.httpUrl + picture.url.replace(/signature=../, 'signature=AA'))).status, 403);
    const upload = new FormData();
    upload.append('file', new Blob([PNG]), 'a.png');
    const ahead = await desk.ask('POST', '/api/chat/upload', { as: customer, body: upload });
    t.equal(ahead.status, 201);
    t.match(ahead.json, { name: 'a.png', type: 'image/png', size: PNG.length, url: /^\/storage\// });
  });

  await t.test('triage and what it says', async (t) => {
    const status = (body: object) => desk.ask('POST', at('/status'), { as: admin, body });
    t.match((await desk.ask('POST', at('/priority'), { as: admin, body: { priority: 'urgent' } })).json, {
      message: 'Priority updated',
      room: { priority: 'urgent' },
    });
    t.match((await desk.ask('POST', at('/category'), { as: admin, body: { category: 'оплата' } })).json, {
      message: 'Category updated',
      room: { category: 'оплата' },
    });
    const resolved = await status({ status: 'resolved' });
    t.equal(resolved.json.message, 'Status updated');
    t.match(resolved.json.room.resolved_at, TIME);
    t.match((await status({ status: 'closed' })).json.room, { status: 'closed', closed_at: TIME });
    t.match((await status({ status: 'open' })).json.room, { status: 'open', closed_at: null, resolved_at: null });
    t.equal((await status({ status: 'nonsense' })).status, 422);
    t.equal((await desk.ask('POST', at('/resolve'), { as: admin })).json.message, 'Chat resolved');
    await widget.send({ message: 'ще не все' });
    await widget.ear.next('message.sent');
    const reopened = (await desk.ask('GET', '/api/chat/room', { as: customer })).json.room;
    t.match(reopened, { id: room.id, status: 'open', resolved_at: null }, 'a customer who writes reopens it');
    t.equal((await desk.ask('POST', at('/close'), { as: admin })).json.message, 'Chat closed');
    t.equal((await desk.ask('POST', at('/reopen'), { as: admin })).json.message, 'Chat reopened');
    t.same((await desk.ask('POST', `/api/chat/room/${room.id}/close`, { as: customer })).json, {
      message: 'Chat closed',
    });
    t.same((await desk.ask('POST', `/api/chat/room/${room.id}/reopen`, { as: customer })).json, {
      message: 'Chat reopened',
    });
  });

  await t.test('notifications of the app', async (t) => {
    const told = (await desk.ask('GET', '/api/notifications?unread=on', { as: customer })).json;
    t.match(told.data[0], {
      type: 'chat_message',
      data: { chat_room_id: room.id, message_id: Number, sender_name: admin.name, message_preview: 'Вітаю!' },
    });
    await desk.ask('POST', '/api/notifications/read-all', { as: customer });
    t.equal((await desk.ask('GET', '/api/notifications', { as: customer })).json.unread, 0);
  });

  await t.test('frontends that authenticate hear the same on the private channel', async (t) => {
    const { echo, ear } = listen(t, desk, customer);
    const channel = echo.private(`chat.${room.id}`);
    channel.listen('.message.sent', ear.for('message.sent'));
    await heard(channel);
    const stranger = await register(desk, 'Чужий');
    const elsewhere = listen(t, desk, stranger);
    await t.rejects(heard(elsewhere.echo.private(`chat.${room.id}`)), /403/);
    await widget.send({ message: 'чути?' });
    t.match(await ear.next('message.sent'), { message: 'чути?' });
  });

  await t.test('a long conversation shows its end', async (t) => {
    for (let each = 0; each < 55; each += 1) {
      await desk.ask('POST', `/api/chat/room/${room.id}/messages`, { as: customer, body: { message: `№ ${each}` } });
    }
    const newest = (await widget.poll()).json;
    t.equal(newest.data.length, 50);
    t.equal(newest.data.at(-1).message, '№ 54');
    t.equal(newest.per_page, 50);
    const older = (await desk.ask('GET', `/api/chat/room/${room.id}/messages?page=2`, { as: customer })).json;
    t.equal(older.data.at(-1).seq, newest.data[0].seq - 1, 'the page before it');
    const missed = await desk.ask(
      'GET',
      `/api/chat/room/${room.id}/messages?after_seq=${newest.meta.last_seq - 3}&peek=1`,
      {
        as: customer,
      },
    );
    t.same(
      missed.json.data.map((message: { message: string }) => message.message),
      ['№ 52', '№ 53', '№ 54'],
    );
    const oldest = await desk.ask('GET', `/api/chat/room/${room.id}/messages?order=asc_pages`, { as: customer });
    t.equal(oldest.json.data[0].seq, 1);
  });
  return widget;
}

t.test('on a database of our own', async (t) => {
  await onEachEngine(t, async (t, engine) => {
    const desk = await startDesk(t, await emptyDatabaseUrl(t, engine));
    const admin = await becomeAdmin(desk);
    await travel(t, { desk, admin, customer: await register(desk, 'Іван') });
    const me = await desk.ask('GET', '/api/auth/me', { as: admin });
    t.match(me.json, { id: admin.id, is_admin: true });
    t.notMatch(JSON.stringify(me.json), /argon2|password/);
  });
});

t.test('on the database of a Laravel application', async (t) => {
  if (!(await hasMysql(t))) return;
  const url = await emptyDatabaseUrl(t, 'mysql');
  const { db: laravel } = openFor(t, url);
  for (const statement of laravelSchema) await sql.raw(statement).execute(laravel);
  await fill(laravel);

  const desk = await startDesk(t, url);
  t.equal(desk.setUpToken, null, 'its admin is the admin');
  const login = await desk.ask('POST', '/api/auth/login', {
    body: { email: 'admin@shop.example', password: 's3cret-word' },
  });
  t.equal(login.status, 200, 'a password that PHP hashed');
  const admin = { id: login.json.user.id, name: login.json.user.name, token: login.json.token };
  const me = await desk.ask('GET', '/api/auth/me', { as: `1|${plainToken}` });
  t.match(me.json, { id: 1, name: 'Ольга Петренко', is_admin: false }, 'a token that Sanctum issued');
  const olha = { id: 1, name: me.json.name, token: `1|${plainToken}` };

  const before = await desk.ask('GET', '/api/chat/rooms', { as: olha });
  const [room] = before.json.data;
  t.equal(room.status, 'assigned');
  t.not(room.id, 1, 'not by the number of its row');
  const messages = (await desk.ask('GET', `/api/chat/room/${room.id}/messages`, { as: olha })).json.data;
  t.same(
    messages.map((message: { message: string }) => message.message),
    ['Добрий день', 'Вітаю 😀', 'ось', 'і ще'],
  );

  const heardByWidget = await hearRoom(t, desk, room.id);
  await sql`insert into support_chat_messages (chat_room_id, user_id, message, type, is_admin, created_at, updated_at)
    values (1, 2, 'від Laravel', 'text', 1, utc_timestamp(), utc_timestamp())`.execute(laravel);
  const next = await eventually('what the application wrote', async () => {
    const { json } = await desk.ask('GET', `/api/chat/room/${room.id}/messages?after_seq=4`, { as: olha });
    return json.data[0];
  });
  t.match(next, { message: 'від Laravel', seq: 5, is_admin: true });
  t.ok(heardByWidget, 'the room can be listened to');

  const customer = await register(desk, 'Нова');
  await travel(t, { desk, admin, customer });
  const rows = await sql<{
    message: string;
  }>`select message from support_chat_messages order by id desc limit 1`.execute(laravel);
  t.equal(rows.rows[0]?.message, '№ 54', 'the application reads what we write');
});

async function hearRoom(t: Test, desk: RunningDesk, room: number): Promise<Ear> {
  const { echo, ear } = listen(t, desk);
  const channel = echo.channel(`chat.${room}`).listen('.message.sent', ear.for('message.sent'));
  await heard(channel);
  return ear;
}

/** One pixel. */
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
