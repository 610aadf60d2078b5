import type { Bench } from '../bench.ts';
import { compareDelivery, startContenders } from '../contenders.ts';

const ONE_AT_A_TIME = { JavaScript: 1.35, native: 0.95 };
const BURSTS = { JavaScript: 1.25, native: 1.0 };

/** One channel, N subscribers; an event at a time, and sixteen publishers at once. */
export async function fanOut(bench: Bench): Promise<void> {
  const ms = bench.isQuick ? 1000 : 3000;
  for (const count of bench.isQuick ? [1000] : [100, 1000, 10_000]) {
    const contenders = await startContenders(bench, { hasRing: !bench.isQuick });
    for (const { load } of contenders.all) await load.mustDo(`open ${count} ${count} bench`);
    await compareDelivery(bench, contenders, {
      what: `fan-out to ${count}, one at a time`,
      ms,
      publish: '1 1 1',
      isJoined: false,
      limits: ONE_AT_A_TIME,
    });
    await compareDelivery(bench, contenders, {
      what: `fan-out to ${count}, bursts of 16`,
      ms,
      publish: '16 1 16',
      isJoined: true,
      limits: BURSTS,
    });
    await Promise.all(contenders.all.map((crowd) => crowd.end()));
  }
}
