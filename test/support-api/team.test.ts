import { createHmac } from 'node:crypto';
import { SignJWT } from 'jose';
import t, { type Test } from 'tap';
import { openDatabase } from '../../db/open.ts';
import { pruneRoomEvents } from '../../db/room-events.ts';
import { saveSite, setIdentitySecret } from '../../db/sites.ts';
import { emptyDatabaseUrl, onEachEngine } from '../kit/database.ts';
import { becomeAdmin, hire, type RunningDesk, register, startDesk, visit } from '../kit/desk.ts';

async function scene(t: Test, engine: 'sqlite' | 'mysql' = 'sqlite', env: Record<string, string> = {}) {
  const desk = await startDesk(t, await emptyDatabaseUrl(t, engine), env);
  const admin = await becomeAdmin(desk);
  const customer = await register(desk, 'Ївга Щука');
  const room: number = (await desk.ask('GET', '/api/chat/room', { as: customer })).json.room.id;
  const at = (path = '') => `/api/admin/chat/rooms/${room}${path}`;
  const asAdmin = (method: string, path: string, body?: unknown) =>
    desk.ask(method, path, { as: admin, ...(body === undefined ? {} : { body }) });
  return { desk, admin, customer, room, at, asAdmin };
}

async function withDatabase<Result>(
  desk: RunningDesk,
  work: (db: ReturnType<typeof openDatabase>['db']) => Promise<Result>,
) {
  const { db, close } = openDatabase(desk.databaseUrl);
  try {
    return await work(db);
  } finally {
    await close();
  }
}

t.test('taking', async (t) => {
  await onEachEngine(t, async (t, engine) => {
    const { desk, admin, at, asAdmin } = await scene(t, engine);
    const rivals = [admin, ...(await Promise.all(['А', 'Б', 'В'].map((name) => hire(desk, { name, role: 'agent' }))))];
    for (let round = 0; round < 10; round += 1) {
      await asAdmin('POST', at('/unassign'));
      const answers = await Promise.all(rivals.map((as) => desk.ask('POST', at('/take'), { as })));
      const winners = answers.filter(({ status }) => status === 200);
      t.equal(winners.length, 1, 'one winner');
      const winner = winners[0]?.json.room.assigned_to;
      for (const { status, json } of answers) {
        if (status === 200) continue;
        t.equal(status, 409);
        t.match(json, { message: 'Chat already assigned', room: { assigned_to: winner } });
      }
    }
    const assigning = rivals.map(({ id }) => asAdmin('POST', at('/assign'), { admin_id: id }));
    t.ok(
      (await Promise.all(assigning)).every(({ status }) => status === 200),
      'an explicit assignment overrides',
    );
    const { json: history } = await asAdmin('GET', `${at('/history')}?limit=200`);
    const assignments = history.data.filter((entry: { data: { what?: string } }) => entry.data.what === 'assignee');
    t.ok(assignments.length >= 10);
    t.match(assignments[0], { type: 'room.updated', actor: { id: admin.id, name: 'Олена' }, created_at: String });
  });
});

