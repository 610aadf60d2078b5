import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Test } from 'tap';
import type { Environment } from '../../server/config.ts';
import { folderFor, UNHURRIED } from '../kit/desk.ts';
import { freePort } from '../kit/free-port.ts';
import { commandLine, type Running } from '../kit/process.ts';

export const APP = { appId: '1', key: 'faults-key', secret: randomUUID() };

/** A real process of ours that can be killed, stopped and started again on its port. */
export class FaultyNode {
  readonly base: string;
  readonly #start: () => Running;
  #running: Running | null = null;

  constructor(port: number, start: () => Running) {
    this.base = `http://127.0.0.1:${port}`;
    this.#start = start;
  }

  /** Resolves when it takes connections. */
  async start(): Promise<void> {
    this.#running = this.#start();
    await this.#running.says(/(Starting server)/);
  }

  /** Process ids of its workers, where it has any. */
  get workers(): number[] {
    const pid = this.#running?.process.pid;
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
  }

  async kill(): Promise<void> {
    this.#running?.process.kill('SIGKILL');
    await this.#running?.exited;
  }

  /** Its event loop stands still, its connections stay open. */
  pause(): void {
    this.#running?.process.kill('SIGSTOP');
  }

  resume(): void {
    this.#running?.process.kill('SIGCONT');
  }
}

export type StartNode = (env: Environment) => Promise<FaultyNode>;

/** Starts processes of one site: same apps, same files. */
export function siteOf(t: Test): StartNode {
  const { run } = commandLine(t);
  const storage = folderFor(t);
  const common = {
    ...UNHURRIED,
    REVERB_APP_ID: APP.appId,
    REVERB_APP_KEY: APP.key,
    REVERB_APP_SECRET: APP.secret,
    REVERB_SERVER_HOST: '127.0.0.1',
    REVERB_SCALING_CHANNEL: `test-${randomUUID()}`,
    STORAGE_PATH: storage,
    ANTIPHON_DEMO: 'off',
    ANTIPHON_DRAIN_SECONDS: '0',
    LOG_LEVEL: 'error',
  };
  return async (env) => {
    const port = await freePort();
    const folder = folderFor(t);
    const node = new FaultyNode(port, () =>
      run(['start'], folder, { ...common, REVERB_SERVER_PORT: String(port), ...env }),
    );
    await node.start();
    return node;
  };
}
