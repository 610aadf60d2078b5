import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { call, signedQuery } from '../kit/api.ts';
import {
  CLOSE,
  closeBody,
  connectRaw,
  type HttpHead,
  handshake,
  openRaw,
  type RawSocket,
  TEXT,
  wireFrame,
} from '../kit/raw-socket.ts';
import { type RunningServer, startServer } from '../kit/server.ts';
import { connect, openSocket, subscribe } from '../kit/socket.ts';

const ASK = '{"event":"pusher:ping","data":{}}';
const ANSWER = '{"event":"pusher:pong"}';

async function send(t: Test, server: RunningServer, text: string): Promise<RawSocket & { answer: HttpHead }> {
  const socket = await connectRaw(t, server);
  socket.write(text);
  return Object.assign(socket, { answer: await socket.head() });
}

async function isAlive(socket: RawSocket): Promise<boolean> {
  socket.write(wireFrame(TEXT, ASK));
  return (await socket.text()) === ANSWER;
}

t.test('a good handshake', async (t) => {
  const server = await startServer(t);
  const path = `/app/${server.app.key}`;

  t.test('is answered by exactly these headers, whatever is offered', async (t) => {
    const { answer } = await send(
      t,
      server,
      handshake(`${path}?protocol=7&client=js&version=8.6.0&flash=false`, {
        'Sec-WebSocket-Protocol': 'pusher, soap',
        'Sec-WebSocket-Extensions': 'permessage-deflate; client_max_window_bits',
        Origin: 'https://example.com',
      }),
    );
    t.same(answer.lines, [
      'HTTP/1.1 101 Switching Protocols',
      'Upgrade: websocket',
      'Connection: Upgrade',
      'Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=',
      'X-Powered-By: Laravel Reverb',
    ]);
  });

  const encoded = [...server.app.key].map((letter) => `%${letter.charCodeAt(0).toString(16)}`).join('');
  const targets = {
    'protocol 5': `${path}?protocol=5&client=java-client&version=2.4.4`,
    'protocol 6': `${path}?protocol=6`,
    'protocol 7': `${path}?protocol=7`,
    'an unknown protocol': `${path}?protocol=99`,
    'no query': path,
    'percent-encoded key': `/app/${encoded}`,
    'double slash': `/${path}`,
    'double slash inside': path.replace('/app/', '/app//'),
  };
  for (const [name, target] of Object.entries(targets)) {
    t.test(`may come with: ${name}`, async (t) => {
      const socket = await openRaw(t, server, { path: target });
      t.ok(await isAlive(socket));
    });
  }

  t.test('may be spelt in any case, with more in Connection, and come with 15 kB of cookies', async (t) => {
    const socket = await connectRaw(t, server);
    const cookies = `session=${'c'.repeat(15_000)}`;
    socket.write(handshake(path, { Upgrade: 'WebSocket', Connection: 'keep-alive, Upgrade', Cookie: cookies }));
    t.equal((await socket.head()).status, 101);
    t.match(await socket.text(), 'pusher:connection_established');
  });

  t.test('with more headers than Node takes is refused', async (t) => {
    const { answer } = await send(t, server, handshake(path, { Cookie: 'c'.repeat(17_000) }));
    t.equal(answer.status, 431);
  });

  t.test('on an unknown key is told so inside and closed', async (t) => {
    const socket = await send(t, server, handshake('/app/unknown'));
    t.equal(socket.answer.status, 101);
    t.equal(
      await socket.text(),
      '{"event":"pusher:error","data":"{\\"code\\":4001,\\"message\\":\\"Application does not exist\\"}"}',
    );
    const { opcode, payload } = await socket.frame();
    t.equal(opcode, CLOSE);
    t.same(payload, closeBody(4001, 'Application does not exist'));
    socket.write(wireFrame(TEXT, ASK), wireFrame(CLOSE, payload));
    t.equal((await socket.rest()).length, 0, 'nothing is answered any more');
  });
});

