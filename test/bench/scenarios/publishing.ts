import type { Bench } from '../bench.ts';
import { Crowd, inTurn } from '../crowd.ts';
import { startAntiphon, startBareHttp } from '../measured-server.ts';

const AT_MOST = 2.3;
const PUBLISHERS = 8;

/** Signed events to a channel where nobody is, beside a server that only verifies the same requests. */
export async function publishing(bench: Bench): Promise<void> {
  const ours = new Crowd(await startAntiphon(bench.server), bench.load);
  const bare = new Crowd(await startBareHttp(), bench.load);
  for (const { load } of [ours, bare]) await load.mustDo(`publish 3000 ${PUBLISHERS} 1 ${PUBLISHERS}`);
  for (const batch of [1, 10]) {
    const cost = (crowd: Crowd, size: number) => () =>
      crowd.cpuPer(`publish 2000 ${PUBLISHERS} ${size} ${PUBLISHERS}`, ({ published }) => published);
    await ours.load.mustDo(`publish 1000 ${PUBLISHERS} ${batch} ${PUBLISHERS}`);
    const [here = [], beside = []] = await inTurn(bench.rounds, [cost(ours, batch), cost(bare, 1)]);
    bench.table.row({
      what: batch === 1 ? 'publish one event' : `publish a batch of ${batch}, per event`,
      unit: 'µs',
      name: 'antiphon',
      ours: here,
      beside: `${bare.name}, one event`,
      theirs: beside,
      atMost: AT_MOST,
    });
  }
  await Promise.all([ours.end(), bare.end()]);
}
