import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { WebSocket } from 'ws';
import type { Environment } from '../../server/config.ts';
import { ask, visit } from '../kit/desk.ts';

/** A node and its supervisor, which starts it anew whenever it ends. */
export class SupervisedNode {
  readonly port: number;
  /** `starting`, `open` and `restarting`, of all nodes in one list, in order. */
  readonly diary: string[];
  readonly #start: () => ChildProcess;
  #process: ChildProcess;
  #isWanted = true;
  said = '';

  constructor(file: string, port: number, folder: string, env: Environment, diary: string[]) {
    this.port = port;
    this.diary = diary;
    const options: SpawnOptions = {
      cwd: folder,
      env: { ...env, PATH: process.env.PATH },
      stdio: ['ignore', 'pipe', 'pipe'],
    };
    this.#start = () => spawn(process.execPath, [file, 'start', '--port', String(port)], options);
    this.#process = this.#supervise();
  }

  async stop(): Promise<void> {
    this.#isWanted = false;
    const exited = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await exited;
  }

  #supervise(): ChildProcess {
    const child = this.#start();
    child.stdout?.on('data', (chunk) => {
      const text = String(chunk);
      this.said += text;

      if (text.includes('Starting server')) this.diary.push(`${this.port} open`);
      if (text.includes('Restarting.')) this.diary.push(`${this.port} restarting`);
    });
    child.stderr?.on('data', (chunk) => {
      this.said += chunk;
    });
    child.on('exit', () => {
      if (this.#isWanted) this.#process = this.#supervise();
    });
    return child;
  }
}

/** What pusher-js waits after a close code of 4100 to 4199. */
const RETURN_MS = 1000;

/**
 * A visitor's page, as often as one likes, behind something that gives each connection to any node that takes it: back
 * again, it asks for what it missed.
 */
export class Readers {
  readonly #ports: readonly number[];
  readonly #key: string;
  readonly #token: string;
  readonly room: number;
  /** What each has, by `seq`. */
  readonly seen: Set<number>[] = [];
  /** When somebody connected again, in milliseconds. */
  readonly returns: number[] = [];
  /** When somebody was sent away. */
  readonly departures: number[] = [];
  readonly codes = new Map<number, number>();
  readonly #sockets = new Map<number, WebSocket>();
  #isOver = false;
  connected = 0;

  constructor(ports: readonly number[], key: string, visitor: { token: string; room: number }) {
    this.#ports = ports;
    this.#key = key;
    this.#token = visitor.token;
    this.room = visitor.room;
  }

  static async visit(ports: readonly number[], key: string): Promise<Readers> {
    const on = (method: string, path: string, asking = {}) => ask(`http://127.0.0.1:${ports[0]}`, method, path, asking);
    const visitor = await visit({ ask: on });
    const { json } = await on('GET', '/api/chat/room', { as: visitor });
    return new Readers(ports, key, { token: visitor.token, room: json.room.id });
  }

  /** Brings in so many, a few at a time. */
  async arrive(count: number): Promise<void> {
    for (let reader = 0; reader < count; reader += 1) {
      this.seen.push(new Set());
      this.#connect(reader, false);
      if (reader % 50 === 49) await this.until(() => this.connected > reader - 25);
    }
    await this.until(() => this.connected === count);
  }

  /** Sends until it is taken, as the visitor's outbox does. */
  async write(text: string): Promise<number> {
    const body = JSON.stringify({ message: text, client_id: text });
    for (let attempt = 0; ; attempt += 1) {
      const answer = await this.#ask('POST', '', attempt, body);
      if (answer) return answer.seq;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async until(look: () => boolean, deadlineMs = 120_000): Promise<void> {
    const deadline = Date.now() + deadlineMs;
    while (!look()) {
      if (Date.now() > deadline) throw new Error(`not in time; ${this.connected} of ${this.seen.length} are connected`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  leave(): void {
    this.#isOver = true;
    for (const socket of this.#sockets.values()) socket.terminate();
  }

  #connect(reader: number, isBack: boolean, attempt = 0): void {
    if (this.#isOver) return;
    const port = this.#ports[(reader + attempt) % this.#ports.length];
    const socket = new WebSocket(`ws://127.0.0.1:${port}/app/${this.#key}?protocol=7`, { perMessageDeflate: false });
    this.#sockets.set(reader, socket);
    let isOpen = false;
    socket.on('error', () => {});
    socket.on('open', () => {
      isOpen = true;
      this.connected += 1;
      if (isBack) this.returns.push(performance.now());
      socket.send(JSON.stringify({ event: 'pusher:subscribe', data: { channel: `chat.${this.room}` } }));
    });
    socket.on('message', (text) => {
      const { event, data } = JSON.parse(String(text));
      if (event === 'pusher_internal:subscription_succeeded') void this.#catchUp(reader);
      if (event === 'message.sent') this.seen[reader]?.add(JSON.parse(data).seq ?? JSON.parse(data).message.seq);
    });
    socket.on('close', (code) => {
      if (isOpen) {
        this.connected -= 1;
        this.departures.push(performance.now());
        this.codes.set(code, (this.codes.get(code) ?? 0) + 1);
      }
      // Whoever finds a port closed is given to the next, as a proxy does.
      if (isOpen) setTimeout(() => this.#connect(reader, true), RETURN_MS);
      else setTimeout(() => this.#connect(reader, isBack, attempt + 1), 20);
    });
  }

  async #catchUp(reader: number): Promise<void> {
    const seen = this.seen[reader] as Set<number>;
    for (let attempt = 0; !this.#isOver; attempt += 1) {
      const answer = await this.#ask('GET', `?after_seq=${gaplessUpTo(seen)}&limit=200`, reader + attempt);
      if (!answer) continue;
      for (const { seq } of answer.data) seen.add(seq);
      if (!answer.meta.has_more) return;
    }
  }

  // biome-ignore lint/suspicious/noExplicitAny: answers of several shapes
  async #ask(method: string, query: string, attempt: number, body?: string): Promise<any> {
    const port = this.#ports[attempt % this.#ports.length];
    const headers = {
      authorization: `Bearer ${this.#token}`,
      'content-type': 'application/json',
      accept: 'application/json',
    };
    try {
      const path = `/api/chat/room/${this.room}/messages${query}`;
      const signal = AbortSignal.timeout(30_000);
      const response = await fetch(`http://127.0.0.1:${port}${path}`, {
        method,
        headers,
        signal,
        ...(body ? { body } : {}),
      });
      return response.ok ? await response.json() : null;
    } catch {
      return null;
    }
  }
}

function gaplessUpTo(seen: ReadonlySet<number>): number {
  let last = 0;
  while (seen.has(last + 1)) last += 1;
  return last;
}

/** The most that came within any one second. */
export function peakPerSecond(times: readonly number[]): number {
  const sorted = [...times].sort((a, b) => a - b);
  let first = 0;
  let peak = 0;
  for (const [index, time] of sorted.entries()) {
    while ((sorted[first] as number) <= time - 1000) first += 1;
    peak = Math.max(peak, index - first + 1);
  }
  return peak;
}
