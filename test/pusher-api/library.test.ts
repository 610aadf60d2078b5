import t from 'tap';
import { call } from '../kit/api.ts';
import { startServer } from '../kit/server.ts';
import { connect, subscribe } from '../kit/socket.ts';

const LIBRARY = { 'x-pusher-library': 'pusher-http-php 7.2.6' };

t.test('Pusher’s libraries get Pusher’s answers, everybody else Reverb’s [P-20]', async (t) => {
  const server = await startServer(t);
  const socket = await connect(t, server);
  await subscribe(server, socket, 'presence-room', { user_id: '7' });
  const apps = `/apps/${server.app.id}`;
  const both = async (method: string, path: string, options: Parameters<typeof call>[3] = {}) => {
    const [library, other] = await Promise.all([
      call(server, method, path, { ...options, headers: LIBRARY }),
      call(server, method, path, options),
    ]);
    return { library: [library.status, library.text], other: [other.status, other.text] };
  };
  const event = (channel: string, info?: string) => ({
    name: 'Shipped',
    data: 'x',
    channel,
    ...(info ? { info } : {}),
  });

  t.same(await both('POST', `${apps}/batch_events`, { body: { batch: [event('orders')] } }), {
    library: [200, '{}'],
    other: [200, '{"batch":{}}'],
  });
  const counts = 'user_count,subscription_count';
  t.same(
    await both('POST', `${apps}/batch_events`, {
      body: { batch: [event('presence-room', counts), event('orders', counts)] },
    }),
    {
      library: [200, '{"batch":[{"user_count":1,"subscription_count":1},{"subscription_count":0}]}'],
      other: [200, '{"batch":[{"user_count":1},{"subscription_count":0}]}'],
    },
  );
  t.same(await both('POST', `${apps}/events`, { body: event('presence-empty', counts) }), {
    library: [200, '{"channels":{"presence-empty":{"user_count":0,"subscription_count":0}}}'],
    other: [200, '{"channels":{"presence-empty":{"user_count":0}}}'],
  });
  t.same(await both('GET', `${apps}/channels/presence-empty/users`), {
    library: [200, '{"users":[]}'],
    other: [404, '{}'],
  });
  t.same(await both('GET', `${apps}/channels/orders/users`), { library: [400, '{}'], other: [404, '{}'] });
  t.same(await both('GET', `${apps}/channels/presence-room/users`), {
    library: [200, '{"users":[{"id":"7"}]}'],
    other: [200, '{"users":[{"id":"7"}]}'],
  });
  t.same(await both('GET', `${apps}/channels`, { query: { filter_by_prefix: 'orders', info: 'user_count' } }), {
    library: [400, 'Bad request: user_count is only known of presence channels; filter by presence-.'],
    other: [200, '{"channels":{}}'],
  });

  const nobody = { ...event('orders'), socket_id: null, info: null };
  const mustBeTexts = (prefix: string) =>
    JSON.stringify({
      [`${prefix}socket_id`]: [`The ${prefix}socket id field must be a string.`],
      [`${prefix}info`]: [`The ${prefix}info field must be a string.`],
    });
  t.same(await both('POST', `${apps}/events`, { body: nobody }), {
    library: [200, '{}'],
    other: [422, mustBeTexts('')],
  });
  t.same(await both('POST', `${apps}/batch_events`, { body: { batch: [nobody] } }), {
    library: [200, '{}'],
    other: [422, mustBeTexts('batch.0.')],
  });

  const refusal = async (body: unknown) => {
    const { status, text } = await call(server, 'POST', `${apps}/batch_events`, { body, headers: LIBRARY });
    return { status, text };
  };
  t.match(await refusal({ batch: Array.from({ length: 11 }, () => event('orders')) }), {
    status: 400,
    text: /Batch too large/,
  });
  t.match(await refusal({ batch: [{ ...event('orders'), data: 'a'.repeat(11 * 1024) }] }), {
    status: 413,
    text: /^Payload too large\. The data content of this event/,
  });
});
