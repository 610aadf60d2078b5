import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { get } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { needsRedis, startRedis } from '../cluster/redis-server.ts';
import { call, publish } from '../kit/api.ts';
import { pusherClient, subscribed } from '../kit/clients.ts';
import { ask, UNHURRIED, visit } from '../kit/desk.ts';
import { eventually } from '../kit/ear.ts';
import { freePort } from '../kit/free-port.ts';
import { seenFromOutside } from '../kit/outside.ts';
import { commandLine, type Running } from '../kit/process.ts';
import type { RunningServer } from '../kit/server.ts';
import { connect, subscribe, type TestSocket } from '../kit/socket.ts';

const { run, finish } = commandLine(t);
const KNOWN = {
  REVERB_APP_ID: '1',
  REVERB_APP_KEY: 'the-key',
  REVERB_APP_SECRET: 'the-secret',
  REVERB_SERVER_HOST: '127.0.0.1',
  ANTIPHON_DRAIN_SECONDS: '0',
  CHAT_ENABLED: 'off',
};
const DEADLINE_MS = 30_000;
const ROOM = 'presence-room';

interface RunningCrew extends RunningServer {
  primary: Running;
  folder: string;
  env: Record<string, string>;
  /** What it keeps in the folder for temporary files. */
  kept(): string[];
  /** Process ids of the workers. */
  workers(): number[];
}

async function startCrew(t: Test, size: number, given = {}): Promise<RunningCrew> {
  const folder = t.testdir({});
  // A path of a Unix socket must be short.
  const temporary = mkdtempSync(join(tmpdir(), 'crew-'));
  t.teardown(() => rmSync(temporary, { recursive: true, force: true }));
  const env = { ...KNOWN, TMPDIR: temporary, ...given };
  const primary = run(['start', '--port', '0', '--workers', String(size)], folder, env);
  const port = Number(await primary.says(/Starting server on 127\.0\.0\.1:(\d+)/));
  await primary.says(new RegExp(`${size} workers share the port`));
  const workers = () => {
    const { pid } = primary.process;
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
  };
  return { ...seenFromOutside(port, env), primary, folder, env, workers, kept: () => readdirSync(temporary) };
}

/** The port is given to the workers in turn: so many members, one after the other, are on all of them. */
async function members(t: Test, crew: RunningCrew, count: number): Promise<TestSocket[]> {
  const sockets: TestSocket[] = [];
  for (let id = 1; id <= count; id += 1) {
    const socket = await connect(t, crew);
    await subscribe(crew, socket, ROOM, { user_id: id });
    sockets.push(socket);
  }
  return sockets;
}

async function idsIn(crew: RunningCrew): Promise<number[]> {
  const { json } = await call(crew, 'GET', `/apps/1/channels/${ROOM}/users`);
  return (json.users ?? []).map(({ id }: { id: number }) => id).sort((a: number, b: number) => a - b);
}

/** Whichever worker is asked. */
async function allKnow(crew: RunningCrew, ids: number[]): Promise<void> {
  const wanted = JSON.stringify(ids);
  await eventually(
    `members ${wanted}`,
    async () => {
      const answers = [await idsIn(crew), await idsIn(crew), await idsIn(crew), await idsIn(crew)];
      return answers.every((answer) => JSON.stringify(answer) === wanted);
    },
    DEADLINE_MS,
  );
}

