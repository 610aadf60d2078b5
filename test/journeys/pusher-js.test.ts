import t from 'tap';
import { publish } from '../kit/api.ts';
import { startBackend } from '../kit/backend.ts';
import { caughtUp, connected, pusherClient, subscribed } from '../kit/clients.ts';
import { Ear, eventually } from '../kit/ear.ts';
import { startServer } from '../kit/server.ts';

t.test('it connects, and says so in its states', async (t) => {
  const server = await startServer(t);
  const client = pusherClient(t, server);
  const states = new Ear();
  client.connection.bind('state_change', ({ current }: { current: string }) => states.hear(current));
  await states.next('connected');
  t.match(client.connection.socket_id, /^\d+\.\d+$/, 'an id that the HTTP libraries take');
  client.disconnect();
  await states.next('disconnected');
});

t.test('behind a path prefix', async (t) => {
  const server = await startServer(t, { REVERB_SERVER_PATH: '/ws' });
  const [, ear] = await subscribed(pusherClient(t, server), 'orders');
  await publish(server, { name: 'shipped', channel: 'orders', data: '{"id":1}' });
  t.same(await ear.next('shipped'), { id: 1 });
});

t.test('a public channel', async (t) => {
  const server = await startServer(t);
  const backend = await startBackend(t, server);
  const client = pusherClient(t, server);
  const [, ear] = await subscribed(client, 'orders');

  for (const data of [{ id: 1, text: 'Їжак 🦔 "«»"' }, [1, 2], 'just text', 7, true, null]) {
    await backend.pusher.trigger('orders', 'shipped', data);
    t.same(await ear.next('shipped'), data, `${JSON.stringify(data)} arrives as it was published`);
  }

  client.unsubscribe('orders');
  await caughtUp(client);
  await backend.pusher.trigger('orders', 'shipped', {});
  await caughtUp(client);
  t.same(ear.names, [], 'nothing after unsubscribing');
});

t.test('leaving and coming back in quick order, as a component that mounts twice does', async (t) => {
  const server = await startServer(t);
  const backend = await startBackend(t, server);
  const client = await connected(pusherClient(t, server, { backend, as: '1:Ann' }));
  for (const name of ['orders', 'private-orders', 'presence-orders']) {
    client.subscribe(name);
    client.unsubscribe(name);
    client.subscribe(name);
    client.unsubscribe(name);
    const [channel, ear] = await subscribed(client, name);
    await caughtUp(client);
    t.ok(channel.subscribed, `${name}: the last word counts`);
    await backend.pusher.trigger(name, 'shipped', {});
    await ear.next('shipped');
    await caughtUp(client);
    t.notOk(ear.names.includes('shipped'), `${name}: once`);
  }
});

t.test('a private channel', async (t) => {
  const server = await startServer(t);
  const backend = await startBackend(t, server);
  const [ann, ben] = ['1:Ann', '2:Ben'].map((as) => pusherClient(t, server, { backend, as })) as [never, never];

  await t.test('asks the application, and whispers', async (t) => {
    const [annRoom, annHears] = await subscribed(ann, 'private-room.1');
    const [, benHears] = await subscribed(ben, 'private-room.1');
    t.match(backend.asked[0], {
      path: '/broadcasting/auth',
      contentType: 'application/x-www-form-urlencoded',
      fields: { channel_name: 'private-room.1', socket_id: /^\d+\.\d+$/ },
    });
    t.ok(annRoom.trigger('client-typing', { on: true }));
    t.same(await benHears.next('client-typing'), { on: true });
    await caughtUp(ann);
    t.notOk(annHears.names.includes('client-typing'), 'who whispered does not hear it');
  });

  await t.test('refused by the application', async (t) => {
    const ear = new Ear();
    pusherClient(t, server, { backend })
      .subscribe('private-room.1')
      .bind('pusher:subscription_error', ear.for('error'));
    t.match(await ear.next('error'), { type: 'AuthError', status: 403 });
  });

  await t.test('refused by the server, which says so where the client listens', async (t) => {
    const client = await connected(pusherClient(t, server, { backend, as: '3:Eve' }));
    const ear = new Ear();
    client.connection.bind('error', ear.for('connection'));
    backend.nextAnswer = { auth: `${server.app.key}:${'0'.repeat(64)}` };
    client.subscribe('private-room.1').bind('pusher:subscription_error', ear.for('channel'));
    t.same(await ear.next('channel'), { type: 'AuthError', error: 'Connection is unauthorized', status: 401 });
    t.match(await ear.next('connection'), { type: 'PusherError', data: { code: 4009 } });
    t.equal(client.connection.state, 'connected', 'and the connection stays');
  });

  await t.test('with channel_data, which then is signed as well', async (t) => {
    const client = await connected(pusherClient(t, server, { backend, as: '3:Eve' }));
    backend.nextAnswer = backend.pusher.authorizeChannel(client.connection.socket_id, 'private-room.2', {
      user_id: '3',
      user_info: {},
    });
    const [room] = await subscribed(client, 'private-room.2');
    t.ok(room.subscribed);
  });
});

t.test('whispering where it is not allowed is refused and harms nothing', async (t) => {
  const server = await startServer(t);
  const client = pusherClient(t, server);
  const errors = new Ear();
  client.connection.bind('error', errors.for('error'));
  const [lobby] = await subscribed(client, 'lobby');
  lobby.trigger('client-typing', {});
  t.match(await errors.next('error'), { type: 'PusherError', data: { code: 4301 } });
  t.equal(client.connection.state, 'connected');
});