t.test('the team’s tools', async (t) => {
  const { desk, admin, customer, room, at, asAdmin } = await scene(t);
  const agent = await hire(desk, { name: 'Агент', role: 'agent' });

  await t.test('labels', async (t) => {
    const { status, json: label } = await asAdmin('POST', '/api/admin/chat/labels', { name: 'VIP', color: '#ff0000' });
    t.equal(status, 201);
    t.equal((await asAdmin('POST', '/api/admin/chat/labels', { name: 'VIP' })).status, 409);
    t.equal((await asAdmin('POST', '/api/admin/chat/labels', { name: 'x', color: 'red' })).status, 422);
    const labelled = await asAdmin('PUT', at('/labels'), { labels: [label.id] });
    t.same(labelled.json.room.labels, [label]);
    t.equal((await asAdmin('GET', `/api/admin/chat/rooms?label=${label.id}`)).json.total, 1);
    t.equal((await asAdmin('GET', `/api/admin/chat/rooms?label=${crypto.randomUUID()}`)).json.total, 0);
    await asAdmin('PATCH', `/api/admin/chat/labels/${label.id}`, { name: 'Важливий' });
    t.equal((await asAdmin('GET', at())).json.labels[0].name, 'Важливий');
    await asAdmin('DELETE', `/api/admin/chat/labels/${label.id}`);
    t.same((await asAdmin('GET', at())).json.labels, []);
  });

  await t.test('canned replies', async (t) => {
    const own = await desk.ask('POST', '/api/admin/chat/canned', {
      as: agent,
      body: { short_code: '/hi', text: 'Вітаю, {{ first_name|друже }}! Я {{agent}}. {{unknown}}' },
    });
    t.equal(own.status, 201);
    t.match(own.json, { short_code: 'hi', user_id: agent.id });
    t.equal(
      (
        await desk.ask('POST', '/api/admin/chat/canned', {
          as: agent,
          body: { short_code: 'all', text: 'x', scope: 'all' },
        })
      ).status,
      403,
    );
    await asAdmin('POST', '/api/admin/chat/canned', { short_code: 'bye', text: 'До зустрічі', scope: 'all' });
    const codes = async (as: typeof agent) =>
      (await desk.ask('GET', '/api/admin/chat/canned', { as })).json.data.map(
        (each: { short_code: string }) => each.short_code,
      );
    t.same(await codes(agent), ['bye', 'hi']);
    t.same(await codes(admin), ['bye'], 'what is somebody’s own is nobody else’s');
    const expanded = await desk.ask('GET', `/api/admin/chat/canned/${own.json.id}/expand?room=${room}`, { as: agent });
    t.equal(expanded.json.text, 'Вітаю, Ївга! Я Агент. {{unknown}}');
    t.equal((await asAdmin('DELETE', `/api/admin/chat/canned/${own.json.id}`)).status, 404);
  });

  await t.test('drafts', async (t) => {
    const path = `/api/chat/room/${room}/draft`;
    t.same((await desk.ask('GET', path, { as: agent })).json, { draft: null });
    await desk.ask('PUT', path, { as: agent, body: { text: 'почав', is_private: true } });
    t.match((await desk.ask('GET', path, { as: agent })).json.draft, {
      chat_room_id: room,
      text: 'почав',
      is_private: true,
    });
    t.same((await desk.ask('GET', path, { as: customer })).json, { draft: null });
    t.equal((await desk.ask('GET', '/api/admin/chat/drafts', { as: agent })).json.data.length, 1);
    await desk.ask('POST', `/api/chat/room/${room}/messages`, { as: agent, body: { message: 'почав і скінчив' } });
    t.same((await desk.ask('GET', path, { as: agent })).json, { draft: null }, 'what is sent is no draft any more');
  });

  await t.test('views', async (t) => {
    const made = await asAdmin('POST', '/api/admin/chat/views', {
      name: 'Мої термінові',
      query: { priority: 'urgent' },
    });
    t.equal(made.status, 201);
    t.match((await asAdmin('GET', '/api/admin/chat/views')).json.data, [
      { name: 'Мої термінові', query: { priority: 'urgent' } },
    ]);
    t.same((await desk.ask('GET', '/api/admin/chat/views', { as: agent })).json.data, []);
    const path = `/api/admin/chat/views/${made.json.id}`;
    const renamed = { name: 'Наші', query: { priority: 'urgent' } };
    t.match((await asAdmin('PATCH', path, { name: 'Наші' })).json, renamed);
    t.match((await asAdmin('PATCH', path, { query: { tab: 'all' } })).json, { name: 'Наші', query: { tab: 'all' } });
    t.match((await asAdmin('GET', '/api/admin/chat/views')).json.data, [{ id: made.json.id, name: 'Наші' }]);
    t.match(await asAdmin('PATCH', path, { name: ' ' }), {
      status: 422,
      json: { errors: { name: Array }, reasons: { name: { rule: 'required' } } },
    });
    t.equal((await desk.ask('PATCH', path, { as: agent, body: { name: 'x' } })).status, 404);
    t.equal((await desk.ask('DELETE', path, { as: agent })).status, 404);
    t.equal((await asAdmin('DELETE', `/api/admin/chat/views/${made.json.id}`)).status, 200);
  });

  await t.test('search', async (t) => {
    await desk.ask('POST', `/api/chat/room/${room}/messages`, { as: customer, body: { message: 'Де мій ГАРБУЗ?' } });
    for (const words of ['гарбуз', 'щука', 'ЇВГА']) {
      const { json } = await asAdmin('GET', `/api/admin/chat/search?q=${encodeURIComponent(words)}`);
      t.same(
        json.data.map((each: { id: number }) => each.id),
        [room],
        words,
      );
    }
    t.same((await asAdmin('GET', '/api/admin/chat/search?q=%25%25')).json.data, []);
    t.equal((await asAdmin('GET', '/api/admin/chat/search')).status, 422);
  });

  await t.test('sleep, archive, unread, subject', async (t) => {
    t.equal((await asAdmin('POST', at('/snooze'), { until: 'yesterday' })).status, 422);
    t.equal((await asAdmin('POST', at('/snooze'), { until: '2001-01-01T00:00:00Z' })).status, 422);
    t.match((await asAdmin('POST', at('/snooze'), { until: '2099-01-01T00:00:00Z' })).json.room, {
      snoozed_until: '2099-01-01T00:00:00.000000Z',
    });
    t.equal((await asAdmin('GET', '/api/admin/chat/rooms?snoozed=0')).json.total, 0);
    await desk.ask('POST', `/api/chat/room/${room}/messages`, { as: customer, body: { message: 'агов' } });
    t.equal((await asAdmin('GET', at())).json.snoozed_until, null, 'who writes wakes it');
    t.match((await asAdmin('POST', at('/subject'), { subject: 'Гарбуз' })).json.room, { subject: 'Гарбуз' });
    await asAdmin('POST', `/api/chat/room/${room}/read`);
    t.match((await asAdmin('POST', at('/unread'))).json.room, { unread_admin_count: 1 });
    await asAdmin('POST', at('/archive'));
    t.equal((await asAdmin('GET', '/api/admin/chat/rooms')).json.total, 0);
    t.equal((await asAdmin('GET', '/api/admin/chat/rooms?archived=1')).json.total, 1);
    await asAdmin('POST', at('/unarchive'));
    await asAdmin('POST', at('/reopen'));
  });

  await t.test('somebody else has answered meanwhile', async (t) => {
    const seen = (await asAdmin('GET', `${at('/messages')}?peek=1`)).json.meta.last_seq;
    await desk.ask('POST', at('/messages'), { as: agent, body: { message: 'я вже' } });
    const late = await asAdmin('POST', at('/messages'), { message: 'і я', last_seen_seq: seen });
    t.equal(late.status, 409);
    t.match(late.json, {
      conflict: 'answered',
      messages: [{ message: 'я вже', user: { id: agent.id }, chat_room_id: room }],
      last_seq: seen + 1,
    });
    t.equal(
      (await asAdmin('POST', at('/messages'), { message: 'дарма', last_seen_seq: seen, force: true })).status,
      201,
    );
    t.equal((await asAdmin('POST', at('/messages'), { message: 'і я', last_seen_seq: seen + 2 })).status, 201);
  });

  await t.test('who is shut out', async (t) => {
    t.equal((await asAdmin('POST', at('/block'), { reason: 'спам' })).status, 200);
    const write = () => desk.ask('POST', `/api/chat/room/${room}/messages`, { as: customer, body: { message: 'x' } });
    t.equal((await write()).status, 403);
    t.equal((await desk.ask('GET', `/api/chat/room/${room}/messages`, { as: customer })).status, 200, 'reads on');
    t.match((await asAdmin('GET', '/api/admin/chat/blocks')).json.data, [
      { kind: 'user', reason: 'спам', until: null },
    ]);
    await asAdmin('DELETE', at('/block'));
    t.equal((await write()).status, 201);
    await asAdmin('POST', '/api/admin/chat/blocks', { ip: '127.0.0.1' });
    t.equal((await write()).status, 403, 'by address');
    await asAdmin('DELETE', '/api/admin/chat/blocks/127.0.0.1');
    t.equal((await write()).status, 201);
    t.match((await asAdmin('GET', `/api/admin/chat/audit?actor_id=${admin.id}`)).json.data[0], {
      action: 'address.unblocked',
    });
  });
});

