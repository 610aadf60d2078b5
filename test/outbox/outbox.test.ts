import t, { type Test } from 'tap';
import { problemOf } from '../../db/errors.ts';
import type { Engine } from '../../db/open.ts';
import { outboxDepth, outboxEntries, pruneOutbox, replayEntry } from '../../db/outbox.ts';
import { eventsAfter } from '../../db/room-events.ts';
import { settingOf, writeSetting } from '../../db/settings.ts';
import { toText } from '../../db/time.ts';
import { type Carrier, type Delivery, NotNow, type Promised, Undeliverable } from '../../server/outbox/carrier.ts';
import { type Commit, type CommitParts, committing, type StoredEvent } from '../../server/outbox/commit.ts';
import { pauseAfter, relayOf } from '../../server/outbox/relay.ts';
import { databaseFor, onEachEngine, openFor } from '../kit/database.ts';

const now = Date.UTC(2026, 0, 2, 10);

async function house(t: Test, engine: Engine, more: Partial<CommitParts> = {}) {
  const { db, url } = await databaseFor(t, engine);
  const announced: StoredEvent[][] = [];
  const faults: unknown[] = [];
  const announce = (events: StoredEvent[]) => void announced.push(events);
  const reportFault = (fault: unknown) => void faults.push(fault);
  const commit = committing({ db, announce, reportFault, now: () => now, ...more });
  return { db, url, announced, faults, commit };
}

const event = (type: string) => ({ type, roomId: 1, actorId: 2, data: { type } });
const promised = (kind: string, dedupeKey: string, orderingKey = 'room:1'): Promised => ({
  kind,
  dedupeKey,
  orderingKey,
  payload: { dedupeKey },
});

function makePromises(commit: Commit, ...promises: Promised[]): Promise<void> {
  return commit(async (_tx, _record, promise) => {
    for (const one of promises) await promise(one);
  });
}

t.test('commit', (t) =>
  onEachEngine(t, async (t, engine) => {
    await t.test('rows, events and promises become true together, and are told of afterwards', async (t) => {
      let wasThere: unknown;
      const { db, commit, announced, faults } = await house(t, engine, {
        promisesOf: (stored) => (stored.type === 'b' ? [promised('webhook', `event:${stored.id}`)] : []),
      });
      const result = await commit(async (tx, record) => {
        await writeSetting(tx, 'x', 1, now);
        const first = await record({ ...event('a'), live: { row: 1 } });
        await record(event('b'));
        wasThere = announced.length;
        return first.id;
      });
      t.equal(wasThere, 0, 'nothing is told before the commit');
      t.match(announced, [
        [
          { id: result, type: 'a', at: now, live: { row: 1 } },
          { type: 'b', data: { type: 'b' } },
        ],
      ]);
      t.match(await eventsAfter(db, 0, 9, now), {
        events: [{ id: result, type: 'a', roomId: 1, actorId: 2 }, { type: 'b' }],
      });
      t.match(await outboxEntries(db, {}, null, 9), [
        { kind: 'webhook', dedupeKey: `event:${result + 1}`, state: 'waiting' },
      ]);
      await commit(async () => {});
      t.equal(announced.length, 1, 'nothing to tell, nothing told');
      t.same(faults, []);
    });

    await t.test('what fails leaves nothing, and is not told of', async (t) => {
      const { db, commit, announced } = await house(t, engine);
      const failing = commit(async (tx, record, promise) => {
        await writeSetting(tx, 'x', 1, now);
        await record(event('a'));
        await promise(promised('webhook', 'k'));
        throw new Error('the rules say no');
      });
      await t.rejects(failing, /the rules say no/);
      t.equal(await settingOf(db, 'x'), null);
      t.match(await eventsAfter(db, 0, 9, now), { events: [] });
      t.same(await outboxEntries(db, {}, null, 9), []);
      t.same(announced, []);
    });

    await t.test('a listener that throws is reported, and does not undo what is done', async (t) => {
      const fault = new Error('deaf');
      const { commit, faults } = await house(t, engine, {
        announce: () => {
          throw fault;
        },
      });
      t.equal(await commit(async (_tx, record) => (await record(event('a'))).type), 'a');
      t.same(faults, [fault]);
    });

    await t.test('work in one turn is announced in the order it was committed', async (t) => {
      const { db, commit, announced } = await house(t, engine);
      await writeSetting(db, 'n', 0, now);
      const counted: number[] = [];
      await Promise.all(
        Array.from({ length: 30 }, () =>
          commit(
            async (tx, record) => {
              const n = ((await settingOf<number>(tx, 'n')) ?? 0) + 1;
              await writeSetting(tx, 'n', n, now);
              await record({ ...event('n'), data: { n } });
              counted.push(n);
            },
            { inTurn: 'room:1' },
          ),
        ),
      );
      t.same(
        announced.flat().map((stored) => (stored.data as { n: number }).n),
        Array.from({ length: 30 }, (_, n) => n + 1),
      );
      await t.rejects(
        commit(() => Promise.reject(new Error('mine alone')), { inTurn: 'room:1' }),
        /mine alone/,
      );
      t.equal(await commit(async () => 'goes on', { inTurn: 'room:1' }), 'goes on');
    });

    await t.test('two that wait for each other are both done in the end', async (t) => {
      const { db, commit } = await house(t, engine);
      for (const key of ['a', 'b']) await writeSetting(db, key, 0, now);
      let attempts = 0;
      const both = (first: string, second: string) =>
        commit(async (tx) => {
          attempts += 1;
          for (const key of [first, second]) {
            const n = Number(
              (await tx.selectFrom('desk_settings').select('value').where('key', '=', key).executeTakeFirstOrThrow())
                .value,
            );
            await tx
              .updateTable('desk_settings')
              .set({ updated_at: toText(now + attempts) })
              .where('key', '=', key)
              .execute();
            t.type(n, 'number');
          }
        });
      await Promise.all(Array.from({ length: 10 }, (_, n) => (n % 2 ? both('a', 'b') : both('b', 'a'))));
      t.ok(attempts >= 10);
    });

    await t.test('the same promise made twice is one; too long a key is an error, not another key', async (t) => {
      const { db, commit } = await house(t, engine);
      await makePromises(commit, promised('webhook', 'k'), promised('webhook', 'k'));
      await makePromises(commit, promised('webhook', 'k'));
      t.equal((await outboxEntries(db, {}, null, 9)).length, 1);
      if (engine === 'mysql') {
        const fault = await makePromises(commit, promised('webhook', 'k'.repeat(300))).catch((error) => error);
        t.equal(problemOf(fault)?.kind, 'too-long');
      }
    });
  }),
);

