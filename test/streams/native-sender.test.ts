import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { pino } from 'pino';
import t, { type Test } from 'tap';
import { descriptorOf } from '../../server/streams/descriptor.ts';
import { loadNativeSender } from '../../server/streams/native-sender.ts';
import { call } from '../kit/api.ts';
import { collectGarbage } from '../kit/garbage.ts';
import { Running } from '../kit/process.ts';
import { CLOSE, openRaw, PING, PONG, type RawSocket, TEXT, wireFrame } from '../kit/raw-socket.ts';
import { type RunningServer, startServer } from '../kit/server.ts';
import { tcpPair } from '../kit/streams.ts';

const HERE = `${process.platform}-${process.arch}`;
const PREBUILT = ['linux-x64', 'linux-arm64'];
const fileFor = (target: string) => join('prebuilds', target, 'sender.node');
const without = PREBUILT.includes(HERE) ? {} : { skip: `there is no native sender for ${HERE}` };

type Open = (table: Int32Array, bytes: Uint8Array, way: string) => ((rows: number) => number) | null;
const addon: { open: Open; bound(descriptor: number, bytes: number): boolean } = PREBUILT.includes(HERE)
  ? createRequire(import.meta.url)(`../../${fileFor(HERE)}`)
  : { open: () => null, bound: () => false };
const { open, bound } = addon;
const WAYS = ['send', 'io_uring'].filter((way) => open(new Int32Array(4), new Uint8Array(1), way));

/** A connection of which the near end is written to by its descriptor. */
async function pair(t: Test): Promise<{ near: Socket; far: Socket; descriptor: number }> {
  const { near, far } = await tcpPair(t, { pauseOnConnect: true });
  return { near, far, descriptor: descriptorOf(near) };
}

