import { hash } from 'node:crypto';
import { Agent, type IncomingHttpHeaders, request } from 'node:http';
import { connect as overTcp } from 'node:net';
import t from 'tap';
import { answerOf, call, publish, type SigningOptions, signedQuery } from '../kit/api.ts';
import { type RunningServer, startServer } from '../kit/server.ts';
import { connect, sameFrames, subscribe } from '../kit/socket.ts';

const CONNECTIONS = '/apps/123456/connections';
const CHANNELS = '/apps/123456/channels';
const EVENTS = '/apps/123456/events';
const EVENT = { name: 'e', channel: 'orders', data: '1' };
/** Every signed route, with a body where it takes one. */
const ROUTES: [method: string, path: string, body?: object][] = [
  ['POST', EVENTS, EVENT],
  ['POST', '/apps/123456/batch_events', { batch: [EVENT] }],
  ['GET', CONNECTIONS],
  ['GET', CHANNELS],
  ['GET', `${CHANNELS}/orders`],
  ['GET', `${CHANNELS}/presence-a/users`],
  ['POST', '/apps/123456/users/7/terminate_connections', {}],
];

interface Got {
  status: number | undefined;
  headers: IncomingHttpHeaders;
  text: string;
  isReused: boolean;
}

/** A request through Node's own client: chunked bodies, kept connections, paths that fetch would tidy up. */
function ask(
  server: RunningServer,
  method: string,
  target: string,
  { agent, chunks = [], headers = {} }: { agent?: Agent; chunks?: string[]; headers?: Record<string, string> } = {},
): Promise<Got> {
  const { hostname, port } = new URL(server.httpUrl);
  return new Promise((resolve, reject) => {
    const asking = request({ hostname, port, method, path: target, agent, headers, timeout: 20_000 }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part) => {
        text += part;
      });
      response.on('end', () =>
        resolve({ status: response.statusCode, headers: response.headers, text, isReused: asking.reusedSocket }),
      );
    });
    asking.on('error', reject).on('timeout', () => asking.destroy(new Error('no answer')));
    for (const chunk of chunks) asking.write(chunk);
    asking.end();
  });
}

/** Sends the bytes as they are and returns what came back until the server hung up. */
function exchange(port: number, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = overTcp(port, '127.0.0.1', () => socket.write(bytes));
    socket.setEncoding('utf8').setTimeout(5000, () => socket.destroy(new Error(`still open after: ${text}`)));
    socket.on('data', (part) => {
      text += part;
    });
    socket.on('error', reject).on('close', () => resolve(text));
  });
}

