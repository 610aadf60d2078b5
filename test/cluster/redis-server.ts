import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createClient } from '@redis/client';
import type { Test } from 'tap';
import type { RedisClusterConfig } from '../../server/cluster/redis.ts';
import { freePort } from '../kit/free-port.ts';

const isInstalled = spawnSync('redis-server', ['--version']).status === 0;

/** Options of a test that needs Redis. Where everything must run, its absence is a failure and not a skip. */
export const needsRedis =
  isInstalled || process.env.REQUIRE_ALL === '1' ? {} : { skip: 'redis-server is not installed' };

const UP_WITHIN_MS = 20_000;

/** A real Redis of the test's own, so that it may be killed and stopped. It keeps nothing. */
export class RedisServer {
  readonly port: number;
  readonly #arguments: string[];
  #process: ChildProcess | null = null;

  /** `wholeArguments`: all there is to say, instead. */
  constructor(port: number, extraArguments: string[], wholeArguments?: string[]) {
    this.port = port;
    const ordinary = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', ...extraArguments];
    this.#arguments = wholeArguments ?? ordinary;
  }

  /** Resolves when it takes connections. */
  async start(): Promise<void> {
    const process = spawn('redis-server', this.#arguments, { stdio: ['ignore', 'pipe', 'inherit'] });
    this.#process = process;
    let printed = '';
    await new Promise<void>((resolve, reject) => {
      const deadline = setTimeout(() => reject(new Error(`redis-server did not start: ${printed}`)), UP_WITHIN_MS);
      process.on('error', reject);
      process.on('exit', () => reject(new Error(`redis-server ended: ${printed}`)));
      process.stdout?.on('data', (chunk) => {
        printed += chunk;
        if (!/Ready to accept connections|\+monitor master/.test(printed)) return;
        clearTimeout(deadline);
        resolve();
      });
    });
  }

  async kill(): Promise<void> {
    const process = this.#process;
    this.#process = null;
    if (!process || process.exitCode !== null) return;
    const exited = once(process, 'exit');
    process.kill('SIGKILL');
    await exited;
  }

  /** The connections stay open, and nothing answers. */
  pause(): void {
    this.#process?.kill('SIGSTOP');
  }

  resume(): void {
    this.#process?.kill('SIGCONT');
  }

  async publish(channel: string, text: string): Promise<void> {
    const client = await this.client();
    await client.publish(channel, text);
    client.destroy();
  }

  /** To be destroyed by who asked for it. */
  client() {
    return createClient({ socket: { host: '127.0.0.1', port: this.port } }).connect();
  }

  config(overrides: Partial<RedisClusterConfig> = {}): RedisClusterConfig {
    return {
      prefix: 'test',
      url: null,
      host: '127.0.0.1',
      port: this.port,
      username: null,
      password: null,
      database: 0,
      timeoutSeconds: 60,
      ...overrides,
    };
  }
}

/** Runs until the test ends. `isUp: false`: only its port is reserved. */
export async function startRedis(
  t: Test,
  { isUp = true, args = [] }: { isUp?: boolean; args?: string[] } = {},
): Promise<RedisServer> {
  const redis = new RedisServer(await freePort(), args);
  t.teardown(() => redis.kill());
  if (isUp) await redis.start();
  return redis;
}
