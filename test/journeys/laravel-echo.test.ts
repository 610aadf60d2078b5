import type Echo from 'laravel-echo';
import t, { type Test } from 'tap';
import { startBackend } from '../kit/backend.ts';
import { caughtUp, echoClient } from '../kit/clients.ts';
import { Ear } from '../kit/ear.ts';
import { startServer } from '../kit/server.ts';

type AnyChannel = ReturnType<Echo<'reverb'>['channel']>;

/** An application and its server, and a way for its users to open a tab. */
async function startHouse(t: Test) {
  const server = await startServer(t);
  const backend = await startBackend(t, server);
  return {
    server,
    backend,
    laravel: backend.pusher,
    tab: (as: string) => echoClient(t, server, { backend, as }),
    guest: () => echoClient(t, server, { backend }),
  };
}

async function subscribed<Kind extends AnyChannel>(channel: Kind): Promise<Kind> {
  const ear = new Ear();
  channel.subscribed(ear.for('subscribed')).error(ear.for('error'));
  await ear.next('subscribed');
  return channel;
}

t.test('connectionStatus and onConnectionChange', async (t) => {
  const { tab } = await startHouse(t);
  const echo = tab('1:Ann');
  const ear = new Ear();
  echo.connector.onConnectionChange(ear.for('status'));
  t.equal(echo.connectionStatus(), 'connecting');
  t.equal(await ear.next('status'), 'connected');
  t.match(echo.socketId(), /^\d+\.\d+$/);
  echo.disconnect();
  t.equal(echo.connectionStatus(), 'disconnected');
});

t.test('events with a namespace and events with a name of their own', async (t) => {
  const { tab, laravel } = await startHouse(t);
  const ear = new Ear();
  const channel = await subscribed(tab('1:Ann').channel('orders'));
  channel
    .listen('OrderShipped', ear.for('in the namespace'))
    .listen('.order.shipped', ear.for('of its own'))
    .listen('\\Shop\\Shipped', ear.for('with its whole path'))
    .listenToAll((event: string) => ear.hear('all', event));
  await laravel.trigger('orders', 'App\\Events\\OrderShipped', { id: 1 });
  await laravel.trigger('orders', 'order.shipped', { id: 2 });
  await laravel.trigger('orders', 'Shop\\Shipped', { id: 3 });
  t.same(await ear.next('in the namespace'), { id: 1 });
  t.same(await ear.next('of its own'), { id: 2 });
  t.same(await ear.next('with its whole path'), { id: 3 });
  t.equal(await ear.next('all'), 'OrderShipped');
});

t.test('toOthers: the tab that caused an event does not hear it', async (t) => {
  const { tab, laravel } = await startHouse(t);
  const [here, there] = [tab('1:Ann'), tab('1:Ann')];
  const ear = new Ear();
  await subscribed(here.private('orders.1').listen('.shipped', ear.for('here')));
  await subscribed(there.private('orders.1').listen('.shipped', ear.for('there')));
  await laravel.trigger('private-orders.1', 'shipped', {}, { socket_id: here.socketId() as string });
  await ear.next('there');
  await caughtUp(here.connector.pusher);
  t.same(ear.names, []);
});

t.test('a private channel', async (t) => {
  const { tab, guest, laravel, backend } = await startHouse(t);
  const [ann, ben] = [tab('1:Ann'), tab('2:Ben')];
  const annRoom = await subscribed(ann.private('room.1'));
  const benRoom = await subscribed(ben.private('room.1'));

  await t.test('whispers', async (t) => {
    const ear = new Ear();
    benRoom.listenForWhisper('typing', ear.for('Ben'));
    annRoom.listenForWhisper('typing', ear.for('Ann'));
    annRoom.whisper('typing', { name: 'Ann' });
    t.same(await ear.next('Ben'), { name: 'Ann' });
    await caughtUp(ann.connector.pusher);
    t.same(ear.names, []);
  });

  await t.test('notifications', async (t) => {
    const ear = new Ear();
    (await subscribed(ann.private('App.Models.User.1'))).notification(ear.for('notification'));
    const event = 'Illuminate\\Notifications\\Events\\BroadcastNotificationCreated';
    await laravel.trigger('private-App.Models.User.1', event, { id: 'x', type: 'App\\Notifications\\Paid' });
    t.match(await ear.next('notification'), { type: 'App\\Notifications\\Paid' });
  });

  await t.test('.error() when the application refuses', async (t) => {
    const ear = new Ear();
    guest().private('room.1').error(ear.for('error'));
    t.match(await ear.next('error'), { type: 'AuthError', status: 403 });
  });

  await t.test('.error() when the server refuses', async (t) => {
    const ear = new Ear();
    backend.nextAnswer = { auth: 'reverb-key:forged' };
    ann.private('room.2').error(ear.for('error'));
    t.match(await ear.next('error'), { type: 'AuthError', status: 401 });
  });

  await t.test('leave', async (t) => {
    const ear = new Ear();
    annRoom.listen('.shipped', ear.for('Ann'));
    benRoom.listen('.shipped', ear.for('Ben'));
    ann.leave('room.1');
    await caughtUp(ann.connector.pusher);
    await laravel.trigger('private-room.1', 'shipped', {});
    await ear.next('Ben');
    await caughtUp(ann.connector.pusher);
    t.same(ear.names, []);
  });
});

t.test('an encrypted channel', async (t) => {
  const { tab, laravel } = await startHouse(t);
  const ear = new Ear();
  await subscribed(tab('1:Ann').encryptedPrivate('diary').listen('.entry', ear.for('entry')));
  await laravel.trigger('private-encrypted-diary', 'entry', { text: 'роза' });
  t.same(await ear.next('entry'), { text: 'роза' });
});

t.test('a presence channel: here, joining, leaving', async (t) => {
  const { tab } = await startHouse(t);
  const ear = new Ear();
  const ann = tab('1:Ann');
  const room = ann.join('room').here(ear.for('here')).joining(ear.for('joining')).leaving(ear.for('leaving'));
  t.same(await ear.next('here'), [{ id: '1', name: 'Ann' }]);

  const [benOne, benTwo] = [tab('2:Ben'), tab('2:Ben')];
  const benHears = new Ear();
  benOne.join('room').here(benHears.for('here'));
  t.same(await benHears.next('here'), [
    { id: '1', name: 'Ann' },
    { id: '2', name: 'Ben' },
  ]);
  t.same(await ear.next('joining'), { id: '2', name: 'Ben' });

  await subscribed(benTwo.join('room'));
  benOne.leave('room');
  await caughtUp(benOne.connector.pusher);
  await caughtUp(ann.connector.pusher);
  t.same(ear.names, [], 'a user’s second tab is not another member, and closing one of two is not leaving');

  const whispers = new Ear();
  room.listenForWhisper('typing', whispers.for('typing'));
  benTwo.join('room').whisper('typing', { on: true });
  t.same(await whispers.next('typing'), { on: true });

  benTwo.disconnect();
  t.same(await ear.next('leaving'), { id: '2', name: 'Ben' });
});

t.test('signing in through the connector’s pusher', async (t) => {
  const { tab, laravel } = await startHouse(t);
  const { pusher } = tab('1:Ann').connector;
  const ear = new Ear();
  pusher.bind('pusher:signin_success', ear.for('signed in'));
  pusher.user.bind('invoice', ear.for('invoice'));
  pusher.signin();
  await ear.next('signed in');
  await caughtUp(pusher);
  await laravel.sendToUser('1', 'invoice', { id: 9 });
  t.same(await ear.next('invoice'), { id: 9 });
});
