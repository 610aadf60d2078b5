import { createHmac } from 'node:crypto';
import t, { type Test } from 'tap';
import { openDatabase } from '../../db/open.ts';
import { identifyApiKey } from '../../server/identity/api-keys.ts';
import { emptyDatabaseUrl, onEachEngine } from '../kit/database.ts';
import { becomeAdmin, heard, hire, listen, type Person, startDesk, visit } from '../kit/desk.ts';

async function scene(t: Test, engine: 'sqlite' | 'mysql' = 'sqlite') {
  const desk = await startDesk(t, await emptyDatabaseUrl(t, engine));
  const admin = await becomeAdmin(desk);
  const asAdmin = (method: string, path: string, body?: unknown) =>
    desk.ask(method, path, { as: admin, ...(body === undefined ? {} : { body }) });
  return { desk, admin, asAdmin };
}

t.test('the widget and its sites', async (t) => {
  await onEachEngine(t, async (t, engine) => {
    const { desk, asAdmin } = await scene(t, engine);
    const shop = 'https://shop.example';
    const settings = async (origin?: string) =>
      (await desk.ask('GET', '/widget/settings', origin ? { headers: { origin } } : {})).json;
    const { headers } = await desk.ask('GET', '/widget/settings', { headers: { origin: shop } });
    t.equal(headers.get('access-control-allow-origin'), '*', 'pages of any origin may read it');
    t.same(await settings(shop), { key: desk.app.key, socket_path: '', widget: { hours: null } }, 'nothing is set');

    const look = {
      title: 'Крамниця',
      color: '#0F766E',
      theme: 'auto',
      side: 'start',
      greeting: '',
      topics: ['Доставка', ' ', 'Оплата'],
      faq: [{ question: 'Коли?', answer: 'Завтра.' }],
      ask: ['name', 'email'],
      reply_minutes: 5,
      unknown: 'x',
    };
    const always = [1, 2, 3, 4, 5, 6, 7].map((day) => ({ day, from: '00:00', to: '24:00' }));
    const { json: saved } = await asAdmin('PUT', '/api/admin/chat/widget', {
      look,
      hours: { timezone: 'Europe/Kyiv', weekly: always },
    });
    const kept = {
      title: 'Крамниця',
      color: '#0f766e',
      theme: 'auto',
      side: 'start',
      topics: ['Доставка', 'Оплата'],
      faq: look.faq,
      ask: look.ask,
      reply_minutes: 5,
    };
    t.same(saved.data, { look: kept, hours: { timezone: 'Europe/Kyiv', weekly: always, holidays: [] } });
    t.same((await asAdmin('GET', '/api/admin/chat/widget')).json, saved);
    const hours = { is_open: true, opens_at: null, timezone: 'Europe/Kyiv' };
    t.same((await settings(shop)).widget, { ...kept, hours });

    const site = '/api/admin/chat/sites/shop.example';
    const { json: made } = await asAdmin('PUT', site, { name: 'Shop', look: { title: 'Shop', reply_minutes: null } });
    const plain = { domain: 'shop.example', name: 'Shop', allowed_origins: [], hours: null };
    t.same(made.data, { ...plain, look: { title: 'Shop' }, has_identity_secret: false });
    t.same((await settings(shop)).widget, { ...kept, title: 'Shop', hours }, 'the rest is as everywhere');
    t.same((await settings('https://other.example')).widget, { ...kept, hours });
    await asAdmin('PUT', site, {
      hours: { timezone: 'UTC', weekly: [{ day: 1, from: '00:00', to: '00:01' }], holidays: [] },
    });
    const closed = (await settings(shop)).widget.hours;
    t.match(closed.opens_at, /^\d{4}-\d\d-\d\dT00:00:00\.000Z$/);
    t.match(closed, { is_open: false, timezone: 'UTC' });
    t.same((await asAdmin('PUT', site, { look: null, hours: null })).json.data.look, null);
    t.same((await settings(shop)).widget, { ...kept, hours });

    const { json: secret } = await asAdmin('POST', `${site}/identity-secret`);
    t.ok(secret.data.identity_secret.length >= 32);
    const { json: list } = await asAdmin('GET', '/api/admin/chat/sites');
    t.same(list.data, [{ ...plain, look: null, has_identity_secret: true }]);
    t.notMatch(JSON.stringify(list), secret.data.identity_secret, 'shown once');
    const sign = (key: string) => createHmac('sha256', key).update('u-7').digest('hex');
    const prove = (key: string) =>
      desk.ask('POST', '/api/widget/session', {
        body: { user_id: 'u-7', user_hash: sign(key) },
        headers: { origin: shop },
      });
    t.match(await prove(secret.data.identity_secret), { status: 200, json: { is_verified: true } });
    const renewed = (await asAdmin('POST', `${site}/identity-secret`)).json.data.identity_secret;
    t.equal((await prove(secret.data.identity_secret)).status, 403, 'the one before holds no more');
    t.equal((await prove(renewed)).status, 200);
    await asAdmin('DELETE', `${site}/identity-secret`);
    t.equal((await prove(renewed)).status, 403);

    await t.test('two admins at once, each about something else', async (t) => {
      await Promise.all([asAdmin('PUT', site, { name: 'Nova' }), asAdmin('PUT', site, { allowed_origins: [shop] })]);
      const [both] = (await asAdmin('GET', '/api/admin/chat/sites')).json.data;
      t.match(both, { name: 'Nova', allowed_origins: [shop] });
    });

    await t.test('what cannot be', async (t) => {
      const wrong: [path: string, body: object, field: string][] = [
        ['widget', { look: { color: 'red' } }, 'look.color'],
        ['widget', { look: { theme: 'pink' } }, 'look.theme'],
        ['widget', { look: { faq: [{ question: 'x' }] } }, 'look.faq.0.answer'],
        ['widget', { look: { ask: ['iban'] } }, 'look.ask.0'],
        ['widget', { look: { locale: 'not a language' } }, 'look.locale'],
        ['widget', { hours: { timezone: 'Nowhere', weekly: [] } }, 'hours.timezone'],
        ['widget', { hours: { weekly: [] } }, 'hours.timezone'],
        ['sites/shop.example:80', {}, 'domain'],
        ['sites/shop.example', { allowed_origins: ['shop.example'] }, 'allowed_origins'],
        ['sites/shop.example', { allowed_origins: ['https://shop.example/path'] }, 'allowed_origins'],
      ];
      for (const [path, body, field] of wrong) {
        const { status, json } = await asAdmin('PUT', `/api/admin/chat/${path}`, body);
        t.match({ status, fields: Object.keys(json.errors ?? {}) }, { status: 422, fields: [field] }, field);
      }
      t.equal((await asAdmin('POST', '/api/admin/chat/sites/none.example/identity-secret')).status, 404);
      t.equal((await asAdmin('DELETE', '/api/admin/chat/sites/none.example')).status, 404);
    });

    await t.test('once there are sites, others are none', async (t) => {
      const session = (origin: string) => desk.ask('POST', '/api/widget/session', { headers: { origin } });
      t.equal((await session('https://other.example')).status, 403);
      t.equal((await session(shop)).status, 200);
      t.equal((await asAdmin('DELETE', site)).status, 200);
      t.equal((await session('https://other.example')).status, 200);
    });
    const { json: audit } = await asAdmin('GET', '/api/admin/chat/audit?target=site:shop.example');
    t.match(
      audit.data.map(({ action }: { action: string }) => action),
      ['site.removed', 'site.saved', 'site.saved', 'site.secret-removed', 'site.secret-renewed'],
    );
  });
});

