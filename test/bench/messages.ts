// The desk's messages end to end, on SQLite and on MariaDB, in turn: POST → row → frame on the other side.
//   npm run bench:messages [-- --seconds 5] [--server dist/server/main.js]
// MariaDB at TEST_MYSQL_URL (mysql://root@127.0.0.1:3306 when unset) is left out when it does not answer. Linux only.
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import mysql from 'mysql2/promise';
import { WebSocket } from 'ws';
import { APP, type MeasuredServer, startAntiphon } from './measured-server.ts';

const { values: flags } = parseArgs({
  options: {
    seconds: { type: 'string', default: '5' },
    server: { type: 'string', default: fileURLToPath(new URL('../../dist/server/main.js', import.meta.url)) },
  },
});
const CONVERSATIONS = 8;
const ROUNDS = 3;
const NO_LIMITS = { CHAT_SENDS_PER_MINUTE: '0', CHAT_ACCOUNTS_PER_MINUTE: '0', CHAT_ROOMS_PER_HOUR: '0' };
const mysqlUrl = new URL(process.env.TEST_MYSQL_URL ?? 'mysql://root@127.0.0.1:3306');

interface Measured {
  perSecond: number;
  perCpuSecond: number;
  p50: number;
  p99: number;
}

/** A customer, and a socket on the other side of the conversation. */
class Conversation {
  readonly #base: string;
  readonly #token: string;
  readonly #room: number;
  readonly #socket: WebSocket;
  #heard: (text: string) => void = () => {};

  private constructor(base: string, token: string, room: number, socket: WebSocket) {
    this.#base = base;
    this.#token = token;
    this.#room = room;
    this.#socket = socket;
    socket.on('message', (data) => this.#heard(String(data)));
  }

  static async begin(server: MeasuredServer, number: number): Promise<Conversation> {
    const base = `http://127.0.0.1:${server.port}/api`;
    const person = {
      name: `Customer ${number}`,
      email: `${randomBytes(6).toString('hex')}@example.com`,
      password: 'long enough',
    };
    const { token } = await json(`${base}/auth/register`, '', person);
    const { room } = await json(`${base}/chat/room`, token);
    const socket = new WebSocket(`ws://127.0.0.1:${server.port}/app/${APP.key}`);
    await new Promise((resolve) => socket.once('message', resolve));
    socket.send(JSON.stringify({ event: 'pusher:subscribe', data: { channel: `chat.${room.id}` } }));
    await new Promise((resolve) => socket.once('message', resolve));
    return new Conversation(base, token, room.id, socket);
  }

  /** @returns milliseconds from the POST until the other side has it */
  async say(text: string): Promise<number> {
    const began = performance.now();
    const arrived = new Promise<number>((resolve) => {
      this.#heard = (frame) => {
        if (frame.includes(text)) resolve(performance.now() - began);
      };
    });
    // Somebody is left out, as by a page that sends its socket's id: else the announcement waits for the page to append.
    await json(
      `${this.#base}/chat/room/${this.#room}/messages`,
      this.#token,
      { message: text },
      { 'x-socket-id': '1.1' },
    );
    return arrived;
  }

  end(): void {
    this.#socket.terminate();
  }
}

// biome-ignore lint/suspicious/noExplicitAny: answers of several routes
async function json(url: string, token: string, body?: object, headers: Record<string, string> = {}): Promise<any> {
  const response = await fetch(url, {
    method: body ? 'POST' : 'GET',
    headers: { ...headers, 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
    ...(body ? { body: JSON.stringify(body) } : {}),
    signal: AbortSignal.timeout(10_000),
  });
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
  return response.json();
}

async function measure(databaseUrl: string): Promise<Measured> {
  const server = await startAntiphon(flags.server, { ...NO_LIMITS, DATABASE_URL: databaseUrl });
  try {
    const conversations = await Promise.all(
      Array.from({ length: CONVERSATIONS }, (_, n) => Conversation.begin(server, n)),
    );
    await Promise.all(conversations.map((conversation) => conversation.say('warm up')));
    const cpuBefore = server.cpuSeconds();
    const began = performance.now();
    const end = began + Number(flags.seconds) * 1000;
    const latencies: number[] = [];
    await Promise.all(
      conversations.map(async (conversation) => {
        for (let n = 0; performance.now() < end; n += 1) latencies.push(await conversation.say(`message ${n}.`));
      }),
    );
    const seconds = (performance.now() - began) / 1000;
    const cpu = server.cpuSeconds() - cpuBefore;
    for (const conversation of conversations) conversation.end();
    latencies.sort((a, b) => a - b);
    const at = (share: number) => latencies[Math.floor(latencies.length * share)] ?? Number.NaN;
    return { perSecond: latencies.length / seconds, perCpuSecond: latencies.length / cpu, p50: at(0.5), p99: at(0.99) };
  } finally {
    await server.stop();
  }
}

async function onSqlite(): Promise<Measured> {
  const folder = mkdtempSync(join(tmpdir(), 'antiphon-bench-'));
  try {
    return await measure(`sqlite:${join(folder, 'desk.sqlite')}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function onMariaDb(): Promise<Measured> {
  const name = `antiphon_bench_${randomBytes(6).toString('hex')}`;
  const connection = await mysql.createConnection({ uri: mysqlUrl.href, connectTimeout: 2000 });
  try {
    await connection.query(`CREATE DATABASE ${name} CHARACTER SET utf8mb4`);
    return await measure(new URL(`/${name}`, mysqlUrl).href);
  } finally {
    await connection.query(`DROP DATABASE IF EXISTS ${name}`);
    await connection.end();
  }
}

function print(name: string, rounds: Measured[]): void {
  const middle = (of: (round: Measured) => number) =>
    rounds.map(of).sort((a, b) => a - b)[rounds.length >> 1] ?? Number.NaN;
  const figures = [middle((each) => each.perSecond).toFixed(0), middle((each) => each.perCpuSecond).toFixed(0)];
  const times = [middle((each) => each.p50).toFixed(1), middle((each) => each.p99).toFixed(1)];
  console.log(`${name.padEnd(10)}${[...figures, ...times].map((figure) => figure.padStart(14)).join('')}`);
}

const hasMariaDb = await mysql
  .createConnection({ uri: mysqlUrl.href, connectTimeout: 2000 })
  .then((connection) => connection.end())
  .then(
    () => true,
    () => false,
  );
const sqlite: Measured[] = [];
const mariaDb: Measured[] = [];
for (let round = 0; round < ROUNDS; round += 1) {
  sqlite.push(await onSqlite());
  if (hasMariaDb) mariaDb.push(await onMariaDb());
}
console.log(`${CONVERSATIONS} conversations, each message sent when the last was heard; medians of ${ROUNDS} rounds`);
console.log(
  `${''.padEnd(10)}${['per second', 'per CPU-s', 'p50 ms', 'p99 ms'].map((head) => head.padStart(14)).join('')}`,
);
print('SQLite', sqlite);
if (hasMariaDb) print('MariaDB', mariaDb);
else console.log('MariaDB   left out: no server answers');
