import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';

export const APP = { id: '1', key: 'bench-key', secret: 'bench-secret' };
export const CHANNEL = 'bench';

const CLOCK_TICKS_PER_SECOND = 100; // of /proc/<pid>/stat, whatever the kernel's own tick
const PAGE_BYTES = 4096;
const START_DEADLINE_MS = 15_000;

/** A server in a process of its own, whose CPU time and memory are read from outside. */
export class MeasuredServer {
  readonly name: string;
  readonly port: number;
  readonly #child: ChildProcess;

  constructor(name: string, port: number, child: ChildProcess) {
    this.name = name;
    this.port = port;
    this.#child = child;
  }

  /** User and system time so far. */
  cpuSeconds(): number {
    const stat = readFileSync(`/proc/${this.#child.pid}/stat`, 'utf8');
    // The second field may hold blanks: counting starts behind its parenthesis.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) / CLOCK_TICKS_PER_SECOND;
  }

  rssBytes(): number {
    return Number(readFileSync(`/proc/${this.#child.pid}/statm`, 'utf8').split(' ')[1]) * PAGE_BYTES;
  }

  async stop(): Promise<void> {
    const gone = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.kill('SIGKILL');
    await gone;
  }
}

/** Our server as it is deployed: built, with its log on and the desk beside it. `env`: further settings. */
export function startAntiphon(entry: string, env: Record<string, string> = {}): Promise<MeasuredServer> {
  return start('antiphon', entry, {
    REVERB_APP_ID: APP.id,
    REVERB_APP_KEY: APP.key,
    REVERB_APP_SECRET: APP.secret,
    REVERB_SERVER_HOST: '127.0.0.1',
    REVERB_SERVER_PORT: '0',
    // Deliveries are counted in bytes: nothing else may be sent.
    REVERB_APP_PING_INTERVAL: '3600',
    DATABASE_URL: 'sqlite::memory:',
    ...env,
  });
}

export function startPlainWs(): Promise<MeasuredServer> {
  return start('ws loop', fileURLToPath(new URL('plain-ws.mjs', import.meta.url)), {});
}

function start(name: string, entry: string, env: Record<string, string>): Promise<MeasuredServer> {
  const child = spawn(process.execPath, [entry], {
    env: { PATH: process.env.PATH, NODE_ENV: 'production', ...env },
    cwd: tmpdir(), // where there is no .env
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  process.once('exit', () => child.kill('SIGKILL'));
  return new Promise((resolve, reject) => {
    let said = '';
    const fail = (why: string) => reject(new Error(`${name} ${why}; it said: ${said}`));
    const timer = setTimeout(() => fail('did not start in time'), START_DEADLINE_MS);
    child.once('exit', (code) => fail(`ended with ${code}`));
    child.stderr.on('data', (chunk) => {
      said += chunk;
    });
    child.stdout.on('data', (chunk) => {
      said += chunk;
      const port = /127\.0\.0\.1:(\d+)/.exec(said)?.[1];
      if (port === undefined) return;
      clearTimeout(timer);
      resolve(new MeasuredServer(name, Number(port), child));
    });
  });
}
