import t from 'tap';
import { messagesAfter } from '../../db/messages.ts';
import { roomById, updateRoom } from '../../db/rooms.ts';
import { toText } from '../../db/time.ts';
import type { PersonCaller } from '../../server/identity/caller.ts';
import type { RoomCard } from '../../server/support/cards.ts';
import type { RoomCursor, RoomPage } from '../../server/support/rooms.ts';
import type { TimelineAsked } from '../../server/support/timeline.ts';
import { databaseFor, onEachEngine } from '../kit/database.ts';
import { apiKey, type House, houseIn, houseOn, refused } from './house.ts';

const texts = (timeline: { messages: readonly { text: string }[] }) => timeline.messages.map((message) => message.text);

async function roomOf(house: House, visitor: PersonCaller): Promise<number> {
  return (await house.desk.rooms.current(visitor)).card.room.publicId;
}

t.test('on both engines', (t) =>
  onEachEngine(t, async (t, engine) => {
    const database = await databaseFor(t, engine);
    await t.test('"get or create" makes one room, however many ask at once', async (t) => {
      const house = await houseIn(t, database);
      const neighbour = house.neighbour();
      const visitor = await house.visitor();
      const asked = Array.from({ length: 20 }, (_, turn) =>
        (turn % 2 ? house : neighbour).desk.rooms.current(visitor, { category: 'billing' }),
      );
      const found = await Promise.all(asked);
      t.equal(new Set(found.map(({ card }) => card.room.publicId)).size, 1);
      t.equal(found.filter(({ isNew }) => isNew).length, 1);
      const { room } = (found[0] as { card: RoomCard }).card;
      t.match(room, { status: 'open', priority: 'normal', category: 'billing', userId: visitor.userId });
      t.ok(room.lastMessageAt, 'it stands in lists from the start');
      t.equal(house.heard('room.created').length + neighbour.heard('room.created').length, 1);

      await house.desk.triage.close(visitor, room.publicId);
      const next = await house.desk.rooms.current(visitor);
      t.equal(next.isNew, true, 'what is closed is not found again');
      await house.desk.triage.reopen(visitor, room.publicId);
      await house.desk.messages.send(visitor, room.publicId, { text: 'again' });
      t.equal((await house.desk.rooms.current(visitor)).card.room.publicId, room.publicId, 'the newest of two');
    });

    await t.test('a room an app beside us closed does not stand in the way', async (t) => {
      const { desk, visitor } = await houseIn(t, database);
      const customer = await visitor();
      const { card } = await desk.rooms.current(customer);
      await database.db
        .updateTable('support_chat_rooms')
        .set({ status: 'closed' })
        .where('id', '=', card.room.id)
        .execute();
      const next = await desk.rooms.current(customer);
      t.equal(next.isNew, true);
      t.not(next.card.room.id, card.room.id);
    });

    await t.test('messages both ways: numbers, counters, who waits, who answered first', async (t) => {
      const house = await houseIn(t, database);
      const { desk, clock } = house;
      const [visitor, agent] = [await house.visitor({ name: 'Іван' }), await house.agent({ name: 'Олена' })];
      const ref = await roomOf(house, visitor);

      const first = await desk.messages.send(visitor, ref, { text: 'Добрий день' });
      t.match(first, {
        isNew: true,
        message: { seq: 1, publicSeq: 1, isAdmin: false, type: 'text', source: 'widget' },
      });
      t.match(first.room, { unreadAdminCount: 1, unreadUserCount: 0, firstResponseAt: null });
      t.ok(first.room.needsReplySince);
      clock.advance(60_000);
      await desk.messages.send(visitor, ref, { text: 'Ви тут?' });
      const answer = await desk.messages.send(agent, ref, { text: 'Так', replyToId: first.message.id });
      t.match(answer.message, { seq: 3, isAdmin: true, author: { name: 'Олена' }, replyTo: { text: 'Добрий день' } });
      t.match(answer.room, {
        status: 'assigned',
        assignedTo: agent.userId,
        unreadAdminCount: 0,
        unreadUserCount: 1,
        needsReplySince: null,
        adminReadSeq: 3,
      });
      t.ok(answer.room.firstResponseAt);

      t.match(
        house.events.map(({ type }) => type),
        ['room.created', 'message.sent', 'message.sent', 'message.read', 'message.sent', 'room.updated'],
        'who answers has read',
      );
      const [, , sent] = house.heard('message.sent');
      t.match(sent?.live, { message: { text: 'Так' }, visitor: { name: 'Іван' }, notified: [visitor.userId] });
      const waited = Object.entries(sent?.data ?? {}).find(([name]) => name === 'firstResponseMilliseconds')?.[1];
      t.ok(waited >= 60_000 && waited < 70_000, `${waited} ms`);
      t.match(house.heard('room.updated')[0]?.live.change, {
        what: 'assignee',
        to: agent.userId,
        because: 'first reply',
      });
      t.match(house.heard('message.read')[0]?.live, { isAdmin: true, seq: 2, publicSeq: 2 });

      await desk.reading.markRead(visitor, ref);
      t.match(house.heard('message.read')[0]?.live, { isAdmin: false, publicSeq: 3, room: { unreadUserCount: 0 } });
      const before = house.events.length;
      await desk.reading.markRead(visitor, ref);
      await desk.reading.markRead(agent, ref);
      t.equal(house.events.length, before, 'a poll that finds nothing new says nothing');
      const { messages } = await desk.timelines.read(visitor, ref);
      t.ok(messages.every((message) => message.readAt !== null));

      t.match(await desk.reading.markUnread(agent, ref), { room: { unreadAdminCount: 1 } });
      await desk.reading.markDelivered(agent, ref, 1);
      t.match(house.heard('message.delivered')[0]?.live, { isAdmin: true, seq: 1, publicSeq: 1 });
    });

    await t.test('notifications in the app: the assigned agent, or everybody of the site', async (t) => {
      const house = await houseIn(t, database);
      const { desk } = house;
      const visitor = await house.visitor({ name: 'Іван', siteDomain: 'shop.example' });
      const here = await house.agent({ siteDomain: 'shop.example' });
      const elsewhere = await house.agent({ siteDomain: 'other.example' });
      const everywhere = await house.agent();
      const ref = await roomOf(house, visitor);
      await desk.messages.send(visitor, ref, { text: '😀'.repeat(60) });
      t.same(house.heard('message.sent')[0]?.live.notified.sort(), [here.userId, everywhere.userId].sort());
      t.equal((await desk.notices.list(elsewhere)).unread, 0);
      const { notifications } = await desk.notices.list(here);
      t.match(notifications, [
        {
          type: 'chat_message',
          data: { chat_room_id: ref, message_id: Number, sender_name: 'Іван', message_preview: '😀'.repeat(50) },
        },
      ]);
      await desk.assignment.take(here, ref);
      await desk.messages.send(visitor, ref, { text: 'ще' });
      t.same(house.heard('message.sent')[0]?.live.notified, [here.userId]);
      t.equal(await desk.notices.markRead(here, null), 2);
      t.equal((await desk.notices.list(here)).unread, 0);
      await refused(t, 'forbidden', desk.messages.send(elsewhere, ref, { text: 'x' }));
    });

    await t.test('one client_id is one message, however often and at once it is sent', async (t) => {
      const house = await houseIn(t, database);
      const neighbour = house.neighbour();
      const visitor = await house.visitor();
      const ref = await roomOf(house, visitor);
      const sent = await Promise.all(
        Array.from({ length: 10 }, (_, turn) =>
          (turn % 2 ? house : neighbour).desk.messages.send(visitor, ref, { text: 'once', clientId: 'c-1' }),
        ),
      );
      t.equal(new Set(sent.map(({ message }) => message.id)).size, 1);
      t.equal(sent.filter(({ isNew }) => isNew).length, 1);
      const refusal = await refused(
        t,
        'conflict',
        house.desk.messages.send(visitor, ref, { text: 'other', clientId: 'c-1' }),
      );
      t.match(refusal.details.current, { text: 'once' });
      await house.desk.messages.send(visitor, ref, { text: 'once' });
      t.same(texts(await house.desk.timelines.read(visitor, ref)), ['once', 'once'], 'the same text twice is two');
      t.match((await house.desk.rooms.find(visitor, ref)).room, { unreadAdminCount: 2, lastSeq: 2 });
    });

    await t.test('numbers have no gap and times rise, whoever sends how much at once', async (t) => {
      const house = await houseIn(t, database);
      const neighbour = house.neighbour();
      const [visitor, agent] = [await house.visitor(), await house.agent()];
      const ref = await roomOf(house, visitor);
      await Promise.all(
        Array.from({ length: 60 }, (_, turn) => {
          const { desk } = turn % 2 ? house : neighbour;
          const isNote = turn % 3 === 0;
          return desk.messages.send(turn % 3 === 1 ? visitor : agent, ref, { text: `${turn}`, isPrivate: isNote });
        }),
      );
      const { room } = await house.desk.rooms.find(agent, ref);
      const all = await messagesAfter(house.database.db, room.id, 'team', 0, 100);
      t.same(
        all.map((message) => message.seq),
        Array.from({ length: 60 }, (_, place) => place + 1),
      );
      t.same(
        all.flatMap((message) => message.publicSeq ?? []),
        Array.from({ length: 40 }, (_, place) => place + 1),
      );
      t.ok(all.every((message, place) => place === 0 || message.createdAt > (all[place - 1]?.createdAt ?? 0)));
      t.equal(room.lastSeq, 60);
      t.equal(room.lastPublicSeq, 40);
    });

    await t.test('notes reach no visitor by any function', async (t) => {
      const house = await houseIn(t, database);
      const { desk } = house;
      const visitor = await house.visitor();
      const [agent, colleague] = [await house.agent(), await house.agent()];
      const key = apiKey('k1');
      const { card } = await desk.rooms.current(key, { visitorId: visitor.userId });
      const { publicId: ref, uuid } = card.room;
      await desk.messages.send(visitor, ref, { text: 'question' });
      const secret = 'SECRET-7';
      const { message: note } = await desk.messages.send(agent, ref, {
        text: secret,
        isPrivate: true,
        mentions: [colleague.userId, visitor.userId, 999_999],
      });
      t.match(note, { isPrivate: true, publicSeq: null, seq: 2 });
      await desk.messages.send(agent, ref, { text: 'answer' });

      const asks: TimelineAsked[] = [
        {},
        { page: 1 },
        { page: 2, perPage: 1 },
        { order: 'oldest first' },
        { afterSeq: 0 },
        { afterSeq: 1 },
        { beforeSeq: 99 },
        { since: 0 },
        { limit: 500, afterSeq: -5 },
        { audience: 'visitor' },
      ];
      const heardByVisitor: unknown[] = [];
      for (const asked of asks) {
        heardByVisitor.push(await desk.timelines.read(visitor, ref, asked));
        heardByVisitor.push(await desk.timelines.read(key, uuid, asked));
      }
      heardByVisitor.push(await desk.timelines.read(agent, ref, { audience: 'visitor' }));
      heardByVisitor.push(await desk.rooms.find(visitor, ref), await desk.rooms.mine(visitor));
      heardByVisitor.push(await desk.rooms.current(visitor), await desk.notices.list(visitor));
      heardByVisitor.push(await desk.attachments.ofRoom(visitor, ref), await desk.drafts.list(visitor));
      heardByVisitor.push(house.events.filter((event) => event.type.startsWith('message.')));
      t.notMatch(JSON.stringify(heardByVisitor), secret);
      t.match(JSON.stringify(await desk.timelines.read(agent, ref)), secret, 'which the team does see');

      const seqs = (await desk.timelines.read(visitor, ref)).messages.map((message) => message.publicSeq);
      t.same(seqs, [1, 2], 'not even a gap');
      await refused(t, 'invalid', desk.messages.send(visitor, ref, { text: 'quoting', replyToId: note.id }));
      await refused(t, 'invalid', desk.messages.send(agent, ref, { text: 'quoting aloud', replyToId: note.id }));
      await desk.messages.send(agent, ref, { text: 'quoting among us', replyToId: note.id, isPrivate: true });
      await refused(t, 'not-found', desk.corrections.edit(visitor, ref, note.id, 'x'));
      await refused(t, 'not-found', desk.corrections.remove(visitor, ref, note.id));
      await refused(t, 'forbidden', desk.messages.send(visitor, ref, { text: 'x', isPrivate: true }));
      await refused(t, 'not-found', desk.messages.send(key, uuid, { text: 'x', isPrivate: true }));
      await refused(t, 'forbidden', desk.feed.history(visitor, ref));
      await refused(t, 'forbidden', desk.search.rooms(visitor, secret));

      t.match((await desk.rooms.find(agent, ref)).room, { unreadUserCount: 1 }, 'nor does it count');
      const [added] = house.heard('note.added');
      t.same(added?.live.notified, [colleague.userId], 'a mention tells the team only');
      t.match((await desk.notices.list(colleague)).notifications[0], { type: 'chat_mention' });
      t.equal((await desk.notices.list(visitor)).notifications.length, 1, 'the answer, and nothing else');
      t.match(await desk.corrections.edit(agent, ref, note.id, 'changed'), { isPrivate: true, text: 'changed' });
      await desk.corrections.remove(agent, ref, note.id);
      t.equal(house.heard('note.updated').length + house.heard('note.deleted').length, 2);
    });

    await t.test('pages', async (t) => {
      const house = await houseIn(t, database);
      const { desk } = house;
      const [visitor, agent] = [await house.visitor(), await house.agent()];
      const ref = await roomOf(house, visitor);
      for (let turn = 1; turn <= 7; turn++) await desk.messages.send(visitor, ref, { text: `${turn}` });
      const read = (asked: TimelineAsked) => desk.timelines.read(agent, ref, asked);
      for (const [asked, expected, hasMore] of [
        [{ perPage: 3 }, ['5', '6', '7'], true],
        [{ perPage: 3, page: 1 }, ['5', '6', '7'], true],
        [{ perPage: 3, page: 3 }, ['1'], false],
        [{ perPage: 3, page: 4 }, [], false],
        [{ perPage: 3, order: 'oldest first' }, ['1', '2', '3'], true],
        [{ perPage: 3, order: 'oldest first', page: 3 }, ['7'], false],
        [{ afterSeq: 5 }, ['6', '7'], false],
        [{ afterSeq: 2, limit: 2 }, ['3', '4'], true],
        [{ afterSeq: 99 }, [], false],
        [{ beforeSeq: 3 }, ['1', '2'], false],
        [{ beforeSeq: 6, limit: 2 }, ['4', '5'], true],
        [{ beforeSeq: 1 }, [], false],
        [{ since: Date.now() + 1e9 }, [], false],
        [{ since: 0, limit: 2 }, ['1', '2'], true],
      ] as const) {
        const timeline = await read(asked);
        t.same(texts(timeline), expected, JSON.stringify(asked));
        t.equal(timeline.hasMore, hasMore, JSON.stringify(asked));
      }
      t.match(await read({ perPage: 3 }), { total: 7, lastPage: 3, page: 1, perPage: 3, unread: 7 });
      const third = (await read({})).messages[2];
      t.same(texts(await read({ since: third?.createdAt ?? 0 })), ['4', '5', '6', '7'], 'strictly later');
    });

    await t.test('messages a Laravel app has written are there, in their place', async (t) => {
      const house = await houseIn(t, database);
      const { desk } = house;
      const [visitor, agent] = [await house.visitor(), await house.agent()];
      const { card } = await desk.rooms.current(visitor);
      const ref = card.room.publicId;
      await desk.messages.send(visitor, ref, { text: 'ours' });
      const at = toText(Date.now());
      const theirs = { chat_room_id: card.room.id, message: 'theirs', created_at: at, updated_at: at };
      await database.db
        .insertInto('support_chat_messages')
        .values({ ...theirs, user_id: visitor.userId })
        .execute();
      t.same(texts(await desk.timelines.read(agent, ref)), ['ours', 'theirs']);
      t.match(house.heard('room.updated')[0]?.live.change, { what: 'messages' });
      await database.db
        .insertInto('support_chat_messages')
        .values({ ...theirs, user_id: visitor.userId, message: 'more' })
        .execute();
      t.match((await desk.rooms.list(agent, {})).cards[0]?.latest, { text: 'more', seq: 3 });
    });

    await t.test('edit for ten minutes, delete to a tombstone', async (t) => {
      const house = await houseIn(t, database);
      const { desk, clock } = house;
      const [visitor, agent] = [await house.visitor(), await house.agent()];
      const supervisor = await house.agent({ role: 'supervisor' });
      const ref = await roomOf(house, visitor);
      const { message } = await desk.messages.send(visitor, ref, { text: 'tpyo', clientId: 'c' });
      t.match(await desk.corrections.edit(visitor, ref, message.id, 'typo'), { text: 'typo', editedAt: Number });
      t.equal((await desk.search.rooms(agent, 'typo')).length, 1);
      t.equal((await desk.search.rooms(agent, 'tpyo')).length, 0);
      t.match(
        await desk.messages.send(visitor, ref, { text: 'tpyo', clientId: 'c' }),
        { isNew: false, message: { text: 'typo' } },
        'sent again, it is the one that was corrected',
      );
      await refused(t, 'forbidden', desk.corrections.edit(agent, ref, message.id, 'x'));
      await refused(t, 'invalid', desk.corrections.edit(visitor, ref, message.id, ' '));
      await refused(t, 'forbidden', desk.corrections.remove(agent, ref, message.id));
      const other = await roomOf(house, await house.visitor());
      await refused(t, 'not-found', desk.corrections.edit(supervisor, other, message.id, 'x'));

      const { message: second } = await desk.messages.send(visitor, ref, { text: 'secret card number' });
      t.match(await desk.corrections.remove(visitor, ref, second.id), { text: '', deletedAt: Number, seq: 2 });
      t.match((await desk.rooms.find(agent, ref)).room, { unreadAdminCount: 1, lastSeq: 2 });
      t.equal((await desk.search.rooms(agent, 'card number')).length, 0);
      await desk.corrections.remove(visitor, ref, second.id);
      t.equal(house.heard('message.deleted').length, 1, 'twice is once');
      await refused(t, 'conflict', desk.corrections.edit(visitor, ref, second.id, 'x'));
      await desk.corrections.remove(visitor, ref, message.id);
      t.match((await desk.rooms.find(agent, ref)).room, { unreadAdminCount: 0, needsReplySince: null });

      const { message: late } = await desk.messages.send(visitor, ref, { text: 'late' });
      clock.advance(10 * 60_000 + 1);
      await refused(t, 'forbidden', desk.corrections.edit(visitor, ref, late.id, 'x'));
      await refused(t, 'forbidden', desk.corrections.remove(visitor, ref, late.id));
      t.match(await desk.corrections.remove(supervisor, ref, late.id), { text: '' });
    });

    await t.test('a message into what is over', async (t) => {
      const house = await houseIn(t, database);
      const { desk } = house;
      const [visitor, agent] = [await house.visitor(), await house.agent()];
      const ref = await roomOf(house, visitor);
      await desk.messages.send(agent, ref, { text: 'hello' });
      await desk.triage.resolve(agent, ref);
      const { room } = await desk.messages.send(visitor, ref, { text: 'still broken' });
      t.match(room, { status: 'open', resolvedAt: null, assignedTo: agent.userId, openKey: null });
      const because = house.heard('room.updated').map((event) => event.live.change.because);
      t.same(because, ['first reply', undefined, 'visitor wrote']);
      await desk.triage.close(agent, ref);
      const refusal = await refused(
        t,
        'invalid',
        desk.messages.send(visitor, ref, { text: 'x' }, { ifOver: 'refuse' }),
      );
      t.equal(refusal.message, 'Cannot send message to closed or archived session');
      t.match((await desk.messages.send(agent, ref, { text: 'bye' })).room, { status: 'closed' });
    });

    await t.test('what one does, in the words of the contract', async (t) => {
      const house = await houseIn(t, database);
      const { desk, clock } = house;
      const [visitor, agent, admin] = [
        await house.visitor(),
        await house.agent(),
        await house.agent({ isAdmin: true }),
      ];
      const stranger = await house.visitor();
      const ref = await roomOf(house, visitor);
      await desk.messages.send(visitor, ref, { text: 'привіт' });

      const unassigned = await refused(t, 'invalid', desk.triage.setStatus(agent, ref, 'assigned'));
      t.ok(unassigned.details.fields?.status);
      await refused(t, 'invalid', desk.triage.setStatus(agent, ref, 'busy'));
      await refused(t, 'invalid', desk.triage.setPriority(agent, ref, 'asap'));
      await refused(t, 'invalid', desk.triage.setCategory(agent, ref, 'я'.repeat(101)));
      t.match(await desk.triage.setPriority(agent, ref, 'urgent'), { room: { priority: 'urgent' } });
      t.match(await desk.triage.setCategory(agent, ref, ' Оплата '), { room: { category: 'Оплата' } });
      const notAdmin = await refused(t, 'invalid', desk.assignment.assign(admin, ref, visitor.userId));
      t.equal(notAdmin.message, 'User is not an admin');
      await refused(t, 'invalid', desk.assignment.assign(admin, ref, 999_999));
      t.match(await desk.assignment.assign(admin, ref, agent.userId), {
        room: { status: 'assigned', assignedTo: agent.userId },
        assignee: { id: agent.userId },
      });
      const taken = await refused(t, 'conflict', desk.assignment.take(admin, ref));
      t.match(taken.details.current, { assignee: { id: agent.userId }, room: { publicId: ref } });
      t.match(await desk.assignment.take(agent, ref), { room: { assignedTo: agent.userId } }, 'who has it has it');
      t.match(await desk.assignment.unassign(agent, ref), { room: { status: 'open', assignedTo: null } });

      const label = await desk.labels.add(agent, { name: 'VIP' });
      await refused(t, 'conflict', desk.labels.add(agent, { name: 'VIP' }));
      await refused(t, 'invalid', desk.triage.setLabels(agent, ref, ['none']));
      t.match(await desk.triage.setLabels(agent, ref, [label.id]), { labels: [{ name: 'VIP' }] });
      t.equal((await desk.rooms.list(agent, { labelId: label.id })).total, 1);

      await refused(t, 'invalid', desk.triage.snooze(agent, ref, clock.now() - 1));
      await desk.triage.snooze(agent, ref, clock.now() + 60_000);
      t.equal((await desk.clockwork.tick()).woken, 0);
      clock.advance(61_000);
      t.equal((await desk.clockwork.tick()).woken, 1);
      t.equal((await desk.clockwork.tick()).woken, 0);
      await desk.triage.snooze(agent, ref, 'reply');
      t.equal((await desk.rooms.list(agent, { snoozed: { is: true, at: clock.now() } })).total, 1);
      await desk.messages.send(visitor, ref, { text: 'ще питання' });
      t.match((await desk.rooms.find(agent, ref)).room, { snoozedUntil: null });

      t.match(await desk.stats.read(agent), { total: 1, open: 1, unassigned: 1, urgent: 1, unread: 1 });
      t.match(await desk.triage.archive(agent, ref), { room: { status: 'closed', archivedAt: Number } });
      t.equal((await desk.rooms.list(agent, {})).total, 0);
      t.match(await desk.triage.reopen(visitor, ref), { room: { status: 'open', archivedAt: null } });

      const history = await desk.feed.history(agent, ref, null, 100);
      const changes = history.filter((entry) => entry.type === 'room.updated').map((entry) => entry.data.what);
      t.same(changes.reverse(), [
        ...['priority', 'category', 'assignee', 'assignee', 'labels', 'snooze', 'snooze', 'snooze', 'snooze'],
        ...['archive', 'status'],
      ]);
      t.equal(history.at(0)?.actor?.id, visitor.userId);
      t.notMatch(JSON.stringify(history), 'ще питання', 'the history does not repeat what people wrote');

      for (const door of [
        () => desk.rooms.find(stranger, ref),
        () => desk.timelines.read(stranger, ref),
        () => desk.messages.send(stranger, ref, { text: 'x' }),
        () => desk.triage.close(stranger, ref),
        () => desk.reading.markRead(stranger, ref),
        () => desk.typing.set(stranger, ref, true),
        () => desk.triage.setPriority(visitor, ref, 'high'),
        () => desk.assignment.take(visitor, ref),
        () => desk.rooms.list(visitor, {}),
        () => desk.stats.read(visitor),
        () => desk.queue.waiting(visitor),
        () => desk.feed.changes(visitor, null),
        () => desk.rooms.remove(agent, ref),
        () => desk.rooms.current(stranger, { visitorId: visitor.userId }),
      ]) {
        const refusal = await refused(t, 'forbidden', door());
        t.equal(refusal.message, 'This action is unauthorized.');
      }
      for (const missing of [
        1,
        '0',
        '-1',
        '1e3',
        'abc',
        '99999999999999999999',
        '00000000-0000-4000-8000-000000000001',
      ]) {
        await refused(t, 'not-found', desk.rooms.find(admin, missing));
      }
      const { room } = await desk.rooms.find(admin, ref);
      for (const form of [
        String(ref),
        room.uuid,
        room.uuid.toUpperCase(),
        `session_${room.uuid.replaceAll('-', '')}`,
      ]) {
        t.equal((await desk.rooms.find(admin, form)).room.id, room.id, form);
      }

      await desk.rooms.remove(admin, ref);
      await refused(t, 'not-found', desk.rooms.find(admin, ref));
      t.equal(await roomById(database.db, room.id), undefined);
      t.match(await desk.visitors.audit(admin), [{ action: 'room.deleted', actorId: admin.userId }]);
    });

    await t.test('a room opened by a key is answered by the team, and its key alone reaches it', async (t) => {
      const house = await houseIn(t, database);
      const { desk } = house;
      const visitor = await house.visitor({ siteDomain: 'shop.example' });
      const agent = await house.agent();
      const key = apiKey('k1', 'shop.example');
      const { card } = await desk.rooms.current(key, { visitorId: visitor.userId, channel: 'polling' });
      t.match(card.room, { siteDomain: 'shop.example', channel: 'polling' });
      t.equal((await desk.rooms.current(key, { visitorId: visitor.userId })).isNew, false);
      const { uuid, publicId } = card.room;
      t.match(await desk.messages.send(key, uuid, { text: 'from the page' }), {
        message: { isAdmin: false, author: { id: visitor.userId }, source: 'api' },
      });
      await desk.messages.send(agent, publicId, { text: 'from the panel' });
      t.same(texts(await desk.timelines.read(key, uuid, { since: 0 })), ['from the page', 'from the panel']);
      await refused(t, 'not-found', desk.timelines.read(key, publicId));
      await refused(t, 'not-found', desk.timelines.read(apiKey('k2', 'shop.example'), uuid));
      await refused(t, 'forbidden', desk.rooms.current(apiKey('k3', 'other.example'), { visitorId: visitor.userId }));
      await refused(t, 'not-found', desk.triage.close(key, uuid));

      const { card: own } = await desk.rooms.current(await house.visitor({ siteDomain: 'shop.example' }));
      await refused(t, 'not-found', desk.timelines.read(key, own.room.uuid));
    });

    await t.test('who is blocked writes no more, and reads on', async (t) => {
      const house = await houseIn(t, database);
      const { desk, clock } = house;
      const [visitor, agent] = [await house.visitor(), await house.agent()];
      const ref = await roomOf(house, visitor);
      await desk.visitors.block(agent, ref, { reason: 'spam', until: clock.now() + 1000 });
      await refused(t, 'forbidden', desk.messages.send(visitor, ref, { text: 'x' }));
      t.equal((await desk.timelines.read(visitor, ref)).total, 0);
      clock.advance(2000);
      await desk.messages.send(visitor, ref, { text: 'x' });
      await desk.visitors.block(agent, ref);
      await refused(t, 'forbidden', desk.messages.send(visitor, ref, { text: 'x' }));
      t.match(await desk.visitors.blocked(agent), [{ kind: 'user', value: String(visitor.userId) }]);
      await desk.visitors.unblock(agent, ref);
      await desk.visitors.blockAddress(agent, '192.0.2.1');
      await refused(t, 'forbidden', desk.messages.send(visitor, ref, { text: 'x' }, { ip: '192.0.2.1' }));
      await desk.messages.send(visitor, ref, { text: 'x' }, { ip: '192.0.2.2' });
      t.equal(house.heard('visitor.blocked').length, 2);
    });

    await t.test('an agent who has not seen a colleague’s answer is told before sending', async (t) => {
      const house = await houseIn(t, database);
      const { desk } = house;
      const [visitor, a, b] = [await house.visitor(), await house.agent(), await house.agent()];
      const ref = await roomOf(house, visitor);
      await desk.messages.send(visitor, ref, { text: '?' });
      await desk.messages.send(a, ref, { text: 'answer' });
      const refusal = await refused(t, 'conflict', desk.messages.send(b, ref, { text: 'mine' }, { lastSeenSeq: 1 }));
      t.match(refusal.details.current, { answers: [{ text: 'answer' }], lastSeq: 2 });
      await desk.messages.send(b, ref, { text: 'mine' }, { lastSeenSeq: 2 });
      await desk.messages.send(b, ref, { text: 'note', isPrivate: true }, { lastSeenSeq: 1 });
    });

    await t.test('search: names, phones and words, in Cyrillic and any case', async (t) => {
      const house = await houseIn(t, database);
      const { desk } = house;
      const agent = await house.agent({ siteDomain: 'shop.example' });
      const here = await house.visitor({
        name: 'Ёлкіна Їжак',
        phone: '+38 (067) 123-45-67',
        siteDomain: 'shop.example',
      });
      const elsewhere = await house.visitor({ name: 'Ёлкіна', siteDomain: 'other.example' });
      const ref = await roomOf(house, here);
      await roomOf(house, elsewhere);
      await desk.messages.send(here, ref, { text: 'Не можу ОПЛАТИТИ 100% замовлення' });
      await desk.messages.send(agent, ref, { text: 'Внутрішня примітка', isPrivate: true });
      for (const words of ['елкіна', 'ЇЖАК', '0671234567', 'оплатити', '100%', 'ПРИМІТКА']) {
        t.same(
          (await desk.search.rooms(agent, words)).map((card) => card.room.publicId),
          [ref],
          words,
        );
      }
      for (const words of ['_', '%%%', 'a', '', "'; drop table users"]) {
        t.equal((await desk.search.rooms(agent, words)).length, 0, words);
      }
    });

    await t.test('the feed says what an inbox has missed, and when it can not', async (t) => {
      const house = await houseOn(t, engine);
      const { desk, clock } = house;
      const [visitor, admin] = [await house.visitor(), await house.agent({ isAdmin: true })];
      const { cursor: start } = await desk.feed.changes(admin, null);
      const refs = [await roomOf(house, visitor), await roomOf(house, await house.visitor())] as const;
      await desk.messages.send(visitor, refs[0], { text: 'hi' });
      const missed = await desk.feed.changes(admin, start);
      t.same(missed.cards.map((card) => card.room.publicId).sort(), [...refs].sort());
      t.match(missed.cards.find((card) => card.room.publicId === refs[0])?.latest, { text: 'hi' });
      t.same((await desk.feed.changes(admin, missed.cursor)).cards, []);
      await desk.rooms.remove(admin, refs[1]);
      t.match(await desk.feed.changes(admin, missed.cursor), { cards: [], deleted: [refs[1]] });

      const elsewhere = await house.agent({ siteDomain: 'other.example' });
      const site = await house.visitor({ siteDomain: 'shop.example' });
      const shop = await roomOf(house, site);
      t.notOk((await desk.feed.changes(elsewhere, missed.cursor)).cards.some((card) => card.room.publicId === shop));
      clock.advance(1000);
      await desk.feed.prune(clock.now());
      await refused(t, 'gone', desk.feed.changes(admin, start));
    });

    await t.test('the queue, and where in it one stands', async (t) => {
      const house = await houseIn(t, database);
      const { desk, clock } = house;
      const agent = await house.agent();
      const visitors = [await house.visitor(), await house.visitor(), await house.visitor()];
      const refs: number[] = [];
      for (const visitor of visitors) {
        refs.push(await roomOf(house, visitor));
        clock.advance(1000);
      }
      const [first = 0, , third = 0] = refs;
      t.same(
        (await desk.queue.waiting(agent)).cards.map((card) => card.room.publicId),
        refs,
      );
      t.match(await desk.queue.placeOf(visitors[2] as PersonCaller, third), { position: 3 });
      clock.advance(60_000);
      await desk.assignment.take(agent, first);
      const { position, usualWaitMilliseconds } = await desk.queue.placeOf(visitors[2] as PersonCaller, third);
      t.equal(position, 2);
      t.ok(Number(usualWaitMilliseconds) >= 60_000 && Number(usualWaitMilliseconds) < 70_000);
      t.match(await desk.queue.placeOf(visitors[0] as PersonCaller, first), { position: null });
      t.equal((await desk.queue.waiting(agent, null, 1)).waitingCount, 2);
    });

    await t.test('lists: filters, pages, cursors, and one site’s agent', async (t) => {
      const house = await houseIn(t, database);
      const { desk, clock } = house;
      const [agent, ofShop] = [await house.agent(), await house.agent({ siteDomain: 'shop.example' })];
      for (const siteDomain of ['shop.example', 'other.example', null, 'shop.example', null]) {
        const ref = await roomOf(house, await house.visitor({ siteDomain }));
        clock.advance(1000);
        if (siteDomain === null) await desk.assignment.take(agent, ref);
      }
      const total = async (caller: PersonCaller, filter: Parameters<typeof desk.rooms.list>[1]) =>
        (await desk.rooms.list(caller, filter)).total;
      t.equal(await total(agent, {}), 5);
      t.equal(await total(ofShop, {}), 4);
      t.equal(await total(ofShop, { siteDomain: 'other.example' }), 0);
      t.equal(await total(agent, { assignedTo: null }), 3);
      t.equal(await total(agent, { assignedTo: agent.userId, status: 'assigned' }), 2);
      t.match(await desk.stats.read(ofShop), { total: 4, unassigned: 2 });
      const seen: number[] = [];
      for (let next: RoomCursor | null = null; ; ) {
        const page: RoomPage = await desk.rooms.list(agent, {}, { perPage: 2, ...(next ? { after: next } : {}) });
        seen.push(...page.cards.map((card) => card.room.id));
        next = page.next;
        if (!next) break;
      }
      t.same(
        seen,
        (await desk.rooms.list(agent, {}, { perPage: 10 })).cards.map((card) => card.room.id),
      );
      t.match(await desk.rooms.list(agent, {}, { page: 3, perPage: 2 }), { lastPage: 3, cards: { length: 1 } });
    });

    await t.test('drafts, views, canned replies, availability', async (t) => {
      const house = await houseIn(t, database);
      const { desk } = house;
      const visitor = await house.visitor({ name: 'Олена Петрівна' });
      const [agent, other, admin] = [await house.agent(), await house.agent(), await house.agent({ isAdmin: true })];
      const ref = await roomOf(house, visitor);
      await desk.drafts.save(agent, ref, { text: 'Зараз ', isPrivate: true });
      t.match(await desk.drafts.read(agent, ref), { text: 'Зараз ', isPrivate: true, roomPublicId: ref });
      t.equal(await desk.drafts.read(other, ref), null);
      t.equal((await desk.drafts.list(agent)).length, 1);
      await desk.messages.send(agent, ref, { text: 'Зараз гляну' });
      t.equal(await desk.drafts.read(agent, ref), null, 'what was sent is no draft');

      const view = await desk.views.add(agent, { name: 'Термінові', query: { priority: 'urgent' } });
      t.match(await desk.views.list(agent), [{ name: 'Термінові', query: { priority: 'urgent' } }]);
      await refused(t, 'not-found', desk.views.remove(other, view.id));
      await desk.views.remove(agent, view.id);

      await refused(t, 'forbidden', desk.canned.add(agent, { shortCode: 'hi', text: 'x', isOwn: false }));
      const shared = await desk.canned.add(admin, { shortCode: '/hi', text: 'Вітаю, {{first_name}}!', isOwn: false });
      const own = await desk.canned.add(other, { shortCode: 'mine', text: 'x', isOwn: true });
      t.same(
        (await desk.canned.list(agent)).map((reply) => reply.shortCode),
        ['hi'],
      );
      t.equal(await desk.canned.expand(agent, shared.id, ref), 'Вітаю, Олена!');
      await refused(t, 'not-found', desk.canned.expand(agent, own.id, ref));
      await refused(t, 'forbidden', desk.canned.update(agent, shared.id, { text: 'y' }));
      t.match(await desk.canned.update(other, own.id, { text: 'y' }), { text: 'y', shortCode: 'mine' });
      await desk.canned.remove(other, own.id);

      await desk.availabilities.set(agent, 'busy');
      await refused(t, 'invalid', desk.availabilities.set(agent, 'away'));
      await refused(t, 'forbidden', desk.availabilities.team(visitor));
      const said = (await desk.availabilities.team(admin)).map((member) => [member.agent.id, member.availability]);
      t.same(new Map(said as [number, string][]).get(agent.userId), 'busy');
      t.same(new Map(said as [number, string][]).get(other.userId), 'online');
      t.match(house.heard('agent.availability')[0]?.live, { availability: 'busy', agent: { id: agent.userId } });
    });
  }),
);

