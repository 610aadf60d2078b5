import t from 'tap';
import { messagesAfter } from '../../db/messages.ts';
import { roomById } from '../../db/rooms.ts';
import { onEachEngine } from '../kit/database.ts';
import { type House, houseOn, refused } from './house.ts';

const oneTo = (last: number) => Array.from({ length: last }, (_, place) => place + 1);

/** What the room's row claims, held against its messages. */
async function countedAnew({ database: { db } }: House, roomId: number) {
  const room = await roomById(db, roomId);
  if (!room) throw new Error('The room is gone');
  const messages = await messagesAfter(db, roomId, 'team', 0, 1000);
  const open = messages.filter((message) => !message.isPrivate);
  return {
    messages,
    claimed: {
      seqs: oneTo(room.lastSeq),
      publicSeqs: oneTo(room.lastPublicSeq),
      unreadAdminCount: room.unreadAdminCount,
      unreadUserCount: room.unreadUserCount,
    },
    true: {
      seqs: messages.map((message) => message.seq),
      publicSeqs: open.map((message) => message.publicSeq),
      unreadAdminCount: open.filter((message) => !message.isAdmin && message.seq > room.adminReadSeq).length,
      unreadUserCount: open.filter((message) => message.isAdmin && message.seq > room.userReadSeq).length,
    },
  };
}

t.test('one room: a hundred messages of its visitor, and two agents at once, on two nodes', { timeout: 280_000 }, (t) =>
  onEachEngine(t, async (t, engine) => {
    const house = await houseOn(t, engine);
    const neighbour = house.neighbour();
    const visitor = await house.visitor();
    const [a, b] = [await house.agent(), await house.agent()];
    const { card } = await house.desk.rooms.current(visitor);
    const { id, publicId: ref } = card.room;
    const work: Promise<unknown>[] = [];
    for (let n = 0; n < 100; n++) {
      const [near, far] = n % 2 ? [house.desk, neighbour.desk] : [neighbour.desk, house.desk];
      work.push(near.messages.send(visitor, ref, { text: `visitor ${n}`, clientId: `v${n}` }));
      if (n % 5 === 0) work.push(far.messages.send(n % 10 ? a : b, ref, { text: `agent ${n}` }));
      if (n % 10 === 3) work.push(far.messages.send(a, ref, { text: `note ${n}`, isPrivate: true }));
      if (n % 7 === 0) work.push(far.reading.markRead(n % 2 ? a : b, ref));
      if (n % 9 === 0) work.push(near.reading.markRead(visitor, ref));
      // Not heard of in time, it is sent again while the first is under way.
      if (n % 20 === 0) work.push(far.messages.send(visitor, ref, { text: `visitor ${n}`, clientId: `v${n}` }));
    }
    await Promise.all(work);
    const counted = await countedAnew(house, id);
    t.same(counted.claimed, counted.true);
    t.equal(counted.messages.length, 130);
    t.equal(new Set(counted.messages.map((message) => message.text)).size, 130);
    const { messages } = counted;
    t.ok(messages.every((message, n) => n === 0 || message.createdAt > (messages[n - 1]?.createdAt ?? 0)));
    const told = [...house.events, ...neighbour.events];
    t.equal(told.filter((event) => event.type === 'message.sent').length, 120, 'each is said once');
    t.equal(told.filter((event) => event.type === 'note.added').length, 10);
    const taken = told.filter((event) => event.type === 'room.updated' && event.live.change.what === 'assignee');
    t.equal(taken.length, 1, 'the first answer took the room, once');

    await house.desk.reading.markRead(a, ref);
    await neighbour.desk.reading.markRead(visitor, ref);
    const quiet = await countedAnew(house, id);
    t.same(quiet.claimed, quiet.true);
    t.match(quiet.claimed, { unreadAdminCount: 0, unreadUserCount: 0 });
  }),
);

t.test('a hundred visitors at once, and two agents who answer them all', { timeout: 280_000 }, (t) =>
  onEachEngine(t, async (t, engine) => {
    const house = await houseOn(t, engine);
    const neighbour = house.neighbour();
    const agents = [await house.agent(), await house.agent()] as const;
    const visitors = [];
    for (let n = 0; n < 100; n++) visitors.push(await house.visitor());
    const rooms = await Promise.all(
      visitors.map(async (visitor, n) => {
        const { desk } = n % 2 ? house : neighbour;
        const { room } = (await desk.rooms.current(visitor)).card;
        const say = (text: string) => desk.messages.send(visitor, room.publicId, { text });
        await Promise.all([say('hello'), say('is anybody there?')]);
        await desk.messages.send(agents[n % 3 ? 0 : 1], room.publicId, { text: 'yes' });
        await say('good');
        return room;
      }),
    );
    for (const { id } of rooms) {
      const counted = await countedAnew(house, id);
      t.same(counted.claimed, counted.true);
      t.same(
        counted.messages.map((message) => message.isAdmin),
        [false, false, true, false],
      );
    }
    const stats = await house.desk.stats.read(agents[0]);
    t.match(stats, { total: 100, assigned: 100, open: 0, unread: 100, unassigned: 0 });
  }),
);

