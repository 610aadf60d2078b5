import t from 'tap';
import { roomsUnansweredSince } from '../../db/overdue-rooms.ts';
import { updateRoom } from '../../db/rooms.ts';
import { touchLastSeen } from '../../db/users.ts';
import type { PersonCaller } from '../../server/identity/caller.ts';
import type { Ticked } from '../../server/support/clockwork.ts';
import { databaseFor, onEachEngine } from '../kit/database.ts';
import { type House, houseIn } from './house.ts';

const minute = 60_000;
const hour = 60 * minute;
const returning = { closeResolvedAfterSeconds: 24 * 3600, returnUnansweredAfterSeconds: 180 };

async function roomOf(house: House, visitor: PersonCaller): Promise<number> {
  return (await house.desk.rooms.current(visitor)).card.room.publicId;
}

const sum = (ticks: Ticked[]) =>
  ticks.reduce((total, { woken, closed, returned }) => total + woken + closed + returned, 0);

t.test('what time does', (t) =>
  onEachEngine(t, async (t, engine) => {
    const database = await databaseFor(t, engine);

    await t.test('what is resolved closes after a day, however many nodes look', async (t) => {
      const house = await houseIn(t, database);
      const neighbour = house.neighbour();
      const { desk, clock } = house;
      const [agent, visitor] = [await house.agent(), await house.visitor()];
      const refs: number[] = [];
      for (let n = 0; n < 8; n++) refs.push(await roomOf(house, await house.visitor()));
      const [still, reopened, ...others] = refs as [number, number, ...number[]];
      for (const ref of [reopened, ...others]) await desk.triage.resolve(agent, ref);
      const own = await roomOf(house, visitor);
      await desk.messages.send(agent, own, { text: 'so?' });
      await desk.triage.resolve(agent, own);
      clock.advance(24 * hour - minute);
      t.same(await desk.clockwork.tick(), { woken: 0, closed: 0, returned: 0 });
      await desk.messages.send(visitor, own, { text: 'not yet' });
      await desk.triage.reopen(agent, reopened);
      clock.advance(minute);
      house.heard('room.updated');
      neighbour.heard('room.updated');

      const ticks = await Promise.all([desk.clockwork.tick(), neighbour.desk.clockwork.tick(), desk.clockwork.tick()]);
      t.equal(sum(ticks), others.length, 'each once');
      const told = [...house.heard('room.updated'), ...neighbour.heard('room.updated')];
      t.equal(told.length, others.length);
      for (const { actorId, live } of told) {
        t.equal(actorId, null);
        t.match(live.change, { what: 'status', from: 'resolved', to: 'closed', because: 'resolved long ago' });
        t.match(live.room.room, { status: 'closed', closedAt: Number, closedBy: null, resolvedAt: Number });
      }
      const [entry] = await desk.feed.history(agent, others[0] as number);
      t.match(entry, { actor: null, data: { because: 'resolved long ago' } }, 'the house did it');
      for (const ref of [still, reopened, own]) {
        t.equal((await desk.rooms.find(agent, ref)).room.status, 'open');
      }
      t.same(await desk.clockwork.tick(), { woken: 0, closed: 0, returned: 0 });

      const never = await houseIn(t, database, {
        clockwork: { closeResolvedAfterSeconds: null, returnUnansweredAfterSeconds: null },
      });
      const left = await roomOf(never, await never.visitor());
      await never.desk.triage.resolve(await never.agent(), left);
      never.clock.advance(1000 * 24 * hour);
      t.equal((await never.desk.clockwork.tick()).closed, 0, 'unless that is turned off');
    });

    await t.test('who sleeps wakes', async (t) => {
      const house = await houseIn(t, database);
      const { desk, clock } = house;
      const agent = await house.agent();
      const [soon, later, whenever] = [
        await roomOf(house, await house.visitor()),
        await roomOf(house, await house.visitor()),
        await roomOf(house, await house.visitor()),
      ];
      await desk.triage.snooze(agent, soon, clock.now() + minute);
      await desk.triage.snooze(agent, later, clock.now() + hour);
      await desk.triage.snooze(agent, whenever, 'reply');
      clock.advance(2 * minute);
      house.heard('room.updated');
      t.same(await desk.clockwork.tick(), { woken: 1, closed: 0, returned: 0 });
      t.match(house.heard('room.updated'), [{ actorId: null, live: { change: { what: 'snooze', because: 'due' } } }]);
      t.equal((await desk.rooms.find(agent, soon)).room.snoozedUntil, null);
      t.ok((await desk.rooms.find(agent, later)).room.snoozedUntil);
      t.ok((await desk.rooms.find(agent, whenever)).room.snoozedUntil);
    });

    await t.test('a room whose agent leaves its visitor waiting returns to the queue', async (t) => {
      const house = await houseIn(t, database, { clockwork: returning });
      const { desk, clock } = house;
      const [agent, other] = [await house.agent(), await house.agent()];
      const people = [await house.visitor(), await house.visitor(), await house.visitor(), await house.visitor()];
      const [silent, answered, snoozed, late] = (await Promise.all(
        people.map((visitor) => roomOf(house, visitor)),
      )) as [number, number, number, number];
      for (const [n, ref] of [silent, answered, snoozed, late].entries()) {
        await desk.messages.send(people[n] as PersonCaller, ref, { text: 'hello?' });
        if (ref !== late) await desk.assignment.take(agent, ref);
      }
      const { needsReplySince } = (await desk.rooms.find(agent, silent)).room;
      clock.advance(2 * minute);
      // Somebody else of the team answers: the visitor waits no more.
      await desk.messages.send(other, answered, { text: 'one moment' });
      await desk.triage.snooze(agent, snoozed, clock.now() + hour);
      await desk.assignment.take(agent, late);
      t.equal((await desk.clockwork.tick()).returned, 0);
      clock.advance(minute);
      house.heard('room.updated');
      t.same(await desk.clockwork.tick(), { woken: 0, closed: 0, returned: 1 });
      t.match(house.heard('room.updated'), [
        {
          actorId: null,
          data: { what: 'assignee', from: agent.userId, to: null, because: 'agent silent' },
          live: { room: { room: { publicId: silent, status: 'open', assignedTo: null, queuedAt: needsReplySince } } },
        },
      ]);
      t.same(
        (await desk.queue.waiting(agent)).cards.map((card) => card.room.publicId),
        [silent],
      );
      t.equal((await desk.rooms.find(agent, answered)).room.assignedTo, agent.userId);
      t.equal((await desk.rooms.find(agent, snoozed)).room.assignedTo, agent.userId);
      clock.advance(2 * minute);
      t.equal((await desk.clockwork.tick()).returned, 1, 'who was given a waiting room late has as long as anybody');
      clock.advance(hour);
      t.same(await desk.clockwork.tick(), { woken: 1, closed: 0, returned: 1 }, 'what has slept long enough');

      await desk.assignment.take(other, silent);
      await desk.messages.send(other, silent, { text: 'here I am' });
      clock.advance(hour);
      t.equal((await desk.clockwork.tick()).returned, 0);

      const ordinary = await houseIn(t, database);
      const ref = await roomOf(ordinary, await ordinary.visitor());
      await ordinary.desk.assignment.take(await ordinary.agent(), ref);
      ordinary.clock.advance(100 * hour);
      t.equal((await ordinary.desk.clockwork.tick()).returned, 0, 'and none does unless somebody asks for it');
    });

    await t.test('more than a batch is done in several, and pages go on where they left off', async (t) => {
      const house = await houseIn(t, database, { clockwork: returning });
      const { desk, clock } = house;
      const [agent, visitor] = [await house.agent(), await house.visitor()];
      const ref = await roomOf(house, visitor);
      const { room } = await desk.rooms.find(agent, ref);
      const row = await database.db.selectFrom('support_chat_rooms').selectAll().where('id', '=', room.id).execute();
      const { id: _, is_active: _a, is_unread: _u, ...columns } = row[0] as (typeof row)[0];
      const copies = Array.from({ length: 249 }, (_, n) => ({
        ...columns,
        public_id: n + 1,
        uuid: `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`,
        open_key: null,
      }));
      await database.db.insertInto('support_chat_rooms').values(copies).execute();
      const everywhere = database.db.updateTable('support_chat_rooms');
      await everywhere
        .set({ status: 'assigned', assigned_to: agent.userId, needs_reply_since: row[0]?.created_at })
        .execute();
      clock.advance(hour);
      const seen: number[] = [];
      for (let after: Awaited<ReturnType<typeof roomsUnansweredSince>>[0] | null = null; ; ) {
        const page = await roomsUnansweredSince(database.db, clock.now(), clock.now(), { limit: 40, after });
        seen.push(...page.map(({ id }) => id));
        after = page.at(-1) ?? null;
        if (page.length < 40) break;
      }
      t.equal(new Set(seen).size, 250, 'all of one moment, none twice');
      t.equal(seen.length, 250);
      t.equal((await desk.clockwork.tick()).returned, 200);
      t.equal((await desk.clockwork.tick()).returned, 50);
      t.equal((await desk.clockwork.tick()).returned, 0);
    });

    await t.test('a room that Laravel resolved without saying when is left alone', async (t) => {
      const house = await houseIn(t, database);
      const { room } = (await house.desk.rooms.current(await house.visitor())).card;
      await updateRoom(database.db, room.id, { status: 'resolved' }, house.clock.now());
      house.clock.advance(48 * hour);
      t.same(await house.desk.clockwork.tick(), { woken: 0, closed: 0, returned: 0 });
    });

    await t.test('agents who leave are offline, and are again what they said when they come back', async (t) => {
      const here = new Set<number>();
      const house = await houseIn(t, database, { goneAfterSeconds: 120, connected: () => here });
      const { desk, clock } = house;
      const neighbour = house.neighbour();
      const [reading, polling, off] = [await house.agent(), await house.agent(), await house.agent()];
      const seen = async (agent: PersonCaller) => touchLastSeen(database.db, agent.userId, clock.now());
      const said = async () => {
        const team = await desk.availabilities.team(reading);
        return [reading, polling, off].map(
          ({ userId }) => team.find((member) => member.agent.id === userId)?.availability,
        );
      };
      here.add(reading.userId);
      await desk.availabilities.set(polling, 'busy');
      await desk.availabilities.set(off, 'offline');
      house.heard('agent.availability');
      t.equal(await desk.availabilities.noticeWhoLeft(), 0);

      clock.advance(2 * minute);
      await seen(polling);
      t.equal(await desk.availabilities.noticeWhoLeft(), 0);
      clock.advance(2 * minute);
      await seen(polling);
      t.equal(await desk.availabilities.noticeWhoLeft(), 0, 'a socket or a request now and then is enough');
      t.same(await said(), ['online', 'busy', 'offline']);

      here.clear();
      clock.advance(3 * minute + 1000);
      const noticed = await Promise.all([
        desk.availabilities.noticeWhoLeft(),
        neighbour.desk.availabilities.noticeWhoLeft(),
      ]);
      t.equal(noticed[0] + noticed[1], 2, 'each node looks, one tells');
      const told = [...house.heard('agent.availability'), ...neighbour.heard('agent.availability')];
      t.same(told.map(({ live }) => live.agent.id).sort(), [reading.userId, polling.userId].sort());
      for (const event of told) t.match(event, { actorId: null, live: { availability: 'offline' } });
      t.same(told.map(({ live }) => live.chosen).sort(), ['busy', 'online'], 'not what they chose');
      t.same(await said(), ['offline', 'offline', 'offline']);
      t.equal(await desk.availabilities.noticeWhoLeft(), 0);

      await seen(polling);
      await seen(off);
      t.equal(await desk.availabilities.noticeWhoLeft(), 1);
      t.match(house.heard('agent.availability'), [
        { actorId: null, live: { availability: 'busy', agent: { id: polling.userId } } },
      ]);
      t.same(await said(), ['offline', 'busy', 'offline'], 'who said they are not there is not');
      await desk.availabilities.set(polling, 'busy', false);
      t.match(house.heard('agent.availability'), [{ live: { availability: 'busy', agent: { id: polling.userId } } }]);
      clock.advance(10 * minute);
      t.equal(await desk.availabilities.noticeWhoLeft(), 0, 'who wants to stay what they said, stays');
      await desk.availabilities.set(polling, 'busy', true);
      clock.advance(10 * minute);
      t.equal(await desk.availabilities.noticeWhoLeft(), 1);
      house.heard('agent.availability');
      await desk.availabilities.set(reading, 'online');
      t.match(house.heard('agent.availability'), [{ actorId: reading.userId, live: { availability: 'online' } }]);
      t.same(await said(), ['online', 'offline', 'offline']);
      t.equal(await desk.availabilities.noticeWhoLeft(), 0);
    });

    await t.test('nobody has left while the house itself was away', async (t) => {
      const before = await houseIn(t, database, { goneAfterSeconds: 120 });
      await before.agent();
      t.equal(await before.desk.availabilities.noticeWhoLeft(), 0, 'never seen, and nobody has had the time to be');
      before.clock.advance(4 * minute);
      t.equal(await before.desk.availabilities.noticeWhoLeft(), 1);
      const patient = await houseIn(t, database, { goneAfterSeconds: null });
      await patient.agent();
      patient.clock.advance(100 * hour);
      t.equal(await patient.desk.availabilities.noticeWhoLeft(), 0);
    });
  }),
);
