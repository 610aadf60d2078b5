import type { Bench } from '../bench.ts';
import { startContenders } from '../contenders.ts';
import { type Crowd, inTurn } from '../crowd.ts';

const SUBSCRIBERS = 1000;
const AT_MOST = 1;
const SLICE_MS = 3000;
/** Of a round. A neighbour's second is the p99 of a slice, and must not be that of the round. */
const SLICES = 3;

/** How long an event takes to its subscribers at half of what the plain loop can deliver at most. */
export async function latency(bench: Bench): Promise<void> {
  const { all, ours, plain } = await startContenders(bench);
  const compared = [...ours, plain];
  for (const { load } of compared) await load.mustDo(`open ${SUBSCRIBERS} ${SUBSCRIBERS} bench`);
  for (const { load } of compared) await load.mustDo('publish 1000 1 1 1');
  const { published, seconds } = await plain.load.mustDo('publish 2000 1 1 1');
  const perSecond = Math.max(1, Math.round(published / seconds / 2));
  const serve = (crowd: Crowd) => () => crowd.load.mustDo(`rate ${SLICE_MS} ${perSecond}`);
  const seen = await inTurn(bench.rounds * SLICES, compared.map(serve));
  for (const share of ['p50', 'p99'] as const) {
    const figures = seen.map((slices) =>
      slices.map((slice) => ({ value: slice[share], loadShare: slice.busySeconds / slice.seconds })),
    );
    for (const crowd of ours) {
      bench.table.row({
        what: `${perSecond} events/s to ${SUBSCRIBERS}, ${share}`,
        unit: 'ms',
        name: crowd.name,
        ours: figures[compared.indexOf(crowd)] ?? [],
        beside: plain.name,
        theirs: figures[compared.indexOf(plain)] ?? [],
        atMost: AT_MOST,
      });
    }
  }
  await Promise.all(all.map((crowd) => crowd.end()));
}
