import Pusher from 'pusher';
import t, { type Test } from 'tap';
import { publish } from '../kit/api.ts';
import { pusherLibrary } from '../kit/backend.ts';
import { asPhp } from '../kit/php.ts';
import { startServer } from '../kit/server.ts';
import { connect, signIn, subscribe } from '../kit/socket.ts';

t.test('an event published over HTTP reaches the subscribers of its channel, and only them', async (t) => {
  const server = await startServer(t);
  const [ann, ben, eve] = await Promise.all([connect(t, server), connect(t, server), connect(t, server)]);
  await Promise.all([
    subscribe(server, ann, 'orders'),
    subscribe(server, ben, 'orders'),
    subscribe(server, eve, 'other'),
  ]);

  const answer = await publish(server, {
    name: 'App\\Events\\Shipped',
    channel: 'orders',
    data: '{"id":1}',
    socket_id: ben.socketId,
  });
  t.match(answer, { status: 200, text: '{}' });
  t.equal(await ann.next(), '{"event":"App\\\\Events\\\\Shipped","data":"{\\"id\\":1}","channel":"orders"}');
  t.same(await ben.drained(), [], 'the socket that is left out');
  t.same(await eve.drained(), [], 'a socket on another channel');
});

/** Somebody on an ordinary channel and two on a presence channel. */
async function startBusyServer(t: Test, env = {}) {
  const server = await startServer(t, env);
  const [ann, ben] = [await connect(t, server), await connect(t, server)];
  await subscribe(server, ann, 'orders');
  await subscribe(server, ann, 'presence-room', { user_id: '1', user_info: { name: 'Ann' } });
  await subscribe(server, ben, 'presence-room', { user_id: '2' });
  await ann.nextEvent('pusher_internal:member_added');
  return { server, library: pusherLibrary(server), ann, ben };
}

t.test('the library for Node', async (t) => {
  const { server, library, ann, ben } = await startBusyServer(t);

  await t.test('trigger', async (t) => {
    const answer = await library.trigger('orders', 'shipped', { id: 1, text: 'Їжак & Co. «"»' });
    t.equal(await answer.text(), '{}');
    t.same(JSON.parse((await ann.nextEvent('shipped')).data as string), { id: 1, text: 'Їжак & Co. «"»' });
    const channels = [...Array.from({ length: 99 }, (_, index) => `other-${index}`), 'orders'];
    t.equal((await library.trigger(channels, 'shipped', {})).status, 200);
    await ann.nextEvent('shipped');
    await library.trigger('presence-room', 'moved', {}, { socket_id: ann.socketId });
    await ben.nextEvent('moved');
    t.same(await ann.drained(), [], 'the socket that is left out');
  });

  await t.test('trigger and triggerBatch with info', async (t) => {
    const one = await library.trigger(
      ['orders', 'presence-room', 'empty'],
      'shipped',
      {},
      {
        info: 'subscription_count,user_count',
      },
    );
    t.match(await one.json(), {
      channels: {
        orders: { subscription_count: 1 },
        'presence-room': { user_count: 2 },
        empty: { subscription_count: 0 },
      },
    });
    const many = await library.triggerBatch([
      { channel: 'orders', name: 'a', data: { id: 1 }, info: 'subscription_count' },
      { channel: 'presence-room', name: 'b', data: 'text' },
    ]);
    t.same(await many.json(), { batch: [{ subscription_count: 1 }, {}] });
    const plain = await library.triggerBatch([{ channel: 'orders', name: 'c', data: {} }]);
    t.match(await plain.text(), /^\{.*\}$/);
    t.equal((await ann.nextEvent('a')).data, '{"id":1}');
    t.equal((await ann.nextEvent('b')).data, 'text');
    await ann.nextEvent('c');
  });

  await t.test('asking', async (t) => {
    const ask = async (path: string, params = {}) => (await library.get({ path, params })).json();
    t.same(await ask('/channels'), { channels: { orders: {}, 'presence-room': {} } });
    t.same(await ask('/channels', { filter_by_prefix: 'presence-', info: 'user_count' }), {
      channels: { 'presence-room': { user_count: 2 } },
    });
    t.same(await ask('/channels/orders', { info: 'subscription_count' }), { occupied: true, subscription_count: 1 });
    t.same(await ask('/channels/presence-room/users'), { users: [{ id: '1' }, { id: '2' }] });
  });

  await t.test('what is refused, and the words for it', async (t) => {
    const refusal = async (asked: Promise<unknown>) => {
      const error = await asked.then(
        () => t.fail('it was not refused'),
        (error: unknown) => error,
      );
      t.type(error, Pusher.RequestError);
      return error as { status: number; body: string };
    };
    const forged = await refusal(pusherLibrary(server, { secret: 'guessed' }).trigger('orders', 'x', {}));
    t.match(forged, {
      status: 401,
      body: /^Authentication signature invalid\. .*POST\\n\/apps\/123456\/events\\n/,
    });
    t.notMatch(forged.body, server.app.secret);
    t.match(await refusal(pusherLibrary(server, { key: 'other' }).trigger('orders', 'x', {})), {
      status: 401,
      body: /auth_key/,
    });
    t.match(await refusal(pusherLibrary(server, { appId: '9' }).trigger('orders', 'x', {})), {
      status: 404,
      body: /\[9\]/,
    });
    const eleven = Array.from({ length: 11 }, () => ({ channel: 'orders', name: 'x', data: {} }));
    t.match(await refusal(library.triggerBatch(eleven)), { status: 400, body: /\b11\b.*\b10\b|\b10\b.*\b11\b/ });
    t.match(await refusal(library.trigger('orders', 'x', 'x'.repeat(10_001))), {
      status: 413,
      body: /10001/,
    });
    t.equal((await library.trigger('orders', 'x', 'x'.repeat(10_000))).status, 200, 'at the limit');
    t.equal(
      (await library.triggerBatch(eleven.slice(1).map((event) => ({ ...event, data: 'x'.repeat(10_000) })))).status,
      200,
    );
  });

  await t.test('to a user, and terminating him', async (t) => {
    const user = await connect(t, server);
    await signIn(server, user, { id: '7' });
    user.send({ event: 'pusher:subscribe', data: { auth: '', channel: '#server-to-user-7' } });
    await user.nextEvent('pusher_internal:subscription_succeeded');
    await library.sendToUser('7', 'invoice', { id: 9 });
    t.same(JSON.parse((await user.nextEvent('invoice')).data as string), { id: 9 });
    t.equal(await (await library.terminateUserConnections('7')).text(), '{}');
    t.match(await user.untilClosed(), { code: 4009 });
    t.equal((await library.terminateUserConnections('nobody')).status, 200);
  });
});

