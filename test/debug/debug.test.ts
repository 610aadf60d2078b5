import t, { type Test } from 'tap';
import type { Happening } from '../../server/doors/debug/tail.ts';
import { publish } from '../kit/api.ts';
import { emptyDatabaseUrl } from '../kit/database.ts';
import { becomeAdmin, hire, type Person, type RunningDesk, startDesk } from '../kit/desk.ts';
import { Ear } from '../kit/ear.ts';
import { connect, subscribe } from '../kit/socket.ts';

const APP = '/api/admin/debug/apps/123456';

/** Reads the tail as a page would, each happening under its kind. */
async function follow(t: Test, desk: RunningDesk, admin: Person): Promise<Ear> {
  const leaving = new AbortController();
  t.teardown(() => leaving.abort());
  const answer = await fetch(`${desk.httpUrl}${APP}/tail`, {
    headers: { authorization: `Bearer ${admin.token}` },
    signal: leaving.signal,
  });
  t.match(answer.headers.get('content-type'), /^text\/event-stream/);
  const ear = new Ear();
  const read = async () => {
    let text = '';
    for await (const part of answer.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      const blocks = (text + part).split('\n\n');
      text = blocks.pop() ?? '';
      for (const block of blocks) {
        if (!block.startsWith('data: ')) continue;
        const happening: Happening = JSON.parse(block.slice(6));
        ear.hear(happening.kind, happening);
      }
    }
    ear.hear('end');
  };
  read().catch(() => ear.hear('end'));
  return ear;
}

t.test('an admin sees inside an app', async (t) => {
  const desk = await startDesk(t, await emptyDatabaseUrl(t, 'sqlite'));
  const admin = await becomeAdmin(desk);
  const ann = await connect(t, desk);
  await subscribe(desk, ann, 'presence-room', { user_id: 'ann' });
  await subscribe(desk, ann, 'orders');

  await t.test('its sockets and channels', async (t) => {
    const { json } = await desk.ask('GET', '/api/admin/debug/apps', { as: admin });
    t.same(json.data, [{ id: '123456', sockets: 1, sockets_everywhere: 1, channels: 2 }]);
    const { json: app } = await desk.ask('GET', APP, { as: admin });
    t.match(app.data.newest_sockets, [
      { socket_id: ann.socketId, channels: ['presence-room', 'orders'], channel_count: 2, user_id: null },
    ]);
    t.match(app.data.largest_channels, [
      { name: 'presence-room', subscriptions: 1, here: 1, members: 1 },
      { name: 'orders', subscriptions: 1, here: 1, members: null },
    ]);
  });

  await t.test('what happens, as it happens, without the signatures', async (t) => {
    const ear = await follow(t, desk, admin);
    await publish(desk, { name: 'shipped', channel: 'orders', data: '{"id":7}' });
    t.match(await ear.next('published'), { channel: 'orders', receivers: 1, text: /shipped/ });
    const ben = await connect(t, desk);
    t.equal((await ear.next('opened')).socket_id, ben.socketId);
    await subscribe(desk, ben, 'private-secrets');
    const { text } = await ear.next('received');
    t.match(text, /private-secrets/);
    t.notMatch(text, new RegExp(desk.app.key), 'who reads it could not join in that socket’s place');
    ben.send('nonsense');
    t.match(await ear.next('refused'), { socket_id: ben.socketId });
    ben.ws.close();
    t.match(await ear.next('closed'), { socket_id: ben.socketId });
  });

  await t.test('it ends with the server', async (t) => {
    const ear = await follow(t, desk, admin);
    await desk.stop();
    await ear.next('end');
  });
});

t.test('nobody else does', async (t) => {
  const desk = await startDesk(t, await emptyDatabaseUrl(t, 'sqlite'));
  const admin = await becomeAdmin(desk);
  const supervisor = await hire(desk, { name: 'Іван', role: 'supervisor' });
  for (const path of ['/api/admin/debug/apps', APP, `${APP}/tail`]) {
    t.equal((await desk.ask('GET', path)).status, 401, `${path} to a stranger`);
    t.equal((await desk.ask('GET', path, { as: '1|wrong' })).status, 401, `${path} with a bad token`);
    t.equal((await desk.ask('GET', path, { as: supervisor })).status, 403, `${path} to a supervisor`);
  }
  for (const path of ['/api/admin/debug/apps/none', '/api/admin/debug/apps/none/tail']) {
    t.match(await desk.ask('GET', path, { as: admin }), { status: 404, json: { message: /no such app/ } });
  }
});
