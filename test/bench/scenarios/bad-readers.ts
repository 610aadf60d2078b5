import type { Bench } from '../bench.ts';
import { Crowd } from '../crowd.ts';
import { Load } from '../load.ts';
import { startAntiphon } from '../measured-server.ts';

const GOOD = 500;
const BAD = 500;
const EVENT_BYTES = 10_000;
const PER_SECOND = 20;
const ROUND_MS = 10_000;
const AT_MOST = 2;
const MEGABYTE = 1e6;

/** Half of a channel reads a byte a second while events of 10 kB come: what the other half notices, and what is kept. */
export async function badReaders(bench: Bench): Promise<void> {
  const good = new Crowd(await startAntiphon(bench.server), bench.load);
  await good.load.mustDo(`open ${GOOD} ${GOOD} bench`);
  await good.load.order(`size ${EVENT_BYTES}`);
  await good.load.mustDo(`rate 2000 ${PER_SECOND}`);
  const quiet = await good.load.mustDo(`rate ${ROUND_MS} ${PER_SECOND}`);
  const before = good.server.rssBytes();

  const bad = new Load(bench.load, good.server.port);
  await bad.order('narrow');
  await bad.mustDo(`open ${BAD} ${BAD} bench`);
  const sipping = bad.order(`sip ${4 * ROUND_MS}`);
  const p99s: number[] = [];
  let peak = 0;
  for (let round = 0; round < 3; round += 1) {
    const seen = await good.load.mustDo(`rate ${ROUND_MS} ${PER_SECOND}`);
    p99s.push(seen.p99);
    peak = Math.max(peak, good.server.rssBytes() - before);
  }
  await sipping;
  const closed = good.server.said.split('closed a socket that does not read').length - 1;
  const figures = (values: number[]) =>
    values.map((value) => ({ value, loadShare: quiet.busySeconds / quiet.seconds }));
  bench.table.row({
    what: `p99 beside ${BAD} who do not read`,
    unit: 'ms',
    name: 'antiphon',
    ours: figures(p99s),
    beside: 'quiet',
    theirs: figures(p99s.map(() => quiet.p99)),
    atMost: AT_MOST,
  });
  bench.table.alone(`memory for ${BAD} who do not read`, 'MB', 'antiphon', [peak / MEGABYTE]);
  bench.table.alone('of them closed and logged', '', 'antiphon', [closed]);
  await bad.end();
  await good.end();
}
