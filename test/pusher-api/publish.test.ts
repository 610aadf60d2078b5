import t from 'tap';
import { call, publish } from '../kit/api.ts';
import { startServer } from '../kit/server.ts';
import { connect, sameFrames, subscribe } from '../kit/socket.ts';

const EVENTS = '/apps/123456/events';
const BATCH = '/apps/123456/batch_events';
const event = { name: 'NewEvent', channel: 'test-channel', data: '["data"]' };

t.test('an event goes to one channel or to several', async (t) => {
  const server = await startServer(t);
  const [ann, ben, eve] = await Promise.all([connect(t, server), connect(t, server), connect(t, server)]);
  for (const socket of [ann, ben, eve]) await subscribe(server, socket, 'a');
  await subscribe(server, ben, 'b');
  const frame = (channel: string) => `{"event":"NewEvent","data":"[\\"data\\"]","channel":"${channel}"}`;

  // Reverb's own cases 16, 49, 50, 64, 175, 179 and 223
  const answer = await publish(server, { name: 'NewEvent', channel: 'a', data: '["data"]' });
  t.has(answer, { status: 200, text: '{}' });
  t.equal(answer.headers.get('content-length'), '2');
  t.match(answer.headers.get('content-type'), /^application\/json/);
  for (const socket of [ann, ben, eve]) t.same(await socket.drained(), [frame('a')]);

  t.has(await publish(server, { name: 'NewEvent', channels: ['a', 'b', 'nobody'], data: '["data"]' }), {
    text: '{}',
  });
  t.same(await ann.drained(), [frame('a')]);
  t.same(await ben.drained(), [frame('a'), frame('b')], 'one frame a channel, in their order');
  await eve.drained();

  // channels wins, an object's values count, twice is twice
  await publish(server, { name: 'NewEvent', channels: ['b'], channel: 'a', data: '["data"]' });
  await publish(server, { name: 'NewEvent', channels: { x: 'b' }, data: '["data"]' });
  await publish(server, { name: 'NewEvent', channels: ['b', 'b'], data: '["data"]' });
  t.same(await ben.drained(), Array(4).fill(frame('b')));
  t.same(await ann.drained(), []);

  // Reverb's own cases 53, 55, 56, 176: the socket that is left out, on whatever channel; a stranger's id changes nothing
  await publish(server, { name: 'NewEvent', channels: ['a', 'b'], data: '["data"]', socket_id: ben.socketId });
  t.same(await ben.drained(), []);
  t.same(await ann.drained(), [frame('a')]);
  for (const socket_id of ['1.1', 'garbage', '']) {
    t.has(await publish(server, { name: 'NewEvent', channel: 'b', data: '["data"]', socket_id }), { text: '{}' });
    t.same(await ben.drained(), [frame('b')], socket_id);
  }

  // In the order they were published, also over one connection
  await eve.drained();
  for (let i = 0; i < 20; i++) await publish(server, { name: 'e', channel: 'a', data: String(i) });
  t.same(
    await eve.drained(),
    Array.from({ length: 20 }, (_, i) => `{"event":"e","data":"${i}","channel":"a"}`),
  );
  // A server may say what it likes
  await publish(server, { name: 'pusher:whatever', channel: 'a', data: '1' });
  t.same(await eve.drained(), ['{"event":"pusher:whatever","data":"1","channel":"a"}']);
});

t.test('what is published is passed on as it is written', async (t) => {
  const server = await startServer(t);
  const ann = await connect(t, server);
  for (const channel of ['a', 'b', 'cache-a']) await subscribe(server, ann, channel);
  await ann.drained();
  // As PHP, Python and JavaScript write the same
  const writings = ['"x \\u00e9 \\/ \\ud83d\\ude00"', '"x é / \\ud83d\\ude00"', '"x é / 😀"'];
  for (const data of writings) {
    const frame = (channel: string) => `{"event":"App\\\\E","data":${data},"channel":"${channel}"}`;
    await call(server, 'POST', EVENTS, { body: `{"name":"App\\\\E","channels":["a", "b"],"data":${data}}` });
    const item = (channel: string) => `{"channel": "${channel}", "data": ${data}, "name": "App\\\\E"}`;
    await call(server, 'POST', BATCH, { body: `{"batch": [${item('a')}, ${item('cache-a')}]}` });
    const texts = await ann.drained();
    t.same(texts, [frame('a'), frame('b'), frame('a'), frame('cache-a')]);
    t.same(JSON.parse(texts[0] as string), { event: 'App\\E', data: 'x é / 😀', channel: 'a' });
    const late = await connect(t, server);
    await subscribe(server, late, 'cache-a');
    t.same((await late.drained()).at(-1), frame('cache-a'), 'and remembered so');
    const asked = await call(server, 'GET', '/apps/123456/channels/cache-a', { query: { info: 'cache' } });
    t.match(asked.json.cache, { event: 'App\\E', data: 'x é / 😀' });
  }
});