t.test('typing is said once, again before the others forget, and its end', async (t) => {
  const house = await houseOn(t, 'sqlite');
  const { desk, clock, typing } = house;
  const [visitor, agent] = [await house.visitor({ name: 'Іван' }), await house.agent()];
  const { card } = await desk.rooms.current(visitor);
  const { id, publicId: ref } = card.room;
  const said = () => typing.splice(0).map(({ userId, isTyping, isPrivate }) => [userId, isTyping, isPrivate]);

  for (let stroke = 0; stroke < 50; stroke++) await desk.typing.set(visitor, ref, true);
  t.same(said(), [[visitor.userId, true, false]]);
  t.same(desk.typing.typists(id), [{ userId: visitor.userId, name: 'Іван', isAdmin: false }]);
  clock.advance(1900);
  await desk.typing.set(visitor, ref, true, { exceptSocket: '1.2' });
  t.match(typing[0], { exceptSocket: '1.2', roomPublicId: ref, isAdmin: false });
  t.same(said(), [[visitor.userId, true, false]], 'pages that forget after two seconds are reminded');
  await desk.typing.set(visitor, ref, false);
  await desk.typing.set(visitor, ref, false);
  t.same(said(), [[visitor.userId, false, false]]);

  await desk.typing.set(visitor, ref, true);
  said();
  clock.advance(4000);
  desk.typing.sweep();
  t.same(said(), []);
  clock.advance(1000);
  desk.typing.sweep();
  t.same(said(), [[visitor.userId, false, false]], 'who falls silent has stopped');
  t.same(desk.typing.typists(id), []);

  await desk.typing.set(agent, ref, true);
  said();
  await desk.typing.set(agent, ref, true, { isPrivate: true });
  t.same(
    said(),
    [
      [agent.userId, false, false],
      [agent.userId, true, true],
    ],
    'from a reply to a note',
  );
  t.same(desk.typing.typists(id), [], 'nobody outside sees a note being written');
  await desk.typing.set(visitor, ref, true, { isPrivate: true });
  t.same(said(), [[visitor.userId, true, false]], 'visitors write no notes');
  desk.typing.sent(id, visitor.userId);
  desk.typing.sweep();
  t.same(said(), []);

  const notice = { roomId: id, roomPublicId: ref, roomUuid: '', userId: 77, name: 'Far', isAdmin: true };
  const far = { ...notice, isPrivate: false, exceptSocket: null };
  desk.typing.heard({ ...far, isTyping: true });
  t.match(desk.typing.typists(id), [{ userId: 77 }]);
  desk.typing.heard({ ...far, isTyping: false });
  t.same(desk.typing.typists(id), []);

  await house.database.close();
  await desk.typing.set(visitor, ref, true);
  t.same(said(), [[visitor.userId, true, false]], 'a key stroke asks the database nothing');
});

t.test('Laravel left a room assigned to nobody', async (t) => {
  const { desk, database, visitor, agent } = await houseOn(t, 'sqlite');
  const { card } = await desk.rooms.current(await visitor());
  await updateRoom(database.db, card.room.id, { status: 'assigned' }, Date.now());
  const taker = await agent();
  t.match(await desk.assignment.take(taker, card.room.publicId), { room: { assignedTo: taker.userId } });
});
