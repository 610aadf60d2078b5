import type { Kysely } from 'kysely';
import { dueEntries, nextDueAt, type OutboxEntry, settleEntry, takeEntry } from '../../db/outbox.ts';
import type { Schema } from '../../db/schema.ts';
import { type Carrier, NotNow, Undeliverable } from './carrier.ts';

export interface RelayParts {
  db: Kysely<Schema>;
  carriers: Carrier[];
  reportFault: (error: unknown) => void;
  now?: () => number;
  /** Tried this often, then given up until somebody replays it. */
  attemptsAtMost?: number;
  /** How many deliveries are under way at once, of this process. */
  inFlightAtMost?: number;
}

export interface Relay {
  /** Something was promised: look at once. */
  nudge(): void;
  /** Carries what is due, and what becomes due by that, and is through when nothing is. */
  drain(): Promise<void>;
  /** Begins to watch for what is due. */
  start(): void;
  /** Takes nothing new, and waits for what is under way. */
  stop(): Promise<void>;
}

const firstPauseMilliseconds = 1_000;
const longestPauseMilliseconds = 3_600_000;
/** Another process may have promised something and died before carrying it. */
const lookAgainMilliseconds = 5_000;

/** The pause before attempt `attempts + 1`: doubling to an hour, spread by a fifth so that not all come back at once. */
export function pauseAfter(attempts: number, random: () => number = Math.random): number {
  const pause = Math.min(firstPauseMilliseconds * 2 ** (attempts - 1), longestPauseMilliseconds);
  return Math.round(pause * (0.9 + random() * 0.2));
}

/**
 * Keeps the promises: takes what is due, one at a time of each ordering key, and has its carrier bring it there. Several
 * processes may run one on the same database.
 */
export function relayOf(parts: RelayParts): Relay {
  const { db, reportFault, now = Date.now, attemptsAtMost = 14, inFlightAtMost = 8 } = parts;
  const carriers = new Map(parts.carriers.map((carrier) => [carrier.kind, carrier]));
  let timer: NodeJS.Timeout | undefined;
  let isRunning = false;
  let isStopping = false;
  let draining: Promise<void> | undefined;
  let wasNudged = false;

  async function carry(entry: OutboxEntry, carrier: Carrier): Promise<void> {
    const deadline = carrier.deadlineSeconds * 1000;
    // The lease outlives the deadline: while this process lives, nobody carries the same entry beside it.
    if (!(await takeEntry(db, entry, now() + deadline * 2 + 1_000))) return;
    const taken = { id: entry.id, attempts: entry.attempts + 1 };
    try {
      await withinDeadline(deadline, (signal) => carrier.carry({ ...entry, attempt: taken.attempts }, signal));
      await settleEntry(db, taken, { state: 'delivered' }, now());
    } catch (error) {
      await settleEntry(db, taken, whatNext(error, taken.attempts), now());
    }
  }

  function whatNext(error: unknown, attempts: number): Parameters<typeof settleEntry>[2] {
    const message = error instanceof Error ? error.message : String(error);
    if (error instanceof Undeliverable || attempts >= attemptsAtMost) return { state: 'failed', error: message };
    const pause = error instanceof NotNow ? error.retryAfterSeconds * 1000 : pauseAfter(attempts);
    return { state: 'waiting', error: message, nextAttemptAt: now() + pause };
  }

  async function drainOnce(): Promise<void> {
    const underWay = new Map<number, Promise<void>>();
    for (;;) {
      wasNudged = false;
      const wasIdle = underWay.size === 0;
      const room = inFlightAtMost - underWay.size;
      const kinds = [...carriers.keys()];
      const due = isStopping || room === 0 || kinds.length === 0 ? [] : await dueEntries(db, kinds, now(), room);
      for (const entry of due) {
        const carrier = carriers.get(entry.kind);
        if (!carrier || underWay.has(entry.id)) continue;
        const delivery = carry(entry, carrier).catch(reportFault);
        underWay.set(
          entry.id,
          delivery.finally(() => underWay.delete(entry.id)),
        );
      }
      // What ends may let the next of its key go, also what ended while it was looked what is due.
      if (underWay.size > 0) await Promise.race(underWay.values());
      else if ((wasIdle && !wasNudged) || isStopping) return;
    }
  }

  function drain(): Promise<void> {
    draining ??= drainOnce().finally(() => {
      draining = undefined;
    });
    return draining;
  }

  async function turn(): Promise<void> {
    let pause = lookAgainMilliseconds;
    try {
      await drain();
      const next = await nextDueAt(db, [...carriers.keys()], now());
      if (next !== null) pause = Math.min(pause, Math.max(next - now(), 50));
    } catch (error) {
      reportFault(error);
    }
    if (!isRunning) return;
    clearTimeout(timer);
    timer = setTimeout(turn, wasNudged ? 0 : pause);
    timer.unref();
  }

  return {
    nudge() {
      wasNudged = true;
      if (isRunning && !draining) void turn();
    },
    drain,
    start() {
      isRunning = true;
      isStopping = false;
      void turn();
    },
    async stop() {
      isRunning = false;
      isStopping = true;
      clearTimeout(timer);
      await draining;
    },
  };
}

/** A carrier that does not mind its signal must not hold its ordering key for ever. */
async function withinDeadline(milliseconds: number, work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const abort = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      abort.abort();
      reject(new Error(`No answer within ${milliseconds / 1000} s`));
    }, milliseconds);
  });
  try {
    await Promise.race([work(abort.signal), late]);
  } finally {
    clearTimeout(timer);
  }
}
