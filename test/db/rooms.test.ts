import { sql } from 'kysely';
import t, { type Test } from 'tap';
import { isDuplicate } from '../../db/errors.ts';
import { roomsWithUnadopted } from '../../db/message-adoption.ts';
import { appendMessage, type NewMessage } from '../../db/message-append.ts';
import {
  deleteMessage,
  editMessage,
  latestMessages,
  messageByClientId,
  messageById,
  messageByUuid,
  messagesAfter,
  messagesBefore,
  messagesBetween,
  messagesSince,
} from '../../db/messages.ts';
import type { Engine } from '../../db/open.ts';
import { roomsResolvedBy, roomsToWake, roomsUnansweredSince } from '../../db/overdue-rooms.ts';
import { waitingRooms } from '../../db/queue.ts';
import { deliverMessages, hasUnread, markRead, readMarksOf, readRoom } from '../../db/reads.ts';
import { addRoomEvent, eventsAfter, eventsOfRoom, feedStart, pruneRoomEvents } from '../../db/room-events.ts';
import type { RoomFilter } from '../../db/room-filter.ts';
import { countRooms, cursorOf, listRooms, type RoomOrder } from '../../db/room-lists.ts';
import { roomStats } from '../../db/room-stats.ts';
import {
  createRoom,
  deleteRoom,
  newestActiveRoomOf,
  type Room,
  roomById,
  roomByPublicId,
  roomByUuid,
  updateRoom,
} from '../../db/rooms.ts';
import { searchRooms } from '../../db/search.ts';
import { toText } from '../../db/time.ts';
import type { Db } from '../../db/upsert.ts';
import { createUser, type User } from '../../db/users.ts';
import { databaseFor, onEachEngine, openFor } from '../kit/database.ts';

const start = Date.UTC(2026, 0, 2, 10);

async function visitorWithRoom(db: Db, name = 'Іван'): Promise<{ user: User; room: Room }> {
  const user = await createUser(db, { name, isGuest: true }, start);
  const room = await createRoom(db, { userId: user.id, now: start, siteDomain: 'shop.example', channel: 'widget' });
  return { user, room };
}

function say(db: Db, room: Room, text: string, more: Partial<NewMessage> = {}) {
  const message: NewMessage = { roomId: room.id, userId: room.userId, text, now: start, isAdmin: false, ...more };
  return db.transaction().execute((tx) => appendMessage(tx, message));
}