t.test('workers share a port as if they were one', async (t) => {
  const metricsPort = await freePort();
  const crew = await startCrew(t, 3, { ANTIPHON_METRICS_PORT: String(metricsPort) });
  t.equal(crew.workers().length, 3);
  t.equal(crew.primary.stdout.match(/Starting server/g)?.length, 1, 'it greets once');
  const sockets = await members(t, crew, 6);
  await allKnow(crew, [1, 2, 3, 4, 5, 6]);

  await t.test('each tells Prometheus of its own', async (t) => {
    const counts = await Promise.all(
      [0, 1, 2].map(async (seat) => {
        const answer = await fetch(`http://127.0.0.1:${metricsPort + seat}/metrics`);
        return Number(/^antiphon_sockets\{app="1"\} (\d+)$/m.exec(await answer.text())?.[1]);
      }),
    );
    t.same(counts, [2, 2, 2]);
  });

  await t.test('what is published on one reaches all, except the socket it came from', async (t) => {
    const [sender, ...others] = sockets as [TestSocket, ...TestSocket[]];
    await publish(crew, { name: 'shipped', channel: ROOM, data: '{"id":1}', socket_id: sender.socketId });
    for (const socket of others) t.match(await socket.nextEvent('shipped', DEADLINE_MS), { data: '{"id":1}' });
    t.notMatch(await sender.drained(), [/shipped/]);
  });

  for (const transport of ['xhr_polling', 'xhr_streaming'] as const) {
    await t.test(`pusher-js over ${transport}, whose requests reach any of them`, async (t) => {
      const where = { httpHost: '127.0.0.1', httpPort: crew.port, enabledTransports: [transport] };
      for (let count = 0; count < 4; count += 1) {
        const [, ear] = await subscribed(pusherClient(t, crew, where), `orders-${count}`);
        for (const id of [1, 2, 3]) {
          await publish(crew, { name: 'shipped', channel: `orders-${count}`, data: JSON.stringify({ id }) });
          t.same(await ear.next('shipped', DEADLINE_MS), { id });
        }
        t.notOk(ear.names.includes('pusher:subscription_succeeded'), 'it did not have to begin anew');
      }
    });
  }

  await t.test('one is killed: its members leave, another takes its seat, the others notice nothing', async (t) => {
    const before = crew.workers();
    process.kill(before[0] as number, 'SIGKILL');
    const isGone = ({ closed }: TestSocket) => closed !== null;
    await eventually('closed sockets', () => sockets.some(isGone), DEADLINE_MS);
    const kept = sockets.flatMap((socket, index) => (isGone(socket) ? [] : [index + 1]));
    t.equal(kept.length, 4, 'two of six were on it');
    await allKnow(crew, kept);
    const [left] = sockets.filter((socket) => !isGone(socket)) as [TestSocket];
    const removed = [
      await left.nextEvent('pusher_internal:member_removed'),
      await left.nextEvent('pusher_internal:member_removed'),
    ];
    t.equal(new Set(removed.map(({ data }) => data)).size, 2);
    await eventually('a successor', () => seatsTaken(crew) === 4, DEADLINE_MS);
    t.equal(crew.workers().length, 3);
    await members(t, crew, 3);
    t.equal(sockets.filter(isGone).length, 2);
  });

  await t.test('a restart replaces them one by one while the port stays open', async (t) => {
    const before = crew.workers();
    let isOver = false;
    const knocks: (number | string)[] = [];
    const knocking = (async () => {
      while (!isOver) knocks.push(await statusOf(`${crew.httpUrl}/up`));
    })();
    const { code } = await finish(['restart', '--port', String(crew.port)], crew.folder, crew.env);
    t.equal(code, 0);
    await eventually('others', () => crew.workers().every((pid) => !before.includes(pid)), 60_000);
    isOver = true;
    await knocking;
    t.same([...new Set(knocks)], [200], `${knocks.length} requests`);
    for (const { closed } of sockets) t.match(closed?.code, /4100|1006/);
    t.equal(crew.primary.process.exitCode, null, 'the primary is the same');
  });

  await t.test('SIGTERM to the primary: all let go of everybody, and nothing is left', async (t) => {
    const [socket] = (await members(t, crew, 3)) as [TestSocket];
    crew.primary.process.kill('SIGTERM');
    t.match(await socket.untilClosed(DEADLINE_MS), { code: 4100 });
    t.equal(await crew.primary.exited, 0);
    t.same(crew.kept(), []);
    t.equal(crew.primary.stdout.match(/Gracefully terminating/g)?.length, 1);
  });
});

/** How often one was, since the start. */
function seatsTaken({ primary }: RunningCrew): number {
  return primary.stderr.match(/took its seat/g)?.length ?? 0;
}

