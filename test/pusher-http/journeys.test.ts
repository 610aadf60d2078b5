import t, { type Test } from 'tap';
import { publish } from '../kit/api.ts';
import { type Backend, startBackend } from '../kit/backend.ts';
import { caughtUp, connected, pusherClient, subscribed } from '../kit/clients.ts';
import { Ear, eventually } from '../kit/ear.ts';
import { type RunningServer, startServer } from '../kit/server.ts';

type Transport = 'xhr_streaming' | 'xhr_polling';

/** A pusher-js that may use this transport alone. */
function fallbackClient(
  t: Test,
  server: RunningServer,
  transport: Transport,
  options: Parameters<typeof pusherClient>[2] = {},
) {
  const { port } = server;
  const where = { httpHost: '127.0.0.1', httpPort: port, httpsPort: port };
  return pusherClient(t, server, { ...where, enabledTransports: [transport], ...options });
}

for (const transport of ['xhr_streaming', 'xhr_polling'] as const) {
  t.test(`pusher-js over ${transport}`, async (t) => {
    const server = await startServer(t, { REVERB_MAX_REQUEST_SIZE: '100000' });
    const backend = await startBackend(t, server);
    backend.watchlists = { 1: ['2'] };
    const ann = await connected(fallbackClient(t, server, transport, { backend, as: '1:Ann' }));
    const ben = await connected(fallbackClient(t, server, transport, { backend, as: '2:Ben' }));
    t.match(ann.connection.socket_id, /^\d+\.\d+$/);

    await t.test('a public channel', async (t) => {
      const [, ear] = await subscribed(ann, 'orders');
      for (const data of [{ id: 1, text: 'Їжак 🦔 "«»"\n' }, 'just text', null]) {
        await backend.pusher.trigger('orders', 'shipped', data);
        t.same(await ear.next('shipped'), data);
      }
      ann.unsubscribe('orders');
      await caughtUp(ann);
      await backend.pusher.trigger('orders', 'shipped', {});
      await caughtUp(ann);
      t.same(ear.names, [], 'nothing after unsubscribing');
    });

    await t.test('a private channel, whispers, and an exclusion', async (t) => {
      const [annRoom, annHears] = await subscribed(ann, 'private-room');
      const [, benHears] = await subscribed(ben, 'private-room');
      annRoom.trigger('client-typing', { on: true });
      t.same(await benHears.next('client-typing'), { on: true });
      await backend.pusher.trigger('private-room', 'said', 'hi', { socket_id: ann.connection.socket_id });
      t.equal(await benHears.next('said'), 'hi');
      await caughtUp(ann);
      t.same(annHears.names, []);
    });

    await t.test('a presence channel', async (t) => {
      const [annRoom, annHears] = await subscribed(ann, 'presence-room');
      const [benRoom] = await subscribed(ben, 'presence-room');
      t.match(benRoom, { members: { me: { id: '2' }, count: 2 } });
      t.match(await annHears.next('pusher:member_added'), { id: '2', info: { name: 'Ben' } });
      t.match(annRoom, { members: { count: 2 } });
    });

    await t.test('signing in, a watchlist, what is for one user', async (t) => {
      const ear = new Ear();
      ann.user.watchlist.bind('online', ear.for('online'));
      ann.user.bind('invoice', ear.for('invoice'));
      ann.signin();
      await ann.user.signinDonePromise;
      ben.signin();
      t.same(await ear.next('online'), { name: 'online', user_ids: ['2'] });
      await caughtUp(ann);
      await backend.pusher.sendToUser('1', 'invoice', { id: 9 });
      t.same(await ear.next('invoice'), { id: 9 });
    });

    await t.test('an encrypted channel', async (t) => {
      const [, ear] = await subscribed(ann, 'private-encrypted-diary');
      await backend.pusher.trigger('private-encrypted-diary', 'entry', { secret: 'роза' });
      t.same(await ear.next('entry'), { secret: 'роза' });
    });

    await t.test('900,000 characters in one session: every event once and in order', async (t) => {
      const [, ear] = await subscribed(ann, 'orders');
      const socketId = ann.connection.socket_id;
      for (let id = 0; id < 45; id++) await publishLong(server, id);
      for (let id = 0; id < 45; id++) t.equal((await ear.next('long')).id, id);
      t.equal(ann.connection.socket_id, socketId, 'the session is still the same');
    });

    await t.test('one who leaves', async (t) => {
      const [, annHears] = await subscribed(ann, 'presence-other');
      await subscribed(ben, 'presence-other');
      await annHears.next('pusher:member_added');
      ben.disconnect();
      // A poll that is under way is broken off; between two, it takes some seconds until none came.
      t.match(await annHears.next('pusher:member_removed', 20_000), { id: '2' });
    });

    await restarted(t, server, backend, transport);
  });
}

