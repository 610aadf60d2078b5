import type { Bench } from '../bench.ts';
import { Crowd, type Figure, inTurn } from '../crowd.ts';
import { type MeasuredServer, startAntiphon, startPlainFastify } from '../measured-server.ts';

const CONNECTS = 10_000;
const IDLE = 10_000;
const WARM_UP = 200;
const PER_CHANNEL = 100;
const KILOBYTE = 1000;
const CPU_AT_MOST = 0.8;
const KILOBYTES_AT_MOST = 5.5;

/** Connect and subscribe, and what a socket that does nothing keeps, beside Fastify and @fastify/websocket. */
export async function connections(bench: Bench): Promise<void> {
  const crowds = [
    new Crowd(await startAntiphon(bench.server), bench.load),
    new Crowd(await startPlainFastify(), bench.load),
  ];
  const connect = (crowd: Crowd) => async () => {
    const figure = await crowd.cpuPer(`open ${CONNECTS} ${PER_CHANNEL} room`, () => CONNECTS);
    await crowd.load.mustDo('close');
    await crowd.idle();
    return figure;
  };
  for (const crowd of crowds) for (let round = 0; round < 3; round += 1) await connect(crowd)();
  const [here = [], beside = []] = await inTurn(bench.rounds, crowds.map(connect));
  const [ours, plain] = crowds as [Crowd, Crowd];
  bench.table.row({
    what: 'connect and subscribe',
    unit: 'µs',
    name: ours.name,
    ours: here,
    beside: plain.name,
    theirs: beside,
    atMost: CPU_AT_MOST,
  });
  await Promise.all(crowds.map((crowd) => crowd.end()));

  const idle = (start: () => Promise<MeasuredServer>) => () => idleMemory(bench, start);
  const starts = [idle(() => startAntiphon(bench.server)), idle(startPlainFastify)];
  const [kept = [], keptBeside = []] = await inTurn(Math.min(bench.rounds, 3), starts);
  const row = { unit: 'kB', name: ours.name, ours: kept, beside: plain.name, theirs: keptBeside };
  bench.table.row({ what: 'memory of an idle socket', ...row });
  const values = kept.map(({ value }) => value);
  bench.table.alone('', 'kB', ours.name, values, KILOBYTES_AT_MOST);
}

/** Kilobytes of resident memory per subscribed socket of a server that has just been started. */
async function idleMemory(bench: Bench, start: () => Promise<MeasuredServer>): Promise<Figure> {
  const crowd = new Crowd(await start(), bench.load);
  await crowd.load.mustDo(`open ${WARM_UP} ${PER_CHANNEL} room`);
  await crowd.load.mustDo('close');
  await crowd.idle();
  const before = crowd.server.rssBytes();
  const { busySeconds, seconds } = await crowd.load.mustDo(`open ${IDLE} ${PER_CHANNEL} room`);
  await crowd.idle();
  const value = (crowd.server.rssBytes() - before) / IDLE / KILOBYTE;
  await crowd.end();
  return { value, loadShare: busySeconds / seconds };
}
