import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '@redis/client';
import t, { type Test } from 'tap';
import { redisCluster } from '../../server/cluster/redis.ts';
import { configFrom, type Environment } from '../../server/config.ts';
import type { SettingsError } from '../../server/settings.ts';
import { freePort } from '../kit/free-port.ts';
import { needsRedis, RedisServer, startRedis } from './redis-server.ts';
import { KeptLog, started, until, type Witness } from './witness.ts';

const KNOWN = { REVERB_APP_ID: '1', REVERB_APP_KEY: 'k', REVERB_APP_SECRET: 's', REVERB_SCALING_ENABLED: 'true' };
const DEADLINE_MS = 30_000;

/** Two nodes with these settings and nothing else in common. */
async function pair(t: Test, env: Environment): Promise<[Witness, Witness]> {
  const { redis } = configFrom({ ...KNOWN, REVERB_SCALING_CHANNEL: `test-${randomUUID()}`, ...env });
  if (!redis) throw new Error('no Redis');
  const nodes = ['a', 'b'].map((name) => redisCluster(redis, name, new KeptLog()));
  return (await started(t, nodes)) as [Witness, Witness];
}

async function speak([a, b]: readonly [Witness, Witness], text: string): Promise<void> {
  a.cluster.publish('news', text);
  await b.noted(`a news!${JSON.stringify(text)}`, DEADLINE_MS);
  b.cluster.publish('news', text);
  await a.noted(`b news!${JSON.stringify(text)}`, DEADLINE_MS);
}

/** Why a node cannot reach the others. */
async function troubleOf(t: Test, env: Environment): Promise<string | null> {
  const [a] = await pair(t, env);
  return a.cluster.trouble();
}