async function read(socket: Socket, bytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for (let got = 0; got < bytes; ) {
    const [chunk] = (await once(socket, 'data')) as [Buffer];
    got += chunk.length;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

t.test('what the system keeps for who does not read is bounded', without, async (t) => {
  const table = new Int32Array(4);
  const bytes = new Uint8Array(8_000_000);
  const send = open(table, bytes, 'send') as (rows: number) => number;
  const taken = async (limit: number | null) => {
    const { far, descriptor } = await pair(t);
    far.pause();
    if (limit !== null) t.ok(bound(descriptor, limit));
    let sum = 0;
    // The peer's system takes its part meanwhile.
    for (let idle = 0; idle < 50; idle++) {
      table.set([descriptor, 0, bytes.length, 0]);
      send(1);
      const sent = table[3] as number;
      if (sent > 0) idle = 0;
      sum += Math.max(sent, 0);
      await new Promise(setImmediate);
    }
    return sum;
  };
  const [bounded, unbounded] = [await taken(100_000), await taken(null)];
  t.ok(bounded < unbounded / 2, `${bounded} instead of ${unbounded} bytes`);
  t.notOk(bound(-1, 1000));
  t.throws(() => (bound as (descriptor?: number) => boolean)(1), { message: /a descriptor and a number/ });
});

for (const way of WAYS) {
  t.test(`rows are sent by ${way}, and what was not is said`, without, async (t) => {
    const ROWS = 600;
    const table = new Int32Array(ROWS * 4);
    const bytes = new Uint8Array(8_000_000).map((_, index) => index % 251);
    const send = open(table, bytes, way) as (rows: number) => number;
    const row = (index: number) => Array.from(table.subarray(index * 4, index * 4 + 4));

    const { far, descriptor } = await pair(t);
    for (let index = 0; index < ROWS; index++) table.set([descriptor, index, index + 1, -1], index * 4);
    t.equal(send(ROWS), 0, 'more rows than a ring has places');
    t.same(row(ROWS - 1), [descriptor, ROWS - 1, ROWS, ROWS]);
    const expected = Buffer.concat(Array.from({ length: ROWS }, (_, n) => bytes.subarray(n, n + n + 1)));
    t.ok((await read(far, expected.length)).equals(expected), 'in their order');

    // One that is full, one that is gone, and rows without sense, among others.
    const [full, reset, fine] = [await pair(t), await pair(t), await pair(t)];
    full.far.pause();
    reset.far.resetAndDestroy();
    await once(reset.far, 'close');
    const closed = await pair(t);
    const rows = [
      [full.descriptor, 0, 8_000_000],
      [full.descriptor, 0, 8_000_000],
      [fine.descriptor, 0, 5],
      [-1, 0, 5],
      [fine.descriptor, 7_999_999, 2],
      [fine.descriptor, -1, 5],
      [fine.descriptor, 0, 0],
      [fine.descriptor, 2_147_483_647, 2_147_483_647],
      [999_999, 0, 5],
      [reset.descriptor, 0, 5],
      [fine.descriptor, 5, 5],
    ];
    for (const [index, each] of rows.entries()) table.set([...each, -1], index * 4);
    t.equal(send(rows.length), 9);
    const sent = rows.map((_, index) => row(index)[3] as number);
    t.ok((sent[0] as number) > 0 && (sent[0] as number) < 8_000_000, `${sent[0]} bytes of 8 million`);
    const [EBADF, EAGAIN, EINVAL, ECONNRESET] = [-9, -11, -22, -104];
    t.same(sent.slice(1), [EAGAIN, 5, EINVAL, EINVAL, EINVAL, EINVAL, EINVAL, EBADF, ECONNRESET, 5]);
    t.ok((await read(fine.far, 10)).equals(Buffer.from(bytes.subarray(0, 10))));

    closed.near.end();
    await once(closed.near, 'finish');
    table.set([closed.descriptor, 0, 5, -1]);
    t.equal(send(1), 1);
    t.equal(row(0)[3], -32, 'EPIPE, and no signal');
    t.throws(() => send(ROWS + 1), TypeError);
    t.throws(() => (send as (rows: unknown) => number)('1'), TypeError);
  });
}

t.test('what does not load is said once, and does without', async (t) => {
  const folder = t.testdir({ 'sender.node': 'no library' });
  for (const [file, reason] of [
    ['nowhere.node', /none is built for/],
    ['sender.node', /./],
  ] as const) {
    const logged: string[] = [];
    const log = pino({ level: 'warn' }, { write: (line: string) => logged.push(line) });
    t.equal(loadNativeSender(log, pathToFileURL(join(folder, file))), null);
    t.equal(logged.length, 1);
    t.match(JSON.parse(logged[0] as string), { level: 40, reason, msg: /^no native sender/ });
  }
});

t.test('what is checked in was built from the source that is', async (t) => {
  const source = createHash('sha256');
  for (const file of readdirSync('native').sort()) source.update(readFileSync(`native/${file}`));
  t.equal(readFileSync('prebuilds/source.sha256', 'utf8').trim(), source.digest('hex'), 'npm run native');
  t.same(
    PREBUILT.filter((target) => !existsSync(fileFor(target))),
    [],
  );
});

/** What three publishers publish in a round is mostly little enough for the native sender. */
const SIZES = [7_000, 100, 8_000, 9_500, 0, 9_000, 7_500];
const LARGE = 65_536;
const PUBLISHERS = ['ann', 'ben', 'eve'];
const ROUNDS = 150;
const WAKING = 110;
const PER_ROUND = 3;
const LAST = ROUNDS * PER_ROUND - 1;
/** More than the buffers of the system take up at both ends. */
const MORE_THAN_FITS = 6_000_000;
const SLOW_MS = 60_000;
const EVENT = /^\{"event":"e","data":"(\w+) (\d+) ([^"]*)","channel":"feed"\}$/;

const sizeOf = (number: number) => (number % 100 === 99 ? LARGE : (SIZES[number % SIZES.length] as number));
const fillers = new Map<string, string>();

/** As long as the number says, and different for each event. */
function fillerOf(publisher: string, number: number): string {
  const key = `${publisher}.${number}.`;
  const known = fillers.get(key) ?? key.repeat(Math.ceil(sizeOf(number) / key.length)).slice(0, sizeOf(number));
  fillers.set(key, known);
  return known;
}

/** Takes whole frames off the wire and looks at each: none of a publisher's may be missing, doubled, moved or changed. */
class Listener {
  readonly socket: RawSocket;
  readonly wrong: string[] = [];
  pongs = 0;
  readonly #next = new Map<string, number>();

  constructor(socket: RawSocket) {
    this.socket = socket;
  }

  get hasAll(): boolean {
    return PUBLISHERS.every((publisher) => this.#next.get(publisher) === LAST + 1);
  }

  /** Until it has heard all, or its socket has come to an end. */
  async listen(): Promise<void> {
    while (!this.hasAll && this.wrong.length === 0) {
      const frame = await this.socket.frame(SLOW_MS).catch((error: Error) => error);
      if (frame instanceof Error) {
        if (!this.socket.hasEnded && !this.socket.isClosed) this.wrong.push(frame.message.slice(0, 200));
        return;
      }
      if (frame.opcode === PONG || frame.payload.equals(PUSHER_PONG)) this.pongs++;
      else if (frame.opcode === TEXT) this.#look(frame.payload.toString('latin1'));
      else if (frame.opcode !== CLOSE) this.wrong.push(`opcode ${frame.opcode}`);
    }
  }

  #look(text: string): void {
    const [, publisher = '', digits, filler] = EVENT.exec(text) ?? [];
    const number = Number(digits);
    const expected = this.#next.get(publisher) ?? number; // the first that it hears may be any
    if (number !== expected) this.wrong.push(`${publisher} ${number} instead of ${expected}`);
    else if (filler !== fillerOf(publisher, number)) this.wrong.push(`${publisher} ${number}: ${text.slice(0, 100)}`);
    this.#next.set(publisher, number + 1);
  }
}

const SUBSCRIBE = wireFrame(TEXT, '{"event":"pusher:subscribe","data":{"channel":"feed"}}');
const PUSHER_PING = wireFrame(TEXT, '{"event":"pusher:ping"}');
const PUSHER_PONG_FRAME = wireFrame(TEXT, '{"event":"pusher:pong"}');
const PUSHER_PONG = Buffer.from('{"event":"pusher:pong"}');

async function joined(t: Test, server: RunningServer): Promise<Listener> {
  const socket = await openRaw(t, server);
  socket.write(SUBSCRIBE);
  if (!(await socket.text()).includes('subscription_succeeded')) throw new Error('not subscribed');
  return new Listener(socket);
}

async function publishRound(server: RunningServer, publisher: string, round: number): Promise<void> {
  const batch = Array.from({ length: PER_ROUND }, (_, n) => {
    const number = round * PER_ROUND + n;
    return { name: 'e', channel: 'feed', data: `${publisher} ${number} ${fillerOf(publisher, number)}` };
  });
  const { status, text } = await call(server, 'POST', `/apps/${server.app.id}/batch_events`, { body: { batch } });
  if (status !== 200) throw new Error(text);
}

const WAYS_TO_LEAVE: ((socket: RawSocket) => void)[] = [
  ({ tcp }) => tcp.resetAndDestroy(),
  ({ tcp }) => tcp.end(), // its side only; it goes on reading
  ({ tcp }) => tcp.destroy(),
  (socket) => socket.write(wireFrame(CLOSE)),
  ({ tcp }) => tcp.pause().end(),
];

for (const native of ['on', 'off']) {
  t.test(`every byte comes, once and in order, with ANTIPHON_NATIVE=${native}`, { timeout: 110_000 }, async (t) => {
    const server = await startServer(t, {
      ANTIPHON_NATIVE: native,
      ANTIPHON_MAX_UNREAD_BYTES: '100000000',
      REVERB_MAX_REQUEST_SIZE: '1000000',
      LOG_LEVEL: 'warn',
    });
    const steady = await Promise.all([joined(t, server), joined(t, server), joined(t, server)]);
    const sleepers = await Promise.all([joined(t, server), joined(t, server), joined(t, server), joined(t, server)]);
    const leavers: Listener[] = [];
    const done = [...steady, ...sleepers].map((each) => each.listen());

    let bytes = 0;
    for (let round = 0; round < ROUNDS; round++) {
      // These run between, before and after each other, as it happens.
      const publishing = PUBLISHERS.map((publisher) => publishRound(server, publisher, round));
      if (round < WAKING)
        for (let n = 0; n < PER_ROUND; n++) bytes += PUBLISHERS.length * sizeOf(round * PER_ROUND + n);
      for (const { socket } of steady) socket.write(PUSHER_PING, wireFrame(PING, 'p'));
      // Who comes gets the descriptor of who has just gone.
      const leaver = leavers[round - 2];
      if (leaver) WAYS_TO_LEAVE[round % WAYS_TO_LEAVE.length]?.(leaver.socket);
      const newcomer = await joined(t, server);
      leavers.push(newcomer);
      done.push(newcomer.listen());
      // They fall asleep in turn, and wake up in turn when more has come than the system keeps for them.
      if (round % 2 === 0) sleepers[round / 2]?.socket.tcp.pause();
      if (round >= WAKING && round % 10 === 0) sleepers[(round - WAKING) / 10]?.socket.tcp.resume();
      await Promise.all(publishing);
    }
    t.ok(bytes > MORE_THAN_FITS, `${bytes} bytes came while they slept`);
    // The last to come may have come too late for the last events of some publisher.
    const staying = [...steady, ...sleepers, ...leavers.splice(-2, 1)];
    for (const { socket } of leavers) socket.tcp.destroy();
    await Promise.all(done);
    t.same(staying.map(({ hasAll }) => hasAll).filter(Boolean).length, staying.length, 'who stays has all');
    t.same(
      [...staying, ...leavers].flatMap(({ wrong }) => wrong),
      [],
    );
    t.same(
      steady.map(({ pongs }) => pongs),
      steady.map(() => 2 * ROUNDS),
      'answers come between events',
    );
    t.same(server.logged, []);
    await server.stop();
  });
}

t.test('bad readers cost what is allowed for them, and the others nothing', { timeout: 110_000 }, async (t) => {
  const SILENT = 300;
  const server = await startServer(t, {
    ANTIPHON_MAX_UNREAD_BYTES: '200000',
    REVERB_MAX_REQUEST_SIZE: '1000000',
    REVERB_APP_PING_INTERVAL: '3',
    LOG_LEVEL: 'warn',
  });
  const connections = async () => (await call(server, 'GET', `/apps/${server.app.id}/connections`)).json.connections;
  const good = await joined(t, server);
  const bad = await Promise.all([joined(t, server), joined(t, server)]);
  const [silent, sipping] = bad.map(({ socket }) => socket.tcp.pause()) as [Socket, Socket];
  const kept = () => {
    collectGarbage();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return heapUsed + arrayBuffers;
  };
  let published = 0;
  const publishSome = async (count: number, bytes: number) => {
    const batch = Array.from({ length: count }, (_, n) => ({
      name: 'e',
      channel: 'feed',
      data: `${published + n} ${'.'.repeat(bytes)}`,
    }));
    const { status, text } = await call(server, 'POST', `/apps/${server.app.id}/batch_events`, { body: { batch } });
    if (status !== 200) throw new Error(text);
    for (const last = published + count; published < last; ) {
      const { payload } = await good.socket.frame();
      const text = payload.toString('latin1');
      if (text === '{"event":"pusher:ping"}') good.socket.write(PUSHER_PONG_FRAME);
      else if (text.includes(`"data":"${published} .`)) published++;
      else throw new Error(`${text.slice(0, 100)} instead of ${published}`);
    }
  };

  // One reads nothing, one a byte now and then. No more at once than a reader may leave unread.
  await publishSome(1, 60_000);
  const before = kept();
  while (server.logged.length < bad.length && published < 2000) {
    await publishSome(3, 60_000);
    sipping.read(1);
    silent.read(0);
  }
  t.match(
    server.logged,
    bad.map(() => ({ level: 40, msg: 'closed a socket that does not read' })),
  );
  t.equal(await connections(), 1);
  t.ok(published * 60_000 < 20_000_000, `before more than ${published * 60_000} bytes could wait for them`);

  // Many vanish without a word, in the middle of large frames.
  const crowd = new Running('test/streams/crowd.mjs', [`${server.port}`, server.app.key, `${SILENT}`], '.', {});
  t.teardown(() => crowd.process.kill('SIGKILL'));
  await crowd.says(/all are here/);
  t.equal(await connections(), 1 + SILENT);
  for (let round = 0; round < 4; round++) await publishSome(1, 10_000);
  crowd.process.kill('SIGSTOP');
  for (let round = 0; round < 10; round++) await publishSome(1, 10_000);
  const deadline = Date.now() + SLOW_MS;
  while ((await connections()) > 1 && Date.now() < deadline) await publishSome(1, 10);
  t.equal(await connections(), 1, 'they are not waited for');
  const left = kept() - before;
  t.ok(left < 30_000_000, `${left} bytes more than before`);
  t.equal(server.logged.length, bad.length);
});