t.test('how soon somebody answers is measured where nobody says', async (t) => {
  const { desk, asAdmin } = await scene(t);
  for (let each = 0; each < 5; each += 1) {
    const visitor = await visit(desk, { name: `В${each}` });
    const { id } = (await desk.ask('GET', '/api/chat/room', { as: visitor })).json.room;
    await desk.ask('POST', `/api/chat/room/${id}/messages`, { as: visitor, body: { message: 'є хто?' } });
    await asAdmin('POST', `/api/admin/chat/rooms/${id}/messages`, { message: 'є' });
  }
  t.equal((await desk.ask('GET', '/widget/settings')).json.widget.reply_minutes, 1);
});

t.test('the team', (t) =>
  onEachEngine(t, async (t, engine) => {
    const { desk, admin, asAdmin } = await scene(t, engine);
    const team = '/api/admin/chat/team';
    const tokenIn = (url: string) => /^http:\/\/[^/]+\/set-up#(invite_\w+)$/.exec(url)?.[1];
    const accept = (token: unknown, password = 'long enough') =>
      desk.ask('POST', '/api/auth/invitation', { body: { token, password } });
    const login = (password: string) =>
      desk.ask('POST', '/api/auth/login', { body: { email: 'ivan@team.example', password } });

    const form = { name: 'Іван', email: 'Ivan@team.example', role: 'agent', site_domain: 'shop.example' };
    const { status, json: made } = await asAdmin('POST', team, form);
    const ivan = {
      name: 'Іван',
      email: 'ivan@team.example',
      role: 'agent',
      site_domain: 'shop.example',
      is_admin: true,
      is_blocked: false,
      invited: true,
    };
    t.match({ status, data: made.data }, { status: 201, data: ivan });
    const path = `${team}/${made.data.id}`;
    t.equal((await asAdmin('POST', team, form)).status, 422, 'one account an address');
    t.equal((await asAdmin('POST', team, { ...form, email: 'x@team.example', role: 'user' })).status, 422);
    t.equal((await login('')).status, 422, 'without a password nobody gets in');

    const first = tokenIn(made.invite_url);
    const second = tokenIn((await asAdmin('POST', `${path}/invite`)).json.invite_url);
    t.equal((await accept(first)).status, 403, 'a newer link takes the place of the older');
    t.equal((await accept(second, 'short')).status, 422);
    const both = await Promise.all([accept(second), accept(second)]);
    t.same(both.map((answer) => answer.status).sort(), [200, 403], 'works once');
    const token = both.find((answer) => answer.status === 200)?.json.token;
    const self: Person = { id: made.data.id, name: 'Іван', token };
    t.equal((await login('long enough')).status, 200);
    t.match((await asAdmin('GET', team)).json.data, [
      { ...ivan, invited: false },
      { name: 'Олена', role: 'admin' },
    ]);

    await t.test('who is ranked otherwise is told, and listens anew', async (t) => {
      const { echo, ear } = listen(t, desk, self);
      const own = echo.private(`user.${self.id}`);
      await heard(own);
      const inbox = echo.private('admin.site.shop.example');
      await heard(inbox);
      own.listen('.user.updated', (data: object) => ear.hear('user.updated', data));
      own.subscribed(() => ear.hear('subscribed again'));
      const changed = await asAdmin('PATCH', path, { role: 'supervisor', site_domain: null, name: 'Іванко' });
      t.match(changed.json.data, { role: 'supervisor', site_domain: null, name: 'Іванко' });
      const updated = { id: self.id, role: 'supervisor', is_blocked: false };
      t.match(await ear.next('user.updated'), updated);
      await ear.next('subscribed again');
      t.match((await desk.ask('GET', '/api/auth/me', { as: self })).json, { role: 'supervisor' });
    });

    await t.test('who is shut out is gone at once', async (t) => {
      const { echo, ear } = listen(t, desk, self);
      await heard(echo.private(`user.${self.id}`));
      echo.connector.pusher.connection.bind('error', ear.for('error'));
      t.match((await asAdmin('PATCH', path, { is_blocked: true })).json.data, {
        is_blocked: true,
        availability: 'offline',
      });
      t.match(JSON.stringify(await ear.next('error')), /4009/);
      t.equal((await desk.ask('GET', '/api/auth/me', { as: self })).status, 401);
      t.equal((await login('long enough')).status, 422);
      t.equal((await asAdmin('POST', `${path}/invite`)).status, 409);
      t.match((await asAdmin('PATCH', path, { is_blocked: false })).json.data, { is_blocked: false });
      t.equal((await desk.ask('GET', '/api/auth/me', { as: self })).status, 401, 'and signs in anew');
      t.equal((await login('long enough')).status, 200);
    });

    await t.test('an admin stays', async (t) => {
      const own = `${team}/${admin.id}`;
      for (const change of [{ role: 'agent' }, { is_blocked: true }]) {
        t.equal((await asAdmin('PATCH', own, change)).status, 409, 'nobody takes their own rights');
      }
      t.equal((await asAdmin('PATCH', own, { name: 'Оленка' })).status, 200);
      t.equal((await asAdmin('PATCH', `${team}/999999`, { name: 'x' })).status, 404);
      const customer = await visit(desk);
      t.equal(
        (await asAdmin('PATCH', `${team}/${customer.id}`, { role: 'admin' })).status,
        404,
        'no visitor is made one',
      );
      for (let round = 0; round < 5; round += 1) {
        const other = await hire(desk, { name: `Друга ${round}`, role: 'admin' });
        const answers = await Promise.all([
          asAdmin('PATCH', `${team}/${other.id}`, { role: 'agent' }),
          desk.ask('PATCH', own, { as: other, body: { role: 'agent' } }),
        ]);
        t.same(
          answers.map((answer) => answer.status).sort(),
          [200, 403],
          'of two who shut each other out one is first',
        );
        if (answers[1]?.status !== 200) continue;
        await desk.ask('PATCH', own, { as: other, body: { role: 'admin' } });
      }
    });
  }),
);

