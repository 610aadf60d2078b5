import t, { type Test } from 'tap';
import { emptyDatabaseUrl, onEachEngine } from '../kit/database.ts';
import { becomeAdmin, hire, type Person, startDesk, visit } from '../kit/desk.ts';

type Rows = { id: number }[];
const idsOf = (rows: Rows) => rows.map(({ id }) => id);

async function scene(t: Test, engine: 'sqlite' | 'mysql') {
  const desk = await startDesk(t, await emptyDatabaseUrl(t, engine));
  const admin = await becomeAdmin(desk);
  const agent = await hire(desk, { name: 'Агент', role: 'agent' });
  const asked = (as: Person) => (method: string, path: string, body?: unknown) =>
    desk.ask(method, `/api/admin/chat${path}`, { as, ...(body === undefined ? {} : { body }) });
  const visitors: Person[] = [];
  const rooms: number[] = [];
  for (const name of ['А', 'Б', 'В', 'Г', 'Ґ', 'Д']) {
    const visitor = await visit(desk, { name });
    const { id } = (await desk.ask('GET', '/api/chat/room', { as: visitor })).json.room;
    await desk.ask('POST', `/api/chat/room/${id}/messages`, { as: visitor, body: { message: `я ${name}` } });
    visitors.push(visitor);
    rooms.push(id);
  }
  return { desk, admin, agent, asAdmin: asked(admin), asAgent: asked(agent), visitors, rooms };
}

