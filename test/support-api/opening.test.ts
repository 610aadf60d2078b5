import t from 'tap';
import { emptyDatabaseUrl, onEachEngine } from '../kit/database.ts';
import { becomeAdmin, hire, type Person, startDesk, visit } from '../kit/desk.ts';
import { connect } from '../kit/socket.ts';

t.test('one answer opens a conversation', (t) =>
  onEachEngine(t, async (t, engine) => {
    const desk = await startDesk(t, await emptyDatabaseUrl(t, engine));
    const admin = await becomeAdmin(desk);
    const agent = await hire(desk, { name: 'Агент', role: 'agent', siteDomain: 'shop.example' });
    const elsewhere = await hire(desk, { name: 'Здалеку', role: 'agent', siteDomain: 'other.example' });
    const visitor = await visit(desk, { name: 'Ганна' }, 'https://shop.example');
    const as = (person: Person) => async (method: string, path: string, body?: unknown) => {
      const { status, json } = await desk.ask(method, path, { as: person, ...(body === undefined ? {} : { body }) });
      if (status >= 300) throw new Error(`${method} ${path}: ${status} ${JSON.stringify(json)}`);
      return json;
    };
    const [asAdmin, asAgent, asVisitor] = [as(admin), as(agent), as(visitor)];
    const { id: first } = (await asVisitor('GET', '/api/chat/room')).room;
    await asVisitor('POST', `/api/chat/room/${first}/messages`, { message: 'Колись' });
    await asAdmin('POST', `/api/admin/chat/rooms/${first}/close`);
    const { id: room } = (await asVisitor('GET', '/api/chat/room')).room;
    const path = `/api/admin/chat/rooms/${room}`;
    for (let line = 1; line <= 55; line += 1) {
      await asVisitor('POST', `/api/chat/room/${room}/messages`, { message: `рядок ${line}` });
    }
    const form = new FormData();
    form.append('message', 'ось файл');
    form.append('attachments[]', new Blob(['x']), 'рахунок.txt');
    await desk.ask('POST', `${path}/messages`, { as: admin, body: form });
    await asAdmin('POST', `${path}/notes`, { message: 'обережно' });
    await asAdmin('PUT', `/api/chat/room/${room}/draft`, { text: 'не дописа', is_private: true });
    await asAdmin('POST', '/api/admin/chat/labels', { name: 'VIP' });

    await t.test('it is what its parts are, by the same rules', async (t) => {
      const opening = await asAdmin('GET', `${path}/opening?details=1`);
      const { messages: _messages, visitor: around, ...card } = await asAdmin('GET', path);
      t.same(opening.room, card);
      const page = await asAdmin('GET', `${path}/messages?peek=1`);
      t.same(opening.messages, page.data, 'the newest, notes included');
      t.equal(opening.messages.length, 50);
      t.equal(opening.has_more, page.meta.has_more);
      t.same(opening.draft, (await asAdmin('GET', `/api/chat/room/${room}/draft`)).draft);
      t.match(opening.draft, { text: 'не дописа', is_private: true });
      const { details } = opening;
      t.same(details.visitor, around);
      t.same(details.files, (await asAdmin('GET', `/api/chat/room/${room}/files?limit=20`)).data);
      t.same(details.history, (await asAdmin('GET', `${path}/history?limit=50`)).data);
      t.same(details.labels, (await asAdmin('GET', '/api/admin/chat/labels')).data);
      const { data: all } = await asAdmin('GET', `/api/admin/chat/rooms?user_id=${visitor.id}&sort=newest`);
      t.same(
        details.earlier,
        all.filter(({ id }: { id: number }) => id !== room),
      );
      t.equal(details.earlier.length, 1);
    });

    await t.test('looking changes nothing, and asks for no more than is wanted', async (t) => {
      const before = await asAdmin('GET', `${path}?messages=0`);
      await asVisitor('POST', `/api/chat/room/${room}/messages`, { message: 'ще' });
      const { room: shown, details, channels, messages } = await asAdmin('GET', `${path}/opening`);
      t.equal(shown.unread_admin_count, before.unread_admin_count + 1);
      t.equal(messages.at(-1).read_at, null);
      t.equal((await asAdmin('GET', `${path}?messages=0`)).unread_admin_count, shown.unread_admin_count);
      t.equal(details, null);
      t.equal(channels, null);
    });

    await t.test('each has their own draft, and sees of the visitor what they see in lists', async (t) => {
      const opening = await asAgent('GET', `${path}/opening?details=1`);
      t.equal(opening.draft, null);
      t.equal(opening.details.earlier.length, 1);
      const other = await visit(desk, { name: 'Петро' }, 'https://other.example');
      const { id: foreign } = (await as(other)('GET', '/api/chat/room')).room;
      t.equal((await desk.ask('GET', `/api/admin/chat/rooms/${foreign}/opening`, { as: agent })).status, 403);
      t.equal((await desk.ask('GET', `${path}/opening`, { as: elsewhere })).status, 403);
      t.equal((await desk.ask('GET', `${path}/opening`, { as: visitor })).status, 403, 'of their own room, too');
      t.equal((await desk.ask('GET', '/api/admin/chat/rooms/1/opening', { as: admin })).status, 404);
    });

    await t.test('who is shut out now is said, and no longer when that is over', async (t) => {
      const block = async () => (await asAdmin('GET', `${path}/opening?details=1`)).details.block;
      t.equal(await block(), null);
      const until = new Date(Date.now() + 3_600_000).toISOString();
      await asAdmin('POST', `${path}/block`, { reason: 'погрози', until });
      t.match(await block(), { kind: 'user', value: String(visitor.id), reason: 'погрози' });
      await asAdmin('DELETE', `${path}/block`);
      t.equal(await block(), null);
    });

    await t.test('the leave that comes along opens both channels to that socket, and to no other', async (t) => {
      const socket = await connect(t, desk);
      const { channels } = await asAgent('GET', `${path}/opening?socket_id=${socket.socketId}`);
      const names = Object.keys(channels).sort();
      t.same(names, [`presence-admin.chat.${room}`, `private-admin.chat.${room}`]);
      for (const channel of names) {
        socket.send({ event: 'pusher:subscribe', data: { channel, ...channels[channel] } });
        const joined = await socket.nextEvent('pusher_internal:subscription_succeeded');
        t.equal(joined.channel, channel);
        if (channel.startsWith('presence-')) t.match(JSON.parse(joined.data as string).presence.ids, [`${agent.id}`]);
      }
      const another = await connect(t, desk);
      const channel = `private-admin.chat.${room}`;
      another.send({ event: 'pusher:subscribe', data: { channel, ...channels[channel] } });
      t.match((await another.drained()).join('\n'), /pusher:(?:subscription_)?error/);
      t.equal((await asAgent('GET', `${path}/opening?socket_id=nonsense`)).channels, null);
    });
  }),
);

