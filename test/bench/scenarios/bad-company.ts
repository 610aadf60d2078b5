import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Bench } from '../bench.ts';
import { Crowd } from '../crowd.ts';
import { Load, type Seen } from '../load.ts';
import { APP, startAntiphon } from '../measured-server.ts';

const GOOD = 500;
const PER_SECOND = 50;
const ROUND_MS = 8000;
const P99_AT_MOST = 2;
const MEGABYTE = 1e6;

const VANISHED = 5000;
/** So that those who do not answer are found within a round. */
const PING_SECONDS = '2';

const STORMING = { id: '2', key: 'storm-key', secret: 'storm-secret' };

const LARGE_BYTES = 10_000;
const MANY = 10_000;

/** Good readers at a steady rate beside those who are a burden: what they notice of it, and what it costs. */
export async function badCompany(bench: Bench): Promise<void> {
  await vanished(bench);
  await storm(bench);
  await largeFrames(bench);
}

/** Thousands are gone without a word: their system still takes what is sent, and nobody answers. */
async function vanished(bench: Bench): Promise<void> {
  const { good, quiet } = await startGood(bench, {
    REVERB_APP_PING_INTERVAL: PING_SECONDS,
    REVERB_APP_ACTIVITY_TIMEOUT: PING_SECONDS,
  });
  const bad = new Load(bench.load, good.server.port);
  await bad.order('doze');
  await bad.mustDo(`open ${VANISHED} ${VANISHED} vanished`);
  const before = good.server.rssBytes();
  const [{ closed }, beside] = await Promise.all([bad.order(`freeze ${ROUND_MS}`), goodRound(good)]);
  compare(bench, `p99 beside ${VANISHED} who have vanished`, beside, quiet);
  bench.table.alone('of them closed', '', 'antiphon', [closed]);
  bench.table.alone('memory meanwhile', 'MB', 'antiphon', [(good.server.rssBytes() - before) / MEGABYTE]);
  await bad.end();
  await good.end();
}

/** One key publishes as fast as it is answered, 64 at a time, and is allowed far less. */
async function storm(bench: Bench): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'antiphon-bench-'));
  const file = join(folder, 'apps.json');
  const asEntry = ({ id, key, secret }: typeof APP) => ({ app_id: id, key, secret });
  writeFileSync(file, JSON.stringify([asEntry(APP), { ...asEntry(STORMING), events_per_app: 6000 }]));
  const { good, quiet } = await startGood(bench, { REVERB_APPS_FILE: file });
  rmSync(folder, { recursive: true });
  const bad = new Load(bench.load, good.server.port, STORMING);
  await bad.order('doze');
  const storming = bad.order(`publish ${ROUND_MS} 64 1 8`);
  const beside = await goodRound(good);
  const { published, refused } = await storming;
  compare(bench, 'p99 beside a publish storm', beside, quiet);
  bench.table.alone('of its events refused', '%', 'antiphon', [(100 * refused) / published]);
  await bad.end();
  await good.end();
}

async function largeFrames(bench: Bench): Promise<void> {
  const crowd = new Crowd(await startAntiphon(bench.server), bench.load);
  await crowd.load.mustDo(`open ${MANY} ${MANY} bench`);
  await crowd.load.order(`size ${LARGE_BYTES}`);
  await crowd.load.mustDo('publish 1000 1 1 1');
  const before = crowd.server.rssBytes();
  await crowd.load.mustDo('publish 4000 4 1 4');
  const grown = (crowd.server.rssBytes() - before) / MEGABYTE;
  bench.table.alone(`memory while 10 kB go to ${MANY}`, 'MB', 'antiphon', [grown]);
  await crowd.end();
}

async function startGood(bench: Bench, env: Record<string, string>): Promise<{ good: Crowd; quiet: Seen }> {
  const good = new Crowd(await startAntiphon(bench.server, env), bench.load);
  await good.load.order('doze');
  await good.load.mustDo(`open ${GOOD} ${GOOD} bench`);
  await good.load.mustDo(`rate 2000 ${PER_SECOND}`);
  return { good, quiet: await goodRound(good) };
}

function goodRound(good: Crowd): Promise<Seen> {
  return good.load.mustDo(`rate ${ROUND_MS} ${PER_SECOND}`);
}

function compare(bench: Bench, what: string, beside: Seen, quiet: Seen): void {
  const figure = ({ p99, busySeconds, seconds }: Seen) => [{ value: p99, loadShare: busySeconds / seconds }];
  const row = { what, unit: 'ms', name: 'antiphon', ours: figure(beside), beside: 'quiet', theirs: figure(quiet) };
  bench.table.row({ ...row, atMost: P99_AT_MOST });
}