t.test('one side reads, and the other is told how far', (t) =>
  onEachEngine(t, async (t, engine) => {
    const house = await houseOn(t, engine);
    const { desk } = house;
    const [visitor, agent, colleague] = [await house.visitor(), await house.agent(), await house.agent()];
    const ref = (await desk.rooms.current(visitor)).card.room.publicId;
    for (const text of ['one', 'two', 'three']) await desk.messages.send(visitor, ref, { text });
    await desk.messages.send(agent, ref, { text: 'note', isPrivate: true });
    const readBy = async () =>
      (await desk.timelines.read(agent, ref)).messages.map((message) => message.readAt !== null);
    house.heard('message.read');
    t.same(await readBy(), [true, true, true, false], 'who notes something has read what it is about');

    await desk.messages.send(visitor, ref, { text: 'four' });
    t.match((await desk.rooms.find(agent, ref)).room, { unreadAdminCount: 1, unreadUserCount: 0 });
    await desk.reading.markRead(colleague, ref);
    t.match(house.heard('message.read'), [
      { actorId: colleague.userId, live: { isAdmin: true, readerId: colleague.userId, seq: 5, publicSeq: 4 } },
    ]);
    t.match((await desk.rooms.find(agent, ref)).room, { unreadAdminCount: 0, adminReadSeq: 5 });

    await desk.messages.send(agent, ref, { text: 'five' });
    await desk.messages.send(colleague, ref, { text: 'six' });
    t.match((await desk.rooms.find(agent, ref)).room, { unreadAdminCount: 0, unreadUserCount: 2 });
    t.same((await readBy()).slice(-2), [false, false], 'what one agent writes no other reads for the visitor');
    await desk.reading.markRead(visitor, ref);
    t.match(house.heard('message.read'), [
      { actorId: visitor.userId, live: { isAdmin: false, seq: 7, publicSeq: 6, room: { unreadUserCount: 0 } } },
    ]);
    t.same((await readBy()).slice(-2), [true, true]);
    await desk.reading.markRead(visitor, ref);
    await desk.reading.markRead(agent, ref);
    t.same(house.heard('message.read'), []);
  }),
);

t.test('ten minutes to correct oneself', (t) =>
  onEachEngine(t, async (t, engine) => {
    const house = await houseOn(t, engine);
    const { desk, clock } = house;
    const [visitor, agent] = [await house.visitor(), await house.agent()];
    const supervisor = await house.agent({ role: 'supervisor' });
    const ref = (await desk.rooms.current(visitor)).card.room.publicId;
    const { message: asked } = await desk.messages.send(visitor, ref, { text: 'asked' });
    const { message: unsaid } = await desk.messages.send(visitor, ref, { text: 'unsaid' });
    const { message: kept } = await desk.messages.send(visitor, ref, { text: 'kept' });
    const { message: answered } = await desk.messages.send(agent, ref, { text: 'answered' });

    clock.advance(9 * 60_000 + 55_000);
    t.match(await desk.corrections.edit(visitor, ref, asked.id, 'asked, 9:55'), { text: 'asked, 9:55' });
    t.match(await desk.corrections.edit(agent, ref, answered.id, 'answered, 9:55'), { text: 'answered, 9:55' });
    t.match(await desk.corrections.remove(visitor, ref, unsaid.id), { text: '', deletedAt: Number });

    clock.advance(6_000);
    for (const [caller, message] of [
      [visitor, asked],
      [agent, answered],
    ] as const) {
      const late = await refused(t, 'forbidden', desk.corrections.edit(caller, ref, message.id, '10:01'));
      t.equal(late.message, 'Messages can be edited for 10 minutes.', 'an edit does not begin the ten minutes anew');
    }
    await refused(t, 'forbidden', desk.corrections.remove(visitor, ref, kept.id));
    await refused(t, 'forbidden', desk.corrections.edit(supervisor, ref, kept.id, 'not what they said'));
    t.match(await desk.corrections.remove(agent, ref, answered.id), { text: '' }, 'the team takes back what it wrote');
    t.match(await desk.corrections.remove(supervisor, ref, kept.id), { text: '' });
  }),
);