/** Of an answer on a connection of its own; the error's code when the port is closed. */
function statusOf(url: string): Promise<number | string> {
  return new Promise((resolve) => {
    get(url, { agent: false }, (answer) => resolve(answer.resume().statusCode ?? 0)).on(
      'error',
      (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message),
    );
  });
}

t.test('the desk of several workers', async (t) => {
  const desk = await startCrew(t, 2, {
    ...UNHURRIED,
    CHAT_ENABLED: 'on',
    ANTIPHON_DEMO: 'off',
    DATABASE_URL: 'sqlite:desk.db',
  });
  const on = (method: string, path: string, asking = {}) => ask(desk.httpUrl, method, path, asking);

  await t.test('one link makes the first admin, whichever worker is asked', async (t) => {
    const links = Array.from(desk.primary.stdout.matchAll(/\/set-up#(\S+)/g), ([, token]) => token);
    t.equal(links.length, 1);
    const form = { token: links[0], name: 'Ann', email: 'ann@example.com', password: 'correct horse' };
    // Sequentially, each on a connection of its own: both workers are asked.
    const answers = [];
    for (const _ of [1, 2, 3]) {
      answers.push((await on('POST', '/api/auth/set-up', { body: form, headers: { connection: 'close' } })).status);
    }
    t.same(
      answers.map((status) => Math.floor(status / 100)),
      [2, 4, 4],
    );
  });

  await t.test('messages written through both at once are all there, in one order without gaps', async (t) => {
    const visitor = await visit({ ask: on });
    const room = (await on('GET', '/api/chat/room', { as: visitor })).json.room.id;
    const messages = `/api/chat/room/${room}/messages`;
    const sockets = [await connect(t, desk), await connect(t, desk)];
    for (const socket of sockets) await subscribe(desk, socket, `chat.${room}`);
    const sent = Array.from({ length: 20 }, (_, n) =>
      on('POST', messages, { as: visitor, body: { message: `text ${n}` } }),
    );
    t.same([...new Set((await Promise.all(sent)).map(({ status }) => status))], [201]);
    const { json } = await on('GET', `${messages}?after_seq=0&limit=100`, { as: visitor });
    t.same(
      json.data.map(({ seq }: { seq: number }) => seq),
      Array.from({ length: 20 }, (_, index) => index + 1),
    );
    for (const socket of sockets) {
      const heard = new Set<string>();
      while (heard.size < 20) heard.add((await socket.nextEvent('message.sent', DEADLINE_MS)).data as string);
      t.pass('a socket of either worker hears each');
    }
  });
});

t.test('with Redis too, a worker that is killed is gone at once for all nodes', needsRedis, async (t) => {
  const redis = await startRedis(t);
  const crew = await startCrew(t, 2, { REVERB_SCALING_ENABLED: 'true', REDIS_PORT: String(redis.port) });
  const sockets = await members(t, crew, 4);
  await allKnow(crew, [1, 2, 3, 4]);
  process.kill(crew.workers()[0] as number, 'SIGKILL');
  await eventually('closed sockets', () => sockets.filter(({ closed }) => closed !== null).length === 2, DEADLINE_MS);
  const kept = sockets.flatMap(({ closed }, index) => (closed ? [] : [index + 1]));
  await allKnow(crew, kept);
  t.equal(kept.length, 2);
  t.notMatch(crew.primary.stderr, /fell silent/, 'nobody had to wait for its silence');
});

t.test('what cannot work is said, and nothing runs on', async (t) => {
  const folder = t.testdir({});
  const inMemory = { ...KNOWN, CHAT_ENABLED: 'on', DATABASE_URL: 'sqlite::memory:' };
  const memory = await finish(['start', '--workers', '2', '--port', '0'], folder, inMemory);
  t.match(memory, { code: 1, stderr: /ANTIPHON_WORKERS must not be set with a database in memory/ });

  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  t.teardown(() => other.close());
  const { port } = other.address() as AddressInfo;
  const taken = await finish(['start', '--workers', '2', '--port', String(port)], folder, KNOWN);
  t.match(taken, { code: 1, stderr: /Cannot listen on .*something else listens there already/ });
});
