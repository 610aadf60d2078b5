import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import t from 'tap';
import { type Config, configFrom, type Environment, namesNoApp, readEnvironment } from '../../server/config.ts';
import type { App } from '../../server/pusher/app.ts';
import { SettingsError } from '../../server/settings.ts';
import { call, publish } from '../kit/api.ts';
import { appsFile, startServer } from '../kit/server.ts';
import { connect, openSocket } from '../kit/socket.ts';

const KNOWN = { REVERB_APP_ID: '1', REVERB_APP_KEY: 'k', REVERB_APP_SECRET: 's' };

const firstApp = (config: Config): App => config.apps[0] as App;
const listen = ({ listen }: Config) => listen;

function problemsOf(env: Environment): readonly string[] {
  try {
    configFrom({ ...KNOWN, ...env });
    return [];
  } catch (error) {
    return (error as SettingsError).problems;
  }
}

/** Name, value, what becomes of it, and what is wrong for it. */
const SETTINGS: [name: string, value: string, look: (config: Config) => unknown, means: unknown, wrong?: string[]][] = [
  ['REVERB_APP_ID', '77', (c) => firstApp(c).id, '77', ['']],
  ['REVERB_APP_KEY', 'abc', (c) => firstApp(c).key, 'abc', ['', 'null']],
  ['REVERB_APP_SECRET', 'xyz', (c) => firstApp(c).secret, 'xyz', ['']],
  ['ANTIPHON_ALLOWED_ORIGINS', 'a.com, *.b.com', (c) => firstApp(c).allowedOrigins, ['a.com', '*.b.com']],
  ['REVERB_APP_PING_INTERVAL', '5', (c) => firstApp(c).pingIntervalSeconds, 5, ['0', '-1', '1.5', 'x']],
  ['REVERB_APP_ACTIVITY_TIMEOUT', '7', (c) => firstApp(c).activityTimeoutSeconds, 7, ['0']],
  ['REVERB_APP_MAX_CONNECTIONS', '9', (c) => firstApp(c).maxConnections, 9, ['many']],
  ['ANTIPHON_HANDSHAKES_PER_ADDRESS', '30', (c) => firstApp(c).handshakes.perAddress, 30, ['-1']],
  ['ANTIPHON_HANDSHAKES_PER_APP', '300', (c) => firstApp(c).handshakes.perApp, 300, ['x']],
  ['ANTIPHON_EVENTS_PER_ADDRESS', '60', (c) => firstApp(c).events.perAddress, 60, ['1.5']],
  ['ANTIPHON_EVENTS_PER_APP', '600', (c) => firstApp(c).events.perApp, 600, ['-5']],
  ['REVERB_APP_MAX_MESSAGE_SIZE', '500', (c) => firstApp(c).maxMessageBytes, 500, ['-1']],
  ['REVERB_APP_ACCEPT_CLIENT_EVENTS_FROM', 'all', (c) => firstApp(c).clientEvents.from, 'all', ['some']],
  ['REVERB_APP_RATE_LIMITING_ENABLED', 'true', (c) => firstApp(c).rateLimit !== null, true, ['maybe']],
  ['REVERB_APP_RATE_LIMIT_MAX_ATTEMPTS', '3', (c) => firstApp(c).rateLimit?.maxAttempts, 3, ['0']],
  ['REVERB_APP_RATE_LIMIT_DECAY_SECONDS', '4', (c) => firstApp(c).rateLimit?.decaySeconds, 4, ['0']],
  ['REVERB_APP_RATE_LIMIT_TERMINATE', 'yes', (c) => firstApp(c).rateLimit?.terminateOnLimit, true, ['2']],
  ['ANTIPHON_STRICT_NAMES', 'off', (c) => firstApp(c).strictNames, false, ['loose']],
  ['ANTIPHON_CACHE_TTL', '60', (c) => firstApp(c).cacheTtlSeconds, 60, ['0']],
  ['ANTIPHON_SUBSCRIPTION_COUNTS', 'on', (c) => firstApp(c).subscriptionCounts, true, ['x']],
  [
    'ANTIPHON_CLIENT_EVENTS_ON_PUBLIC_CHANNELS',
    '(true)',
    (c) => firstApp(c).clientEvents.onPublicChannels,
    true,
    ['x'],
  ],
  ['ANTIPHON_CLIENT_EVENTS_PER_SECOND', '0', (c) => firstApp(c).clientEvents.perSecond, 0, ['x']],
  ['ANTIPHON_MAX_CLIENT_EVENT_SIZE', '1', (c) => firstApp(c).clientEvents.maxBytes, 1, ['x']],
  ['ANTIPHON_PRESENCE_MAX_MEMBERS', '2', (c) => firstApp(c).presence.maxMembers, 2, ['0']],
  ['ANTIPHON_PRESENCE_MAX_USER_INFO_SIZE', '3', (c) => firstApp(c).presence.maxUserInfoBytes, 3, ['0']],
  ['ANTIPHON_PRESENCE_MAX_USER_ID_LENGTH', '4', (c) => firstApp(c).presence.maxUserIdLength, 4, ['0']],
  ['ANTIPHON_MAX_CHANNELS_PER_SOCKET', '5', (c) => firstApp(c).maxChannelsPerSocket, 5, ['x']],
  ['ANTIPHON_MAX_WATCHLIST', '6', (c) => firstApp(c).maxWatchlist, 6, ['x']],
  ['ANTIPHON_AUTHORISATION_TIMEOUT', '7', (c) => firstApp(c).authorisationTimeoutSeconds, 7, ['x']],
  ['REVERB_SERVER_HOST', '::1', (c) => listen(c).host, '::1'],
  ['REVERB_SERVER_PORT', '1234', (c) => listen(c).port, 1234, ['65536', 'http', '80.5']],
  ['REVERB_SERVER_PATH', 'ws/', (c) => listen(c).path, '/ws'],
  ['REVERB_HOST', 'chat.example.com', (c) => listen(c).hostname, 'chat.example.com'],
  ['API_PORT', '8000', (c) => listen(c).apiPort, 8000, ['x']],
  ['TRUSTED_PROXIES', '10.0.0.0/8,loopback', (c) => listen(c).trustedProxies, ['10.0.0.0/8', 'loopback']],
  ['ANTIPHON_HEADERS_TIMEOUT', '3', (c) => listen(c).headersTimeoutSeconds, 3, ['0']],
  ['ANTIPHON_REQUEST_TIMEOUT', '4', (c) => listen(c).requestTimeoutSeconds, 4, ['0']],
  ['REVERB_MAX_REQUEST_SIZE', '99', (c) => [c.api.maxRequestBytes, c.api.maxEventBytes], [99, 99], ['0']],
  ['ANTIPHON_AUTH_TIMESTAMP_TOLERANCE', '0', (c) => c.api.timestampToleranceSeconds, 0, ['x']],
  ['ANTIPHON_MAX_UNREAD_BYTES', '2048', (c) => c.maxUnreadBytes, 2048, ['1']],
  ['ANTIPHON_NATIVE', 'off', (c) => c.native, false, ['x']],
  ['ANTIPHON_DRAIN_SECONDS', '0', (c) => c.drainSeconds, 0, ['x']],
  ['ANTIPHON_WORKERS', '3', (c) => c.workers, 3, ['0', 'many']],
  ['ANTIPHON_DEMO', 'off', (c) => c.demo, false, ['x']],
  ['APP_ENV', 'production', (c) => c.demo, false],
  ['NODE_ENV', 'production', (c) => c.demo, false],
  ['LOG_LEVEL', 'debug', (c) => c.logLevel, 'debug', ['verbose']],
  ['ANTIPHON_METRICS_PORT', '9100', (c) => c.metrics?.port, 9100, ['70000', 'x']],
  ['ANTIPHON_METRICS_HOST', '0.0.0.0', (c) => c.metrics?.host, '0.0.0.0'],
  ['REVERB_SCALING_ENABLED', 'true', (c) => c.redis !== null, true, ['x']],
  ['REVERB_SCALING_CHANNEL', 'mine', (c) => c.redis?.prefix, 'mine'],
  ['REDIS_URL', 'redis://r', (c) => c.redis?.url, 'redis://r'],
  ['REDIS_HOST', 'r', (c) => c.redis?.host, 'r'],
  ['REDIS_PORT', '1', (c) => c.redis?.port, 1, ['0']],
  ['REDIS_USERNAME', 'u', (c) => c.redis?.username, 'u'],
  ['REDIS_PASSWORD', 'p', (c) => c.redis?.password, 'p'],
  ['REDIS_DB', '3', (c) => c.redis?.database, 3, ['x']],
  ['REDIS_TLS', 'on', (c) => c.redis?.tls, { ca: null, cert: null, key: null }, ['x']],
  ['REDIS_SENTINELS', 'a, [::1]:7', (c) => c.redis?.sentinel?.addresses[1], { host: '::1', port: 7 }, ['a:b', 'a:0']],
  [
    'REDIS_CLUSTER',
    'a:1,b',
    (c) => c.redis?.cluster,
    [
      { host: 'a', port: 1 },
      { host: 'b', port: 6379 },
    ],
    ['a:99999'],
  ],
  ['REDIS_TIMEOUT', '9', (c) => c.redis?.timeoutSeconds, 9, ['0']],
];