t.test('many conversations', (t) =>
  onEachEngine(t, async (t, engine) => {
    const { desk, admin, agent, asAdmin, asAgent, visitors, rooms } = await scene(t, engine);
    const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = rooms;

    await t.test('who waits longest, and page after page', async (t) => {
      await asAdmin('POST', `/rooms/${d}/priority`, { priority: 'urgent' });
      await asAdmin('POST', `/rooms/${a}/messages`, { message: 'вітаю' });
      await asAdmin('POST', `/rooms/${f}/resolve`);
      const list = async (query: string) => (await asAdmin('GET', `/rooms?${query}`)).json;
      const waiting = [d, b, c, e, a, f];
      t.same(idsOf((await list('sort=waiting')).data), waiting);
      t.same(idsOf((await list('sort=waiting&status=open,assigned')).data), [d, b, c, e, a]);
      t.same(idsOf((await list('status=resolved,closed')).data), [f]);
      t.same(idsOf((await list('sort=oldest&status=open')).data), [b, c, d, e]);
      t.same(idsOf((await list('mine=1')).data), [a]);
      t.equal((await asAgent('GET', '/rooms?mine=yes')).json.total, 0);
      t.same(idsOf((await list('sort=waiting&per_page=2&page=2')).data), [c, e]);

      const paged: number[] = [];
      let cursor = '';
      do {
        const page = await list(`sort=waiting&per_page=2&cursor=${cursor}`);
        t.equal(page.total, 6, 'beside the paginator');
        paged.push(...idsOf(page.data));
        cursor = page.next_cursor ?? '';
        // What comes meanwhile does not move what follows.
        await desk.ask('POST', `/api/chat/room/${d}/messages`, { as: visitors[3], body: { message: 'агов' } });
      } while (cursor !== '');
      t.same(paged, waiting);

      const { next_cursor: other } = await list('sort=newest&per_page=2');
      for (const query of [`sort=waiting&cursor=${other}`, 'cursor=nonsense', 'status=open,nothing', 'sort=loudest']) {
        t.equal((await asAdmin('GET', `/rooms?${query}`)).status, 422, query);
      }
    });

    await t.test('the counts', async (t) => {
      await hire(desk, { name: 'Новий', role: 'agent' });
      const { json: stats } = await asAdmin('GET', '/stats');
      t.match(stats, { total: 6, open: 4, assigned: 1, resolved: 1, mine: 1, mine_unread: 0, snoozed: 0 });
      t.equal(stats.agents_online, 2, 'who was never here is not');
      const { json: queue } = await asAdmin('GET', '/queue');
      t.equal(stats.longest_wait_since, queue.data[0].queued_at);
      await asAgent('PUT', '/availability', { availability: 'busy' });
      await desk.ask('POST', `/api/chat/room/${a}/messages`, { as: visitors[0], body: { message: 'ще' } });
      await asAdmin('POST', `/rooms/${a}/snooze`, { until: '2099-01-01T00:00:00Z' });
      t.match((await asAdmin('GET', '/stats')).json, { mine: 1, mine_unread: 1, snoozed: 1, agents_online: 1 });
      t.match((await asAgent('GET', '/stats')).json, { mine: 0, mine_unread: 0 });
    });

    await t.test('as many messages as are wanted', async (t) => {
      await asAdmin('POST', `/rooms/${b}/messages`, { message: 'перше' });
      const messages = async (query: string) =>
        (await asAdmin('GET', `/rooms/${b}${query}`)).json.messages.map(({ message }: { message: string }) => message);
      t.same(await messages(''), ['я Б', 'перше']);
      t.same(await messages('?messages=1'), ['перше']);
      t.same(await messages('?messages=0'), []);
    });

    await t.test('the same for several', async (t) => {
      const bulk = async (body: object) => (await asAdmin('POST', '/bulk', { rooms: [c, e, 1], ...body })).json.data;
      const done = [
        { id: c, ok: true },
        { id: e, ok: true },
        { id: 1, ok: false, status: 404, message: 'Chat room not found.' },
      ];
      const seen = async () => {
        const shown = await Promise.all([c, e].map((room) => asAdmin('GET', `/rooms/${room}?messages=0`)));
        return shown.map(({ json }) => json);
      };
      const { json: label } = await asAdmin('POST', '/labels', { name: 'VIP' });
      const { json: other } = await asAdmin('POST', '/labels', { name: 'Борг' });
      await asAdmin('PUT', `/rooms/${c}/labels`, { labels: [other.id] });
      const steps: [body: object, becomes: object[]][] = [
        [{ action: 'assign', admin_id: agent.id }, [{ assigned_to: agent.id }, { assigned_to: agent.id }]],
        [{ action: 'unassign' }, [{ status: 'open', assigned_to: null }, { status: 'open' }]],
        [{ action: 'priority', priority: 'high' }, [{ priority: 'high' }, { priority: 'high' }]],
        [
          { action: 'label', labels: [label.id] },
          [{ labels: [{ name: 'VIP' }, { name: 'Борг' }] }, { labels: [label] }],
        ],
        [{ action: 'unlabel', labels: [label.id] }, [{ labels: [other] }, { labels: { length: 0 } }]],
        [{ action: 'read' }, [{ unread_admin_count: 0 }, { unread_admin_count: 0 }]],
        [{ action: 'unread' }, [{ unread_admin_count: 1 }, { unread_admin_count: 1 }]],
        [{ action: 'snooze', until: 'reply' }, [{ snoozed_until: /^9999/ }, { snoozed_until: /^9999/ }]],
        [{ action: 'snooze', until: null }, [{ snoozed_until: null }, { snoozed_until: null }]],
        [{ action: 'resolve' }, [{ status: 'resolved' }, { status: 'resolved' }]],
        [{ action: 'close' }, [{ status: 'closed' }, { status: 'closed' }]],
        [{ action: 'reopen' }, [{ status: 'open' }, { status: 'open' }]],
      ];
      for (const [body, becomes] of steps) {
        t.same(await bulk(body), done, JSON.stringify(body));
        t.match(await seen(), becomes);
      }
      const wrong: [body: object, field: string][] = [
        [{ action: 'dance' }, 'action'],
        [{ action: 'assign' }, 'admin_id'],
        [{ action: 'priority' }, 'priority'],
        [{ action: 'label' }, 'labels'],
        [{ action: 'snooze', until: 'someday' }, 'until'],
        [{ action: 'read', rooms: [] }, 'rooms'],
        [{ action: 'read', rooms: Array.from({ length: 101 }, (_, index) => index + 1) }, 'rooms'],
      ];
      for (const [body, field] of wrong) {
        const { status, json } = await asAdmin('POST', '/bulk', { rooms: [c], ...body });
        t.match({ status, fields: Object.keys(json.errors) }, { status: 422, fields: [field] }, JSON.stringify(body));
      }
      const nobody = await asAdmin('POST', '/bulk', { rooms: [c, e], action: 'assign', admin_id: visitors[0]?.id });
      t.match(
        nobody.json.data,
        [{ ok: false, status: 422, message: 'User is not an admin' }, { ok: false }],
        'each by its own rules',
      );
    });

    await t.test('two at once: each room has one of them, and one history', async (t) => {
      const assign = (as: typeof asAdmin, to: Person) =>
        as('POST', '/bulk', { rooms: [b, c, d, e], action: 'assign', admin_id: to.id });
      const both = await Promise.all([assign(asAdmin, admin), assign(asAgent, agent)]);
      t.ok(both.every(({ json }) => json.data.every(({ ok }: { ok: boolean }) => ok)));
      for (const room of [b, c, d, e]) {
        const { json: shown } = await asAdmin('GET', `/rooms/${room}?messages=0`);
        const { json: history } = await asAdmin('GET', `/rooms/${room}/history?limit=200`);
        const [last] = history.data.filter(({ data }: { data: { what?: string } }) => data.what === 'assignee');
        t.equal(last.data.to, shown.assigned_to, 'the last one written is who has it');
      }
    });

    await t.test('who answers at once with another is told', async (t) => {
      const { last_seq: seen } = (await asAdmin('GET', `/rooms/${e}?messages=0`)).json;
      const answers = await Promise.all(
        [asAdmin, asAgent].map((as) => as('POST', `/rooms/${e}/messages`, { message: 'вже', last_seen_seq: seen })),
      );
      t.same(answers.map(({ status }) => status).sort(), [201, 409]);
      const late = answers.find(({ status }) => status === 409)?.json;
      t.match(late, { conflict: 'answered', messages: [{ message: 'вже', seq: seen + 1 }], last_seq: seen + 1 });
    });

    await t.test('handing over says why', async (t) => {
      const assigned = await asAdmin('POST', `/rooms/${f}/assign`, { admin_id: agent.id, note: 'Про рахунок 7' });
      t.match(assigned.json.room, { assigned_to: agent.id, status: 'assigned' });
      const { json: shown } = await asAgent('GET', `/rooms/${f}?messages=1`);
      t.match(shown.messages, [
        { message: 'Про рахунок 7', is_private: true, mentions: [agent.id], user: { id: admin.id } },
      ]);
      const { json: notices } = await desk.ask('GET', '/api/notifications', { as: agent });
      t.match(notices.data[0], { type: 'chat_mention', data: { message_preview: 'Про рахунок 7' } });
      await asAdmin('POST', `/rooms/${f}/assign`, { admin_id: admin.id, note: '  ' });
      t.equal((await asAgent('GET', `/rooms/${f}`)).json.messages.length, 2, 'nothing to say is no note');
      const refused = await asAdmin('POST', `/rooms/${f}/assign`, { admin_id: agent.id, note: 'x'.repeat(5001) });
      t.equal(refused.status, 422);
      t.equal((await asAgent('GET', `/rooms/${f}`)).json.assigned_to, admin.id, 'both or neither');
      const visible = await desk.ask('GET', `/api/chat/room/${f}/messages`, { as: visitors[5] });
      t.notMatch(visible.text, 'рахунок', 'and the visitor learns nothing of it');
    });
  }),
);
