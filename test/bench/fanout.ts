// Fan-out and idle memory beside a plain ws server, in turn, in the same run:
//   npm run bench [-- --quick] [--subscribers 1000] [--server dist/server/main.js]
// Only the ratios mean anything on another machine. Linux only, since it reads /proc.
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type MeasuredServer, startAntiphon, startPlainWs } from './measured-server.ts';
import { DIGITS, FRAME_BYTES, NUMBER_AT, Publisher } from './publisher.ts';
import { Subscribers } from './subscribers.ts';

const { values: flags } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    subscribers: { type: 'string', default: '1000' },
    server: { type: 'string', default: fileURLToPath(new URL('../../dist/server/main.js', import.meta.url)) },
  },
});
const subscriberCount = Number(flags.subscribers);
const rounds = flags.quick ? 3 : 7;
const roundMs = flags.quick ? 1500 : 4000;
const idleCount = flags.quick ? 5000 : 10_000;
const BURST = 16;
const WARM_UP_MS = 500;
const SETTLE_MS = 1500;

interface Crowd {
  server: MeasuredServer;
  subscribers: Subscribers;
  publisher: Publisher;
  /** Events published so far. */
  published: number;
}

async function crowdAt(server: MeasuredServer): Promise<Crowd> {
  const subscribers = await Subscribers.connect(server.port, subscriberCount);
  subscribers.expectEvents(FRAME_BYTES, NUMBER_AT, DIGITS);
  return { server, subscribers, publisher: new Publisher(server.port), published: 0 };
}

/** Publishes for a while, each burst when the last has reached everybody. @returns deliveries per CPU-second of the server */
async function deliver(crowd: Crowd, burst: number, forMs: number): Promise<number> {
  const { server, subscribers, publisher } = crowd;
  const first = crowd.published;
  const cpuBefore = server.cpuSeconds();
  for (const end = performance.now() + forMs; performance.now() < end; ) {
    const answers = Array.from({ length: burst }, () => publisher.publish(crowd.published++));
    await Promise.all([...answers, subscribers.gotAll(burst)]);
  }
  const cpu = server.cpuSeconds() - cpuBefore;
  subscribers.checkOrder(first, crowd.published - 1);
  return ((crowd.published - first) * subscribers.count) / cpu;
}

/** @returns bytes of resident memory per idle subscribed socket of a server that has just been started */
async function idleMemory(start: () => Promise<MeasuredServer>): Promise<number> {
  const server = await start();
  const early = await Subscribers.connect(server.port, 200);
  early.close();
  await settle();
  const before = server.rssBytes();
  const crowd = await Subscribers.connect(server.port, idleCount);
  await settle();
  const each = (server.rssBytes() - before) / idleCount;
  crowd.close();
  await server.stop();
  return each;
}

function settle(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
}

function spread(values: number[], show: (value: number) => string): string {
  const sorted = values.toSorted((a, b) => a - b);
  return [0, (sorted.length - 1) >> 1, sorted.length - 1].map((index) => show(sorted[index] as number)).join(' – ');
}

const times = (value: number) => `${value.toFixed(2)} ×`;
const thousands = (value: number) => `${Math.round(value / 1000)}k`;
const kilobytes = (value: number) => `${(value / 1000).toFixed(1)} kB`;

function say(what: string, ours: number[], theirs: number[], show: (value: number) => string): void {
  const ratios = ours.map((value, index) => value / (theirs[index] as number));
  const columns = [what.padEnd(38), ...[ours, theirs].map((values) => spread(values, show).padEnd(26))];
  process.stdout.write(`${columns.join('')}${spread(ratios, times)}\n`);
}

const wallBefore = performance.now();
process.stdout.write(`${''.padEnd(38)}${'antiphon'.padEnd(26)}${'ws loop'.padEnd(26)}ratio   (min – median – max)\n`);

const servers = [await startAntiphon(flags.server), await startPlainWs()];
const crowds = await Promise.all(servers.map(crowdAt));
const ownCpuBefore = process.cpuUsage();
const deliveringSince = performance.now();
for (const [name, burst] of [
  ['one at a time', 1],
  [`bursts of ${BURST}`, BURST],
] as const) {
  const results: [number[], number[]] = [[], []];
  for (const crowd of crowds) await deliver(crowd, burst, WARM_UP_MS);
  for (let round = 0; round < rounds; round++) {
    for (const [index, crowd] of crowds.entries()) results[index]?.push(await deliver(crowd, burst, roundMs));
  }
  say(`deliveries per CPU-s, ${name}`, ...results, thousands);
}
const own = process.cpuUsage(ownCpuBefore);
const ownShare = (own.user + own.system) / 1000 / (performance.now() - deliveringSince);
for (const { subscribers, publisher } of crowds) {
  subscribers.close();
  publisher.close();
}
await Promise.all(servers.map((server) => server.stop()));

const memory: [number[], number[]] = [[], []];
for (let round = 0; round < (flags.quick ? 1 : 3); round++) {
  memory[0].push(await idleMemory(() => startAntiphon(flags.server)));
  memory[1].push(await idleMemory(startPlainWs));
}
say('memory per idle subscribed socket', ...memory, kilobytes);

process.stdout.write(
  `\n${subscriberCount} subscribers, events of 250 bytes, ${idleCount} idle sockets; ` +
    `the load generator used ${Math.round(ownShare * 100)} % of a core, ` +
    `the whole took ${Math.round((performance.now() - wallBefore) / 1000)} s.\n`,
);
process.exit(0);
