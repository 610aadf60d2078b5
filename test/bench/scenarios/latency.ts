import type { Bench } from '../bench.ts';
import { startOurs, warmUp } from '../contenders.ts';
import { Crowd, inTurn } from '../crowd.ts';
import { startPlainWs } from '../measured-server.ts';

const SUBSCRIBERS = 1000;
const AT_MOST = 1;
const SLICE_MS = 3000;
/** Of a round. A neighbour's second is the p99 of a slice, and must not be that of the round. */
const SLICES = 3;

/** How long an event takes to its subscribers at half of what the plain loop can deliver at most. */
export async function latency(bench: Bench): Promise<void> {
  const ours = await startOurs(bench);
  const plain = new Crowd(await startPlainWs(), bench.load);
  const all = [...ours, plain];
  await warmUp(all);
  for (const { load } of all) await load.mustDo(`open ${SUBSCRIBERS} ${SUBSCRIBERS} bench`);
  for (const { load } of all) await load.mustDo('publish 1000 1 1 1');
  const { published, seconds } = await plain.load.mustDo('publish 2000 1 1 1');
  const perSecond = Math.max(1, Math.round(published / seconds / 2));
  const serve = (crowd: Crowd) => () => crowd.load.mustDo(`rate ${SLICE_MS} ${perSecond}`);
  const seen = await inTurn(bench.rounds * SLICES, all.map(serve));
  for (const share of ['p50', 'p99'] as const) {
    const figures = seen.map((slices) =>
      slices.map((slice) => ({ value: slice[share], loadShare: slice.busySeconds / slice.seconds })),
    );
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
