import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { get as getSecurely } from 'node:https';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import t, { type Test } from 'tap';
import { Signer } from '../../server/pusher/signature.ts';
import { commandLine, type Running } from '../kit/process.ts';
import { openSocket, type TestSocket } from '../kit/socket.ts';

const { run, finish } = commandLine(t);
const KNOWN = {
  REVERB_APP_ID: '1',
  REVERB_APP_KEY: 'the-key',
  REVERB_APP_SECRET: 'the-secret',
  REVERB_SERVER_HOST: '127.0.0.1',
  CHAT_ENABLED: 'off',
};
const STARTED = /Starting (?:secure )?server on 127\.0\.0\.1:(\d+)/;

async function started(
  t: Test,
  args: string[] = [],
  env = {},
): Promise<{ server: Running; port: string; folder: string }> {
  const folder = t.testdir({});
  const server = run(['start', '--port', '0', ...args], folder, { ...KNOWN, ...env });
  return { server, port: await server.says(STARTED), folder };
}

async function connected(t: Test, port: string): Promise<TestSocket> {
  const socket = openSocket(t, `ws://127.0.0.1:${port}/app/the-key`);
  await socket.nextEvent('pusher:connection_established');
  return socket;
}

/** A publish whose body is still on its way when this returns; `finish` sends the rest and returns the answer. */
async function slowPublish(port: string) {
  const body = '{"name":"last","channel":"orders","data":"{}"}';
  const query = `auth_key=the-key&auth_timestamp=${Math.floor(Date.now() / 1000)}&auth_version=1.0`;
  const md5 = execFileSync('md5sum', { input: body, encoding: 'utf8' }).slice(0, 32);
  const signature = new Signer('the-key', 'the-secret').sign(`POST\n/apps/1/events\n${query}&body_md5=${md5}`);
  const path = `/apps/1/events?${query}&body_md5=${md5}&auth_signature=${signature}`;
  const asked = request({ host: '127.0.0.1', port, path, method: 'POST', headers: { 'content-length': body.length } });
  const answered = new Promise<IncomingMessage>((resolve, reject) => asked.on('response', resolve).on('error', reject));
  await new Promise((resolve) => asked.write(body.slice(0, 10), resolve));
  return async () => {
    asked.end(body.slice(10));
    const answer = await answered;
    return { status: answer.statusCode, text: await text(answer) };
  };
}

for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
  t.test(`${signal}: everybody is told, requests under way are answered, and it ends well`, async (t) => {
    const { server, port } = await started(t);
    const sockets = [await connected(t, port), await connected(t, port)] as const;
    sockets[0].send({ event: 'pusher:subscribe', data: { auth: '', channel: 'orders' } });
    await sockets[0].nextEvent('pusher_internal:subscription_succeeded');
    const finishPublishing = await slowPublish(port);
    server.process.kill(signal);
    for (const socket of sockets) {
      const error = await socket.nextEvent('pusher:error');
      t.same(JSON.parse(error.data as string), { code: 4100, message: 'Server is restarting' });
      t.match(await socket.untilClosed(), { code: 4100 });
    }
    t.same(await finishPublishing(), { status: 200, text: '{}' });
    t.equal(await server.exited, 0);
    t.match(server.stdout, /Gracefully terminating connections\./);
  });
}

t.test('npm passes on a signal that the terminal has already given: still well', async (t) => {
  const { server, port } = await started(t, [], { ANTIPHON_DRAIN_SECONDS: '1' });
  const socket = await connected(t, port);
  server.process.kill('SIGINT');
  server.process.kill('SIGINT');
  t.match(await socket.untilClosed(), { code: 4100 });
  t.equal(await server.exited, 0);
});

t.test('restart', async (t) => {
  const { server, port, folder } = await started(t);
  const socket = await connected(t, port);

  const stranger = await finish(['restart', '--port', port], folder, { ...KNOWN, REVERB_APP_SECRET: 'another' });
  t.match(stranger, { code: 1, stderr: /refused to restart: it has other apps or secrets/ });
  for (const authorization of ['', '1 restart:00', 'Bearer x']) {
    const answer = await fetch(`http://127.0.0.1:${port}/restart`, { method: 'POST', headers: { authorization } });
    t.equal(answer.status, 401);
  }

  const { code, stdout } = await finish(['restart', '--port', port], folder, KNOWN);
  t.same([code, stdout], [0, '   INFO  Broadcasting restart signal.\n']);
  t.match(await socket.untilClosed(), { code: 4100 }, 'clients are sent away in an orderly manner');
  t.equal(await server.exited, 0, 'and its supervisor may start it anew');
  t.match(server.stdout, /Restarting\./);
  t.match(await finish(['restart', '--port', port], folder, KNOWN), {
    code: 1,
    stderr: /No server answers on 127\.0\.0\.1:/,
  });
});

