import { once } from 'node:events';
import { type AddressInfo, createServer, connect as overTcp, type Socket } from 'node:net';
import type { Test } from 'tap';

/** What becomes of what goes over a line: it passes, nobody answers, nothing moves, or it takes its time. */
export type Condition = 'open' | 'refusing' | 'stalled' | 'slow';

const SLOW_MS = 50;

/** A TCP line to a real server that a test can spoil. */
export class FaultyLine {
  readonly port: number;
  #condition: Condition = 'open';
  readonly #pairs = new Set<[Socket, Socket]>();

  private constructor(port: number) {
    this.port = port;
  }

  static async to(t: Test, target: number): Promise<FaultyLine> {
    const server = createServer((near) => line.#take(near, target)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const line = new FaultyLine((server.address() as AddressInfo).port);
    t.teardown(() => {
      server.close();
      line.#cut();
    });
    return line;
  }

  become(condition: Condition): void {
    this.#condition = condition;
    if (condition === 'refusing') this.#cut();
    for (const pair of this.#pairs) for (const end of pair) this.#hold(end);
  }

  #take(near: Socket, target: number): void {
    near.on('error', () => {});
    if (this.#condition === 'refusing') return void near.resetAndDestroy();
    const far = overTcp({ host: '127.0.0.1', port: target, noDelay: true });
    const pair: [Socket, Socket] = [near, far];
    this.#pairs.add(pair);
    for (const [from, to] of [pair, [far, near] as const]) {
      from.on('error', () => {});
      from.on('data', (chunk) => this.#pass(chunk, to));
      from.on('close', () => {
        to.destroy();
        this.#pairs.delete(pair);
      });
      this.#hold(from);
    }
  }

  #pass(chunk: Buffer, to: Socket): void {
    if (this.#condition === 'slow') setTimeout(() => to.write(chunk), SLOW_MS);
    else to.write(chunk);
  }

  #hold(end: Socket): void {
    if (this.#condition === 'stalled') end.pause();
    else end.resume();
  }

  #cut(): void {
    for (const pair of this.#pairs) for (const end of pair) end.resetAndDestroy();
  }
}
