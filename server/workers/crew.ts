import cluster, { type Worker } from 'node:cluster';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClusterLog } from '../cluster/cluster.ts';
import { Exchange } from '../cluster/exchange.ts';
import type { Opened, Seat, ToPrimary, ToWorker } from './messages.ts';

export interface CrewSettings {
  size: number;
  /** The command line of a worker. */
  args: readonly string[];
  /** How long a worker may take to open, or to let go of everybody. */
  openingMs: number;
  stoppingMs: number;
  log: ClusterLog;
}

/** A process that has a seat, is about to take one, or has left it. */
interface Hand {
  readonly worker: Worker;
  readonly seat: Seat;
  readonly startedAt: number;
  opened: Opened | null;
  deadline: NodeJS.Timeout | undefined;
}

const FIRST_PAUSE_MS = 100;
const MAX_PAUSE_MS = 10_000;
/** Who has lived so long did not die of starting. */
const STEADY_MS = 10_000;

/** The workers of one port, seen from the primary: as many as there are seats, each replaced when it dies. */
export class Crew {
  readonly #settings: CrewSettings;
  readonly #folder: string;
  readonly #exchange: Exchange;
  /** Who is in each seat. */
  readonly #seated = new Map<number, Hand>();
  /** Every process that lives, those that come and go too. */
  readonly #hands = new Set<Hand>();
  /** How often in a row the worker of a seat died soon after its start. */
  readonly #failures = new Map<number, number>();
  readonly #pauses = new Set<NodeJS.Timeout>();
  /** Once each seat has been taken. */
  readonly filled: Promise<void>;
  #onFilled: () => void = () => {};
  #hasOpened = false;
  #onFirst: { resolve(opened: Opened): void; reject(error: Error): void } | null = null;
  #onEmpty: (() => void) | null = null;