t.test('a channel is the same however its name is written', async (t) => {
  const server = await startServer(t, { ANTIPHON_STRICT_NAMES: 'off' });
  const ann = await connect(t, server);
  await subscribe(server, ann, 'é/😀');
  await ann.drained();
  for (const channel of ['"é/😀"', '"\\u00e9\\/\\ud83d\\ude00"']) {
    for (const field of [`"channel":${channel}`, `"channels":[${channel}]`]) {
      await call(server, 'POST', EVENTS, { body: `{"name":"e",${field},"data":"1"}` });
      t.same(await ann.drained(), ['{"event":"e","data":"1","channel":"é/😀"}']);
    }
  }
});

t.test('a publisher may ask what it published to', async (t) => {
  const server = await startServer(t);
  const [ann, ben] = await Promise.all([connect(t, server), connect(t, server)]);
  await subscribe(server, ann, 'presence-a', { user_id: 1 });
  await subscribe(server, ben, 'presence-a', { user_id: 1 });
  await subscribe(server, ann, 'orders');
  await subscribe(server, ann, 'cache-a');

  // Reverb's own cases 51, 52, 58 and 59; what nobody listens to has counts of 0 [P-16]
  const channels = ['presence-a', 'orders', 'cache-a', 'presence-empty', 'empty'];
  const table: [info: string, answer: string][] = [
    [
      'user_count',
      '{"presence-a":{"user_count":1},"orders":{},"cache-a":{},"presence-empty":{"user_count":0},"empty":{}}',
    ],
    [
      'subscription_count',
      '{"presence-a":{},"orders":{"subscription_count":1},"cache-a":{"subscription_count":1},"presence-empty":{},"empty":{"subscription_count":0}}',
    ],
    [
      'user_count,subscription_count,occupied',
      '{"presence-a":{"occupied":true,"user_count":1},"orders":{"occupied":true,"subscription_count":1},"cache-a":{"occupied":true,"subscription_count":1},"presence-empty":{"occupied":false,"user_count":0},"empty":{"occupied":false,"subscription_count":0}}',
    ],
    ['junk', '{"presence-a":{},"orders":{},"cache-a":{},"presence-empty":{},"empty":{}}'],
    ['', '{"presence-a":{},"orders":{},"cache-a":{},"presence-empty":{},"empty":{}}'],
  ];
  for (const [info, answer] of table) {
    const { status, text } = await publish(server, { name: 'e', channels, data: '1', info });
    t.equal(status, 200);
    t.equal(text, `{"channels":${answer}}`, info);
  }
  const { json } = await publish(server, { name: 'e', channel: 'cache-a', data: '{"n":1}', info: 'cache' });
  t.same(json, { channels: { 'cache-a': { cache: { event: 'e', data: '{"n":1}', channel: 'cache-a', ttl: 1800 } } } }); // [Q-V]
  const { text } = await publish(server, { name: 'e', channel: '__proto__', data: '1', info: 'subscription_count' });
  t.equal(text, '{"channels":{"__proto__":{"subscription_count":0}}}');
});