t.test('keys for programs', async (t) => {
  const { desk, asAdmin } = await scene(t);
  const path = '/api/settings/api-keys';
  const { status, json: made } = await asAdmin('POST', path, { name: 'CRM', site_domain: 'shop.example' });
  t.equal(status, 201);
  t.match(made, { success: true, message: 'Success', data: { name: 'CRM', kind: 'server', is_active: true } });
  const { api_key: key, api_secret: secret, ...rest } = made.data;
  t.match({ key, secret }, { key: /^pk_\w{32}$/, secret: /^sk_\w{40}$/ });
  const list = async () => (await asAdmin('GET', path)).json.data;
  t.same(await list(), [{ ...rest, api_key: key }], 'the secret is shown once');
  const { db, close } = openDatabase(desk.databaseUrl);
  const identified = async (origin?: string, shown = { key, secret }) =>
    (await identifyApiKey(db, { ...shown, origin }, Date.now()))?.siteDomain;
  t.equal(await identified(), 'shop.example');
  t.match((await asAdmin('PATCH', `${path}/${rest.id}/toggle`)).json.data, { is_active: false });
  t.equal(await identified(), undefined, 'switched off');
  t.match((await asAdmin('PATCH', `${path}/${rest.id}/toggle`)).json.data, { is_active: true });

  const page = { name: 'Page', kind: 'publishable' };
  t.match(await asAdmin('POST', path, page), {
    status: 422,
    json: { success: false, statusCode: 422, errors: { allowed_origins: Array } },
  });
  const shop = 'https://shop.example';
  const { json: open } = await asAdmin('POST', path, { ...page, allowed_origins: [shop], site_domain: 'shop.example' });
  t.equal(open.data.api_secret, null);
  const shown = { key: open.data.api_key, secret: undefined };
  t.same([await identified(shop, shown), await identified('https://x.example', shown)], ['shop.example', undefined]);

  t.match(await asAdmin('DELETE', `${path}/${rest.id}`), { status: 200, json: { success: true, data: null } });
  t.equal(await identified(), undefined);
  t.match(await asAdmin('DELETE', `${path}/${rest.id}`), { status: 404, json: { success: false, statusCode: 404 } });
  t.equal((await list()).length, 1);
  await close();
});