t.test('a bad handshake is refused in plain HTTP and opens no session [Q-A]', async (t) => {
  const server = await startServer(t, { ANTIPHON_HEADERS_TIMEOUT: '1' });
  const path = `/app/${server.app.key}`;
  const upgrade = 'HTTP/1.1 426 Upgrade Required';
  const bad = 'HTTP/1.1 400 Bad Request';
  const missing = 'HTTP/1.1 404 Not Found';
  const cases: Record<string, [request: string, statusLine: string, header?: RegExp]> = {
    'no key': [handshake(path, { 'Sec-WebSocket-Key': undefined }), bad],
    'empty key': [handshake(path, { 'Sec-WebSocket-Key': '' }), bad],
    'short key': [handshake(path, { 'Sec-WebSocket-Key': 'c2hvcnQ=' }), bad],
    'long key': [handshake(path, { 'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZSEhIQ==' }), bad],
    'no version': [handshake(path, { 'Sec-WebSocket-Version': undefined }), upgrade, /^sec-websocket-version: 13$/im],
    'version 8': [handshake(path, { 'Sec-WebSocket-Version': '8' }), upgrade, /^sec-websocket-version: 13$/im],
    'version 14': [handshake(path, { 'Sec-WebSocket-Version': '14' }), upgrade, /^sec-websocket-version: 13$/im],
    'no Connection': [handshake(path, { Connection: undefined }), bad],
    'Connection: keep-alive': [handshake(path, { Connection: 'keep-alive' }), bad],
    'no Upgrade': [
      handshake(path, { Upgrade: undefined, Connection: 'keep-alive' }),
      upgrade,
      /^upgrade: websocket$/im,
    ],
    'upgrade to something else': [handshake(path, { Upgrade: 'h2c' }), bad],
    'no Host': [handshake(path, { Host: undefined }), bad],
    'HTTP/1.0': [handshake(path, {}, `GET ${path} HTTP/1.0`), 'HTTP/1.1 505 HTTP Version Not Supported'],
    POST: [handshake(path, { 'Content-Length': '0' }, `POST ${path} HTTP/1.1`), bad],
    'POST without an upgrade': [
      handshake(path, { Upgrade: undefined, Connection: undefined, 'Content-Length': '0' }, `POST ${path} HTTP/1.1`),
      'HTTP/1.1 405 Method Not Allowed',
      /^allow: GET$/im,
    ],
    'on /up': [handshake('/up'), bad],
    'h2c on /up': [handshake('/up', { Upgrade: 'h2c' }), bad],
    'h2c on the API': [handshake(`/apps/${server.app.id}/channels`, { Upgrade: 'h2c' }), bad],
    'on the API': [handshake('', {}, `POST /apps/${server.app.id}/events HTTP/1.1`), bad],
    'on an unknown path': [handshake('/nowhere'), missing],
    'on a path with a trailing slash': [handshake(`${path}/`), missing],
    'on a path with another case': [handshake(path.replace('app', 'APP')), missing],
    'on /app': [handshake('/app'), missing],
    'with a slash in the key': [handshake('/app/a%2Fb%2'), bad],
  };
  for (const [name, [request, statusLine, header]] of Object.entries(cases)) {
    t.test(name, async (t) => {
      const socket = await send(t, server, request);
      t.equal(socket.answer.lines[0], statusLine);
      if (header) t.match(socket.answer.lines.join('\n'), header);
      socket.tcp.end(wireFrame(TEXT, ASK));
      const rest = (await socket.rest()).toString('latin1');
      t.notMatch(rest, 'pusher:', `no session: ${JSON.stringify(rest)}`);
    });
  }
  t.test('garbage', async (t) => {
    t.equal((await send(t, server, 'not HTTP at all\r\n\r\n')).answer.lines[0], bad);
  });
  t.same(
    server.printed.filter((line) => line.includes('Connection Established')),
    [],
  );
});

t.test('everything stands behind the path prefix', async (t) => {
  const server = await startServer(t, { REVERB_SERVER_PATH: 'ws/' });
  const path = `/app/${server.app.key}`;
  t.ok(await isAlive(await openRaw(t, server, { path: `/ws${path}` })));
  t.equal((await send(t, server, handshake(path))).answer.status, 404);
});

t.test('a second port takes sockets and HTTP alike', async (t) => {
  const server = await startServer(t, { API_PORT: '0', ANTIPHON_REQUEST_TIMEOUT: '1' });
  t.not(server.apiPort, server.port);
  const second = { ...server, port: server.apiPort as number, httpUrl: `http://127.0.0.1:${server.apiPort}` };
  const [ann, ben] = await Promise.all([
    connect(t, server, { url: server.socketUrl.replace(`:${server.port}`, `:${server.apiPort}`) }),
    connect(t, server),
  ]);
  await Promise.all([subscribe(server, ann, 'orders'), subscribe(server, ben, 'orders')]);
  const event = { name: 'e', channel: 'orders', data: '1' };
  t.equal((await call(second, 'POST', `/apps/${server.app.id}/events`, { body: event })).status, 200);
  t.equal(await ann.next(), '{"event":"e","data":"1","channel":"orders"}');
  t.equal(await ben.next(), '{"event":"e","data":"1","channel":"orders"}');

  const idle = await send(t, second, 'GET /up HTTP/1.1\r\nHost: localhost\r\n\r\n');
  t.equal(idle.answer.status, 200);
  const half = await connectRaw(t, second);
  half.write('GET /up HTTP/1.1\r\nHo');
  const heard = await openRaw(t, second);
  t.ok(await isAlive(heard), 'which has been heard, then');
  heard.tcp.destroy();
  await server.stop();
  await idle.rest();
  await half.rest();
  t.pass('a stopping server waits neither for kept-alive nor for half-sent requests');
});

