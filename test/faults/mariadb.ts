import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import mysql from 'mysql2/promise';
import type { Test } from 'tap';
import { folderFor } from '../kit/desk.ts';
import { eventually } from '../kit/ear.ts';
import { freePort } from '../kit/free-port.ts';

const isInstalled = spawnSync('mariadbd', ['--version']).status === 0;

/** Options of a test that must be able to kill its database. */
export const needsMariadb = isInstalled || process.env.REQUIRE_ALL === '1' ? {} : { skip: 'mariadbd is not installed' };

/** A real MariaDB of the test's own, so that it may be killed. What it acknowledged it keeps. */
export class MariadbServer {
  readonly port: number;
  readonly #folder: string;
  #process: ChildProcess | null = null;

  private constructor(port: number, folder: string) {
    this.port = port;
    this.#folder = folder;
  }

  static async start(t: Test): Promise<MariadbServer> {
    const folder = folderFor(t);
    chmodSync(folder, 0o755);
    const install = ['--no-defaults', '--auth-root-authentication-method=normal', '--skip-test-db'];
    await promisify(execFile)('mariadb-install-db', [...install, '--user=root', `--datadir=${join(folder, 'data')}`]);
    const server = new MariadbServer(await freePort(), folder);
    t.teardown(() => server.kill());
    await server.start();
    const connection = await server.#connect();
    await connection.query('CREATE DATABASE desk CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci');
    await connection.end();
    return server;
  }

  /** The desk's URL, by way of `port`. */
  url(port = this.port): string {
    return `mysql://root@127.0.0.1:${port}/desk`;
  }

  async start(): Promise<void> {
    const where = [`--datadir=${join(this.#folder, 'data')}`, `--socket=${join(this.#folder, 'socket')}`];
    const frugal = ['--innodb-buffer-pool-size=32M', '--innodb-log-file-size=8M', '--performance-schema=off'];
    this.#process = spawn(
      'mariadbd',
      ['--no-defaults', '--user=root', '--bind-address=127.0.0.1', `--port=${this.port}`, ...where, ...frugal],
      { stdio: 'ignore' },
    );
    await eventually(
      'mariadbd',
      async () => {
        const connection = await this.#connect().catch(() => null);
        await connection?.end();
        return connection !== null;
      },
      60_000,
    );
  }

  async kill(): Promise<void> {
    const child = this.#process;
    this.#process = null;
    if (!child || child.exitCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  #connect() {
    return mysql.createConnection({ host: '127.0.0.1', port: this.port, user: 'root' });
  }
}