t.test('an event with wrong fields is refused with all that is wrong', async (t) => {
  const server = await startServer(t);
  const socket = await connect(t, server);
  await subscribe(server, socket, 'test-channel');
  const without = (field: keyof typeof event) => ({ ...event, [field]: undefined });
  const oneOf = {
    channels: ['The channels field is required when channel is not present.'],
    channel: ['The channel field is required when channels is not present.'],
  };
  // Reverb's own case 57, and the rest of its rules
  const table: [body: object, problems: object][] = [
    [{}, { name: ['The name field is required.'], data: ['The data field is required.'], ...oneOf }],
    [without('name'), { name: ['The name field is required.'] }],
    [{ ...event, name: '' }, { name: ['The name field is required.'] }],
    [{ ...event, name: '  ' }, { name: ['The name field is required.'] }],
    [{ ...event, name: null }, { name: ['The name field is required.'] }],
    [{ ...event, name: 5 }, { name: ['The name field must be a string.'] }],
    [{ ...event, name: ['x'] }, { name: ['The name field must be a string.'] }],
    [without('data'), { data: ['The data field is required.'] }],
    [{ ...event, data: '' }, { data: ['The data field is required.'] }],
    [{ ...event, data: [] }, { data: ['The data field is required.'] }],
    [{ ...event, data: {} }, { data: ['The data field is required.'] }],
    [{ ...event, data: { a: 1 } }, { data: ['The data field must be a string.'] }],
    [{ ...event, data: 0 }, { data: ['The data field must be a string.'] }],
    [{ ...event, data: false }, { data: ['The data field must be a string.'] }],
    [without('channel'), oneOf],
    [{ ...event, channel: null }, oneOf],
    [{ ...event, channel: '' }, oneOf],
    [{ ...without('channel'), channels: [] }, oneOf],
    [{ ...event, channel: 5 }, { channel: ['The channel field must be a string.'] }],
    [{ ...event, channel: ['a'] }, { channel: ['The channel field must be a string.'] }],
    [{ ...event, channels: 'a' }, { channels: ['The channels field must be an array.'] }],
    [{ ...event, channels: 5 }, { channels: ['The channels field must be an array.'] }],
    [{ ...event, channels: ['a', 5] }, { channels: ['The channels field must only hold strings.'] }],
    [{ ...event, channels: [['a']] }, { channels: ['The channels field must only hold strings.'] }],
    [{ ...event, socket_id: 1234 }, { socket_id: ['The socket id field must be a string.'] }],
    [{ ...event, socket_id: null }, { socket_id: ['The socket id field must be a string.'] }],
    [{ ...event, info: 1234 }, { info: ['The info field must be a string.'] }],
    [{ ...event, info: null }, { info: ['The info field must be a string.'] }],
    [{ ...event, info: ['user_count'] }, { info: ['The info field must be a string.'] }],
    [
      { name: 1, socket_id: 1, info: 1 },
      {
        name: ['The name field must be a string.'],
        data: ['The data field is required.'],
        ...oneOf,
        socket_id: ['The socket id field must be a string.'],
        info: ['The info field must be a string.'],
      },
    ],
  ];
  for (const [body, problems] of table) {
    const { status, text, headers } = await call(server, 'POST', EVENTS, { body });
    t.equal(status, 422);
    t.equal(text, JSON.stringify(problems), JSON.stringify(body));
    t.match(headers.get('content-type'), /^application\/json/);
  }
  // "0" is not missing
  t.has(await publish(server, { name: '0', channel: 'test-channel', data: '0' }), { status: 200, text: '{}' });
  t.same(await socket.drained(), ['{"event":"0","data":"0","channel":"test-channel"}'], 'and nothing else');
});

t.test('a body that is no JSON object is refused', async (t) => {
  const server = await startServer(t);
  // Reverb's own cases 62 and 76, which are 500 there [Q-Z]
  for (const path of [EVENTS, BATCH]) {
    for (const body of ['null', '5', 'true', '"text"', '[]', '[{}]']) {
      const { status, text, headers } = await call(server, 'POST', path, { body });
      t.equal(status, 400);
      t.equal(text, 'Bad request: the body is not a JSON object.', body);
      t.match(headers.get('content-type'), /^text\/plain/);
    }
    for (const body of [
      '',
      undefined,
      '{',
      "{'a':1}",
      '{"name":"x",}',
      'name=x&data=1',
      '\u0000',
      `${'['.repeat(5000)}`,
    ]) {
      const { status, text } = await call(server, 'POST', path, { body });
      t.equal(status, 400);
      t.match(text, /^Bad request: the body is not JSON \(.+\)\.$/, String(body).slice(0, 20));
    }
  }
});