t.test('rooms and messages', (t) =>
  onEachEngine(t, async (t, engine) => {
    await t.test('a room is found by each of its names, and its outer one cannot be counted to', async (t) => {
      const { db } = await databaseFor(t, engine);
      const { user, room } = await visitorWithRoom(db);
      t.match(room, {
        status: 'open',
        priority: 'normal',
        category: 'general',
        lastSeq: 0,
        lastMessageAt: start,
        createdAt: start,
      });
      t.ok(Number.isSafeInteger(room.publicId) && room.publicId > 0);
      t.same(await roomByPublicId(db, room.publicId), room);
      t.same(await roomByUuid(db, room.uuid), room);
      t.same(await newestActiveRoomOf(db, user.id, 'shop.example'), room);
      t.equal(await newestActiveRoomOf(db, user.id, 'other.example'), undefined);
      await updateRoom(
        db,
        room.id,
        { status: 'closed', closedAt: start, metadata: { page: '/€' }, openKey: null },
        start,
      );
      t.match(await roomById(db, room.id), { status: 'closed', closedAt: start, metadata: { page: '/€' } });
      t.equal(await newestActiveRoomOf(db, user.id, null), undefined);
    });

    await t.test('"get or create" at once makes one room; of many takers one wins', async (t) => {
      const { db, url } = await databaseFor(t, engine);
      const other = openFor(t, url).db;
      const { user, room } = await visitorWithRoom(db);
      const wanted = { userId: user.id, now: start, siteDomain: null, channel: 'widget', openKey: 'x:1' };
      const made = await Promise.allSettled([db, other, db, other].map((on) => createRoom(on, wanted)));
      t.equal(made.filter((result) => result.status === 'fulfilled').length, 1);
      for (const result of made) if (result.status === 'rejected') t.ok(isDuplicate(result.reason, 'open_key'));
      const takers = [1, 2, 3, 4, 5, 6].map((agent) =>
        updateRoom(agent % 2 ? db : other, room.id, { assignedTo: agent, status: 'assigned' }, start, {
          assignedTo: null,
        }),
      );
      const won = await Promise.all(takers);
      t.equal(won.filter(Boolean).length, 1);
      t.equal((await roomById(db, room.id))?.assignedTo, won.indexOf(true) + 1);
    });

    await t.test(
      'messages are numbered without gaps and rise in time; notes leave no gap for the visitor',
      async (t) => {
        const { db } = await databaseFor(t, engine);
        const { room } = await visitorWithRoom(db);
        const first = await say(db, room, 'Привіт', {
          clientId: 'c-1',
          payloadHash: 'h',
          isUnreadBy: 'admin',
          room: { needsReplySince: start },
        });
        await say(db, room, 'нотатка', { isAdmin: true, isPrivate: true, now: start + 5000 });
        // The clock went back; the file is as it was given.
        const files = [{ url: '/storage/a.png', name: 'a.png', type: 'image/png', size: 3 }];
        const third = await say(db, room, 'Відповідь', {
          isAdmin: true,
          isUnreadBy: 'user',
          attachments: files,
          now: start - 9000,
        });
        t.match(first.room, { lastSeq: 1, lastPublicSeq: 1, unreadAdminCount: 1, needsReplySince: start });
        t.match(third.room, { lastSeq: 3, lastPublicSeq: 2, unreadUserCount: 1, unreadAdminCount: 1 });
        t.match(third.message, { seq: 3, publicSeq: 2, attachments: files, createdAt: start + 5001 });

        const team = await messagesAfter(db, room.id, 'team', 0, 10);
        t.same(
          team.map((message) => [message.seq, message.publicSeq, message.createdAt - start]),
          [
            [1, 1, 0],
            [2, null, 5000],
            [3, 2, 5001],
          ],
        );
        t.same(team[2], third.message, 'what is answered is what is stored');
        const visitor = await messagesAfter(db, room.id, 'visitor', 0, 10);
        t.same(
          visitor.map((message) => [message.publicSeq, message.text]),
          [
            [1, 'Привіт'],
            [2, 'Відповідь'],
          ],
        );
        t.same(
          (await messagesSince(db, room.id, start, 10)).map((message) => message.text),
          ['Відповідь'],
        );
        t.equal((await latestMessages(db, [third.room])).get(room.id)?.text, 'Відповідь');
        t.same(await messageById(db, first.message.id), first.message);
        t.same(await messageByUuid(db, first.message.uuid), first.message);
        t.same(await messageByClientId(db, room.id, 'c-1'), first.message);
        t.equal(await messageByClientId(db, room.id, 'C-1'), undefined, 'a client id is compared to the letter');

        const again = await say(db, room, 'Привіт', { clientId: 'c-1' }).catch((error) => error);
        t.ok(isDuplicate(again, 'client_id'));
        t.equal((await roomById(db, room.id))?.lastSeq, 3, 'and the number it took is given back');

        await editMessage(db, first.message.id, 'Вітаю', start + 1);
        t.match(await messageById(db, first.message.id), { text: 'Вітаю', editedAt: start + 1 });
        t.equal(await deleteMessage(db, third.message.id, start), true);
        t.equal(await deleteMessage(db, third.message.id, start), false);
        t.match(await messageById(db, third.message.id), { text: '', attachments: null, deletedAt: start, seq: 3 });
      },
    );

    await t.test('pages of a room are ranges of numbers', async (t) => {
      const { db } = await databaseFor(t, engine);
      const { room } = await visitorWithRoom(db);
      for (let n = 1; n <= 12; n++) await say(db, room, `n${n}`, { isPrivate: n % 4 === 0, isAdmin: true });
      const texts = (messages: { text: string }[]) => messages.map((message) => message.text).join(' ');
      t.equal(texts(await messagesBefore(db, room.id, 'team', null, 3)), 'n10 n11 n12');
      t.equal(texts(await messagesBefore(db, room.id, 'visitor', null, 3)), 'n9 n10 n11');
      t.equal(texts(await messagesBefore(db, room.id, 'visitor', 8, 3)), 'n6 n7 n9', 'numbers 5 to 7 of the visitor');
      t.equal(texts(await messagesBetween(db, room.id, 'team', 4, 6)), 'n4 n5 n6');
      t.equal(texts(await messagesBetween(db, room.id, 'visitor', 4, 6)), 'n5 n6 n7');
    });

    await t.test('many writers in two processes at once: no gap, nothing twice, time rising', async (t) => {
      const { db, url } = await databaseFor(t, engine);
      const other = openFor(t, url).db;
      const { room } = await visitorWithRoom(db);
      await Promise.all(
        Array.from({ length: 60 }, (_, n) => say(n % 2 ? db : other, room, `m${n}`, { isUnreadBy: 'admin' })),
      );
      const messages = await messagesAfter(db, room.id, 'team', 0, 100);
      t.same(
        messages.map((message) => message.seq),
        Array.from({ length: 60 }, (_, n) => n + 1),
      );
      t.equal(new Set(messages.map((message) => message.text)).size, 60);
      t.ok(messages.every((message, n) => n === 0 || message.createdAt > (messages[n - 1]?.createdAt ?? 0)));
      t.equal((await roomById(db, room.id))?.unreadAdminCount, 60);
    });

    await t.test(
      'reading zeroes one side, marks the other side’s messages, and writes nothing when there is nothing',
      async (t) => {
        const { db } = await databaseFor(t, engine);
        const { user, room } = await visitorWithRoom(db);
        await say(db, room, 'питання', { isUnreadBy: 'admin' });
        await say(db, room, 'нотатка', { isAdmin: true, isPrivate: true, userId: 77 });
        const answered = await say(db, room, 'відповідь', { isAdmin: true, userId: 77, isUnreadBy: 'user' });
        t.ok(hasUnread(answered.room, 'user'));
        const marks = await readRoom(db, answered.room, { userId: user.id, side: 'user' }, start + 9);
        t.same(marks, { lastReadSeq: 3, lastReadPublicSeq: 2, newlyRead: 1 });
        const after = await messagesAfter(db, room.id, 'team', 0, 9);
        t.same(
          after.map((message) => message.readAt),
          [null, null, start + 9],
          'not the own ones, not the notes',
        );
        const read = (await roomById(db, room.id)) as Room;
        t.match(read, { unreadUserCount: 0, unreadAdminCount: 1, userReadSeq: 3 });
        t.notOk(hasUnread(read, 'user'));
        await markRead(db, room.id, user.id, 1, start + 10);
        t.match(await readMarksOf(db, room.id), [{ userId: user.id, lastReadSeq: 3 }], 'a mark never moves back');
      },
    );

    await t.test('what reached the reader’s device is marked once, from where it was', async (t) => {
      const { db } = await databaseFor(t, engine);
      const { user, room } = await visitorWithRoom(db);
      for (let n = 0; n < 3; n++) await say(db, room, 'x', { isAdmin: true, userId: 77 });
      const reader = { userId: user.id, side: 'user' as const };
      t.equal(await deliverMessages(db, room.id, reader, 2, start), 2);
      t.equal(await deliverMessages(db, room.id, reader, 3, start), 1);
      t.equal(await deliverMessages(db, room.id, reader, 3, start), 0);
      t.match(await readMarksOf(db, room.id), [{ userId: user.id, lastReadSeq: 0, lastDeliveredSeq: 3 }]);
    });

    await t.test('lists: filters, keyset pages and counts agree', async (t) => {
      const { db } = await databaseFor(t, engine);
      const { user } = await visitorWithRoom(db);
      for (let n = 0; n < 25; n++) {
        const room = await createRoom(db, {
          userId: user.id,
          now: start + Math.floor(n / 3),
          siteDomain: n % 2 ? 'a' : 'b',
          channel: 'api',
        });
        await updateRoom(
          db,
          room.id,
          {
            status: (['open', 'assigned', 'resolved', 'closed'] as const)[n % 4] ?? 'open',
            assignedTo: n % 3 ? null : 5,
            priority: n % 5 ? 'normal' : 'urgent',
            unreadAdminCount: n % 2,
            needsReplySince: n % 4 < 2 ? start - (n % 5) : null,
            ...(n % 7 === 0 ? { lastMessageAt: null } : {}),
            ...(n === 3 ? { snoozedUntil: start + 100 } : {}),
          },
          start,
        );
      }
      const filters: RoomFilter[] = [
        {},
        { userId: user.id },
        { status: 'open' },
        { status: ['open', 'closed'] },
        { isActive: true, assignedTo: null },
        { isActive: true, priority: 'urgent' },
        { isUnread: true },
        { assignedTo: 5 },
        { siteDomain: 'a', status: 'closed' },
        { servedFrom: 'a' },
        { snoozed: { is: false, at: start } },
        { isArchived: false },
      ];
      /** By which a list must be in order: the greater first. */
      const ranks: Record<RoomOrder, (room: Room) => number[]> = {
        newest: (room) => [room.lastMessageAt ?? 0, room.id],
        oldest: (room) => [-(room.lastMessageAt ?? 0), -room.id],
        waiting: ({ priority, unreadAdminCount, needsReplySince, lastMessageAt }) => [
          priority === 'urgent' && unreadAdminCount > 0 ? 1 : 0,
          needsReplySince === null ? 0 : 1,
          needsReplySince === null ? (lastMessageAt ?? 0) : -needsReplySince,
        ],
      };
      const isAfter = (a: number[], b: number[]) => {
        const index = a.findIndex((rank, index) => rank !== b[index]);
        return index === -1 || (a[index] ?? 0) > (b[index] ?? 0);
      };
      for (const order of ['newest', 'oldest', 'waiting'] as const) {
        for (const filter of filters) {
          const all = await listRooms(db, filter, { limit: 100, order });
          t.equal(all.length, await countRooms(db, filter), `${order} ${JSON.stringify(filter)}`);
          const strays = all
            .slice(1)
            .filter((room, index) => !isAfter(ranks[order](all[index] as Room), ranks[order](room)));
          t.same(strays, [], 'each has its place');
          const paged: Room[] = [];
          for (;;) {
            const last = paged.at(-1);
            const page = await listRooms(db, filter, {
              limit: 4,
              order,
              ...(last ? { after: cursorOf(order, last) } : {}),
            });
            paged.push(...page);
            if (page.length < 4) break;
          }
          const ids = all.map((room) => room.id);
          t.same(
            paged.map((room) => room.id),
            ids,
            'the pages together are the list',
          );
          for (const offset of [3, 7]) {
            const page = await listRooms(db, filter, { limit: 3, order, offset });
            t.same(
              page.map((room) => room.id),
              ids.slice(offset, offset + 3),
            );
          }
        }
      }
      t.same((await listRooms(db, { snoozed: { is: true, at: start } }, { limit: 5 })).length, 1);
      t.match(await roomStats(db, start), {
        total: 26,
        open: 8,
        assigned: 6,
        resolved: 6,
        closed: 6,
        unread: 12,
        unassigned: 9,
        urgent: 3,
      });
    });

    await t.test(
      'search folds Cyrillic, reads phones by their digits, and takes signs for what they are',
      async (t) => {
        const { db } = await databaseFor(t, engine);
        const user = await createUser(
          db,
          { name: 'Ім’я ЇЖАК', email: 'Їжак@приклад.укр', phone: '+38 (067) 123-45-67' },
          start,
        );
        const room = await createRoom(db, { userId: user.id, now: start, siteDomain: 'a', channel: 'api' });
        const { room: other } = await visitorWithRoom(db, '100%_!');
        await say(db, other, 'Де МОЁ замовлення?');
        const found = async (text: string, servedFrom?: string) =>
          (await searchRooms(db, { text, limit: 10, ...(servedFrom ? { servedFrom } : {}) })).map(({ id }) => id);
        t.same(await found('їжак'), [room.id]);
        t.same(await found("ім'я"), [room.id]);
        t.same(await found('0671234'), [room.id]);
        t.same(await found('мое ЗАМОВ'), [other.id]);
        t.same(await found('0%_!'), [other.id]);
        t.same(await found('0__!'), []);
        t.same(await found('їжак', 'b'), []);
        t.same(await found('їжак', 'a'), [room.id]);
      },
    );

    await t.test('the feed has no gaps, even while numbers are missing, and says when it has forgotten', async (t) => {
      const { db } = await databaseFor(t, engine);
      const { room } = await visitorWithRoom(db);
      const add = (at: number) => addRoomEvent(db, { roomId: room.id, type: 'x', actorId: null, data: { at } }, at);
      const now = start + 100_000;
      for (let n = 0; n < 4; n++) await add(now);
      t.match(await eventsAfter(db, 0, 10, now), {
        cursor: 4,
        hasMore: false,
        events: [{ id: 1, data: { at: now } }, {}, {}, {}],
      });
      await db.deleteFrom('desk_room_events').where('id', '=', 3).execute();
      const gap = await eventsAfter(db, 0, 10, now);
      t.equal(gap?.cursor, 2, 'the cursor waits before a number that may still come');
      t.same(
        gap?.events.map((event) => event.id),
        [1, 2, 4],
        'what lies behind it is shown already',
      );
      t.equal((await eventsAfter(db, 0, 10, now + 61_000))?.cursor, 4, 'a minute later it never will');
      t.match(await eventsAfter(db, 0, 2, now), { cursor: 2, hasMore: true });
      t.equal(await feedStart(db, now), 0);
      t.equal(await feedStart(db, now + 61_000), 4);
      t.same(
        (await eventsOfRoom(db, room.id, 4, 1)).map((event) => event.id),
        [2],
      );
      await add(now + 200_000);
      await pruneRoomEvents(db, now + 1, now + 1);
      t.equal(await eventsAfter(db, 2, 10, now), null);
      t.equal((await eventsAfter(db, 4, 10, now + 300_000))?.cursor, 5);
      for (const type of ['room.updated', 'message.sent']) {
        await addRoomEvent(db, { roomId: room.id, type, actorId: null, data: {} }, now + 200_000);
      }
      const kept = async () => (await eventsOfRoom(db, room.id, null, 10)).map((event) => event.type);
      await pruneRoomEvents(db, now + 200_001, now);
      t.same(await kept(), ['room.updated'], 'what became of the room outlives what was said');
      await pruneRoomEvents(db, now + 371 * 86_400_000, now);
      t.same(await kept(), []);
    });

    await t.test('a deleted room leaves nothing behind', async (t) => {
      const { db } = await databaseFor(t, engine);
      const { room, user } = await visitorWithRoom(db);
      const { message } = await say(db, room, 'x');
      await markRead(db, room.id, user.id, 1, start);
      await deleteRoom(db, room.id);
      t.equal(await roomById(db, room.id), undefined);
      t.equal(await messageById(db, message.id), undefined);
      t.same(await readMarksOf(db, room.id), []);
    });

    await t.test('rows inserted in Laravel’s manner are adopted once, whoever meets them', async (t) => {
      const { db, url } = await databaseFor(t, engine);
      const other = openFor(t, url).db;
      const { room, user } = await visitorWithRoom(db);
      await say(db, room, 'ours');
      const foreign = Array.from({ length: 450 }, (_, n) => ({
        chat_room_id: room.id,
        user_id: user.id,
        message: `ЇХ ${n}`,
        created_at: toText(start + 60_000),
      }));
      await db
        .insertInto('support_chat_messages')
        .values(foreign as never)
        .execute();
      t.same(await roomsWithUnadopted(db, [room.id, 999]), [room.id]);
      t.equal((await messagesAfter(db, room.id, 'team', 0, 9)).length, 1, 'not shown before they are numbered');
      await Promise.all([say(db, room, 'a', { now: start + 60_000 }), say(other, room, 'b', { now: start + 60_000 })]);
      const all = await messagesAfter(db, room.id, 'team', 0, 1000);
      t.same(
        all.map((message) => message.seq),
        Array.from({ length: 453 }, (_, n) => n + 1),
      );
      t.same(
        all.slice(1, 451).map((message) => message.text),
        foreign.map((row) => row.message),
        'in the order of their ids',
      );
      t.ok(
        all.every((message, n) => n === 0 || message.createdAt > (all[n - 1]?.createdAt ?? 0)),
        'time rises',
      );
      t.ok(all.every((message) => /^[0-9a-f-]{36}$/.test(message.uuid)));
      t.same(await roomsWithUnadopted(db, [room.id]), []);
      t.equal((await searchRooms(db, { text: 'їх 449', limit: 5 })).length, 1);

      await db
        .insertInto('support_chat_rooms')
        .values({ user_id: user.id } as never)
        .execute();
      const [met, metToo] = await Promise.all([listRooms(db, {}, { limit: 5 }), listRooms(other, {}, { limit: 5 })]);
      t.same(met, metToo, 'both readers learn the same name');
      t.ok(met.every((room) => room.publicId > 0 && room.uuid.length === 36));
    });

    await t.test('a page of 50 costs the same among many', async (t) => {
      const { db } = await databaseFor(t, engine);
      await fillWith(db, engine, 4000);
      const plans: [string, RoomFilter][] = [
        ['all', {}],
        ['status', { status: 'open' }],
        ['active', { isActive: true }],
        ['assignee', { assignedTo: 3 }],
        ['mine by status', { assignedTo: 3, status: 'assigned' }],
        ['nobody’s, open', { assignedTo: null, status: 'open' }],
        ['urgent', { priority: 'urgent', status: 'open' }],
        ['unread', { isUnread: true }],
        ['a visitor’s', { userId: 2 }],
        ['a site’s', { siteDomain: 'a' }],
        ['served from a site', { servedFrom: 'a' }],
        ['served from a site, open', { servedFrom: 'a', status: 'open' }],
      ];
      for (const [name, filter] of plans) {
        const after = { part: 0, at: start + 2_000_000, id: 2000 };
        const oldest = { limit: 50, order: 'oldest', after: { ...after, part: 1 } } as const;
        for (const page of [{ limit: 50 }, { limit: 50, after }, { limit: 50, offset: 20 }, oldest]) {
          await explained(t, db, engine, name, (on) => listRooms(on, filter, page));
        }
      }
      const room = (await roomById(db, 1)) as Room;
      for (const audience of ['team', 'visitor'] as const) {
        await explained(t, db, engine, `after, ${audience}`, (on) => messagesAfter(on, 1, audience, 2000, 50));
        await explained(t, db, engine, `before, ${audience}`, (on) => messagesBefore(on, 1, audience, 2000, 50));
        await explained(t, db, engine, `newest, ${audience}`, (on) => messagesBefore(on, 1, audience, null, 50));
        await explained(t, db, engine, `page, ${audience}`, (on) => messagesBetween(on, 1, audience, 100, 149));
      }
      await explained(t, db, engine, 'since', (on) => messagesSince(on, 1, start + 3_000_000, 50));
      await explained(t, db, engine, 'latest of rooms', (on) => latestMessages(on, [room]));
      await explained(t, db, engine, 'unadopted', (on) => roomsWithUnadopted(on, [1, 2, 3]));
      await explained(t, db, engine, 'queue', (on) => waitingRooms(on, undefined, 50));
      for (const after of [null, { id: 7, since: start + 500_000 }]) {
        const page = { limit: 50, after };
        const half = start + 2_000_000;
        await explained(t, db, engine, 'sleepers', (on) => roomsToWake(on, half, page));
        await explained(t, db, engine, 'resolved long ago', (on) => roomsResolvedBy(on, half, page));
        await explained(t, db, engine, 'unanswered', (on) => roomsUnansweredSince(on, half, half, page));
      }
      await explained(t, db, engine, 'feed', (on) => eventsAfter(on, 10, 50, start));
    });

    await t.test('sending takes the same few statements however long the room is', async (t) => {
      const { db } = await databaseFor(t, engine);
      const { room } = await visitorWithRoom(db);
      const short = await statementsOf(db, (on) =>
        appendMessage(on, { roomId: room.id, userId: 1, text: 'x', now: start, isAdmin: false }),
      );
      for (let n = 0; n < 30; n++) await say(db, room, 'x');
      const long = await statementsOf(db, (on) =>
        appendMessage(on, { roomId: room.id, userId: 1, text: 'x', now: start, isAdmin: false }),
      );
      t.equal(short.length, 4);
      t.equal(long.length, 4);
    });
  }),
);