  constructor(settings: CrewSettings) {
    this.#settings = settings;
    // Who can write into it can speak as a node.
    this.#folder = mkdtempSync(join(tmpdir(), 'antiphon-'));
    chmodSync(this.#folder, 0o700);
    this.#exchange = new Exchange(settings.log);
    this.filled = new Promise((resolve) => {
      this.#onFilled = resolve;
    });
    cluster.setupPrimary({ args: [...settings.args] });
  }

  /** The first opens the port and prepares what is prepared once; then come the others. @throws Error when it does not open */
  async start(): Promise<Opened> {
    await this.#exchange.listen(this.#linePath);
    const first = new Promise<Opened>((resolve, reject) => {
      this.#onFirst = { resolve, reject };
    });
    this.#fork(0);
    try {
      const opened = await first;
      for (let number = 1; number < this.#settings.size; number += 1) this.#fork(number);
      return opened;
    } catch (error) {
      this.#tidy();
      throw error;
    }
  }

  /** All let go of their clients at once. */
  async stop(): Promise<void> {
    for (const pause of this.#pauses) clearTimeout(pause);
    const empty = new Promise<void>((resolve) => {
      this.#onEmpty = resolve;
    });
    for (const hand of this.#hands) this.#dismiss(hand);
    if (this.#hands.size > 0) await empty;
    this.#tidy();
  }

  /** Nobody is waited for. */
  kill(): void {
    for (const { worker } of this.#hands) worker.process.kill('SIGKILL');
    this.#tidy();
  }

  get #linePath(): string {
    return join(this.#folder, 'line');
  }

  get #isStopping(): boolean {
    return this.#onEmpty !== null;
  }

  #fork(number: number): void {
    const { openingMs, log } = this.#settings;
    const worker = cluster.fork();
    const seat = { number, doorPath: join(this.#folder, String(worker.id)) };
    const hand: Hand = { worker, seat, startedAt: performance.now(), opened: null, deadline: undefined };
    this.#hands.add(hand);
    worker.on('message', (message: ToPrimary) => this.#hear(hand, message));
    worker.on('exit', (code, signal) => this.#ended(hand, signal ?? code));
    worker.on('error', (err) => log.warn({ err, pid: worker.process.pid }, 'A worker cannot be told'));
    this.#expect(hand, openingMs, 'A worker did not open in time');
  }

  #hear(hand: Hand, message: ToPrimary): void {
    if (message.type === 'hello') this.#assign(hand);
    else if (message.type === 'opened') this.#take(hand, message);
    else if (message.type === 'relieve' && !this.#isStopping) this.#fork(hand.seat.number);
  }

  #assign(hand: Hand): void {
    const { seat } = hand;
    this.#tell(hand, { type: 'place', seat, linePath: this.#linePath, isFirst: !this.#hasOpened, taken: this.#taken });
  }

  #take(hand: Hand, { type: _, ...opened }: Extract<ToPrimary, { type: 'opened' }>): void {
    clearTimeout(hand.deadline);
    hand.opened = opened;
    if (this.#isStopping) return;
    const before = this.#seated.get(hand.seat.number);
    this.#seated.set(hand.seat.number, hand);
    this.#tellSeats();
    this.#hasOpened = true;
    this.#settings.log.info({ seat: hand.seat.number, pid: hand.worker.process.pid }, 'A worker took its seat');
    this.#onFirst?.resolve(opened);
    if (this.#seated.size === this.#settings.size) this.#onFilled();
    if (before) this.#dismiss(before);
  }

  #dismiss(hand: Hand): void {
    this.#tell(hand, { type: 'stop' });
    this.#expect(hand, this.#settings.stoppingMs, 'A worker did not stop in time');
  }

  #ended(hand: Hand, how: number | string): void {
    const { worker, seat, opened } = hand;
    clearTimeout(hand.deadline);
    this.#hands.delete(hand);
    rmSync(seat.doorPath, { force: true });
    if (worker.process.pid !== undefined) this.#exchange.processEnded(worker.process.pid);
    if (opened) for (const other of this.#hands) this.#tell(other, { type: 'gone', nodeId: opened.nodeId });
    if (this.#isStopping) {
      if (this.#hands.size === 0) this.#onEmpty?.();
    } else if (!this.#hasOpened) {
      this.#onFirst?.reject(new Error('The first worker did not open.'));
    } else if (this.#seated.get(seat.number) === hand) {
      this.#seated.delete(seat.number);
      this.#tellSeats();
      this.#replace(hand, how);
    } else if (!opened) {
      if (this.#seated.has(seat.number)) {
        this.#settings.log.error({ seat: seat.number, how }, 'A worker that was to relieve another ended');
      } else this.#replace(hand, how);
    }
  }

  /** The next takes its seat: at once, unless it is always the same that happens. */
  #replace({ seat: { number }, startedAt, worker }: Hand, how: number | string): void {
    const failures = performance.now() - startedAt < STEADY_MS ? (this.#failures.get(number) ?? 0) + 1 : 0;
    this.#failures.set(number, failures);
    const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** failures, MAX_PAUSE_MS);
    const details = { seat: number, pid: worker.process.pid, how, pauseMs };
    this.#settings.log.error(details, 'A worker ended; another takes its seat');
    const pause = setTimeout(() => {
      this.#pauses.delete(pause);
      this.#fork(number);
    }, pauseMs);
    this.#pauses.add(pause);
  }

  #expect(hand: Hand, withinMs: number, complaint: string): void {
    clearTimeout(hand.deadline);
    hand.deadline = setTimeout(() => {
      this.#settings.log.error({ pid: hand.worker.process.pid }, complaint);
      hand.worker.process.kill('SIGKILL');
    }, withinMs);
  }

  get #taken(): Seat[] {
    return Array.from(this.#seated.values(), ({ seat }) => seat);
  }

  #tellSeats(): void {
    for (const hand of this.#hands) this.#tell(hand, { type: 'seats', taken: this.#taken });
  }

  #tell({ worker }: Hand, message: ToWorker): void {
    if (worker.isConnected()) worker.send(message);
  }

  #tidy(): void {
    this.#exchange.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
