import type { ChildProcess } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { compileC } from './c-program.ts';
import { startOnCore } from './pinning.ts';

export const APP = { id: '1', key: 'bench-key', secret: 'bench-secret' };

const { scripts } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
const START_OPTIONS: string[] = /node ((?:--\S+ )*)dist\//.exec(scripts.start)?.[1]?.trim().split(' ') ?? [];

const CLOCK_TICKS_PER_SECOND = 100; // of /proc/<pid>/stat, whatever the kernel's own tick
const PAGE_BYTES = 4096;
const START_DEADLINE_MS = 30_000;

/** A server in a process of its own, whose CPU time and memory are read from outside. */
export class MeasuredServer {
  name: string;
  readonly port: number;
  readonly #child: ChildProcess;
  readonly #said: () => string;

  constructor(name: string, port: number, child: ChildProcess, said: () => string) {
    this.name = name;
    this.port = port;
    this.#child = child;
    this.#said = said;
  }

  /** All it wrote so far, on both streams. */
  get said(): string {
    return this.#said();
  }

  /** User and system time so far: to the nanosecond where the kernel tells of its threads, else in ticks. */
  cpuSeconds(): number {
    const tasks = `/proc/${this.#child.pid}/task`;
    if (!existsSync(`${tasks}/${this.#child.pid}/schedstat`)) return this.#cpuTicks() / CLOCK_TICKS_PER_SECOND;
    const nanoseconds = readdirSync(tasks).map((task) => Number(textOf(`${tasks}/${task}/schedstat`).split(' ')[0]));
    return nanoseconds.reduce((sum, each) => sum + each, 0) / 1e9;
  }

  #cpuTicks(): number {
    const stat = readFileSync(`/proc/${this.#child.pid}/stat`, 'utf8');
    // The second field may hold blanks: counting starts behind its parenthesis.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return Number(fields[11]) + Number(fields[12]);
  }

  rssBytes(): number {
    return Number(readFileSync(`/proc/${this.#child.pid}/statm`, 'utf8').split(' ')[1]) * PAGE_BYTES;
  }

  /** Whether it has this file mapped, as it has a native addon that it loaded. */
  hasMapped(file: string): boolean {
    return readFileSync(`/proc/${this.#child.pid}/maps`, 'utf8').includes(`/${file}\n`);
  }

  async stop(): Promise<void> {
    const gone = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.kill('SIGKILL');
    await gone;
  }
}

/** Empty where the thread has just gone. */
function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '0';
  }
}

/** Our server as `npm start` starts it: built, with its log on and the desk beside it. `env`: further settings. */
export function startAntiphon(
  entry: string,
  env: Record<string, string> = {},
  nodeOptions: readonly string[] = [],
): Promise<MeasuredServer> {
  return start('antiphon', process.execPath, [...START_OPTIONS, ...nodeOptions, entry], {
    REVERB_APP_ID: APP.id,
    REVERB_APP_KEY: APP.key,
    REVERB_APP_SECRET: APP.secret,
    REVERB_SERVER_HOST: '127.0.0.1',
    REVERB_SERVER_PORT: '0',
    // Nothing may be sent but what is measured.
    REVERB_APP_PING_INTERVAL: '3600',
    DATABASE_URL: 'sqlite::memory:',
    ANTIPHON_METRICS_PORT: '0',
    ...env,
  });
}

export function startPlainWs(): Promise<MeasuredServer> {
  return startReference('ws loop', 'plain-ws.mjs');
}

export function startPlainFastify(): Promise<MeasuredServer> {
  return startReference('fastify', 'plain-fastify.mjs');
}

export function startBareHttp(): Promise<MeasuredServer> {
  return startReference('bare http', 'bare-http.mjs', APP.secret);
}

export function startSendLoop(): Promise<MeasuredServer> {
  return start('C send()', compileC('send-loop'), [APP.secret]);
}

/** The same, with the events of one turn joined. */
export function startJoinedSendLoop(): Promise<MeasuredServer> {
  return start('C joined', compileC('send-loop'), [APP.secret, '--joined']);
}

/** The same, sent by io_uring. null where the kernel lacks it. */
export function startRingLoop(): Promise<MeasuredServer | null> {
  return start('C io_uring', compileC('send-loop'), [APP.secret, '--ring']).catch((error: Error) => {
    if (error.message.includes('said: io_uring')) return null;
    throw error;
  });
}

function startReference(name: string, file: string, ...args: string[]): Promise<MeasuredServer> {
  const entry = fileURLToPath(new URL(`reference/${file}`, import.meta.url));
  return start(name, process.execPath, [entry, ...args]);
}

function start(
  name: string,
  program: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<MeasuredServer> {
  const child = startOnCore(0, program, args, {
    env: { PATH: process.env.PATH, NODE_ENV: 'production', ...env },
    cwd: tmpdir(), // where there is no .env
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return new Promise((resolve, reject) => {
    let said = '';
    let printed = '';
    const fail = (why: string) => reject(new Error(`${name} ${why}; it said: ${said}`));
    const timer = setTimeout(() => fail('did not start in time'), START_DEADLINE_MS);
    child.once('exit', (code) => fail(`ended with ${code}`));
    child.stderr?.on('data', (chunk) => {
      said += chunk;
    });
    child.stdout?.on('data', (chunk) => {
      said += chunk;
      printed += chunk;
      const port = /127\.0\.0\.1:(\d+)/.exec(printed)?.[1];
      if (port === undefined) return;
      clearTimeout(timer);
      resolve(new MeasuredServer(name, Number(port), child, () => said));
    });
  });
}