function publishLong(server: RunningServer, id: number) {
  return publish(server, { name: 'long', channel: 'orders', data: JSON.stringify({ id, text: 'ї'.repeat(20_000) }) });
}

async function restarted(t: Test, first: RunningServer, backend: Backend, transport: Transport): Promise<void> {
  const client = fallbackClient(t, first, transport, { backend, as: '1:Ann' });
  const states = new Ear();
  client.connection.bind('state_change', ({ current }: { current: string }) => states.hear(current));
  client.connection.bind('error', states.for('error'));
  const [, ear] = await subscribed(client, 'private-orders');
  await states.next('connected');
  await first.stop();
  const second = await startServer(t, { REVERB_SERVER_PORT: String(first.port) });
  // Had it found the port closed, pusher-js would have waited a quarter of a minute.
  await states.next('connected', 30_000);
  await ear.next('pusher:subscription_succeeded');
  await publish(second, { name: 'shipped', channel: 'private-orders', data: '{"id":2}' });
  t.same(await ear.next('shipped'), { id: 2 }, 'the server stopped and came back, and so did the client');
  client.disconnect();
}

t.test('a key that no application has: the client is told and stays away', async (t) => {
  const server = await startServer(t);
  for (const transport of ['xhr_streaming', 'xhr_polling'] as const) {
    const client = fallbackClient(t, server, transport, { key: 'nobody' });
    const ear = new Ear();
    client.connection.bind('error', ear.for('error'));
    client.connection.bind('disconnected', ear.for('disconnected'));
    t.match(await ear.next('error'), { error: { data: { code: 4001 } } });
    await ear.next('disconnected');
  }
});

t.test('a user who is terminated stays away', async (t) => {
  const server = await startServer(t);
  const backend = await startBackend(t, server);
  for (const transport of ['xhr_streaming', 'xhr_polling'] as const) {
    const client = fallbackClient(t, server, transport, { backend, as: '4:Dan' });
    const ear = new Ear();
    client.connection.bind('disconnected', ear.for('disconnected'));
    await subscribed(client, 'presence-room');
    await backend.pusher.terminateUserConnections('4');
    await ear.next('disconnected');
  }
});

t.test('a quiet client is asked and answers', async (t) => {
  const server = await startServer(t, { REVERB_APP_PING_INTERVAL: '1' });
  for (const transport of ['xhr_streaming', 'xhr_polling'] as const) {
    const client = await connected(fallbackClient(t, server, transport));
    const socketId = client.connection.socket_id;
    const closed = new Ear();
    client.connection.bind('state_change', ({ current }: { current: string }) => closed.hear(current));
    const isPing = (line: string) => line.includes('Connection Pinged') && line.includes(socketId);
    await eventually('three pings', () => server.printed.filter(isPing).length >= 3, 20_000);
    t.equal(client.connection.socket_id, socketId);
    t.same(closed.names, []);
    client.disconnect();
  }
});

t.test('WebSockets and fallbacks on one channel, whoever comes first', async (t) => {
  const server = await startServer(t);
  const backend = await startBackend(t, server);
  const socket = await connected(pusherClient(t, server, { backend, as: '1:Ann' }));
  const fallback = await connected(fallbackClient(t, server, 'xhr_streaming', { backend, as: '2:Ben' }));
  const pairs = [
    { first: socket, second: fallback },
    { first: fallback, second: socket },
  ];
  for (const [index, { first, second }] of pairs.entries()) {
    const name = `private-room-${index}`;
    const [firstRoom, firstHears] = await subscribed(first, name);
    const [secondRoom, secondHears] = await subscribed(second, name);
    await backend.pusher.trigger(name, 'said', 'to both');
    for (const ear of [firstHears, secondHears]) t.equal(await ear.next('said'), 'to both');
    await backend.pusher.trigger(name, 'said', 'to the second', { socket_id: first.connection.socket_id });
    t.equal(await secondHears.next('said'), 'to the second');
    await backend.pusher.trigger(name, 'said', 'to the first', { socket_id: second.connection.socket_id });
    t.equal(await firstHears.next('said'), 'to the first');
    firstRoom.trigger('client-a', 1);
    t.equal(await secondHears.next('client-a'), 1);
    secondRoom.trigger('client-b', 2);
    t.equal(await firstHears.next('client-b'), 2);
    for (const client of [first, second]) await caughtUp(client);
    t.same([firstHears.names, secondHears.names], [[], []], 'and nothing else');
    second.unsubscribe(name);
    await caughtUp(second);
    await backend.pusher.trigger(name, 'said', 'to who has stayed');
    t.equal(await firstHears.next('said'), 'to who has stayed');
    await caughtUp(second);
    t.same(secondHears.names, []);
  }
});