/** What some settings depend on. */
const CONTEXT = {
  REVERB_SCALING_ENABLED: 'true',
  REVERB_APP_RATE_LIMITING_ENABLED: 'true',
  ANTIPHON_METRICS_PORT: '9000',
};

t.test('every setting means what it says, and what is wrong is named', async (t) => {
  for (const [name, value, look, means, wrong = []] of SETTINGS) {
    const before = configFrom({ ...KNOWN, ...(name in CONTEXT ? {} : CONTEXT) });
    const after = configFrom({ ...KNOWN, ...CONTEXT, [name]: value });
    t.same(look(after), means, `${name}=${value}`);
    t.notSame(look(before), means, `${name} changes something`);
    for (const bad of wrong) {
      const problems = problemsOf({ ...CONTEXT, [name]: bad });
      t.equal(problems.length, 1, `${name}=${bad} is the one problem`);
      t.match(problems[0], new RegExp(`^${name} (must|is not set)`));
    }
  }
});

t.test('what is empty, blank or null counts as not set', async (t) => {
  for (const value of ['', ' ', 'null', '(null)', 'empty', '(empty)']) {
    t.equal(configFrom({ ...KNOWN, REVERB_SERVER_PORT: value }).listen.port, 8080, `'${value}'`);
  }
  t.ok(namesNoApp({}));
  t.ok(namesNoApp({ REVERB_APP_ID: '' }));
  t.notOk(namesNoApp({ REVERB_APPS_FILE: 'apps.json' }));
});