/** 4,000 rooms, and as many messages in the first of them. */
async function fillWith(db: Db, engine: Engine, rows: number): Promise<void> {
  for (let n = 0; n < 10; n++) await createUser(db, { name: `u${n}` }, start);
  const statuses = ['open', 'assigned', 'resolved', 'closed'];
  for (let from = 0; from < rows; from += 500) {
    const numbers = Array.from({ length: 500 }, (_, n) => from + n);
    const rooms = numbers.map((n) => ({
      user_id: (n % 10) + 1,
      status: statuses[n % 4] ?? 'open',
      assigned_to: n % 4 === 1 ? n % 5 : null,
      resolved_at: n % 4 === 2 ? toText(start + n * 1000) : null,
      needs_reply_since: n % 4 < 2 && n % 3 ? toText(start + n * 1000) : null,
      snoozed_until: n % 40 === 1 ? toText(start + n * 1000) : null,
      priority: n % 10 ? 'normal' : 'urgent',
      unread_admin_count: n % 3 ? 0 : 1,
      site_domain: n % 5 ? 'b' : 'a',
      last_message_at: toText(start + n * 1000),
      created_at: toText(start),
      public_id: n + 1,
      uuid: `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`,
    }));
    await db
      .insertInto('support_chat_rooms')
      .values(rooms as never)
      .execute();
    const messages = numbers.map((n) => ({
      chat_room_id: 1,
      user_id: 1,
      message: 'x',
      seq: n + 1,
      public_seq: n + 1,
      sent_at: toText(start + n * 1000),
    }));
    await db
      .insertInto('support_chat_messages')
      .values(messages as never)
      .execute();
    await db
      .insertInto('desk_room_events')
      .values(numbers.map((n) => ({ room_id: 1, type: 'x', data: '{}', created_at: toText(start + n) })) as never)
      .execute();
  }
  await db
    .updateTable('support_chat_rooms')
    .set({ last_seq: rows, last_public_seq: rows })
    .where('id', '=', 1)
    .execute();
  if (engine === 'mysql')
    await sql`analyze table support_chat_rooms, support_chat_messages, desk_room_events`.execute(db);
}