t.test('--debug prints messages as Reverb does', async (t) => {
  const { server, port } = await started(t, ['--debug']);
  const socket = await connected(t, port);
  const id = await server.says(/ {2}Connection Established \.+ (\d+\.\d+)\n/);
  socket.send({ event: 'pusher:subscribe', data: { auth: '', channel: 'orders' } });
  await server.says(new RegExp(`Message Received \\.+ ${id}\\n\\{\\n {4}"event": "pusher:subscribe",`));
  await server.says(new RegExp(`Message Handled \\.+ ${id}\\n`));
  socket.send('{"event":"client-x","channel":"orders","data":{}}');
  await server.says(new RegExp(`Message from ${id} resulted in a pusher error: Client events`));
  await (await slowPublish(port))();
  await server.says(/Broadcasting To \.+ orders\n\{\n {4}"event": "last",\n {4}"data": \{\},/);
  socket.ws.close();
  await server.says(new RegExp(`Connection Closed \\.+ ${id}\\n`));
  server.process.kill('SIGTERM');
  t.equal(await server.exited, 0);
});

t.test('without it, nothing of what is said is printed', async (t) => {
  const { server, port } = await started(t);
  const socket = await connected(t, port);
  socket.send({ event: 'pusher:subscribe', data: { auth: '', channel: 'orders' } });
  await socket.nextEvent('pusher_internal:subscription_succeeded');
  server.process.kill('SIGTERM');
  await server.exited;
  t.notMatch(server.stdout + server.stderr, /orders/);
});

/** A certificate for a name, as developers' tools make them. */
function certificate(folder: string, name: string): { cert: string; key: string } {
  const [cert, key] = [join(folder, `${name}.crt`), join(folder, `${name}.key`)];
  const names = ['-subj', `/CN=${name}`, '-addext', `subjectAltName=DNS:${name}`];
  const what = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  execFileSync('openssl', ['req', ...what, ...names, '-keyout', key, '-out', cert], { stdio: 'ignore' });
  return { cert, key };
}

function askSecurely(port: string, servername: string, ca: Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    const asked = getSecurely({ host: '127.0.0.1', port, path: '/up', servername, ca, agent: false }, (answer) =>
      resolve(text(answer)),
    );
    asked.on('error', reject);
  });
}

t.test('with a certificate it speaks TLS, and restarts all the same', async (t) => {
  const folder = t.testdir({});
  const { cert, key } = certificate(folder, 'chat.example.com');
  const env = { ...KNOWN, REVERB_TLS_CERT: cert, REVERB_TLS_KEY: key };
  const server = run(['--port', '0'], folder, env);
  const port = await server.says(/Starting secure server on 127\.0\.0\.1:(\d+)/);
  t.equal(await askSecurely(port, 'chat.example.com', readFileSync(cert)), '{"health":"OK"}');
  const socket = openSocket(t, `wss://127.0.0.1:${port}/app/the-key`, { rejectUnauthorized: false });
  await socket.nextEvent('pusher:connection_established');
  t.match(await finish(['restart', '--port', port], folder, env), { code: 0 });
  t.equal(await server.exited, 0);

  const other = certificate(folder, 'other.example.com');
  const mixed = await finish(['start'], folder, { ...env, REVERB_TLS_KEY: other.key });
  t.match(mixed, { code: 1, stderr: /^ {2}ERROR {2}REVERB_TLS_CERT cannot be used with REVERB_TLS_KEY: .*mismatch/i });
});

for (const [tool, path] of [
  ['Herd', ['Library', 'Application Support', 'Herd', 'config', 'valet', 'Certificates']],
  ['Valet', ['.config', 'valet', 'Certificates']],
] as const) {
  t.test(`a certificate that ${tool} made for the host name is used unasked`, async (t) => {
    const nested = path.reduceRight<object>((inside, name) => ({ [name]: inside }), {});
    const home = t.testdir(nested as never);
    const { cert } = certificate(join(home, ...path), 'chat.test');
    const server = run(['--port', '0', '--hostname', 'chat.test'], home, KNOWN);
    const port = await server.says(/Starting secure server on 127\.0\.0\.1:(\d+) \(chat\.test\)/);
    t.equal(await askSecurely(port, 'chat.test', readFileSync(cert)), '{"health":"OK"}');
    server.process.kill('SIGTERM');
    await server.exited;
  });
}

t.test('no secret is ever printed', async (t) => {
  const folder = t.testdir({});
  const secrets = {
    REVERB_APP_SECRET: 'secret-of-the-app',
    REDIS_PASSWORD: 'secret-of-redis',
    REVERB_TLS_PASSPHRASE: 'secret-of-the-key',
  };
  writeFileSync(join(folder, '.env'), 'DB_PASSWORD=secret-of-the-database\n');
  const env = {
    ...KNOWN,
    ...secrets,
    LOG_LEVEL: 'trace',
    REVERB_SCALING_ENABLED: 'true',
    REDIS_URL: 'redis://user:secret-of-redis@127.0.0.1:1/0',
    REDIS_TIMEOUT: '1',
  };
  const server = run(['--port', '0', '--debug'], folder, env);
  const port = await server.says(STARTED);
  const socket = await connected(t, port);
  const auth = new Signer('the-key', 'secret-of-the-app').auth('1.1:private-a');
  socket.send({ event: 'pusher:subscribe', data: { auth, channel: 'private-a' } });
  await socket.nextEvent('pusher:error');
  await fetch(`http://127.0.0.1:${port}/apps/1/channels?auth_key=the-key`);
  await server.says(/Cannot reach the other nodes/);
  server.process.kill('SIGTERM');
  await server.exited;
  const wrong = await finish(['start'], folder, {
    ...env,
    REVERB_SERVER_PORT: 'x',
    REDIS_URL: 'nonsense://secret-of-redis',
  });
  t.equal(wrong.code, 1);
  for (const said of [server.stdout, server.stderr, wrong.stdout, wrong.stderr]) t.notMatch(said, /secret-of/);
});
