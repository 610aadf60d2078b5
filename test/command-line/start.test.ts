import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import t, { type Test } from 'tap';
import { commandLine } from '../kit/process.ts';

const { run, finish } = commandLine(t);
const KNOWN = { REVERB_APP_ID: '1', REVERB_APP_KEY: 'the-key', REVERB_APP_SECRET: 'the-secret', CHAT_ENABLED: 'off' };
const STARTED = /Starting server on [^\n]*:(\d+)/;
const CREDENTIALS = ['REVERB_APP_ID', 'REVERB_APP_KEY', 'REVERB_APP_SECRET'];

const settingsIn = (folder: string) => parseEnv(readFileSync(join(folder, '.env'), 'utf8'));
const empty = (t: Test) => t.testdir({});

async function stopped(server: ReturnType<typeof run>): Promise<number | string> {
  server.process.kill('SIGTERM');
  return server.exited;
}

t.test('the first start in an empty folder writes credentials, and the next ones keep them', async (t) => {
  const folder = empty(t);
  const first = run(['--port', '0'], folder, { CHAT_ENABLED: 'off' });
  await first.says(STARTED);
  t.match(first.stdout, /First start: wrote new credentials to \.env/);
  const settings = settingsIn(folder);
  t.match(settings, {
    REVERB_APP_ID: /^\d{6}$/,
    REVERB_APP_KEY: /^[a-z0-9]{20}$/,
    REVERB_APP_SECRET: /^[a-z0-9]{32}$/,
    REVERB_HOST: 'localhost',
    REVERB_SCHEME: 'http',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: this is what Vite reads
    VITE_REVERB_APP_KEY: '${REVERB_APP_KEY}',
  });
  t.equal(statSync(join(folder, '.env')).mode & 0o777, 0o600, 'readable by its owner only');
  t.equal(await stopped(first), 0);

  const second = run(['start', '--port', '0'], folder, { CHAT_ENABLED: 'off' });
  await second.says(new RegExp(`App key: ${settings.REVERB_APP_KEY}`));
  t.notMatch(second.stdout, /First start/);
  t.same(settingsIn(folder), settings);
  await stopped(second);

  const elsewhere = empty(t);
  await finish(['install'], elsewhere);
  const others = settingsIn(elsewhere);
  for (const name of CREDENTIALS) t.not(others[name], settings[name], `${name} is another in another folder`);
});

t.test('install adds what is missing and touches nothing else', async (t) => {
  const folder = t.testdir({
    '.env': '# My app\nAPP_NAME="Їжак"  # here\r\nREVERB_APP_KEY=mine\nREVERB_APP_ID=\n\nREVERB_PORT=443',
  });
  const before = readFileSync(join(folder, '.env'), 'utf8');
  const { code, stdout } = await finish(['install'], folder);
  t.equal(code, 0);
  t.match(stdout, /Added to \.env: REVERB_APP_ID, REVERB_APP_SECRET, REVERB_HOST/);
  const after = readFileSync(join(folder, '.env'), 'utf8');
  t.ok(after.startsWith(`${before}\n`), 'byte for byte');
  t.match(settingsIn(folder), {
    APP_NAME: 'Їжак',
    REVERB_APP_KEY: 'mine',
    REVERB_PORT: '443',
    REVERB_APP_ID: /^\d{6}$/,
  });
  t.match(await finish(['install'], folder), { code: 0, stdout: /has all it needs/ });
  t.equal(readFileSync(join(folder, '.env'), 'utf8'), after);
});

t.test('every wrong setting is named at once', async (t) => {
  const { code, stderr, stdout } = await finish(['start'], empty(t), {
    ...KNOWN,
    REVERB_APP_SECRET: '',
    REVERB_SERVER_PORT: '99999',
    REVERB_APP_PING_INTERVAL: 'often',
    REVERB_APP_ACCEPT_CLIENT_EVENTS_FROM: 'friends',
    REVERB_APP_RATE_LIMITING_ENABLED: 'maybe',
    REVERB_TLS_CERT: '/nowhere/cert.pem',
    LOG_LEVEL: 'loud',
  });
  t.equal(code, 1);
  t.equal(stdout, '');
  const problems = stderr.trimEnd().split('\n');
  for (const name of [
    'REVERB_APP_SECRET',
    'REVERB_SERVER_PORT',
    'REVERB_APP_PING_INTERVAL',
    'REVERB_APP_ACCEPT_CLIENT_EVENTS_FROM',
    'REVERB_APP_RATE_LIMITING_ENABLED',
    'REVERB_TLS_CERT',
    'REVERB_TLS_KEY',
    'LOG_LEVEL',
  ]) {
    t.ok(
      problems.some((line) => line.startsWith(`  ERROR  ${name} `)),
      name,
    );
  }
  t.equal(problems.length, 8, 'and nothing else');
});