const source = (file: string) => readFileSync(join('server', file), 'utf8');
const readNames = new Set(
  ['config.ts', ...readdirSync('server').filter((file) => file.endsWith('-settings.ts'))].flatMap((file) =>
    Array.from(source(file).matchAll(/'([A-Z][A-Z0-9]*_[A-Z0-9_]+)'/g), ([, name]) => name as string),
  ),
);
const example = readFileSync('.env.example', 'utf8');
const exampleNames = Array.from(example.matchAll(/^#([A-Z][A-Z0-9_]*)=/gm), ([, name]) => name as string);

t.test('.env.example has every setting, each under a line that says what it is', async (t) => {
  t.same([...exampleNames].sort(), [...readNames].sort());
  t.notMatch(example, /(?:^#[A-Z][A-Z0-9_]*=.*|^|\n)\n#[A-Z][A-Z0-9_]*=/m, 'none stands without its line');
  const untold = SETTINGS.map(([name]) => name);
  const ours = [...readNames].filter((name) => /^(?:REVERB|ANTIPHON|REDIS)_/.test(name));
  const elsewhere = [
    'REDIS_CA',
    'REDIS_CERT',
    'REDIS_KEY',
    'REDIS_SENTINEL_MASTER',
    'REDIS_SENTINEL_USERNAME',
    'REDIS_SENTINEL_PASSWORD',
    'REVERB_APPS_FILE',
    'REVERB_TLS_CERT',
    'REVERB_TLS_KEY',
    'REVERB_TLS_PASSPHRASE',
  ];
  t.same(
    ours.filter((name) => !untold.includes(name) && !elsewhere.includes(name)),
    [],
    'and a row in the table above',
  );
});

t.test('.env.example gives the defaults as they are', async (t) => {
  const stated = parseEnv(example.replace(/^#(?=[A-Z][A-Z0-9_]*=)/gm, ''));
  t.equal(Object.keys(stated).length, exampleNames.length);
  for (const context of [{}, CONTEXT, { DB_CONNECTION: 'mysql', DB_DATABASE: 'x' }]) {
    t.same(configFrom({ ...stated, ...KNOWN, ...context }), configFrom({ ...KNOWN, ...context }));
  }
});

t.test('.env: values may name each other, and the environment counts more', async (t) => {
  const folder = t.testdir({
    // biome-ignore-start lint/suspicious/noTemplateCurlyInString: as it is written in Laravel's .env
    '.env': [
      'REVERB_HOST="chat.test" # the name',
      'APP_URL="https://${REVERB_HOST}:${REVERB_PORT}"',
      'REVERB_PORT=${REVERB_SERVER_PORT}',
      "REVERB_SERVER_PORT='9000'",
      'A=${B}',
      'B=${A}',
      'C=${NOBODY}',
      'HOME=/nowhere',
    ].join('\n'),
    // biome-ignore-end lint/suspicious/noTemplateCurlyInString: as it is written in Laravel's .env
  });
  const env = readEnvironment(folder);
  t.equal(env.APP_URL, 'https://chat.test:9000');
  // biome-ignore lint/suspicious/noTemplateCurlyInString: left as it stands
  t.equal(env.C, '${NOBODY}');
  t.ok(env.A, 'two that name each other end nowhere, but they end');
  t.equal(env.HOME, process.env.HOME);
  t.same(readEnvironment(t.testdir({})), process.env);
});

t.test('an apps file: what an entry leaves out comes from the environment, but never a credential', async (t) => {
  const file = appsFile(t, [
    {
      app_id: 1,
      key: 'one',
      secret: 'a',
      ping_interval: 5,
      allowed_origins: ['a.com'],
      rate_limiting: { enabled: true, max_attempts: 2 },
      options: { host: 'ignored' },
    },
    { app_id: '2', key: 'two', secret: 'b', max_connections: null },
  ]);
  const { apps } = configFrom({ ...KNOWN, REVERB_APPS_FILE: file, REVERB_APP_PING_INTERVAL: '9' });
  t.match(apps, [
    { id: '1', pingIntervalSeconds: 5, allowedOrigins: ['a.com'], rateLimit: { maxAttempts: 2, decaySeconds: 60 } },
    { id: '2', pingIntervalSeconds: 9, rateLimit: null, maxConnections: null },
  ]);
  t.throws(() => configFrom({ ...KNOWN, REVERB_APPS_FILE: appsFile(t, [{ app_id: '3' }]) }), SettingsError);
  for (const content of ['[]', '{}', '"x"', 'null', '[1]', '{"apps":{}}', 'not JSON']) {
    const path = `${t.testdir({ 'apps.json': content })}/apps.json`;
    t.ok(problemsOf({ REVERB_APPS_FILE: path }).length > 0, content);
  }
});

t.test('seen from the front door', async (t) => {
  const server = await startServer(t, {
    REVERB_APP_ACTIVITY_TIMEOUT: '17',
    REVERB_APP_MAX_MESSAGE_SIZE: '100',
    REVERB_MAX_REQUEST_SIZE: '300',
    ANTIPHON_ALLOWED_ORIGINS: '*.example.com',
    ANTIPHON_AUTH_TIMESTAMP_TOLERANCE: '0',
    API_PORT: '0',
  });
  const origin = { origin: 'https://shop.example.com' };
  const welcome = await openSocket(t, server.socketUrl, origin).nextEvent('pusher:connection_established');
  t.match(JSON.parse(welcome.data as string), { activity_timeout: 17 });
  const refused = openSocket(t, server.socketUrl, { origin: 'https://elsewhere.org' });
  t.match(await refused.untilClosed(), { code: 4009 });
  const talker = await connect(t, server, origin);
  talker.send('x'.repeat(101));
  t.match(await talker.untilClosed(), { code: 1009 });
  const event = { name: 'x', channel: 'a', data: 'x'.repeat(300) };
  t.equal((await publish(server, event)).status, 413);
  const old = await call(server, 'GET', `/apps/${server.app.id}/channels`, { query: { auth_timestamp: '1' } });
  t.equal(old.status, 200, 'the clock is not looked at');
  t.equal((await fetch(`http://127.0.0.1:${server.apiPort}/up`)).status, 200);
});
