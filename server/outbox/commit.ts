import { setTimeout as delay } from 'node:timers/promises';
import type { Kysely, Transaction } from 'kysely';
import { problemOf } from '../../db/errors.ts';
import { addToOutbox } from '../../db/outbox.ts';
import { addRoomEvent } from '../../db/room-events.ts';
import type { Schema } from '../../db/schema.ts';
import type { Promised } from './carrier.ts';

export type Tx = Transaction<Schema>;

/** Something that happened, told in the domain's words. */
export interface DomainEvent {
  type: string;
  /** The room's row id. */
  roomId: number | null;
  actorId: number | null;
  /** Kept with the room's history: say which rows it is about, not what people wrote. */
  data: object;
  /** Handed to the announcer as it is, and kept nowhere: the rows themselves, so that nobody reads them again. */
  live?: unknown;
}

export interface StoredEvent extends DomainEvent {
  /** Its place in the feed. */
  id: number;
  /** Epoch milliseconds. */
  at: number;
}

export type RecordEvent = (event: DomainEvent) => Promise<StoredEvent>;
export type PromiseOutside = (promised: Promised) => Promise<void>;

/**
 * Runs `work` in one transaction and answers what it answers. Only SQL may be awaited inside, and it may be run again
 * from the start when the database asks for that. `inTurn`: work under the same name (`room:12`) is done one at a time
 * in this process, so that what it records is announced in the order it was committed.
 */
export type Commit = <Result>(
  work: (tx: Tx, record: RecordEvent, promise: PromiseOutside) => Promise<Result>,
  options?: { inTurn?: string },
) => Promise<Result>;

export interface CommitParts {
  db: Kysely<Schema>;
  /** Called after the commit with all that one transaction recorded, in order; must not throw for one bad listener. */
  announce: (events: StoredEvent[]) => void;
  /** What the outside is promised because of an event; stored in the event's own transaction. Pure. */
  promisesOf?: (event: StoredEvent) => Promised[];
  /** Called after a commit that promised something. */
  nudgeRelay?: () => void;
  reportFault: (error: unknown) => void;
  now?: () => number;
}

const attemptsAtMost = 6;

/** The only way to write: rows and events become true together, and are told of only when they are. */
export function committing(parts: CommitParts): Commit {
  const { db, announce, promisesOf = () => [], nudgeRelay = () => {}, reportFault, now = Date.now } = parts;
  const turns = new Map<string, Promise<unknown>>();

  async function once<Result>(work: Parameters<Commit>[0]): Promise<Result> {
    const events: StoredEvent[] = [];
    let promises = 0;
    const result = await db.transaction().execute(async (tx) => {
      const promise: PromiseOutside = async (promised) => {
        promises += 1;
        await addToOutbox(tx, promised, now());
      };
      const record: RecordEvent = async (event) => {
        const at = now();
        const stored = { ...event, at, id: await addRoomEvent(tx, event, at) };
        events.push(stored);
        for (const promised of promisesOf(stored)) await promise(promised);
        return stored;
      };
      return work(tx, record, promise);
    });
    try {
      if (events.length > 0) announce(events);
      if (promises > 0) nudgeRelay();
    } catch (error) {
      // It is committed: the caller must hear so. Who missed the announcement catches up from the rows.
      reportFault(error);
    }
    return result as Result;
  }

  async function untilThrough<Result>(work: Parameters<Commit>[0]): Promise<Result> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await once<Result>(work);
      } catch (error) {
        // A lost connection is not tried again: the commit may have gone through.
        if (attempt === attemptsAtMost || problemOf(error)?.kind !== 'busy') throw error;
        await delay(Math.random() * 10 * 2 ** attempt);
      }
    }
  }

  async function afterOthers<Result>(turn: string, work: () => Promise<Result>): Promise<Result> {
    const before = turns.get(turn) ?? Promise.resolve();
    const mine = before.then(work);
    const settled = mine.then(
      () => {},
      () => {},
    );
    turns.set(turn, settled);
    try {
      return await mine;
    } finally {
      if (turns.get(turn) === settled) turns.delete(turn);
    }
  }

  return (work, options) =>
    options?.inTurn === undefined ? untilThrough(work) : afterOthers(options.inTurn, () => untilThrough(work));
}
