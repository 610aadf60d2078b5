import { Load, type Seen } from './load.ts';
import type { MeasuredServer } from './measured-server.ts';

/** One measurement, and what part of the time the load generator had something to do. */
export interface Figure {
  value: number;
  loadShare: number;
}

const IDLE_CHECK_MS = 100;
/** What timers take of it. */
const IDLE_CPU_SECONDS = 0.01;

/** A server and those who use it. */
export class Crowd {
  readonly server: MeasuredServer;
  readonly load: Load;

  constructor(server: MeasuredServer, loadProgram: string) {
    this.server = server;
    this.load = new Load(loadProgram, server.port);
  }

  get name(): string {
    return this.server.name;
  }

  /** Microseconds of the server's CPU that one command took, for each of what `count` finds in its answer. */
  async cpuPer(command: string, count: (seen: Seen) => number): Promise<Figure> {
    const before = this.server.cpuSeconds();
    const seen = await this.load.mustDo(command);
    const cpu = this.server.cpuSeconds() - before;
    return { value: (cpu * 1e6) / count(seen), loadShare: seen.busySeconds / seen.seconds };
  }

  /** Waits until the server has nothing left to do. */
  async idle(): Promise<void> {
    for (let before = -1; this.server.cpuSeconds() - before >= IDLE_CPU_SECONDS; ) {
      before = this.server.cpuSeconds();
      await new Promise((resolve) => setTimeout(resolve, IDLE_CHECK_MS));
    }
  }

  async end(): Promise<void> {
    await this.load.end();
    await this.server.stop();
  }
}

/** Lets the contenders take turns: A B C A B C. @returns what came of each's */
export async function inTurn<Result>(
  turns: number,
  contenders: readonly (() => Promise<Result>)[],
): Promise<Result[][]> {
  const results: Result[][] = contenders.map(() => []);
  for (let turn = 0; turn < turns; turn += 1) {
    for (const [index, contender] of contenders.entries()) results[index]?.push(await contender());
  }
  return results;
}