t.test('what is known of a visitor, and forgetting it', async (t) => {
  const { desk, customer, room, asAdmin, at } = await scene(t);
  const form = new FormData();
  form.append('message', 'таємниця');
  form.append('attachments[]', new Blob(['x']), 'паспорт.txt');
  await desk.ask('POST', `/api/chat/room/${room}/messages`, { as: customer, body: form });
  await asAdmin('POST', at('/notes'), { message: 'лише для нас' });
  const about = `/api/admin/chat/visitors/${customer.id}`;
  const exported = await asAdmin('GET', `${about}/export`);
  t.match(exported.headers.get('content-disposition'), /attachment/);
  t.match(exported.json, { person: { name: customer.name }, rooms: [{ id: room, messages: [{ text: 'таємниця' }] }] });
  t.notMatch(exported.text, 'лише для нас');
  const [file] = exported.json.rooms[0].messages[0].files;
  t.equal((await fetch(desk.httpUrl + file.url)).status, 200, 'its files can be had');

  t.match((await asAdmin('DELETE', about)).json, { messages: Number, files: 1, account: 'erased' });
  t.equal((await desk.ask('GET', '/api/auth/me', { as: customer })).status, 401);
  t.equal((await fetch(desk.httpUrl + file.url)).status, 404);
  const left = await asAdmin('GET', at());
  for (const word of ['таємниця', 'паспорт', customer.name]) t.notMatch(left.text, word);
});