t.test('an event goes to so many channels, and holds so much', async (t) => {
  const server = await startServer(t);
  const socket = await connect(t, server);
  await subscribe(server, socket, 'c99');
  const names = (howMany: number) => Array.from({ length: howMany }, (_, index) => `c${index}`);
  t.has(await publish(server, { name: 'e', channels: names(100), data: '1' }), { status: 200, text: '{}' });
  t.equal((await socket.drained()).length, 1);
  t.has(await publish(server, { name: 'e', channels: names(101), data: '1' }), {
    status: 400,
    text: 'Bad request: an event goes to at most 100 channels, not 101.',
  });

  // Reverb's own case 60
  t.has(await publish(server, { name: 'e', channel: 'c99', data: 'x'.repeat(10_000) }), { status: 200 });
  t.equal((await socket.drained()).length, 1);
  for (const data of ['x'.repeat(10_001), 'é'.repeat(5001)]) {
    const bytes = Buffer.byteLength(data);
    const answer = await publish(server, { name: 'e', channel: 'c99', data });
    t.equal(answer.status, 413);
    t.equal(
      answer.text,
      `Payload too large. The data content of this event takes ${bytes} bytes, at most 10000 are allowed.`,
    );
  }
  const huge = await publish(server, { name: 'e', channel: 'c99', data: 'x'.repeat(300_000) });
  t.equal(huge.status, 413);
  t.equal(huge.text, 'Payload too large.');

  for (const channel of ['a b', '#elsewhere', 'ä', 'a/b', 'x'.repeat(201)]) {
    const { status, text } = await publish(server, { name: 'e', channels: ['c99', channel], data: '1' });
    t.equal(status, 400);
    t.equal(text, `Bad request: ${JSON.stringify(channel)} is not a valid channel name.`);
  }
  t.has(await publish(server, { name: 'e'.repeat(200), channel: 'nobody', data: '1' }), { status: 200 });
  t.has(await publish(server, { name: 'e'.repeat(201), channel: 'c99', data: '1' }), {
    status: 400,
    text: 'Bad request: an event name takes at most 200 characters.',
  });
  t.same(await socket.drained(), [], 'what is refused reaches nobody');

  // Reverb's own cases 40 and 61: the size of a request bounds the event as well [Q-W]
  const roomy = await startServer(t, { REVERB_MAX_REQUEST_SIZE: '200000' });
  const listener = await connect(t, roomy);
  await subscribe(roomy, listener, 'c99');
  t.has(await publish(roomy, { name: 'e', channel: 'c99', data: 'x'.repeat(150_000) }), { status: 200 });
  t.equal((await listener.next()).length, 150_000 + '{"event":"e","data":"","channel":"c99"}'.length);
  const over = await publish(roomy, { name: 'e', channel: 'c99', data: 'x'.repeat(200_000) });
  t.has([over.status, over.text], [413, 'Payload too large.']);

  const tight = await startServer(t, { REVERB_MAX_REQUEST_SIZE: '100' });
  const body = (bytes: number) => JSON.stringify(event).padEnd(bytes);
  t.equal((await call(tight, 'POST', EVENTS, { body: body(100) })).status, 200);
  t.has(await call(tight, 'POST', EVENTS, { body: body(101) }), { status: 413, text: 'Payload too large.' });
});

