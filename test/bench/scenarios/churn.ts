import type { Bench } from '../bench.ts';
import { Crowd } from '../crowd.ts';
import { Inspector } from '../inspector.ts';
import { startAntiphon } from '../measured-server.ts';

const PARTS = 10;
const CHANNELS = 10_000;
const AT_ONCE = 64;
const MEGABYTE = 1e6;
/** What the heap may have more at the end than after the first part, in bytes per connect that came after it. */
const HEAP_BYTES_PER_CONNECT = 8;

/** A day of people who come and go, compressed: what is left of them. */
export async function churn(bench: Bench): Promise<void> {
  const crowd = new Crowd(await startAntiphon(bench.server, {}, ['--inspect=127.0.0.1:0']), bench.load);
  const inspector = await Inspector.at(crowd.server);
  const each = Math.ceil(bench.connects / PARTS);
  const heaps: number[] = [];
  const memory: number[] = [];
  for (let part = 0; part < PARTS; part += 1) {
    // Halves of it on presence channels, where the others hear of each.
    for (const prefix of ['room', 'presence-room']) {
      const { heard, seconds } = await crowd.load.order(`churn ${each / 2} ${CHANNELS} ${AT_ONCE} ${prefix}`);
      if (heard < each / 2) throw new Error(`${heard} of ${each / 2} came and went in ${seconds} s`);
    }
    await crowd.idle();
    heaps.push(await inspector.heapBytes());
    memory.push(crowd.server.rssBytes());
  }
  inspector.close();
  const growth = (values: number[]) => ((values.at(-1) as number) - (values[0] as number)) / MEGABYTE;
  const about = `${bench.connects} connects`;
  const atMost = (HEAP_BYTES_PER_CONNECT * bench.connects) / MEGABYTE;
  bench.table.alone(
    `heap after each tenth of ${about}`,
    'MB',
    'antiphon',
    heaps.map((bytes) => bytes / MEGABYTE),
  );
  bench.table.alone('  its growth since the first', 'MB', 'antiphon', [growth(heaps)], Math.max(1, atMost));
  bench.table.alone(
    'resident memory',
    'MB',
    'antiphon',
    memory.map((bytes) => bytes / MEGABYTE),
  );
  bench.table.alone('  its growth since the first', 'MB', 'antiphon', [growth(memory)]);
  await crowd.end();
}