t.test('a request is signed with the key and the secret of its app', async (t) => {
  const server = await startServer(t);
  const listener = await connect(t, server);
  await subscribe(server, listener, 'orders');
  const WRONG = 'Authentication signature invalid. ';
  const keyMissing = `${WRONG}auth_key is missing.`;
  const keyWrong = `${WRONG}auth_key is not the key of this app.`;

  // Reverb's own cases 65, 78, 91, 102, 113, 120 and 124
  for (const [method, path, body] of ROUTES) {
    const unsigned = await answerOf(
      await fetch(server.httpUrl + path, { method, ...(body ? { body: JSON.stringify(body) } : {}) }),
    );
    t.equal(unsigned.status, 401);
    t.equal(unsigned.text, keyMissing, path);
    t.match(unsigned.headers.get('content-type'), /^text\/plain/);
    const forged = await call(server, method, path, {
      body,
      tamper: (query) => query.set('auth_signature', '0'.repeat(64)),
    });
    t.equal(forged.status, 401, path);
    t.equal((await call(server, method, path, { body })).status, path.endsWith('users') ? 404 : 200, path);
  }
  sameFrames(t, await listener.drained(), [/"event":"e"/, /"event":"e"/], 'only what was signed was published');

  const tampers: [what: (query: URLSearchParams) => void, answer: string | RegExp][] = [
    [(query) => query.delete('auth_key'), keyMissing],
    [(query) => query.set('auth_key', 'other'), keyWrong],
    [(query) => query.set('auth_key', ''), keyWrong],
    [(query) => query.delete('auth_signature'), /^Authentication signature invalid\. Expected/],
    [(query) => query.set('auth_signature', ''), /Expected/],
    [(query) => query.set('auth_signature', 'x'), /Expected/],
    [(query) => query.set('auth_signature', (query.get('auth_signature') as string).toUpperCase()), /Expected/],
    [(query) => query.set('auth_version', '2.0'), /auth_version=2\.0/],
    [(query) => query.set('info', 'user_count'), /info=user_count/],
    [(query) => query.append('extra', 'a b&c'), /extra=a b&c"/],
  ];
  for (const [tamper, answer] of tampers) {
    const { status, text } = await call(server, 'POST', EVENTS, { body: EVENT, tamper });
    t.equal(status, 401);
    if (typeof answer === 'string') t.equal(text, answer);
    else t.match(text, answer);
  }

  // It says which text should have been signed, and never the secret. [Q-P]
  const timestamp = String(Math.floor(Date.now() / 1000));
  const { text } = await call(server, 'POST', EVENTS, {
    body: EVENT,
    query: { auth_timestamp: timestamp },
    tamper: (query) => query.set('auth_signature', 'wrong'),
  });
  const md5 = hash('md5', JSON.stringify(EVENT), 'hex');
  t.equal(
    text,
    `${WRONG}Expected auth_signature to be the HMAC-SHA256, in lower-case hex under the app's secret, of ` +
      `"POST\\n/apps/123456/events\\nauth_key=reverb-key&auth_timestamp=${timestamp}&auth_version=1.0&body_md5=${md5}".`,
  );
  t.notMatch(text, /reverb-secret/);
  t.equal((await listener.drained()).length, 0);
});

t.test('the signature covers the body that arrived, the method and the path', async (t) => {
  const server = await startServer(t);
  const signed = (options: SigningOptions) => signedQuery(server, 'POST', EVENTS, options);
  const send = async (query: string, body: string, method = 'POST', path = EVENTS) =>
    (await fetch(`${server.httpUrl}${path}?${query}`, { method, body })).status;
  const body = JSON.stringify(EVENT);

  t.equal(await send(signed({ body }), body), 200);
  t.equal(await send(signed({ body }), `${body} `), 401, 'another body');
  t.equal(await send(signed({ body }), ''), 401, 'no body');
  // The client's own body_md5 is not believed
  const md5 = new URLSearchParams(signed({ body })).get('body_md5') as string;
  t.equal(await send(signed({ body, query: { body_md5: '0'.repeat(32) } }), body), 401);
  t.equal(await send(signed({ body, tamper: (query) => query.set('body_md5', 'x') }), body), 200);
  t.equal(await send(signed({ query: { body_md5: md5 } }), body), 200);
  t.equal(await send(signed({ body }), body, 'POST', '/apps/123456/batch_events'), 401, 'another path');
  t.equal(await send(signed({ body, signedPath: '/apps/123456/batch_events' }), body), 401);

  // Lists and what needs encoding, as the PHP library signs them
  const server2 = (options: SigningOptions) => call(server, 'GET', CHANNELS, options);
  t.equal((await server2({ query: { filter_by_prefix: 'a b+c&d=é%' } })).status, 200);
  const params = `auth_key=reverb-key&auth_timestamp=${Math.floor(Date.now() / 1000)}&auth_version=1.0`;
  const signature = server.signer.sign(`GET\n${CHANNELS}\n${params}&info=user_count,subscription_count`);
  const listed = await fetch(
    `${server.httpUrl}${CHANNELS}?${params}&info[]=user_count&info[]=subscription_count&auth_signature=${signature}`,
  );
  t.equal(listed.status, 200);
});

t.test('a request is of now, as far as the setting says', async (t) => {
  const now = () => Math.floor(Date.now() / 1000);
  const statusAt = async (server: RunningServer, auth_timestamp: string) =>
    (await call(server, 'GET', CONNECTIONS, { query: { auth_timestamp } })).status;
  const server = await startServer(t);
  for (const offset of [0, -590, 590]) t.equal(await statusAt(server, String(now() + offset)), 200, `${offset} s`);
  for (const offset of [-610, 610]) t.equal(await statusAt(server, String(now() + offset)), 401, `${offset} s`);
  for (const odd of ['', 'x', '-1', '1e9', `${now()}.5`, ` ${now()}`, String(Date.now())]) {
    t.equal(await statusAt(server, odd), 401, odd);
  }
  const old = String(now() - 700);
  const late = await call(server, 'GET', CONNECTIONS, { query: { auth_timestamp: old } });
  t.match(
    late.text,
    new RegExp(
      `^Authentication signature invalid\\. auth_timestamp "${old}"; the server's time is \\d+ and 600 s of difference are allowed\\.$`,
    ),
  );
  const missing = await call(server, 'GET', CONNECTIONS, { tamper: (query) => query.delete('auth_timestamp') });
  t.match(missing.text, /auth_timestamp is missing; /);

  const patient = await startServer(t, { ANTIPHON_AUTH_TIMESTAMP_TOLERANCE: '5000' });
  t.equal(await statusAt(patient, String(now() - 4990)), 200);
  t.equal(await statusAt(patient, String(now() - 5010)), 401);
  const careless = await startServer(t, { ANTIPHON_AUTH_TIMESTAMP_TOLERANCE: '0' });
  for (const any of ['1', 'x', '']) t.equal(await statusAt(careless, any), 200, any);
});

t.test('what is not there is 404, what is not done there is 405', async (t) => {
  const server = await startServer(t);
  // Reverb's own cases 63 and 121
  for (const id of ['no-such-app', 'reverb-key', '0', '%20']) {
    const { status, text } = await call(server, 'POST', `/apps/${id}/events`, { body: EVENT });
    t.equal(status, 404);
    t.equal(text, `No matching application for ID [${decodeURIComponent(id)}].`);
  }
  const nowhere = [
    '/apps',
    '/apps/123456',
    '/apps/123456/nothing',
    `${EVENTS}/`,
    '/apps/123456/EVENTS',
    '/Apps/123456/events',
    '/apps/123456/users/7',
    '/apps/123456/terminate_connections',
    `${CHANNELS}/a%2Fb/users/c`,
    '/up/',
    '/nothing',
  ];
  for (const path of nowhere) {
    const { status, text, headers } = await call(server, 'GET', path);
    t.equal(status, 404, path);
    if (path.startsWith('/apps')) t.equal(text, 'Not found.', path);
    t.match(headers.get('content-type'), /^text\//, path);
  }
  for (const [method, path] of [...ROUTES, ['GET', '/up'] as const]) {
    for (const other of ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
      if (other === method || (other === 'HEAD' && method === 'GET')) continue;
      const { status, headers, text } = await ask(server, other, path); // needs no signature
      t.equal(status, 405, `${other} ${path}`);
      t.equal(headers.allow, method);
      t.equal(text, other === 'HEAD' ? '' : 'Method not allowed.');
    }
  }
  // No CORS: nobody publishes from a browser
  t.equal((await ask(server, 'OPTIONS', EVENTS)).headers['access-control-allow-origin'], undefined);
});

t.test('channels can be looked at', async (t) => {
  const server = await startServer(t);
  const [ann, ben] = await Promise.all([connect(t, server), connect(t, server)]);
  const get = (path: string, query: Record<string, string> = {}) => call(server, 'GET', path, { query });
  // Reverb's own cases 84, 96, 109 and 116 for the lengths
  const empty = await get(CHANNELS);
  t.has(empty, { status: 200, text: '{"channels":{}}' }); // [Q-K]
  t.equal(empty.headers.get('content-length'), '15');

  for (const socket of [ann, ben]) {
    await subscribe(server, socket, 'orders');
    await subscribe(server, socket, 'presence-a', { user_id: 1 });
  }
  await subscribe(server, ann, 'presence-b', { user_id: 'u7' });
  await subscribe(server, ben, 'presence-b', { user_id: 3 });
  await subscribe(server, ann, 'cache-a');
  await subscribe(server, ann, 'presence-ghosts');

  // Reverb's own cases 92–95; user_count of what has no users is passed over [P-16]
  t.equal(
    (await get(CHANNELS)).text,
    '{"channels":{"orders":{},"presence-a":{},"presence-b":{},"cache-a":{},"presence-ghosts":{}}}',
  );
  t.equal(
    (await get(CHANNELS, { info: 'user_count' })).text,
    '{"channels":{"orders":{},"presence-a":{"user_count":1},"presence-b":{"user_count":2},"cache-a":{},"presence-ghosts":{"user_count":0}}}',
  );
  t.equal(
    (await get(CHANNELS, { info: 'user_count,subscription_count', filter_by_prefix: 'presence-' })).text,
    '{"channels":{"presence-a":{"user_count":1},"presence-b":{"user_count":2},"presence-ghosts":{"user_count":0}}}',
  );
  t.equal((await get(CHANNELS, { filter_by_prefix: 'or' })).text, '{"channels":{"orders":{}}}');
  t.equal((await get(CHANNELS, { filter_by_prefix: 'nothing' })).text, '{"channels":{}}');
  t.equal(
    (await get(CHANNELS, { info: 'junk, user_count', filter_by_prefix: 'presence-a' })).text,
    '{"channels":{"presence-a":{}}}',
  );

  // Reverb's own cases 79–83, whatever is asked for in `info`, in its own order
  await publish(server, { name: 'e', channel: 'cache-a', data: '{"n":1}' });
  const all = 'cache,subscription_count,user_count,occupied,junk';
  const table: [channel: string, info: string, answer: string][] = [
    ['orders', '', '{"occupied":true}'],
    ['orders', 'subscription_count', '{"occupied":true,"subscription_count":2}'],
    ['orders', all, '{"occupied":true,"subscription_count":2}'],
    ['presence-a', all, '{"occupied":true,"user_count":1}'],
    ['presence-ghosts', all, '{"occupied":true,"user_count":0}'],
    ['cache-a', 'subscription_count', '{"occupied":true,"subscription_count":1}'],
    [
      'cache-a',
      all,
      '{"occupied":true,"subscription_count":1,"cache":{"event":"e","data":"{\\"n\\":1}","channel":"cache-a","ttl":1800}}',
    ],
    ['nobody', '', '{"occupied":false}'],
    ['nobody', all, '{"occupied":false,"subscription_count":0}'],
    ['presence-nobody', all, '{"occupied":false,"user_count":0}'],
    ['cache-nobody', all, '{"occupied":false,"subscription_count":0}'],
    ['__proto__', all, '{"occupied":false,"subscription_count":0}'],
  ];
  for (const [name, info, answer] of table) {
    const { status, text, headers } = await get(`${CHANNELS}/${name}`, info ? { info } : {});
    t.equal(status, 200);
    t.equal(text, answer, `${name} ${info}`);
    t.equal(headers.get('content-length'), String(answer.length));
  }

  // Reverb's own cases 103–106
  const members = await get(`${CHANNELS}/presence-b/users`);
  t.has(members, { status: 200, text: '{"users":[{"id":"u7"},{"id":3}]}' });
  t.equal(members.headers.get('content-length'), '32');
  t.has(await get(`${CHANNELS}/presence-a/users`), { status: 200, text: '{"users":[{"id":1}]}' });
  t.has(await get(`${CHANNELS}/presence-ghosts/users`), { status: 200, text: '{"users":[]}' });
  t.has(await get(`${CHANNELS}/presence-nobody/users`), { status: 404, text: '{}' });
  t.has(await get(`${CHANNELS}/nobody/users`), { status: 404, text: '{}' });
  t.has(await get(`${CHANNELS}/orders/users`), { status: 400, text: '{}' });

  // Reverb's own cases 114 and 115: sockets on at least one channel, once each
  await connect(t, server);
  const connections = await get(CONNECTIONS);
  t.has(connections, { status: 200, text: '{"connections":2}' });
  t.equal(connections.headers.get('content-length'), '17');
});

t.test('a path may be percent-encoded, and is signed as it stands', async (t) => {
  const server = await startServer(t, { ANTIPHON_STRICT_NAMES: 'off' });
  const socket = await connect(t, server);
  for (const channel of ['a b', 'ä/ö', '#x', '100%', 'a;b,c=@']) {
    await subscribe(server, socket, channel);
    const path = `${CHANNELS}/${encodeURIComponent(channel)}`;
    const { status, text } = await call(server, 'GET', path, { query: { info: 'subscription_count' } });
    t.equal(status, 200);
    t.equal(text, '{"occupied":true,"subscription_count":1}', channel);
  }
  t.equal((await call(server, 'GET', '/%61pps/12345%36/connections')).text, '{"connections":1}');
  t.equal((await ask(server, 'GET', '/apps/%zz/connections')).status, 400);
  const doubled = '//apps/123456//connections';
  t.equal((await ask(server, 'GET', `${doubled}?${signedQuery(server, 'GET', doubled)}`)).text, '{"connections":1}');
  t.equal((await call(server, 'GET', `${CHANNELS}/${'x'.repeat(1001)}`)).status, 414, 'longer than any name');
});

t.test('a prefix is in front of every path, and signed or not', async (t) => {
  const server = await startServer(t, { REVERB_SERVER_PATH: 'ws/deep' });
  const socket = await connect(t, server);
  await subscribe(server, socket, 'orders');
  // Reverb's own cases 41, 42, 66 and 74
  t.has(await call(server, 'POST', EVENTS, { body: EVENT }), { status: 200, text: '{}' }, 'as the PHP library signs');
  t.has(await call(server, 'POST', EVENTS, { body: EVENT, signedPath: `/ws/deep${EVENTS}` }), { status: 200 });
  t.has(await call(server, 'POST', EVENTS, { body: EVENT, signedPath: `/deep${EVENTS}` }), { status: 401 });
  t.equal((await socket.drained()).length, 2);
  t.equal((await ask(server, 'GET', '/ws/deep/up')).text, '{"health":"OK"}');
  for (const path of ['/up', CONNECTIONS, '/app/reverb-key', '/deep/up', '/ws/up']) {
    t.equal((await ask(server, 'GET', path)).status, 404, path);
  }
  t.has(await call(server, 'GET', '/apps/123456/nothing'), { status: 404, text: 'Not found.' });
  // Laravel shows the body to its developer, who must not read a signature there
  for (const type of ['application/json', 'nonsense']) {
    const { port } = server;
    const outside = { method: 'POST', body: '{', headers: { 'content-type': type } };
    const got = await answerOf(await fetch(`http://127.0.0.1:${port}${EVENTS}?auth_signature=x`, outside));
    t.has(got, { status: 404, text: 'Not found.' });
  }
});

t.test('the server says that it is well', async (t) => {
  const server = await startServer(t);
  // Reverb's own cases 125 and 126
  const { status, text, headers } = await ask(server, 'GET', '/up');
  t.equal(status, 200);
  t.equal(text, '{"health":"OK"}');
  t.equal(headers['content-length'], '15');
  t.match(headers['content-type'], /^application\/json/);
  const head = await ask(server, 'HEAD', '/up');
  t.has([head.status, head.text, head.headers['content-length']], [200, '', '15']);
  await server.stop();
  await t.rejects(ask(server, 'GET', '/up'));
});

t.test('a node without the others says so, and goes on serving', async (t) => {
  const nobody = { REVERB_SCALING_ENABLED: 'true', REDIS_HOST: '127.0.0.1', REDIS_PORT: '1' };
  const server = await startServer(t, nobody);
  const { status, json } = await call(server, 'GET', '/up');
  t.equal(status, 200, 'a balancer that took it out would take out all nodes at once');
  t.same(json, { health: 'degraded: the other nodes cannot be reached' });
  const listener = await connect(t, server);
  await subscribe(server, listener, 'orders');
  t.equal((await publish(server, EVENT)).text, '{}');
  t.equal((await listener.drained()).length, 1);
});

t.test('what is wrong before it is known whose request it is, is told as text too', async (t) => {
  const { port } = await startServer(t, { ANTIPHON_HEADERS_TIMEOUT: '1' });
  const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`;
  const badPath = 'Bad request: the path is not percent-encoded as it should be.';
  for (const [bytes, status, said] of [
    [get('/apps/%zz/channels'), '400 Bad Request', badPath],
    [get('/app/%'), '400 Bad Request', badPath],
    [get(`/apps/${'a'.repeat(1001)}/channels`), '414 URI Too Long', 'URI too long.'],
    [get(`/${'a'.repeat(20_000)}`), '431 Request Header Fields Too Large', 'The headers are too large.'],
    ['nonsense\r\n\r\n', '400 Bad Request', 'Bad request.'],
    ['GET /up HTTP/1.1\r\nHo', '408 Request Timeout', 'The request did not come in time.'],
  ] as const) {
    const [head = '', text] = (await exchange(port, bytes)).split('\r\n\r\n');
    t.equal(head.split('\r\n')[0], `HTTP/1.1 ${status}`);
    t.match(head, /^content-type: text\/plain/im);
    t.match(head, /^connection: close$/im);
    t.equal(text, said);
  }
});

t.test('a publish gets the same answer by the short way and by the routes', async (t) => {
  const server = await startServer(t, { REVERB_SERVER_PATH: 'deep' });
  const listener = await connect(t, server);
  await subscribe(server, listener, 'orders');
  const asked = { ...EVENT, info: 'subscription_count' };
  const cases: [what: string, path: string, body: string, options?: SigningOptions][] = [
    ['an event', EVENTS, JSON.stringify(EVENT)],
    ['a library', EVENTS, JSON.stringify({ ...EVENT, socket_id: null }), { headers: { 'x-pusher-library': 'x 1' } }],
    ['signed with the prefix', EVENTS, JSON.stringify(EVENT), { signedPath: `/deep${EVENTS}` }],
    ['info', EVENTS, JSON.stringify(asked)],
    ['a query to decode', EVENTS, JSON.stringify(EVENT), { query: { extra: 'a b&é' } }],
    ['a batch', '/apps/123456/batch_events', JSON.stringify({ batch: [asked, EVENT] })],
    ['no JSON', EVENTS, '{'],
    ['wrong fields', EVENTS, '{"name":5}'],
    ['a wrong channel', EVENTS, JSON.stringify({ ...EVENT, channel: 'a b' })],
    ['too much data', EVENTS, JSON.stringify({ ...EVENT, data: 'x'.repeat(10_001) })],
    ['a forgery', EVENTS, JSON.stringify(EVENT), { tamper: (query) => query.set('auth_signature', '0'.repeat(64)) }],
    ['an old one', EVENTS, JSON.stringify(EVENT), { query: { auth_timestamp: '1' } }],
    ['another app', '/apps/1/events', JSON.stringify(EVENT)],
    ['no such thing', '/apps/123456/event', JSON.stringify(EVENT)],
  ];
  for (const [what, path, body, options = {}] of cases) {
    const target = `/deep${path}?${signedQuery(server, 'POST', path, { ...options, body })}`;
    const by = (headers: Record<string, string>) =>
      ask(server, 'POST', target, { chunks: [body], headers: { ...options.headers, ...headers } });
    const short = await by({ 'content-length': String(Buffer.byteLength(body)) });
    const routed = await by({ 'transfer-encoding': 'chunked' });
    const seen = ({ status, text, headers }: Got) => {
      const { 'x-request-id': id, date, ...others } = headers;
      return { status, text, hasId: id !== undefined, hasDate: date !== undefined, others };
    };
    t.same(seen(short), seen(routed), what);
  }
  t.equal((await listener.drained()).length, 14, 'six are published, each twice, the batch holds two');
});

t.test('HTTP is spoken as clients speak it', async (t) => {
  const server = await startServer(t);
  const listener = await connect(t, server);
  await subscribe(server, listener, 'orders');
  const body = JSON.stringify(EVENT);
  const target = () => `${EVENTS}?${signedQuery(server, 'POST', EVENTS, { body })}`;

  // A body in chunks, as Guzzle may send it, of whatever type it is said to be
  for (const headers of [
    {},
    { 'content-type': 'application/json' },
    { 'content-type': 'application/x-www-form-urlencoded' },
    { 'content-type': 'nonsense' },
    { 'content-type': '' },
    { 'content-length': String(body.length) },
    { 'content-length': String(body.length), expect: '100-continue' },
  ]) {
    const got = await ask(server, 'POST', target(), { chunks: [body.slice(0, 5), body.slice(5)], headers });
    t.has([got.status, got.text], [200, '{}'], JSON.stringify(headers));
  }
  t.equal((await listener.drained()).length, 7);
  const huge = await ask(server, 'POST', target(), { chunks: Array(40).fill('x'.repeat(10_000)) }).catch(() => null);
  if (huge) t.has([huge.status, huge.text], [413, 'Payload too large.']); // or cut off while still sending [Q-R]
  t.equal((await call(server, 'GET', CONNECTIONS)).status, 200);

  // One connection for many requests, refused ones too [Q-Q]
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  t.teardown(() => agent.destroy());
  for (const [path, status] of [
    ['/up', 200],
    ['/up', 200],
    [CONNECTIONS, 401],
    ['/apps/1/connections', 404],
    ['/apps/1/nothing', 404],
    [EVENTS, 405],
    ['/up', 200],
  ] as const) {
    const got = await ask(server, 'GET', path, { agent });
    t.equal(got.status, status);
    t.not(got.headers.connection, 'close', path);
  }
  t.ok((await ask(server, 'GET', '/up', { agent })).isReused);

  // HEAD is signed as HEAD and has the length of what GET would answer
  const head = await ask(server, 'HEAD', `${CONNECTIONS}?${signedQuery(server, 'HEAD', CONNECTIONS)}`);
  t.has([head.status, head.text, head.headers['content-length']], [200, '', '17']);
  t.equal((await ask(server, 'HEAD', `${CONNECTIONS}?${signedQuery(server, 'GET', CONNECTIONS)}`)).status, 401);

  // Two requests in one segment are answered in their order
  const up = 'GET /up HTTP/1.1\r\nHost: x\r\n';
  const both = await exchange(server.port, `${up}\r\nGET /apps/1/x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
  t.match(both, /^HTTP\/1\.1 200 OK[\s\S]+\{"health":"OK"\}HTTP\/1\.1 404 Not Found[\s\S]+Not found\.$/);
  t.match(
    await exchange(server.port, 'GET http://x/up HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'),
    /"OK"/,
    'absolute',
  );
  t.match(await exchange(server.port, 'GET /up HTTP/1.0\r\n\r\n'), /^HTTP\/1\.1 200 [\s\S]+"OK"/);

  // What is not HTTP is hung up on, and harms nobody
  for (const bytes of [
    'nonsense\r\n\r\n',
    'GET\r\n\r\n',
    'GET /up HTTP/9.9\r\n\r\n',
    '\u0016\u0003\u0001\u0002\u0000\u0001\r\n\r\n',
    'GET /up HTTP/1.1\r\n\r\n', // no Host
    `${up}Content-Length: x\r\n\r\n`,
    `POST ${EVENTS} HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n`,
    `POST ${EVENTS} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n`,
    `${up}X: ${'x'.repeat(40_000)}\r\n\r\n`,
  ]) {
    t.match(await exchange(server.port, bytes), /^HTTP\/1\.1 4(?:00|31) /, JSON.stringify(bytes.slice(0, 40)));
  }
  t.same(await listener.drained(), []);
});