function folderFor(t: Test): string {
  const folder = mkdtempSync(join(tmpdir(), 'antiphon-redis-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** An authority of our own, and what it has signed for 127.0.0.1. */
function certificates(folder: string): { ca: string; cert: string; key: string } {
  const at = (name: string) => join(folder, name);
  const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: 'ignore' });
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl('req', '-x509', ...newKey, '-days', '2', '-subj', '/CN=test', '-keyout', at('ca.key'), '-out', at('ca.crt'));
  openssl('req', ...newKey, '-subj', '/CN=redis', '-keyout', at('redis.key'), '-out', at('redis.csr'));
  writeFileSync(at('names'), 'subjectAltName=IP:127.0.0.1');
  const signed = [
    '-CA',
    at('ca.crt'),
    '-CAkey',
    at('ca.key'),
    '-CAcreateserial',
    '-days',
    '2',
    '-extfile',
    at('names'),
  ];
  openssl('x509', '-req', '-in', at('redis.csr'), ...signed, '-out', at('redis.crt'));
  return { ca: at('ca.crt'), cert: at('redis.crt'), key: at('redis.key') };
}

t.test('Redis that speaks TLS, with an authority of its own', needsRedis, async (t) => {
  const { ca, cert, key } = certificates(folderFor(t));
  const port = await freePort();
  const tls = ['--port', '0', '--tls-port', String(port), '--tls-cert-file', cert, '--tls-key-file', key];
  const redis = new RedisServer(port, [...tls, '--tls-ca-cert-file', ca, '--requirepass', 'pass word']);
  t.teardown(() => redis.kill());
  await redis.start();
  const where = { REDIS_PORT: String(port), REDIS_PASSWORD: 'pass word' };
  const ours = { REDIS_CA: ca, REDIS_CERT: cert, REDIS_KEY: key };
  const witnesses = await pair(t, { ...where, ...ours });
  await speak(witnesses, 'over TLS');
  const byUrl = { ...ours, REDIS_URL: `rediss://:pass%20word@127.0.0.1:${port}` };
  await speak(await pair(t, byUrl), 'over TLS by URL');

  t.match(
    await troubleOf(t, { ...where, REDIS_TLS: 'on' }),
    /cannot be reached: .*(certificate|issuer)/i,
    'a stranger',
  );
  t.match(await troubleOf(t, { ...where, REDIS_CA: ca }), /cannot be reached/, 'without a certificate of our own');
  t.match(await troubleOf(t, where), /cannot be reached/, 'without TLS');
});

t.test('a master that its sentinels replace', needsRedis, async (t) => {
  const folder = folderFor(t);
  const [master, replica] = [await freePort(), await freePort()];
  const secret = ['--requirepass', 'of-redis', '--masterauth', 'of-redis', '--dir', folder];
  const first = new RedisServer(master, secret);
  const second = new RedisServer(replica, [...secret, '--replicaof', '127.0.0.1', String(master)]);
  const sentinels: RedisServer[] = [];
  t.teardown(() => Promise.all([first, second, ...sentinels].map((each) => each.kill())));
  await first.start();
  await second.start();
  for (let number = 0; number < 2; number += 1) {
    const port = await freePort();
    const file = join(folder, `sentinel-${number}.conf`);
    writeFileSync(
      file,
      `port ${port}
bind 127.0.0.1
dir ${folder}
requirepass of-sentinels
sentinel sentinel-pass of-sentinels
sentinel monitor desk 127.0.0.1 ${master} 1
sentinel auth-pass desk of-redis
sentinel down-after-milliseconds desk 1000
sentinel failover-timeout desk 5000
`,
    );
    const sentinel = new RedisServer(port, [], [file, '--sentinel']);
    sentinels.push(sentinel);
    await sentinel.start();
  }
  const [one, two] = sentinels as [RedisServer, RedisServer];
  const knowsReplica = async () => {
    const client = await createClient({
      socket: { host: '127.0.0.1', port: one.port },
      password: 'of-sentinels',
    }).connect();
    const replicas = (await client.sendCommand(['SENTINEL', 'replicas', 'desk'])) as unknown as unknown[];
    client.destroy();
    return replicas.length === 1;
  };
  while (!(await knowsReplica())) await new Promise((resolve) => setTimeout(resolve, 100));

  const env = {
    REDIS_SENTINELS: `127.0.0.1:1,127.0.0.1:${one.port},127.0.0.1:${two.port}`,
    REDIS_SENTINEL_MASTER: 'desk',
    REDIS_SENTINEL_PASSWORD: 'of-sentinels',
    REDIS_PASSWORD: 'of-redis',
  };
  const witnesses = await pair(t, env);
  const [a, b] = witnesses;
  await speak(witnesses, 'before');
  a.cluster.share('k', 1);
  await b.noted('a k=1', DEADLINE_MS);
  b.take();

  await first.kill();
  await one.kill();
  a.cluster.publish('news', 'meanwhile');
  await b.noted('a news!"meanwhile"', 60_000);
  await speak(witnesses, 'after');
  t.notOk(b.notes.includes('a k=null'), 'nobody was taken for gone');

  t.match(
    await troubleOf(t, { ...env, REDIS_SENTINEL_MASTER: 'nobody' }),
    /No sentinel knows where the master is: .*there is no master called nobody/,
  );
  const wrong = await troubleOf(t, { ...env, REDIS_SENTINEL_PASSWORD: 'wrong-secret' });
  t.match(wrong, /No sentinel knows/);
  t.notMatch(wrong, /wrong-secret/);
});

t.test('a Redis Cluster, whose nodes pass on what one is told', needsRedis, async (t) => {
  const folder = folderFor(t);
  const servers: RedisServer[] = [];
  for (let number = 0; number < 3; number += 1) {
    const own = ['--cluster-enabled', 'yes', '--dir', folder, '--cluster-config-file', `nodes-${number}.conf`];
    // The port of the cluster's own bus is ten thousand higher, which may be none.
    servers.push(await startRedis(t, { args: [...own, '--cluster-port', String(await freePort())] }));
  }
  const ports = servers.map(({ port }) => `127.0.0.1:${port}`);
  execFileSync('redis-cli', ['--cluster', 'create', ...ports, '--cluster-yes'], { stdio: 'ignore' });
  const [firstPort, ...others] = ports as [string, ...string[]];
  const a = await pair(t, { REVERB_SCALING_CHANNEL: 'test-cluster', REDIS_CLUSTER: firstPort });
  await speak(a, 'on one');
  const { redis } = configFrom({
    ...KNOWN,
    REVERB_SCALING_CHANNEL: 'test-cluster',
    REDIS_CLUSTER: [...others, firstPort].join(),
  });
  if (!redis) throw new Error('no Redis');
  const [c] = (await started(t, [redisCluster(redis, 'c', new KeptLog())])) as [Witness];
  await c.until('the others', () => c.cluster.trouble() === null);
  a[0].cluster.publish('news', 'from one to another');
  await c.noted('a news!"from one to another"', DEADLINE_MS);

  await (servers[1] as RedisServer).kill();
  await until(
    'the loss',
    () => c.cluster.trouble(),
    () => c.notes,
    DEADLINE_MS,
  );
  await until(
    'another node of it',
    () => c.cluster.trouble() === null,
    () => c.cluster.trouble(),
    DEADLINE_MS,
  );
  c.cluster.publish('news', 'by another way');
  await a[0].noted('c news!"by another way"', DEADLINE_MS);
  t.equal(c.cluster.trouble(), null);
});

t.test('settings that do not fit together are refused', async (t) => {
  for (const [env, problem] of [
    [{ REDIS_CA: '/nowhere/ca.pem' }, /^REDIS_CA must name a file that can be read/],
    [{ REDIS_SENTINELS: 'a', REDIS_CLUSTER: 'b' }, /^REDIS_CLUSTER must not be set together with REDIS_SENTINELS/],
    [{ REDIS_CLUSTER: 'b', REDIS_DB: '1' }, /^REDIS_DB must be 0/],
    [{ REDIS_KEY: 'package.json' }, /^REDIS_CERT must be set together with REDIS_KEY/],
  ] as const) {
    try {
      configFrom({ ...KNOWN, ...env });
      t.fail(`accepted: ${JSON.stringify(env)}`);
    } catch (error) {
      t.match((error as SettingsError).problems, [problem]);
      t.equal((error as SettingsError).problems.length, 1);
    }
  }
});
