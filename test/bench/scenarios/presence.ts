import type { Bench } from '../bench.ts';
import { Crowd, inTurn } from '../crowd.ts';
import { startAntiphon, startPlainWs } from '../measured-server.ts';

const SOCKETS = 1000;
const MEMBERS = 100;

/** Everybody comes at once and hears of those who come after him; then all go. */
export async function presence(bench: Bench): Promise<void> {
  const crowds = [
    new Crowd(await startAntiphon(bench.server), bench.load),
    new Crowd(await startPlainWs(), bench.load),
  ] as const;
  const storm = (crowd: Crowd) => async () => {
    const before = crowd.server.cpuSeconds();
    const { heard, busySeconds, seconds } = await crowd.load.mustDo(`open ${SOCKETS} ${MEMBERS} presence-room`);
    if (heard !== (SOCKETS * (MEMBERS - 1)) / 2) throw new Error(`${heard} members were announced`);
    await crowd.load.mustDo('close');
    await crowd.idle();
    return { value: ((crowd.server.cpuSeconds() - before) * 1e6) / SOCKETS, loadShare: busySeconds / seconds };
  };
  for (const crowd of crowds) await storm(crowd)();
  const [here = [], beside = []] = await inTurn(bench.rounds, crowds.map(storm));
  const [ours, plain] = crowds;
  bench.table.row({
    what: `${SOCKETS / MEMBERS} × ${MEMBERS} members come and go`,
    unit: 'µs each',
    name: ours.name,
    ours: here,
    beside: plain.name,
    theirs: beside,
  });
  await Promise.all(crowds.map((crowd) => crowd.end()));
}
