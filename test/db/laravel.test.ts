import { type Kysely, sql } from 'kysely';
import t from 'tap';
import { adoptMessages } from '../../db/message-adoption.ts';
import { appendMessage } from '../../db/message-append.ts';
import { messagesAfter } from '../../db/messages.ts';
import { migrate } from '../../db/migrate.ts';
import { listRooms } from '../../db/room-lists.ts';
import { createRoom, newestActiveRoomOf, type Room, roomById, updateRoom } from '../../db/rooms.ts';
import type { Schema } from '../../db/schema.ts';
import { setTyping, typingIn } from '../../db/typing.ts';
import { createUser, userByEmail, userById } from '../../db/users.ts';
import { accountsOf } from '../../server/identity/accounts.ts';
import { identify } from '../../server/identity/identify.ts';
import { passwordsAt } from '../../server/identity/passwords.ts';
import { Throttle } from '../../server/identity/throttle.ts';
import { ordinaryOwnerTypes } from '../../server/identity/tokens.ts';
import { committing } from '../../server/outbox/commit.ts';
import { emptyDatabaseUrl, hasMysql, openFor } from '../kit/database.ts';
import { fill, laravelSchema, plainToken } from '../kit/laravel-database.ts';

const tables = [
  'users',
  'personal_access_tokens',
  'support_chat_rooms',
  'support_chat_messages',
  'chat_typing_indicators',
];

/** Every column, key and row of the app's own, as the server tells it. */
async function pictureOf(db: Kysely<Schema>, columns: Map<string, string[]>) {
  const picture: Record<string, unknown> = {};
  for (const table of [...tables, 'notifications', 'settings', 'migrations']) {
    const shape = await sql<{ Field: string }>`${sql.raw(`show full columns from \`${table}\``)}`.execute(db);
    const known = columns.get(table) ?? shape.rows.map((row) => row.Field);
    columns.set(table, known);
    const keys = await sql<{ Key_name: string }>`${sql.raw(`show index from \`${table}\``)}`.execute(db);
    const list = known.map((column) => `\`${column}\``).join(', ');
    picture[table] = {
      // `Key` says in which indexes a column is, ours too; those are compared by themselves.
      columns: shape.rows.filter((row) => known.includes(row.Field)).map((row) => ({ ...row, Key: null })),
      keys: keys.rows
        // InnoDB makes a key for a foreign key that has none, and takes it back when somebody makes one that serves.
        .filter(({ Key_name }) => !Key_name.startsWith('desk_') && !Key_name.endsWith('_foreign'))
        .map((row) => ({ ...row, Cardinality: null })),
      constraints: (
        await sql`select CONSTRAINT_NAME, REFERENCED_TABLE_NAME, DELETE_RULE from information_schema.REFERENTIAL_CONSTRAINTS
          where CONSTRAINT_SCHEMA = database() and TABLE_NAME = ${table} order by CONSTRAINT_NAME`.execute(db)
      ).rows,
      rows: (await sql.raw(`select ${list} from \`${table}\` order by 1`).execute(db)).rows,
    };
  }
  return picture;
}

