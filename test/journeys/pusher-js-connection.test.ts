import t, { type Test } from 'tap';
import { publish } from '../kit/api.ts';
import { type Backend, startBackend } from '../kit/backend.ts';
import { caughtUp, connected, type PusherClient, pusherClient, subscribed } from '../kit/clients.ts';
import { Ear } from '../kit/ear.ts';
import { type RunningServer, startServer } from '../kit/server.ts';

/** A client whose every state and error an ear hears. */
function watchedClient(t: Test, server: RunningServer, options: Parameters<typeof pusherClient>[2] = {}) {
  const client = pusherClient(t, server, options);
  const ear = new Ear();
  client.connection.bind('state_change', ({ current }: { current: string }) => ear.hear(current));
  client.connection.bind('error', ear.for('error'));
  return { client, ear };
}

async function signedIn(t: Test, server: RunningServer, backend: Backend, as: string): Promise<[PusherClient, Ear]> {
  const client = pusherClient(t, server, { backend, as });
  const ear = new Ear();
  client.bind('pusher:signin_success', ear.for('signed in'));
  client.user.bind_global((event: string, data: unknown) => ear.hear(event, data));
  client.user.watchlist.bind('online', ear.for('online'));
  client.user.watchlist.bind('offline', ear.for('offline'));
  client.signin();
  await ear.next('signed in');
  await client.user.signinDonePromise;
  return [client, ear];
}

t.test('signing in', async (t) => {
  const server = await startServer(t);
  const backend = await startBackend(t, server);
  backend.watchlists = { 1: ['2', '3'] };
  const [ann, annHears] = await signedIn(t, server, backend, '1:Ann');
  t.match(ann.user.user_data, { id: '1', user_info: { name: 'Ann' } });

  await t.test('what is sent to a user comes to all his sockets and to nobody else', async (t) => {
    const [annAgain, annAlsoHears] = await signedIn(t, server, backend, '1:Ann');
    const [ben, benHears] = await signedIn(t, server, backend, '2:Ben');
    await Promise.all([ann, annAgain, ben].map(caughtUp));
    await backend.pusher.sendToUser('1', 'invoice', { id: 9 });
    t.same(await annHears.next('invoice'), { id: 9 });
    t.same(await annAlsoHears.next('invoice'), { id: 9 });
    await caughtUp(ben);
    t.notOk(benHears.names.includes('invoice'));
    annAgain.disconnect();
    ben.disconnect();
  });

  await t.test('a watchlist', async (t) => {
    t.same(await annHears.next('offline'), { name: 'offline', user_ids: ['2', '3'] }, 'how they stood at first');
    t.same(await annHears.next('online'), { name: 'online', user_ids: ['2'] });
    t.same(await annHears.next('offline'), { name: 'offline', user_ids: ['2'] });
    const [cleo] = await signedIn(t, server, backend, '3:Cleo');
    t.same(await annHears.next('online'), { name: 'online', user_ids: ['3'] });
    cleo.disconnect();
    t.same(await annHears.next('offline'), { name: 'offline', user_ids: ['3'] });
  });

  await t.test('refused by the application', async (t) => {
    const client = pusherClient(t, server, { backend });
    const ear = new Ear();
    client.user.bind('pusher:signin_error', ear.for('error'));
    client.signin();
    t.match(await ear.next('error'), { type: 'AuthError', status: 403 });
  });

  await t.test('a user who is terminated stays away, all his sockets, and the others stay', async (t) => {
    const { client, ear } = watchedClient(t, server, { backend, as: '4:Dan' });
    await subscribed(client, 'presence-room');
    const [other] = await signedIn(t, server, backend, '4:Dan');
    const gone = new Ear();
    other.connection.bind('disconnected', gone.for('disconnected'));
    await backend.pusher.terminateUserConnections('4');
    t.match(await ear.next('error'), { type: 'PusherError', data: { code: 4009 } });
    await ear.next('disconnected');
    await gone.next('disconnected');
    await caughtUp(ann);
    t.equal(ann.connection.state, 'connected');
  });
});

t.test('a key that no application has: the client is told and does not come back', async (t) => {
  const server = await startServer(t);
  const { client, ear } = watchedClient(t, server, { key: 'nobody' });
  t.match(await ear.next('error'), { error: { data: { code: 4001, message: 'Application does not exist' } } });
  await ear.next('disconnected');
  t.equal(client.connection.state, 'disconnected');
});

t.test('over its quota of sockets an application takes nobody more', async (t) => {
  const server = await startServer(t, { REVERB_APP_MAX_CONNECTIONS: '1' });
  await connected(pusherClient(t, server));
  const { ear } = watchedClient(t, server);
  t.match(await ear.next('error'), { error: { data: { code: 4004 } } });
  await ear.next('disconnected');
});

t.test('the server stops and comes back on the same port', async (t) => {
  const first = await startServer(t);
  const backend = await startBackend(t, first);
  backend.watchlists = { 1: ['2'] };
  const { client, ear } = watchedClient(t, first, { backend, as: '1:Ann' });
  const [orders, ordersHears] = await subscribed(client, 'orders');
  const [, roomHears] = await subscribed(client, 'presence-room');
  const signIns = new Ear();
  client.bind('pusher:signin_success', signIns.for('signed in'));
  client.signin();
  await signIns.next('signed in');
  const oldId = client.connection.socket_id;
  const questions = backend.asked.length;
  await ear.next('connected');

  await first.stop();
  t.match(await ear.next('error'), { type: 'PusherError', data: { code: 4100, message: 'Server is restarting' } });
  // It is back within the second that the client waits: at a closed port, pusher-js would wait a quarter of a minute.
  const second = await startServer(t, { REVERB_SERVER_PORT: String(first.port) });
  await ear.next('connecting');
  t.notOk(orders.subscribed, 'the channel knows that it is cut off');
  await ear.next('connected');
  t.not(client.connection.socket_id, oldId);
  await ordersHears.next('pusher:subscription_succeeded');
  await roomHears.next('pusher:subscription_succeeded');
  await signIns.next('signed in');
  t.equal(backend.asked.length, questions + 2, 'the presence channel and the user were vouched for anew');
  await caughtUp(client);
  await publish(second, { name: 'shipped', channel: 'orders', data: '{"id":2}' });
  t.same(await ordersHears.next('shipped'), { id: 2 });
  // Sent away with an error frame and a close frame, pusher-js plans to come back twice: even after this, unless it is now.
  client.disconnect();
});