t.test('what an inbox has missed', async (t) => {
  const { desk, customer, room, asAdmin, at } = await scene(t);
  const changes = async (cursor?: number) =>
    asAdmin('GET', `/api/admin/chat/changes${cursor === undefined ? '' : `?cursor=${cursor}`}`);
  const start = (await changes()).json;
  t.match(start, { cursor: Number, rooms: [], deleted: [], has_more: false });
  await desk.ask('POST', `/api/chat/room/${room}/messages`, { as: customer, body: { message: 'x' } });
  const next = (await changes(start.cursor)).json;
  t.match(next.rooms, [{ id: room, latest_message: { message: 'x' } }]);
  await asAdmin('DELETE', at());
  t.same((await changes(next.cursor)).json.deleted, [room]);
  await withDatabase(desk, (db) => pruneRoomEvents(db, Date.now() + 1000, Date.now()));
  const late = await changes(start.cursor);
  t.equal(late.status, 410);
  t.match(late.json.message, /expired/);
  t.equal((await changes()).status, 200, 'and begins anew');
});

t.test('visitors', async (t) => {
  const { desk, customer } = await scene(t);
  const site = 'https://shop.example';
  const session = (body: object, as?: string, origin = site) =>
    desk.ask('POST', '/api/widget/session', { body, as, headers: { origin } });

  await t.test('a guest goes on as the same one', async (t) => {
    const first = await session({ name: 'Петро', locale: 'uk' });
    t.match(first.json, { user: { name: 'Петро' }, token: String, is_verified: false });
    const again = await session({}, first.json.token);
    t.match(again.json, { user: { id: first.json.user.id, name: 'Петро' }, token: null });
    t.equal((await session({ email: 'not an address' })).status, 422);
  });

  await t.test('a guest who signs in takes the conversation along', async (t) => {
    const guest = await visit(desk, {}, site);
    const room = (await desk.ask('GET', '/api/chat/room', { as: guest })).json.room.id;
    await desk.ask('POST', `/api/chat/room/${room}/messages`, { as: guest, body: { message: 'ще гість' } });
    const form = { name: 'Марко', email: 'marko@example.com', password: 'long enough' };
    const account = await desk.ask('POST', '/api/auth/register', { as: guest, body: form });
    const { json } = await desk.ask('GET', '/api/chat/room', { as: account.json.token });
    t.equal(json.room.id, room);
    t.equal(json.room.latest_message.message, 'ще гість');
    const me = await desk.ask('GET', '/api/auth/me', { as: guest });
    t.equal(me.json.id, account.json.user.id, 'a widget that still shows the guest’s token is the account, too');
  });

  await t.test('for whom the site vouches', async (t) => {
    const secret = 'site secret';
    await withDatabase(desk, async (db) => {
      await saveSite(db, 'shop.example', { allowedOrigins: [site] }, Date.now());
      await setIdentitySecret(db, 'shop.example', secret, Date.now());
    });
    const hash = createHmac('sha256', secret).update('u-7').digest('hex');
    const vouched = await session({ user_id: 'u-7', user_hash: hash, name: 'Сьомий' });
    t.match(vouched.json, { is_verified: true, user: { name: 'Сьомий' } });
    t.equal((await session({ user_id: 'u-8', user_hash: hash })).status, 403, 'not for somebody else');
    const token = await new SignJWT({ user_id: 'u-7' })
      .setProtectedHeader({ alg: 'HS256' })
      .setIssuedAt()
      .sign(new TextEncoder().encode(secret));
    t.equal((await session({ identity_token: token })).json.user.id, vouched.json.user.id);
    t.equal((await session({ identity_token: `${token}x` })).status, 403);
    t.equal((await session({}, undefined, 'https://evil.example')).status, 403, 'pages of no site of ours');
  });

  t.equal((await desk.ask('GET', '/api/auth/me', { as: customer })).json.is_verified, true);
});