t.test('who comes while the server takes leave is sent back at once', async (t) => {
  const server = await startServer(t, { ANTIPHON_DRAIN_SECONDS: '1' });
  const sockets = await Promise.all(Array.from({ length: 40 }, () => connect(t, server)));
  const stopped = server.stop();
  const { code } = await Promise.race(sockets.map((socket) => socket.untilClosed()));
  t.equal(code, 4100);
  t.ok(
    sockets.some((socket) => !socket.closed),
    'they are closed one after the other',
  );
  const late = openSocket(t, server.socketUrl);
  t.equal(
    await late.next(),
    '{"event":"pusher:error","data":"{\\"code\\":4100,\\"message\\":\\"Server is restarting\\"}"}',
  );
  t.same(await late.untilClosed(), { code: 4100, reason: 'Server is restarting' });
  await stopped;
});

t.test('TLS', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'antiphon-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  const request = ['req', '-x509', '-nodes', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-days', '1'];
  execFileSync('openssl', [...request, '-subj', '/CN=localhost', '-keyout', key, '-out', cert], { stdio: 'ignore' });
  const server = await startServer(t, {
    REVERB_TLS_CERT: cert,
    REVERB_TLS_KEY: key,
    API_PORT: '0',
    ANTIPHON_HEADERS_TIMEOUT: '1',
  });
  t.match(server.socketUrl, /^wss:/);

  for (const port of [server.port, server.apiPort as number]) {
    const socket = await openRaw(t, { ...server, port });
    t.ok(await isAlive(socket), 'wss');
    const { answer } = await send(t, { ...server, port }, 'GET /up HTTP/1.1\r\nHost: localhost\r\n\r\n');
    t.equal(answer.status, 200, 'https');
  }

  const url = server.socketUrl;
  const sockets = await Promise.all([1, 2, 3].map(() => connect(t, server, { url, rejectUnauthorized: false })));
  await Promise.all(sockets.map((socket) => subscribe(server, socket, 'orders')));
  const filler = 'x'.repeat(9000);
  const batch = Array.from({ length: 10 }, (_, n) => ({ name: 'e', channel: 'orders', data: `${n} ${filler}` }));
  const body = JSON.stringify({ batch });
  const target = `/apps/${server.app.id}/batch_events`;
  const { answer } = await send(
    t,
    server,
    `POST ${target}?${signedQuery(server, 'POST', target, { body })} HTTP/1.1\r\nHost: localhost\r\n` +
      `Content-Length: ${body.length}\r\n\r\n${body}`,
  );
  t.equal(answer.status, 200);
  for (const each of sockets) {
    for (let n = 0; n < 10; n++) t.match(await each.next(), `"data":"${n} xxx`, `event ${n}, in its order`);
  }

  const silent = await connectRaw(t, {
    ...server,
    config: { ...server.config, listen: { ...server.config.listen, tls: null } },
  });
  await silent.rest();
  t.pass('who never says hello is cut off');
});

t.test('what is left half-sent is cut off', async (t) => {
  const server = await startServer(t, {
    ANTIPHON_HEADERS_TIMEOUT: '1',
    ANTIPHON_REQUEST_TIMEOUT: '2',
    REVERB_APP_PING_INTERVAL: '1',
  });
  const path = `/app/${server.app.key}`;

  const requests = async () => {
    const [silent, half, body] = await Promise.all([1, 2, 3].map(() => connectRaw(t, server)));
    half?.write(handshake(path).slice(0, -2));
    body?.write('POST /apps/1/events HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{');
    t.match(String(await half?.rest()), 'HTTP/1.1 408 Request Timeout', 'half a handshake');
    t.match(String(await body?.rest()), 'HTTP/1.1 408 Request Timeout', 'half a request');
    await silent?.rest();
    t.pass('a connection on which nothing comes');
  };

  const frames = async () => {
    const socket = await openRaw(t, server);
    const frame = wireFrame(TEXT, ' '.repeat(2000));
    let sent = 0;
    const drip = setInterval(() => socket.write(frame.subarray(sent, ++sent)), 20);
    t.teardown(() => clearInterval(drip));
    t.equal(await socket.text(), '{"event":"pusher:ping"}', 'half a frame, however slowly it goes on');
    t.match(await socket.text(), '4201');
    t.match(await socket.frame(), { opcode: CLOSE, payload: closeBody(4201, 'Pong reply not received in time') });
  };

  await Promise.all([requests(), frames()]);
});