/** The selects that `work` makes, with their values. */
async function statementsOf(
  db: Db,
  work: (db: Db) => Promise<unknown>,
): Promise<{ sql: string; parameters: readonly unknown[] }[]> {
  const made: { sql: string; parameters: readonly unknown[] }[] = [];
  const watched = db.withPlugin({
    transformQuery: ({ node, queryId }) => {
      const { sql, parameters } = db.getExecutor().compileQuery(node, queryId);
      made.push({ sql, parameters });
      return node;
    },
    transformResult: async ({ result }) => result,
  });
  await work(watched);
  return made;
}

/** Asserts that every select goes by an index and sorts nothing. */
async function explained(
  t: Test,
  db: Db,
  engine: Engine,
  name: string,
  work: (db: Db) => Promise<unknown>,
): Promise<void> {
  for (const statement of await statementsOf(db, work)) {
    if (!/^select/i.test(statement.sql)) continue;
    const [first = '', ...rest] = statement.sql.split('?');
    const pieces = rest.map((piece, n) => sql`${statement.parameters[n]}${sql.raw(piece)}`);
    const { rows } = await sql<
      Record<string, unknown>
    >`${sql.raw(engine === 'sqlite' ? 'explain query plan ' : 'explain ')}${sql.raw(first)}${sql.join(pieces, sql``)}`.execute(
      db,
    );
    const plan = JSON.stringify(rows);
    const label = `${name}: ${plan.slice(0, 300)}`;
    if (engine === 'sqlite') {
      t.notMatch(plan, /TEMP B-TREE|SCAN (?!CONSTANT ROW|\w+ USING (COVERING )?INDEX)/, label);
    } else {
      // Sorting the one row it expects to find is no cost.
      const sorted = rows.filter((row) => /filesort|temporary/i.test(String(row.Extra)) && Number(row.rows) > 10);
      t.same(sorted, [], label);
      t.ok(
        rows.every((row) => row.key !== null || /impossible|no matching|optimized away/i.test(String(row.Extra))),
        label,
      );
    }
  }
}