t.test('the library for PHP, which takes nothing but status 200 and JSON objects', async (t) => {
  const is = (answer: Awaited<ReturnType<typeof asPhp>>, text: string) => {
    t.match(answer, { status: 200, contentType: /^application\/json/, text });
    t.equal(answer.text, text);
  };
  for (const prefix of ['', '/ws']) {
    const { server, ann } = await startBusyServer(t, { REVERB_SERVER_PATH: prefix });
    const events = (body: string, more: object = {}) =>
      asPhp(server, { method: 'POST', path: '/events', body, ...more }).then((answer) => is(answer, '{}'));
    const heard = async (event: string) => (await ann.nextEvent(event)).data;

    t.comment(`behind the prefix '${prefix}'`);
    await events(
      '{"name":"App\\\\Events\\\\OrderShipped","data":"{\\"id\\":1,\\"url\\":\\"https:\\\\\\/\\\\\\/x\\"}","channel":"orders"}',
    );
    t.equal(
      await heard('App\\Events\\OrderShipped'),
      '{"id":1,"url":"https:\\/\\/x"}',
      'one channel, the data untouched',
    );
    await events('{"name":"many","data":"\\u0407\\u0436\\u0430\\u043a","channels":["orders","presence-room"]}');
    t.equal(await heard('many'), 'Їжак', 'several channels');
    await events('{"name":"chunked","data":"{}","channel":"orders"}', { chunked: true });
    t.equal(await heard('chunked'), '{}', 'a body in chunks');
    await events(`{"name":"others","data":"{}","channel":"orders","socket_id":"${ann.socketId}"}`);

    const ask = (path: string, query: Record<string, string> = {}) => asPhp(server, { method: 'GET', path, query });
    const channels = '{"channels":{"presence-room":{"user_count":2}}}';
    is(await ask('/channels', { filter_by_prefix: 'presence-', info: 'user_count' }), channels);
    is(await ask('/channels', { filter_by_prefix: 'none-' }), '{"channels":{}}');
    is(
      await ask('/channels/orders', { info: 'subscription_count,user_count' }),
      '{"occupied":true,"subscription_count":1}',
    );
    is(await ask('/channels/presence-room/users'), '{"users":[{"id":"1"},{"id":"2"}]}');

    const info = '{"name":"a","data":"{}","channel":"orders","info":"subscription_count"}';
    is(
      await asPhp(server, { method: 'POST', path: '/events', body: info }),
      '{"channels":{"orders":{"subscription_count":1}}}',
    );
    const batch = '{"batch":[{"channel":"orders","name":"b","data":"{}"},{"channel":"orders","name":"c","data":"{}"}]}';
    t.match(await asPhp(server, { method: 'POST', path: '/batch_events', body: batch }), {
      status: 200,
      text: /^\{.*\}$/,
    });
    await heard('c');
    is(await asPhp(server, { method: 'POST', path: '/users/1/terminate_connections', body: '{}' }), '{}');
    t.match(await ann.untilClosed(), { code: 4009 });

    const refused = await asPhp(server, { method: 'POST', path: '/events', body: info, secret: 'guessed' });
    t.match(refused, { status: 401, contentType: /^text\/plain/, text: /^Authentication signature invalid\./ });
  }
});