t.test('limits', async (t) => {
  const none = {
    CHAT_READS_PER_MINUTE: '',
    CHAT_SENDS_PER_MINUTE: '',
    CHAT_CHANGES_PER_MINUTE: '',
    CHAT_ROOMS_PER_HOUR: '',
    CHAT_UPLOADS_PER_MINUTE: '',
    CHAT_ACCOUNTS_PER_MINUTE: '',
  };
  const { desk, customer, room } = await scene(t, 'sqlite', none);
  const messages = `/api/chat/room/${room}/messages`;
  const send = () => desk.ask('POST', messages, { as: customer, body: { message: 'x' } });

  await t.test('who polls and types as the deployed pages do is never sent away', async (t) => {
    const statuses = new Set<number>();
    for (let each = 0; each < 300; each += 1) {
      statuses.add((await desk.ask('GET', messages, { as: customer })).status);
      statuses.add(
        (await desk.ask('POST', `/api/chat/room/${room}/typing`, { as: customer, body: { is_typing: true } })).status,
      );
    }
    t.same([...statuses], [200]);
  });

  await t.test('who sends without end is', async (t) => {
    let taken = 0;
    let answer = await send();
    while (answer.status === 201) {
      taken += 1;
      answer = await send();
    }
    t.ok(taken >= 40 && taken < 60, `${taken} were taken`);
    t.equal(answer.status, 429);
    t.equal(answer.json.message, 'Too Many Attempts.');
    t.equal(Number(answer.headers.get('retry-after')), answer.json.retry_after);
    t.ok(answer.json.retry_after >= 1 && answer.json.retry_after <= 3);
    t.equal((await desk.ask('GET', messages, { as: customer })).status, 200, 'and may read on');
  });

  await t.test('who guesses passwords is', async (t) => {
    const guess = (email: string) => desk.ask('POST', '/api/auth/login', { body: { email, password: 'guess' } });
    let tries = 0;
    while ((await guess('olena@example.com')).status === 422) tries += 1;
    t.ok(tries <= 10, `${tries} tries`);
    t.equal((await guess('olena@example.com')).status, 429);
    t.equal((await guess('other@example.com')).status, 422, 'of one account');
  });
});

t.test('pages of other origins', async (t) => {
  const preflight = async (desk: RunningDesk, origin: string, path: string) => {
    const response = await fetch(desk.httpUrl + path, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'PATCH',
        'access-control-request-headers': 'authorization,content-type,x-socket-id',
      },
    });
    return response;
  };
  const { desk, customer } = await scene(t);
  for (const path of ['/api/chat/room', '/api/api/chat/room', '/broadcasting/auth', '/api/admin/chat/rooms/1/labels']) {
    const { status, headers } = await preflight(desk, 'https://www.example.com', path);
    t.equal(status, 204, path);
    t.equal(headers.get('access-control-allow-origin'), '*');
    t.match(headers.get('access-control-allow-methods'), /PUT, PATCH, DELETE/);
    t.match(headers.get('access-control-allow-headers'), /authorization,content-type,x-socket-id/);
  }
  const answer = await desk.ask('GET', '/api/chat/room', { as: customer, headers: { origin: 'https://a.example' } });
  t.match(answer.headers.get('access-control-expose-headers'), /Retry-After/);
  const refused = await desk.ask('GET', '/api/chat/room', { headers: { origin: 'https://a.example' } });
  t.equal(refused.status, 401);
  t.equal(refused.headers.get('access-control-allow-origin'), '*', 'a refusal can be read, too');

  const { desk: choosy } = await scene(t, 'sqlite', {
    CORS_ALLOWED_ORIGINS: 'https://app.example.com,https://*.shop.example',
  });
  for (const [origin, isAllowed] of [
    ['https://app.example.com', true],
    ['https://uk.shop.example', true],
    ['https://evil.example', false],
    ['https://app.example.com.evil.example', false],
    ['https://a.b.shop.example', false],
    ['http://app.example.com', false],
    ['null', false],
  ] as const) {
    const { headers } = await preflight(choosy, origin, '/api/chat/room');
    t.equal(headers.get('access-control-allow-origin'), isAllowed ? origin : null, origin);
  }
});
