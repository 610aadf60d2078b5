import type { Bench } from './bench.ts';
import { Crowd, type Figure, inTurn } from './crowd.ts';
import {
  type MeasuredServer,
  startAntiphon,
  startJoinedSendLoop,
  startPlainWs,
  startRingLoop,
  startSendLoop,
} from './measured-server.ts';

/** Our server with everything on, with the native sender and without; and what it is measured against. */
export interface Contenders {
  ours: Crowd[];
  plain: Crowd;
  /** One `send()` per socket and event, and one per socket and turn. */
  sendLoop: Crowd;
  joinedLoop: Crowd;
  /** As the native sender does it and nothing else: what is to be had from the system. */
  ringLoop: Crowd | null;
  all: Crowd[];
}

/** What a round consists of: who shares a machine has fast and slow seconds, which each must get some of. */
const SLICES = 5;
const WARM_UP = 'publish 1000 16 1 16';
const NATIVE = 'native';
const NATIVE_SENDER = 'sender.node';

export async function startOurs(bench: Bench): Promise<Crowd[]> {
  const javaScript = await startAntiphon(bench.server, { ANTIPHON_NATIVE: 'off' });
  javaScript.name = 'JavaScript';
  const native = await startAntiphon(bench.server);
  native.name = NATIVE;
  const servers: MeasuredServer[] = [javaScript];
  if (native.hasMapped(NATIVE_SENDER)) servers.push(native);
  else await native.stop();
  return servers.map((server) => new Crowd(server, bench.load));
}

export async function startContenders(bench: Bench, { hasRing = false } = {}): Promise<Contenders> {
  const crowdOf = async (server: Promise<MeasuredServer>) => new Crowd(await server, bench.load);
  const ours = await startOurs(bench);
  const plain = await crowdOf(startPlainWs());
  const sendLoop = await crowdOf(startSendLoop());
  const joinedLoop = await crowdOf(startJoinedSendLoop());
  const ring = hasRing ? await startRingLoop() : null;
  const ringLoop = ring && new Crowd(ring, bench.load);
  const all = [...ours, plain, sendLoop, joinedLoop, ...(ringLoop ? [ringLoop] : [])];
  await warmUp(all);
  return { ours, plain, sendLoop, joinedLoop, ringLoop, all };
}

/** A server that has served for a while has its code compiled; a few bursts do not do that. */
export async function warmUp(crowds: readonly Crowd[]): Promise<void> {
  for (const { load } of crowds) await load.mustDo(WARM_UP);
}

/** What each of our servers may cost at most, in multiples of the C loop. */
export type Limits = Record<string, number>;

/** Everybody delivers in turn: microseconds per delivered event beside the plain loop and a C loop. */
export async function compareDelivery(
  bench: Bench,
  { ours, plain, sendLoop, joinedLoop, ringLoop, all }: Contenders,
  { what, ms, publish, isJoined, limits }: Delivery,
): Promise<void> {
  for (const crowd of all) await crowd.load.mustDo(`publish 500 ${publish}`);
  const command = `publish ${ms / SLICES} ${publish}`;
  const figures = await inTurn(
    bench.rounds * SLICES,
    all.map((crowd) => () => crowd.cpuPer(command, ({ delivered }) => delivered)),
  );
  const of = (crowd: Crowd): Figure[] => figures[all.indexOf(crowd)] ?? [];
  const loop = isJoined ? joinedLoop : sendLoop;
  for (const crowd of ours) {
    const atMost = limits?.[crowd.name];
    const row = { what, unit: 'µs', name: crowd.name, ours: of(crowd) };
    bench.table.row({ ...row, beside: loop.name, theirs: of(loop), ...(atMost === undefined ? {} : { atMost }) });
    const others = ringLoop && crowd.name === NATIVE ? [plain, ringLoop] : [plain];
    for (const other of others) bench.table.row({ ...row, what: '', beside: other.name, theirs: of(other) });
  }
}

export interface Delivery {
  what: string;
  /** How long each delivers in a round. */
  ms: number;
  /** Burst, batch and connections of load.c. */
  publish: string;
  /** Beside the C loop that joins what belongs to one turn. */
  isJoined: boolean;
  limits?: Limits;
}