t.test('a batch is published in its order', async (t) => {
  const server = await startServer(t);
  const [ann, ben] = await Promise.all([connect(t, server), connect(t, server)]);
  for (const channel of ['a', 'b']) {
    await subscribe(server, ann, channel);
    await subscribe(server, ben, channel);
  }
  const batchOf = (...batch: object[]) => call(server, 'POST', BATCH, { body: { batch } });
  const item = (channel: string, data: string, more: object = {}) => ({ name: 'e', channel, data, ...more });

  // Reverb's own cases 67, 68, 71 and 72
  const answer = await batchOf(item('a', '1'));
  t.has(answer, { status: 200, text: '{"batch":{}}' });
  t.equal(answer.headers.get('content-length'), '12');
  t.has(await batchOf(item('b', '2'), item('a', '3'), item('b', '4', { socket_id: ben.socketId })), {
    text: '{"batch":{}}',
  });
  const frame = (channel: string, data: string) => `{"event":"e","data":"${data}","channel":"${channel}"}`;
  t.same(await ann.drained(), [frame('a', '1'), frame('b', '2'), frame('a', '3'), frame('b', '4')]);
  t.same(await ben.drained(), [frame('a', '1'), frame('b', '2'), frame('a', '3')]);

  // Reverb's own cases 69 and 70
  await subscribe(server, ann, 'presence-a', { user_id: 1 });
  const asked = { info: 'user_count,subscription_count' };
  t.equal(
    (await batchOf(item('presence-a', '1', asked), item('a', '2'), item('b', '3', asked), item('empty', '4', asked)))
      .text,
    '{"batch":[{"user_count":1},{},{"subscription_count":2},{"subscription_count":0}]}',
  );
  await Promise.all([ann.drained(), ben.drained()]);

  // Ten at most, all or nothing
  t.has(await batchOf(...Array(10).fill(item('a', '1'))), { status: 200, text: '{"batch":{}}' });
  t.equal((await ann.drained()).length, 10);
  t.has(await batchOf(...Array(11).fill(item('a', '1'))), {
    status: 400,
    text: 'Bad request: Batch too large (11 events, at most 10).',
  });
  t.has(await batchOf(item('a', '1'), item('a b', '2')), {
    status: 400,
    text: 'Bad request: "a b" is not a valid channel name.',
  });
  t.has(await batchOf(item('a', '1'), item('a', 'x'.repeat(10_001))), {
    status: 413,
    text: 'Payload too large. The data content of this event takes 10001 bytes, at most 10000 are allowed.',
  });
  const full = await batchOf(...Array(10).fill(item('a', '"'.repeat(10_000))));
  t.has(full, { status: 200 }, 'ten full events fit, quotes and all');
  sameFrames(t, await ann.drained(), Array(10).fill(/"channel":"a"/));

  const oneOf = (index: number) => [`The batch.${index}.channel field is required when channels is not present.`];
  const table: [body: object, problems: object][] = [
    [{}, { batch: ['The batch field is required.'] }],
    [{ batch: null }, { batch: ['The batch field is required.'] }],
    [{ batch: [] }, { batch: ['The batch field is required.'] }],
    [{ batch: {} }, { batch: ['The batch field is required.'] }],
    [{ batch: 'x' }, { batch: ['The batch field must be an array.'] }],
    [{ batch: 5 }, { batch: ['The batch field must be an array.'] }],
    [
      { batch: [{}, item('a', '1'), { name: 1, data: 1, channel: 1, socket_id: 1, info: 1 }, null] },
      {
        'batch.0.name': ['The batch.0.name field is required.'],
        'batch.2.name': ['The batch.2.name field must be a string.'],
        'batch.3.name': ['The batch.3.name field is required.'],
        'batch.0.data': ['The batch.0.data field is required.'],
        'batch.2.data': ['The batch.2.data field must be a string.'],
        'batch.3.data': ['The batch.3.data field is required.'],
        'batch.0.channel': oneOf(0),
        'batch.2.channel': ['The batch.2.channel field must be a string.'],
        'batch.3.channel': oneOf(3),
        'batch.2.socket_id': ['The batch.2.socket id field must be a string.'],
        'batch.2.info': ['The batch.2.info field must be a string.'],
      },
    ],
    [{ batch: [{ name: 'e', data: '1', channels: ['a'] }] }, { 'batch.0.channel': oneOf(0) }],
  ];
  for (const [body, problems] of table) {
    const { status, text } = await call(server, 'POST', BATCH, { body });
    t.equal(status, 422);
    t.equal(text, JSON.stringify(problems), JSON.stringify(body));
  }
  t.same(await ann.drained(), [], 'nothing of a refused batch is published');
});

t.test('events a minute, from one address and from all', async (t) => {
  const env = { ANTIPHON_EVENTS_PER_ADDRESS: '12', ANTIPHON_EVENTS_PER_APP: '15', TRUSTED_PROXIES: '*' };
  const server = await startServer(t, env);
  const event = { name: 'shipped', channel: 'orders', data: '{}' };
  const ask = (address: string, events: number) =>
    call(server, 'POST', events === 1 ? '/apps/123456/events' : '/apps/123456/batch_events', {
      body: events === 1 ? event : { batch: Array(events).fill(event) },
      headers: { 'x-forwarded-for': address },
    });
  t.equal((await ask('192.0.2.1', 10)).status, 200);
  const refused = await ask('192.0.2.1', 3);
  t.match(refused, { status: 429, text: 'Too many events.' }, 'a batch counts as its events');
  const retryAfter = Number(refused.headers.get('retry-after'));
  t.ok(retryAfter >= 1 && retryAfter <= 60, `again in ${retryAfter} s`);
  t.equal((await ask('192.0.2.1', 2)).status, 200, 'what was refused took nothing');
  t.equal((await ask('192.0.2.2', 3)).status, 200, 'each address has its own');
  t.equal((await ask('192.0.2.3', 1)).status, 429, 'and all of them the app’s');
});
