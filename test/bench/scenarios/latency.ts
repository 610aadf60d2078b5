import type { Bench } from '../bench.ts';
import { startContenders } from '../contenders.ts';
import { type Crowd, inTurn } from '../crowd.ts';

const SUBSCRIBERS = 1000;
const AT_MOST = 1;

/** How long an event takes to its subscribers at half of what the plain loop can deliver at most. */
export async function latency(bench: Bench): Promise<void> {
  const { all, ours, plain } = await startContenders(bench);
  for (const { load } of all) await load.mustDo(`open ${SUBSCRIBERS} ${SUBSCRIBERS} bench`);
  for (const { load } of all) await load.mustDo('publish 1000 1 1 1');
  const { published, seconds } = await plain.load.mustDo('publish 2000 1 1 1');
  const perSecond = Math.max(1, Math.round(published / seconds / 2));
  for (const share of ['p50', 'p99'] as const) {
    const time = (crowd: Crowd) => async () => {
      const seen = await crowd.load.mustDo(`rate 3000 ${perSecond}`);
      return { value: seen[share], loadShare: seen.busySeconds / seen.seconds };
    };
    const figures = await inTurn(bench.rounds, all.map(time));
    for (const crowd of ours) {
      bench.table.row({
        what: `${perSecond} events/s to ${SUBSCRIBERS}, ${share}`,
        unit: 'ms',
        name: crowd.name,
        ours: figures[all.indexOf(crowd)] ?? [],
        beside: plain.name,
        theirs: figures[all.indexOf(plain)] ?? [],
        atMost: AT_MOST,
      });
    }
  }
  await Promise.all(all.map((crowd) => crowd.end()));
}
