import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { Node } from '../../server/cluster/node.ts';
import { RollingRestart } from '../../server/cluster/rolling-restart.ts';
import { UNHURRIED } from '../kit/desk.ts';
import { eventually } from '../kit/ear.ts';
import { freePort } from '../kit/free-port.ts';
import { compile, Running } from '../kit/process.ts';
import { Loopback } from './loopback.ts';
import { needsRedis, startRedis } from './redis-server.ts';
import { Readers, SupervisedNode } from './rolling.ts';
import { KeptLog } from './witness.ts';

const READERS = 100;
const DEADLINE_MS = 60_000;

t.test('two nodes restart one after the other, and nobody misses a message', needsRedis, async (t) => {
  const redis = await startRedis(t);
  const folder = mkdtempSync(join(tmpdir(), 'antiphon-rolling-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const file = compile(t);
  const ports = [await freePort(), await freePort()] as const;
  const env = {
    ...UNHURRIED,
    REVERB_APP_ID: '1',
    REVERB_APP_KEY: 'the-key',
    REVERB_APP_SECRET: 'the-secret',
    REVERB_SERVER_HOST: '127.0.0.1',
    REVERB_SCALING_ENABLED: 'true',
    REVERB_SCALING_CHANNEL: `test-${randomUUID()}`,
    REDIS_PORT: String(redis.port),
    DATABASE_URL: `sqlite:${join(folder, 'desk.db')}`,
    ANTIPHON_DRAIN_SECONDS: '1',
    ANTIPHON_DEMO: 'off',
    LOG_LEVEL: 'warn',
  };
  const diary: string[] = [];
  const nodes = ports.map((port) => new SupervisedNode(file, port, folder, env, diary));
  t.teardown(() => Promise.all(nodes.map((node) => node.stop())));
  const wrote = () => `${diary.join(', ')}; ${nodes.map(({ said }) => said).join('\n')}`;
  const reached = (count: number) =>
    eventually(
      `${count} starts`,
      () => diary.filter((entry) => entry.endsWith('open')).length === count,
      DEADLINE_MS,
    ).catch((error: Error) => {
      throw new Error(`${error.message}: ${wrote()}`);
    });
  await reached(2);

  const readers = await Readers.visit(ports, 'the-key');
  t.teardown(() => readers.leave());
  await readers.arrive(READERS);
  let isOver = false;
  let written = 0;
  const writing = (async () => {
    while (!isOver) {
      written = await readers.write(`text ${written}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  })();
  await readers.until(() => written >= 3, DEADLINE_MS);

  const order = new Running(file, ['restart', '--port', String(ports[0])], folder, env);
  t.equal(await order.exited, 0, order.stderr);
  await reached(4);
  await readers.until(() => readers.connected === READERS, DEADLINE_MS);
  isOver = true;
  await writing;

  const [first, second] = [ports[1], ports[0]];
  t.same(
    diary.slice(2),
    [`${first} restarting`, `${first} open`, `${second} restarting`, `${second} open`],
    'the one that was asked goes last, when the other is back',
  );
  t.same([...readers.codes.keys()], [4100], 'everybody was sent away in order');
  t.ok((readers.codes.get(4100) ?? 0) >= READERS, 'and each at least once');
  const missing = () => readers.seen.filter(({ size }) => size !== written).length;
  await readers.until(() => missing() === 0, DEADLINE_MS).catch(() => {});
  t.equal(missing(), 0, `all ${READERS} have all of ${written} messages`);
});

t.test('one that does not come back keeps the others where they are, and who is new has no turn', async (t) => {
  const { open } = new Loopback();
  const restarted: string[] = [];
  const rolling = async (name: string, patienceMs: number) => {
    const log = new KeptLog();
    const cluster = new Node(open, name, log);
    const restart = () => restarted.push(name);
    const turns = new RollingRestart({ cluster, log, restart, patienceMs });
    t.teardown(() => cluster.stop());
    await cluster.start();
    turns.open();
    return { cluster, turns, log };
  };
  const a = await rolling('a', 60_000);
  const b = await rolling('b', 1000);
  await eventually('each other', () => a.turns.isRelieved && b.turns.isRelieved, DEADLINE_MS);

  b.turns.orderAll();
  await eventually('the first turn', () => restarted.length > 0, DEADLINE_MS);
  t.same(restarted, ['a']);
  a.turns.leave();
  await eventually('its leaving', () => !b.turns.isRelieved, DEADLINE_MS);
  await a.cluster.stop();
  const complaint = 'A node did not come back: the others do not restart';
  await eventually('the end', () => b.log.lines.includes(complaint), DEADLINE_MS);
  const late = await rolling('late', 60_000);
  await eventually('the late one', () => b.turns.isRelieved && late.turns.isRelieved, DEADLINE_MS);
  t.same(restarted, ['a'], 'it is over');

  b.turns.orderAll();
  await eventually('the next turn', () => restarted.length > 1, DEADLINE_MS);
  await late.cluster.stop();
  await rolling('another', 60_000);
  await eventually('the last turn', () => restarted.length > 2, DEADLINE_MS);
  t.same(restarted, ['a', 'late', 'b']);
});