t.test('on the database of a Laravel app', async (t) => {
  if (!(await hasMysql(t))) return;
  const { db } = openFor(t, await emptyDatabaseUrl(t, 'mysql'));
  for (const statement of laravelSchema) await sql.raw(statement).execute(db);
  await fill(db);
  const columns = new Map<string, string[]>();
  const before = await pictureOf(db, columns);
  await migrate(db);
  t.same(await pictureOf(db, columns), before, 'migrating changes no column, key or row that was there');
  t.same(await migrate(db), []);

  const commit = committing({ db, announce: () => {}, reportFault: (error) => t.error(error) });
  const rules = { ownerTypes: ordinaryOwnerTypes, lifetimeSeconds: null };
  const passwords = passwordsAt({ memoryKiB: 1024, passes: 2, lanes: 1 });
  const limits = { failures: 5, windowSeconds: 60, keys: 100 };
  const throttles = { account: new Throttle(limits), address: new Throttle(limits) };
  const accounts = accountsOf({ db, commit, passwords, tokens: rules, throttles, ownsDatabase: false });
  const now = Date.now();

  await t.test('its users and tokens work at once', async (t) => {
    t.match(await identify(db, rules, `1|${plainToken}`, now), {
      kind: 'user',
      userId: 1,
      name: 'Ольга Петренко',
      role: 'user',
    });
    t.match(await identify(db, rules, plainToken, now), { userId: 1 }, 'also without the number before it');
    t.equal(await identify(db, rules, `2|${plainToken}`, now), undefined);
    t.equal(await identify(db, rules, '2|robot', now), undefined, 'a token of another model is nobody here');
    t.equal(await identify(db, rules, '3|old', now), undefined, 'one that has expired is over');

    const { user, token } = await accounts.login({ email: 'olha@shop.example', password: 's3cret-word' }, '1.2.3.4');
    t.match(user, { id: 1, phone: '+38 (067) 123-45-67', isAdmin: false });
    t.match(await identify(db, rules, token, now), { userId: 1 });
    const hash = await db.selectFrom('users').select('password').where('id', '=', 1).executeTakeFirst();
    t.match(hash?.password, /^\$2y\$/, 'the hash stays one that Laravel reads');
    t.match(await accounts.login({ email: 'admin@shop.example', password: 's3cret-word' }, '1.2.3.4'), {
      user: { isAdmin: true },
    });
    await t.rejects(
      accounts.login({ email: 'olha@shop.example', password: 'wrong-word' }, '1.2.3.4'),
      /do not match our records/,
    );
  });

  await t.test('its rooms and messages are there', async (t) => {
    const rooms = await listRooms(db, {}, { limit: 10 });
    t.match(rooms, [
      { id: 1, status: 'assigned', assignedTo: 2, unreadAdminCount: 2, metadata: { page: '/ціни' }, lastSeq: 0 },
      { id: 2, status: 'open', lastMessageAt: null },
    ]);
    t.ok(rooms.every((room) => room.publicId > 2));
    t.equal((await newestActiveRoomOf(db, 1, null))?.id, 1);
    const adopted = await commit((tx) => adoptMessages(tx, 1, now));
    t.equal(adopted.length, 4);
    const messages = await messagesAfter(db, 1, 'visitor', 0, 10);
    t.same(messages, adopted);
    t.same(
      messages.map((message) => [
        message.seq,
        message.text,
        message.isAdmin,
        message.createdAt - Date.UTC(2025, 2, 1, 9),
      ]),
      [
        [1, 'Добрий день', false, 0],
        [2, 'Вітаю 😀', true, 1000],
        [3, 'ось', false, 1001],
        [4, 'і ще', false, 2000],
      ],
      'two of the same second are a millisecond apart',
    );
    t.same(messages[2]?.attachments, [
      { url: '/storage/chat-attachments/a.pdf', name: 'a.pdf', type: 'application/pdf', size: 10 },
    ]);
    t.match(await roomById(db, 1), { needsReplySince: Date.UTC(2025, 2, 1, 9, 0, 1, 1), unreadAdminCount: 2 });
  });

  await t.test('we write, Laravel writes, and both read it all', async (t) => {
    const say = (text: string, at: number) =>
      commit((tx) => appendMessage(tx, { roomId: 1, userId: 2, text, now: at, isAdmin: true, isUnreadBy: 'user' }));
    const ours = [await say('перша', now), await say('друга', now), await say('третя', now)];
    t.same(
      ours.map(({ message }) => message.seq),
      [5, 6, 7],
    );
    t.same(
      ours.map(({ message }) => message.createdAt - now),
      [0, 1, 2],
      'to the millisecond, in a column of our own',
    );
    // Exactly the statements of the app's models: it knows none of our columns.
    const second = new Date(now).toISOString().slice(0, 19).replace('T', ' ');
    await sql
      .raw(
        `insert into \`support_chat_messages\` (\`chat_room_id\`, \`user_id\`, \`message\`, \`type\`, \`is_admin\`, \`updated_at\`, \`created_at\`) values (1, 1, 'від Laravel', 'text', 0, '${second}', '${second}')`,
      )
      .execute(db);
    await sql
      .raw(
        `update \`support_chat_rooms\` set \`last_message_at\` = '${second}', \`unread_admin_count\` = \`unread_admin_count\` + 1 where \`id\` = 1`,
      )
      .execute(db);
    await sql
      .raw(
        `insert into \`support_chat_rooms\` (\`user_id\`, \`status\`, \`category\`, \`updated_at\`, \`created_at\`) values (1, 'open', 'general', '${second}', '${second}')`,
      )
      .execute(db);
    await sql
      .raw(
        `insert into \`users\` (\`name\`, \`email\`, \`password\`, \`updated_at\`, \`created_at\`) values ('Новий', 'new@shop.example', 'x', '${second}', '${second}')`,
      )
      .execute(db);
    await sql.raw(`update \`users\` set \`name\` = 'Ольга Нова' where \`id\` = 1`).execute(db);

    const { message } = await say('четверта', now);
    t.equal(message.seq, 9, 'Laravel’s came first');
    const all = await messagesAfter(db, 1, 'team', 7, 10);
    t.same(
      all.map(({ seq, text }) => [seq, text]),
      [
        [8, 'від Laravel'],
        [9, 'четверта'],
      ],
    );
    t.ok((all[0]?.createdAt ?? 0) > (ours[2]?.message.createdAt ?? 0));
    t.ok((all[1]?.createdAt ?? 0) > (all[0]?.createdAt ?? 0));
    t.match(await roomById(db, 1), { unreadAdminCount: 3, unreadUserCount: 4 });
    t.match(
      (await listRooms(db, { isUnread: true }, { limit: 5 })).map((room) => room.id),
      [1],
    );
    t.equal((await listRooms(db, { userId: 1 }, { limit: 5 })).length, 2);
    t.match(await userByEmail(db, 'new@shop.example'), { name: 'Новий', role: 'customer' });
    t.equal((await userById(db, 1))?.name, 'Ольга Нова');
    const seen = await sql<{
      id: number;
      created_at: string;
    }>`select id, created_at from support_chat_messages where chat_room_id = 1 order by created_at, id`.execute(db);
    t.equal(seen.rows.length, 9, 'and Laravel’s own query sees ours among its own');
    t.ok(seen.rows.every((row) => /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(row.created_at)));
  });

  await t.test('what we add fits its columns', async (t) => {
    const guest = await createUser(db, { name: 'Guest', isGuest: true }, now);
    t.match(guest, { isGuest: true, email: null, role: 'customer', uuid: /^[0-9a-f-]{36}$/ }, 'its own ordinary role');
    const room: Room = await createRoom(db, {
      userId: guest.id,
      now,
      siteDomain: null,
      channel: 'widget',
      metadata: { a: 'ї' },
    });
    t.ok(await updateRoom(db, room.id, { status: 'resolved', resolvedAt: now, priority: 'urgent' }, now));
    t.match(await roomById(db, room.id), {
      status: 'resolved',
      priority: 'urgent',
      metadata: { a: 'ї' },
      siteDomain: null,
    });
    await setTyping(db, room.id, guest.id, now + 5000, now);
    await setTyping(db, room.id, guest.id, now + 6000, now);
    t.same(await typingIn(db, room.id, now), [guest.id]);
    const registered = await accounts.register({ name: 'Хтось', email: 'x@shop.example', password: 'long enough' });
    t.match(registered.user, { role: 'customer', isGuest: false });
  });
});