t.test('what is on the command line counts more than the environment, and that more than .env', async (t) => {
  const folder = t.testdir({ '.env': 'REVERB_SERVER_HOST=0.0.0.0\nREVERB_SERVER_PATH=file\nREVERB_APP_KEY=from-file' });
  const env = {
    ...KNOWN,
    REVERB_SERVER_PORT: '1',
    REVERB_SERVER_HOST: '127.0.0.2',
    REVERB_HOST: 'env.example.com',
    ANTIPHON_NATIVE: 'off',
  };
  const args = ['start', '--host', '127.0.0.1', '--port=0', '--path', '/ws/', '--hostname', 'chat.example.com'];
  const server = run(args, folder, env);
  const port = await server.says(/Starting server on 127\.0\.0\.1:(\d+)\/ws \(chat\.example\.com\)\./);
  t.match(server.stdout, /App key: the-key/);
  await server.says(/Sockets are written to by JavaScript\./);
  t.equal((await fetch(`http://127.0.0.1:${port}/ws/up`)).status, 200);
  t.equal((await fetch(`http://127.0.0.1:${port}/up`)).status, 404);
  await stopped(server);
});

t.test('a second port has the same doors', async (t) => {
  const server = run(['--port', '0', '--host', '127.0.0.1'], empty(t), { ...KNOWN, API_PORT: '0' });
  const port = await server.says(/Also on 127\.0\.0\.1:(\d+)/);
  t.same(await (await fetch(`http://127.0.0.1:${port}/up`)).json(), { health: 'OK' });
  t.equal(await stopped(server), 0);
});

t.test('several apps from a file', async (t) => {
  const folder = empty(t);
  const apps = [
    { app_id: '1', key: 'one', secret: 'secret-one' },
    { app_id: '2', key: 'two', secret: 'secret-two' },
  ];
  writeFileSync(join(folder, 'apps.json'), JSON.stringify(apps));
  const server = run(['--port', '0'], folder, { REVERB_APPS_FILE: 'apps.json', CHAT_ENABLED: 'off' });
  await server.says(/App keys: one, two/);
  await stopped(server);

  writeFileSync(join(folder, 'apps.json'), JSON.stringify([apps[0], { ...apps[0], secret: '', ping_interval: 'x' }]));
  const { code, stderr } = await finish(['start'], folder, { REVERB_APPS_FILE: 'apps.json' });
  t.equal(code, 1);
  t.match(stderr, /secret of app 2 is not set/);
  t.match(stderr, /ping_interval of app 2 must be a whole number/);
  t.match(stderr, /two apps have the id 1/);
  t.match(await finish(['start'], folder, { REVERB_APPS_FILE: 'none.json' }), {
    code: 1,
    stderr: /REVERB_APPS_FILE cannot be read/,
  });
});

t.test('a port that is taken', async (t) => {
  const holder = createServer();
  await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve));
  t.teardown(() => holder.close());
  const { port } = holder.address() as { port: number };
  const why = new RegExp(`ERROR  Cannot listen on 127\\.0\\.0\\.1:${port}: something else listens there already`);
  const main = await finish(['--host', '127.0.0.1', '--port', String(port)], empty(t), KNOWN);
  t.match(main, { code: 1, stderr: why });
  const second = await finish(['--host', '127.0.0.1', '--port', '0'], empty(t), { ...KNOWN, API_PORT: String(port) });
  t.match(second, { code: 1, stderr: why });
});

t.test('what the command line does not know', async (t) => {
  const folder = empty(t);
  for (const [args, why] of [
    [['serve'], /There is no command "serve"/],
    [['start', 'now'], /"now" is one word too many/],
    [['--prot', '80'], /Unknown option '--prot'/],
    [['--port'], /'--port <value>' argument missing/],
    [['--debug=yes'], /'--debug' does not take an argument/],
  ] as const) {
    const { code, stderr, stdout } = await finish(args, folder);
    t.match(stderr, why);
    t.match(stderr, /\n\nUsage: antiphon <command> \[options\]\n/);
    t.same([code, stdout], [1, '']);
  }
  t.match(await finish(['--help'], folder), { code: 0, stdout: /^Usage: antiphon/, stderr: '' });
});