t.test('an inbox hears that there is a note, and nothing of what it says', async (t) => {
  const desk = await startDesk(t, await emptyDatabaseUrl(t, 'sqlite'));
  const admin = await becomeAdmin(desk);
  const visitor = await visit(desk, { name: 'Ганна' });
  const room = (await desk.ask('GET', '/api/chat/room', { as: visitor })).json.room.id;
  const socket = await connect(t, desk);
  const form = { socket_id: socket.socketId, channel_name: 'private-admin.chat' };
  const { json: leave } = await desk.ask('POST', '/broadcasting/auth', { as: admin, body: form });
  socket.send({ event: 'pusher:subscribe', data: { channel: 'private-admin.chat', ...leave } });
  await socket.nextEvent('pusher_internal:subscription_succeeded');
  const notes = `/api/admin/chat/rooms/${room}/notes`;
  const { json: note } = await desk.ask('POST', notes, { as: admin, body: { message: 'таємниця' } });
  const noted = async () => JSON.parse((await socket.nextEvent('room.noted')).data as string);
  t.same(await noted(), { id: room, last_seq: 1 });
  await desk.ask('DELETE', `/api/admin/chat/rooms/${room}/messages/${note.id}`, { as: admin });
  t.same(await noted(), { id: room, last_seq: 1 });
});
