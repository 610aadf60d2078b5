// Two nodes behind one address restart one after the other under 2,000 readers: how many come back in the worst second,
// against what the time of the drain spreads them to, and what anybody missed. `--readers N --drain SECONDS`
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { RedisServer } from '../cluster/redis-server.ts';
import { peakPerSecond, Readers, SupervisedNode } from '../cluster/rolling.ts';
import { UNHURRIED } from '../kit/desk.ts';
import { eventually } from '../kit/ear.ts';
import { freePort } from '../kit/free-port.ts';
import { Running } from '../kit/process.ts';

const options = {
  readers: { type: 'string', default: '2000' },
  drain: { type: 'string', default: '10' },
  entry: { type: 'string', default: join(import.meta.dirname, '..', '..', 'dist', 'server', 'main.js') },
} as const;
const { readers: count, drain, entry } = parseArgs({ options }).values;
const DEADLINE_MS = 300_000;

const folder = mkdtempSync(join(tmpdir(), 'antiphon-rolling-'));
const redis = new RedisServer(await freePort(), []);
await redis.start();
const ports = [await freePort(), await freePort()] as const;
const env = {
  ...UNHURRIED,
  REVERB_APP_ID: '1',
  REVERB_APP_KEY: 'the-key',
  REVERB_APP_SECRET: 'the-secret',
  REVERB_SERVER_HOST: '127.0.0.1',
  REVERB_SCALING_ENABLED: 'true',
  REDIS_PORT: String(redis.port),
  DATABASE_URL: `sqlite:${join(folder, 'desk.db')}`,
  ANTIPHON_DRAIN_SECONDS: drain,
  ANTIPHON_DEMO: 'off',
  LOG_LEVEL: 'error',
};
const diary: string[] = [];
const nodes = ports.map((port) => new SupervisedNode(entry, port, folder, env, diary));
const opened = (times: number) =>
  eventually(`${times} starts`, () => diary.filter((entry) => entry.endsWith('open')).length === times, DEADLINE_MS);
try {
  await opened(2);
  const readers = await Readers.visit(ports, 'the-key');
  await readers.arrive(Number(count));
  let isOver = false;
  let written = 0;
  const writing = (async () => {
    while (!isOver) {
      written = await readers.write(`text ${written}`);
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  })();
  const began = performance.now();
  await new Running(entry, ['restart', '--port', String(ports[0])], folder, env).exited;
  await opened(4);
  await readers.until(() => readers.connected === Number(count), DEADLINE_MS);
  const seconds = (performance.now() - began) / 1000;
  isOver = true;
  await writing;
  await readers.until(() => readers.seen.every(({ size }) => size === written), DEADLINE_MS).catch(() => {});
  const lost = readers.seen.reduce((sum, { size }) => sum + written - size, 0);
  const [first, second] = ports.map((_, index) => diary.slice(2)[index * 2]);
  const [away, back] = [peakPerSecond(readers.departures), peakPerSecond(readers.returns)];
  // The first node sends away its half; the second has all of them by then.
  const spread = Number(count) / Number(drain);
  console.log(
    `${count} readers on two nodes, drained over ${drain} s each (${first}, then ${second}), ${seconds.toFixed(0)} s`,
  );
  const against = (most: number) => `${most} in the worst second, ${(most / spread).toFixed(2)} of an even spread`;
  console.log(`sent away: ${readers.departures.length}, ${against(away)}`);
  console.log(`back: ${readers.returns.length}, ${against(back)}`);
  console.log(
    `messages: ${written}, lost ${lost} of ${written * Number(count)}; closed with ${[...readers.codes.keys()]}`,
  );
  readers.leave();
} finally {
  await Promise.all(nodes.map((node) => node.stop()));
  await redis.kill();
  rmSync(folder, { recursive: true, force: true });
}
process.exit();