t.test('a presence channel', async (t) => {
  const server = await startServer(t);
  const backend = await startBackend(t, server);
  const [ann, ben, benAgain] = ['1:Ann', '2:Ben', '2:Ben'].map((as) => pusherClient(t, server, { backend, as })) as [
    never,
    never,
    never,
  ];
  const [annRoom, annHears] = await subscribed(ann, 'presence-room');
  const [benRoom, benHears] = await subscribed(ben, 'presence-room');
  await subscribed(benAgain, 'presence-room');

  t.match(annRoom, { members: { me: { id: '1', info: { name: 'Ann' } } } });
  t.match(benRoom, { members: { me: { id: '2' }, count: 2, members: { 1: { name: 'Ann' }, 2: { name: 'Ben' } } } });
  t.same(await annHears.next('pusher:member_added'), { id: '2', info: { id: '2', name: 'Ben' } });
  await caughtUp(ann);
  t.same(annHears.names, [], 'a second tab is the same member');
  t.match(annRoom, { members: { count: 2 } });

  const whispered = new Ear();
  annRoom.bind('client-typing', (data: unknown, metadata: unknown) =>
    whispered.hear('client-typing', [data, metadata]),
  );
  benRoom.trigger('client-typing', { on: true });
  t.same(await whispered.next('client-typing'), [{ on: true }, { user_id: '2' }], 'with who whispered');
  await caughtUp(ben);
  t.notOk(benHears.names.includes('client-typing'));

  (ben as ReturnType<typeof pusherClient>).disconnect();
  await eventually('only one of the two sockets of Ben', () =>
    server.printed.some((line) => line.includes('Connection Closed')),
  );
  await caughtUp(ann);
  t.notOk(annHears.names.includes('pusher:member_removed'), 'one of two tabs closed');
  (benAgain as ReturnType<typeof pusherClient>).unsubscribe('presence-room');
  t.match(await annHears.next('pusher:member_removed'), { id: '2' });
  t.match(annRoom, { members: { count: 1 } });
});

t.test('a member with a number for an id, and one without information', async (t) => {
  const server = await startServer(t);
  const backend = await startBackend(t, server);
  const client = await connected(pusherClient(t, server, { backend, as: '1:Ann' }));
  const joinAs = (name: string, member: object) => {
    backend.nextAnswer = backend.pusher.authorizeChannel(client.connection.socket_id, name, member as never);
    return subscribed(client, name);
  };
  const [numbered] = await joinAs('presence-a', { user_id: 7, user_info: { name: 'Seven' } });
  t.match(numbered, { members: { me: { id: 7, info: { name: 'Seven' } }, count: 1 } });
  const [bare] = await joinAs('presence-b', { user_id: 'x' });
  t.match(bare, { members: { me: { id: 'x' }, count: 1 } });
});

t.test('cache channels', async (t) => {
  const server = await startServer(t);
  const backend = await startBackend(t, server);
  const kinds = ['cache-price', 'private-cache-price', 'presence-cache-price', 'private-encrypted-cache-price'];
  for (const name of kinds) {
    const [, early] = await subscribed(pusherClient(t, server, { backend, as: '1:Ann' }), name);
    await early.next('pusher:cache_miss');
    await backend.pusher.trigger(name, 'changed', { to: 5 });
    t.same(await early.next('changed'), { to: 5 }, name);
    const [, late] = await subscribed(pusherClient(t, server, { backend, as: '2:Ben' }), name);
    t.same(await late.next('changed'), { to: 5 }, `${name}: who comes later gets the last event`);
    t.notOk(late.names.includes('pusher:cache_miss'));
  }
});

t.test('an encrypted channel: the server carries what it cannot read', async (t) => {
  const server = await startServer(t);
  const backend = await startBackend(t, server);
  const [channel, ear] = await subscribed(pusherClient(t, server, { backend, as: '1:Ann' }), 'private-encrypted-diary');
  await backend.pusher.trigger('private-encrypted-diary', 'entry', { secret: 'роза' });
  t.same(await ear.next('entry'), { secret: 'роза' });
  t.notOk(
    server.printed.some((line) => line.includes('роза')),
    'it was not readable on the way',
  );
  t.throws(() => channel.trigger('client-typing', {}));
});

t.test('how many are subscribed, where the application wants it told', async (t) => {
  const server = await startServer(t, { ANTIPHON_SUBSCRIPTION_COUNTS: 'on' });
  const [room, ear] = await subscribed(pusherClient(t, server), 'orders');
  t.same(await ear.next('pusher:subscription_count'), { subscription_count: 1 });
  await subscribed(pusherClient(t, server), 'orders');
  t.same(await ear.next('pusher:subscription_count'), { subscription_count: 2 });
  t.equal(room.subscriptionCount, 2);
});

t.test('the server’s ping is answered, so that a quiet client is not given up', async (t) => {
  const server = await startServer(t, { REVERB_APP_PING_INTERVAL: '1' });
  const client = await connected(pusherClient(t, server));
  await eventually('pong', () => server.printed.some((line) => line.includes('pusher:pong')));
  t.equal(client.connection.state, 'connected');
});
