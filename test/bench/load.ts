import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { APP } from './measured-server.ts';
import { startOnCore } from './pinning.ts';

/** What the load generator saw since the command before; times in milliseconds. */
export interface Seen {
  published: number;
  delivered: number;
  lost: number;
  gaps: number;
  /** Events that came a second time, or behind a later one of the same publisher. */
  outOfOrder: number;
  /** Events on a socket that is not on their channel. */
  strays: number;
  /** Publishes that were not answered with 200. */
  refused: number;
  /** Other frames: members who come and go. */
  heard: number;
  /** Sockets that the server closed. */
  closed: number;
  seconds: number;
  /** How long the load generator was at work and did not wait. */
  busySeconds: number;
  p50: number;
  p99: number;
  slowest: number;
}

/** `reference/load.c` at one server. */
export class Load {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  constructor(program: string, port: number, app = APP) {
    const args = [String(port), app.id, app.key, app.secret];
    this.#child = startOnCore(1, program, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#lines = createInterface({ input: this.#child.stdout as NodeJS.ReadableStream })[Symbol.asyncIterator]();
  }

  /** One command of load.c, whatever comes of it. */
  async order(command: string): Promise<Seen> {
    this.#child.stdin?.write(`${command}\n`);
    const { value, done } = await this.#lines.next();
    if (done) throw new Error(`the load generator ended at: ${command}`);
    const seen = JSON.parse(value);
    if (seen.error !== undefined) throw new Error(`${command}: ${seen.error}`);
    return seen;
  }

  /** One command after which nothing may be lost, doubled, out of order or refused, and nobody closed. */
  async mustDo(command: string): Promise<Seen> {
    const seen = await this.order(command);
    const { lost, gaps, outOfOrder, strays, refused, closed } = seen;
    if (lost || gaps || outOfOrder || strays || refused || closed) {
      throw new Error(`${command}: ${JSON.stringify({ lost, gaps, outOfOrder, strays, refused, closed })}`);
    }
    return seen;
  }

  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await gone;
  }
}
