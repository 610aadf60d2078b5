import { randomBytes } from 'node:crypto';
import type { Bench } from '../bench.ts';
import { Crowd, inTurn } from '../crowd.ts';
import { startAntiphon } from '../measured-server.ts';

const SUBSCRIBERS = 1000;
const PER_SECOND = 40;
const ROUND_MS = 3000;
const REDIS = process.env.TEST_REDIS_URL ?? 'redis://127.0.0.1:6379';

/** The same crowd on one node, and half of it on each of two that hear each other through Redis. */
export async function twoNodes(bench: Bench): Promise<void> {
  const scaling = {
    REVERB_SCALING_ENABLED: 'true',
    REVERB_SCALING_CHANNEL: `bench-${randomBytes(6).toString('hex')}`,
    REDIS_URL: REDIS,
  };
  const node = async (env: Record<string, string> = {}) =>
    new Crowd(await startAntiphon(bench.server, env), bench.load);
  const [alone, near, far] = [await node(), await node(scaling), await node(scaling)];
  // Redis and two crowds share what cores there are.
  for (const { load } of [alone, near, far]) await load.mustDo('doze');
  await alone.load.mustDo(`open ${SUBSCRIBERS} ${SUBSCRIBERS} bench`);
  for (const { load } of [near, far]) await load.mustDo(`open ${SUBSCRIBERS / 2} ${SUBSCRIBERS / 2} bench`);
  await Promise.all([near, far].map((crowd) => crowd.idle()));

  const events = (ROUND_MS / 1000) * PER_SECOND;
  const farP99: number[] = [];
  const [together = [], apart = []] = await inTurn(bench.rounds, [
    async () => {
      const cpuBefore = near.server.cpuSeconds() + far.server.cpuSeconds();
      const [seen, heard] = await Promise.all([
        near.load.mustDo(`rate ${ROUND_MS} ${PER_SECOND}`),
        far.load.mustDo(`await ${events}`),
      ]);
      const cpu = near.server.cpuSeconds() + far.server.cpuSeconds() - cpuBefore;
      farP99.push(heard.p99);
      const share = (seen.busySeconds + heard.busySeconds) / seen.seconds;
      return { value: (cpu * 1e6) / (seen.delivered + heard.delivered), loadShare: share };
    },
    () => alone.cpuPer(`rate ${ROUND_MS} ${PER_SECOND}`, ({ delivered }) => delivered),
  ]);
  bench.table.row({
    what: `two nodes over Redis, ${SUBSCRIBERS / 2} each`,
    unit: 'µs',
    name: 'both',
    ours: together,
    beside: 'one node',
    theirs: apart,
  });
  bench.table.alone('p99 on the other node', 'ms', 'antiphon', farP99);
  await Promise.all([alone, near, far].map((crowd) => crowd.end()));
}
