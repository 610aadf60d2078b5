import type { Selectable } from 'kysely';
import { isDuplicate } from './errors.ts';
import { fromJson } from './json.ts';
import type { OutboxTable } from './schema-house.ts';
import { toMilliseconds, toText } from './time.ts';
import type { Db } from './upsert.ts';

export interface OutboxEntry {
  id: number;
  kind: string;
  dedupeKey: string;
  orderingKey: string;
  payload: object;
  state: 'waiting' | 'delivered' | 'failed';
  attempts: number;
  nextAttemptAt: number;
  lastError: string | null;
  settledAt: number | null;
  createdAt: number;
}

/** Keeps a promise; one whose dedupe key is there already is the same promise, and nothing happens. */
export async function addToOutbox(
  tx: Db,
  promised: { kind: string; dedupeKey: string; orderingKey: string; payload: object; notBefore?: number },
  now: number,
): Promise<void> {
  const row = {
    kind: promised.kind,
    dedupe_key: promised.dedupeKey,
    ordering_key: promised.orderingKey,
    payload: JSON.stringify(promised.payload),
    state: 'waiting',
    next_attempt_at: toText(promised.notBefore ?? now),
    last_error: null,
    settled_at: null,
    created_at: toText(now),
  };
  try {
    await tx.insertInto('desk_outbox').values(row).execute();
  } catch (error) {
    // On both engines only the statement is undone, not the transaction.
    if (!isDuplicate(error, 'dedupe_key')) throw error;
  }
}

/** The oldest of these kinds that are due; of each kind and ordering key the first that waits, the others wait for it. */
export async function dueEntries(db: Db, kinds: readonly string[], now: number, limit: number): Promise<OutboxEntry[]> {
  const rows = await db
    .selectFrom('desk_outbox as entry')
    .selectAll()
    .where('state', '=', 'waiting')
    .where('next_attempt_at', '<=', toText(now))
    .where('kind', 'in', kinds)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('desk_outbox as earlier')
            .select('earlier.id')
            .whereRef('earlier.ordering_key', '=', 'entry.ordering_key')
            .where('earlier.state', '=', 'waiting')
            .whereRef('earlier.id', '<', 'entry.id')
            .whereRef('earlier.kind', '=', 'entry.kind'),
        ),
      ),
    )
    .orderBy('next_attempt_at')
    .orderBy('id')
    .limit(limit)
    .execute();
  return rows.map(toEntry);
}

/**
 * Takes the entry for one attempt: until `leaseUntil` nobody else will. Answers whether it was still to be had. A
 * process that dies holding it needs no cleaning up after: the entry is due again when the lease ends.
 */
export async function takeEntry(db: Db, entry: OutboxEntry, leaseUntil: number): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('desk_outbox')
    .set({ attempts: entry.attempts + 1, next_attempt_at: toText(leaseUntil) })
    .where('id', '=', entry.id)
    .where('state', '=', 'waiting')
    .where('attempts', '=', entry.attempts)
    .executeTakeFirstOrThrow();
  return numUpdatedRows > 0n;
}

/** `attempts` as it is while this attempt runs: an answer that comes after the lease passed to another is not ours to give. */
export async function settleEntry(
  db: Db,
  entry: { id: number; attempts: number },
  outcome:
    | { state: 'delivered' }
    | { state: 'failed'; error: string }
    | { state: 'waiting'; error: string; nextAttemptAt: number },
  now: number,
): Promise<void> {
  await db
    .updateTable('desk_outbox')
    .set({
      state: outcome.state,
      last_error: outcome.state === 'delivered' ? null : outcome.error.slice(0, 2000),
      next_attempt_at: toText(outcome.state === 'waiting' ? outcome.nextAttemptAt : now),
      settled_at: outcome.state === 'waiting' ? null : toText(now),
    })
    .where('id', '=', entry.id)
    .where('state', '=', 'waiting')
    .where('attempts', '=', entry.attempts)
    .execute();
}

/** When the next of these kinds becomes due, epoch milliseconds; what is due by now does not count. Null when none does. */
export async function nextDueAt(db: Db, kinds: readonly string[], now: number): Promise<number | null> {
  if (kinds.length === 0) return null;
  const next = await db
    .selectFrom('desk_outbox')
    .select('next_attempt_at')
    .where('state', '=', 'waiting')
    .where('next_attempt_at', '>', toText(now))
    .where('kind', 'in', kinds)
    .orderBy('next_attempt_at')
    .limit(1)
    .executeTakeFirst();
  return next ? toMilliseconds(next.next_attempt_at) : null;
}

/** Newest first, for the people who look after it. */
export async function outboxEntries(
  db: Db,
  filter: { kind?: string; state?: OutboxEntry['state'] },
  beforeId: number | null,
  limit: number,
): Promise<OutboxEntry[]> {
  let rows = db
    .selectFrom('desk_outbox')
    .selectAll()
    .where('id', '<', beforeId ?? Number.MAX_SAFE_INTEGER);
  if (filter.kind !== undefined) rows = rows.where('kind', '=', filter.kind);
  if (filter.state !== undefined) rows = rows.where('state', '=', filter.state);
  return (await rows.orderBy('id', 'desc').limit(limit).execute()).map(toEntry);
}

/** Has a failed (or delivered) entry tried again from the start. */
export async function replayEntry(db: Db, id: number, now: number): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('desk_outbox')
    .set({ state: 'waiting', attempts: 0, next_attempt_at: toText(now), settled_at: null })
    .where('id', '=', id)
    .where('state', '!=', 'waiting')
    .executeTakeFirstOrThrow();
  return numUpdatedRows > 0n;
}

/** How many wait, and how many were given up. */
export async function outboxDepth(db: Db): Promise<{ waiting: number; failed: number }> {
  const rows = await db
    .selectFrom('desk_outbox')
    .select(({ fn }) => ['state', fn.countAll<number>().as('entries')])
    .where('state', 'in', ['waiting', 'failed'])
    .groupBy('state')
    .execute();
  const count = (state: string) => Number(rows.find((row) => row.state === state)?.entries ?? 0);
  return { waiting: count('waiting'), failed: count('failed') };
}

/** Forgets what was delivered before then (its lease ended with the delivery). */
export async function pruneOutbox(db: Db, before: number): Promise<void> {
  await db
    .deleteFrom('desk_outbox')
    .where('state', '=', 'delivered')
    .where('next_attempt_at', '<', toText(before))
    .execute();
}

function toEntry(row: Selectable<OutboxTable>): OutboxEntry {
  return {
    id: row.id,
    kind: row.kind,
    dedupeKey: row.dedupe_key,
    orderingKey: row.ordering_key,
    payload: fromJson(row.payload) ?? {},
    state: row.state as OutboxEntry['state'],
    attempts: row.attempts,
    nextAttemptAt: toMilliseconds(row.next_attempt_at) ?? 0,
    lastError: row.last_error,
    settledAt: toMilliseconds(row.settled_at),
    createdAt: toMilliseconds(row.created_at) ?? 0,
  };
}

/** How many promises wait to be kept. */
export async function waitingInOutbox(db: Db): Promise<number> {
  const { waiting } = await db
    .selectFrom('desk_outbox')
    .select(({ fn }) => fn.countAll().as('waiting'))
    .where('state', '=', 'waiting')
    .executeTakeFirstOrThrow();
  return Number(waiting);
}