t.test('the relay', (t) =>
  onEachEngine(t, async (t, engine) => {
    /** Carries as `how` says, and keeps a log. */
    const carrierOf = (how: (delivery: Delivery, signal: AbortSignal) => Promise<void>, deadlineSeconds = 5) => {
      const carried: string[] = [];
      const carrier: Carrier = {
        kind: 'webhook',
        deadlineSeconds,
        async carry(delivery, signal) {
          carried.push(`${delivery.dedupeKey}#${delivery.attempt}`);
          await how(delivery, signal);
        },
      };
      return { carrier, carried };
    };
    const relayAt = (db: Awaited<ReturnType<typeof house>>['db'], carriers: Carrier[], clock: { now: number }) =>
      relayOf({ db, carriers, reportFault: (fault) => t.error(fault), now: () => clock.now, attemptsAtMost: 3 });

    await t.test(
      'carries each key’s promises in order, one at a time, and different keys beside each other',
      async (t) => {
        const { db, commit } = await house(t, engine);
        const underWay = new Set<string>();
        let together: () => void = () => {};
        const allThree = new Promise<void>((resolve) => {
          together = resolve;
        });
        const { carrier, carried } = carrierOf(async ({ orderingKey }) => {
          t.notOk(underWay.has(orderingKey));
          underWay.add(orderingKey);
          if (underWay.size === 3) together();
          await allThree;
          underWay.delete(orderingKey);
        });
        const promises = Array.from({ length: 12 }, (_, n) => promised('webhook', `k${n}`, `room:${n % 3}`));
        await makePromises(commit, ...promises, promised('nobody', 'x'));
        await relayAt(db, [carrier], { now }).drain();
        for (const room of [0, 1, 2]) {
          const ofRoom = carried.filter((name) => Number(/\d+/.exec(name)?.[0]) % 3 === room);
          t.same(
            ofRoom,
            [0, 1, 2, 3].map((n) => `k${n * 3 + room}#1`),
          );
        }
        t.same(
          await outboxDepth(db),
          { waiting: 1, failed: 0 },
          'what nobody here carries waits for somebody who does',
        );
      },
    );

    await t.test('tries again later, holds back what comes after, and gives up in the end', async (t) => {
      const { db, commit } = await house(t, engine);
      const clock = { now };
      const { carrier, carried } = carrierOf(async ({ dedupeKey, attempt }) => {
        if (dedupeKey === 'busy' && attempt === 1) throw new NotNow('later', 120);
        if (dedupeKey === 'gone') throw new Undeliverable('410');
        if (dedupeKey === 'down') throw new Error('ECONNREFUSED');
      });
      await makePromises(commit, ...['busy', 'gone', 'down', 'last'].map((key) => promised('webhook', key)));
      const relay = relayAt(db, [carrier], clock);
      await relay.drain();
      t.same(carried, ['busy#1']);
      clock.now += 119_000;
      await relay.drain();
      t.equal(carried.length, 1, 'not before it was asked to');
      clock.now += 2_000;
      await relay.drain();
      t.same(carried.slice(1), ['busy#2', 'gone#1', 'down#1']);
      for (let n = 0; n < 2; n++) {
        clock.now += 60_000;
        await relay.drain();
      }
      t.same(carried.slice(4), ['down#2', 'down#3', 'last#1']);
      t.same(await outboxDepth(db), { waiting: 0, failed: 2 });
      const failed = await outboxEntries(db, { state: 'failed' }, null, 9);
      t.match(failed, [
        { dedupeKey: 'down', lastError: 'ECONNREFUSED', attempts: 3 },
        { dedupeKey: 'gone', lastError: '410' },
      ]);
      t.equal(await replayEntry(db, failed[0]?.id ?? 0, clock.now), true);
      await relay.drain();
      t.equal(carried.at(-1), 'down#1', 'replayed from the start');
      await pruneOutbox(db, clock.now + 1);
      t.equal((await outboxEntries(db, { state: 'delivered' }, null, 9)).length, 0);
    });

    await t.test('a carrier that never answers is given up at its deadline', async (t) => {
      const { db, commit } = await house(t, engine);
      let wasAborted = false;
      const { carrier } = carrierOf((_delivery, signal) => {
        signal.addEventListener('abort', () => {
          wasAborted = true;
        });
        return new Promise(() => {});
      }, 0.05);
      await makePromises(commit, promised('webhook', 'k'));
      await relayAt(db, [carrier], { now }).drain();
      t.ok(wasAborted);
      t.match(await outboxEntries(db, {}, null, 1), [
        { state: 'waiting', lastError: 'No answer within 0.05 s', attempts: 1 },
      ]);
    });

    await t.test(
      'a process that dies carrying something leaves it to the next; of two alive one carries it',
      async (t) => {
        const { db, url, commit } = await house(t, engine);
        const clock = { now };
        const dying = openFor(t, url);
        let reached: () => void = () => {};
        const isCarrying = new Promise<void>((resolve) => {
          reached = resolve;
        });
        const { carrier: stuck } = carrierOf(() => {
          reached();
          return new Promise(() => {});
        }, 2);
        await makePromises(commit, promised('webhook', 'k'), promised('webhook', 'l', 'room:2'));
        // Its own deadline passes when its database is gone: nobody hears of it, as of a process that died.
        void relayOf({ db: dying.db, carriers: [stuck], reportFault: () => {}, now: () => clock.now })
          .drain()
          .catch(() => {});
        await isCarrying;
        const { carrier, carried } = carrierOf(async () => {});
        const next = relayAt(db, [carrier], clock);
        await next.drain();
        t.ok(carried.length <= 1, 'what another is carrying is left to it');
        clock.now += 6_000;
        await Promise.all([next.drain(), relayAt(openFor(t, url).db, [carrier], clock).drain()]);
        t.same(carried.map((name) => name[0]).sort(), ['k', 'l'], 'each once');
      },
    );

    await t.test('started, it carries what is promised when it is nudged', async (t) => {
      let arrived: () => void = () => {};
      const arrival = new Promise<void>((resolve) => {
        arrived = resolve;
      });
      const { carrier } = carrierOf(async () => arrived());
      let nudge = () => {};
      const { db, commit } = await house(t, engine, { nudgeRelay: () => nudge() });
      const relay = relayAt(db, [carrier], { now });
      nudge = relay.nudge;
      relay.start();
      await makePromises(commit, promised('webhook', 'k'));
      await arrival;
      await relay.stop();
      t.match(
        await outboxEntries(db, {}, null, 1),
        [{ state: 'delivered', settledAt: now }],
        'and stopping waits for what is under way',
      );
    });
  }),
);

t.test('the pause doubles, to an hour', async (t) => {
  t.same(
    [1, 2, 3, 4, 30].map((attempts) => pauseAfter(attempts, () => 0.5)),
    [1000, 2000, 4000, 8000, 3_600_000],
  );
  t.ok(pauseAfter(1, () => 0) >= 900 && pauseAfter(1, () => 1) <= 1100);
});
