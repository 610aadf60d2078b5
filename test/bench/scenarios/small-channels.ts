import type { Bench } from '../bench.ts';
import { compareDelivery, startContenders } from '../contenders.ts';

const LIMITS = { JavaScript: 1.5, native: 1.2 };

/** What a chat desk is: many channels with a handful of sockets each. Here the publish itself costs as much as its delivery. */
const SHAPES = [
  { what: '500 × 2, 5 batches of 10 at once', sockets: 1000, per: 2, publish: '5 10 5', limits: LIMITS },
  { what: '500 × 2, 50 events at once', sockets: 1000, per: 2, publish: '50 1 50' },
  { what: '100 × 10, a batch of 10 at once', sockets: 1000, per: 10, publish: '1 10 1' },
  { what: '100 × 10, one at a time', sockets: 1000, per: 10, publish: '1 1 1' },
  { what: 'chat: 1,000 × 3, 16 events at once', sockets: 3000, per: 3, publish: '16 1 16' },
];

export async function smallChannels(bench: Bench): Promise<void> {
  for (const { what, sockets, per, publish, limits } of SHAPES) {
    const contenders = await startContenders(bench);
    for (const { load } of contenders.all) await load.mustDo(`open ${sockets} ${per} room`);
    await compareDelivery(bench, contenders, {
      what,
      ms: 2000,
      publish,
      isJoined: true,
      ...(limits ? { limits } : {}),
    });
    await Promise.all(contenders.all.map((crowd) => crowd.end()));
  }
}
