import { sql } from 'kysely';
import t from 'tap';
import { isDuplicate, problemOf } from '../../db/errors.ts';
import { migrate } from '../../db/migrate.ts';
import { migrations } from '../../db/migrations/index.ts';
import { openDatabase } from '../../db/open.ts';
import { toMilliseconds, toText } from '../../db/time.ts';
import { createUser, userByEmail } from '../../db/users.ts';
import { databaseFor, emptyDatabaseUrl, onEachEngine, openFor } from '../kit/database.ts';

t.test('a URL of another form is refused without repeating the password in it', async (t) => {
  for (const url of [
    'postgres://u:hunter2@h/d',
    'mysql://u:hunter2@h',
    'mysql://u:hunter2@:bad/d',
    'hunter2',
    'sqlite:',
  ]) {
    t.throws(() => openDatabase(url), /database URL/);
    t.notMatch(String(t.throws(() => openDatabase(url))), 'hunter2');
  }
});

t.test('a time goes to text and back, and what is no time is null', async (t) => {
  t.equal(toText(Date.UTC(2026, 0, 2, 3, 4, 5, 6)), '2026-01-02 03:04:05.006');
  t.equal(toMilliseconds('2026-01-02 03:04:05.006'), Date.UTC(2026, 0, 2, 3, 4, 5, 6));
  t.equal(toMilliseconds('2026-01-02 03:04:05'), Date.UTC(2026, 0, 2, 3, 4, 5));
  t.equal(toMilliseconds('0000-00-00 00:00:00'), null);
});

t.test('both engines', (t) =>
  onEachEngine(t, async (t, engine) => {
    await t.test('migrating is done once, by whoever comes first', async (t) => {
      const url = await emptyDatabaseUrl(t, engine);
      const both = [openFor(t, url), openFor(t, url)];
      const applied = await Promise.all(both.map(({ db }) => migrate(db)));
      t.equal(applied.flat().length, new Set(applied.flat()).size, 'nothing was applied twice');
      t.ok(applied.flat().length >= 2);
      t.same(await migrate(openFor(t, url).db), [], 'and a third finds nothing to do');
    });

    await t.test('a migration that broke off is finished by the next start', async (t) => {
      const { db } = await databaseFor(t, engine);
      await db.deleteFrom('desk_migrations' as never).execute();
      await sql`drop table desk_drafts`.execute(db);
      t.same(await migrate(db), Object.keys(migrations), 'it runs again over what is there');
      t.same(await db.selectFrom('desk_drafts').selectAll().execute(), []);
    });

    await t.test('values mean the same', async (t) => {
      const { db } = await databaseFor(t, engine);
      const at = new Date(Date.UTC(2026, 5, 1, 12, 0, 0, 7));
      await db
        .insertInto('users')
        .values({
          name: '😀 Олена \u0000 "\'\\',
          email: 'a@b.c',
          password: '',
          is_admin: true as never,
          verified_at: at as never,
        } as never)
        .execute();
      const row = await db
        .selectFrom('users')
        .selectAll()
        .where('is_admin', '=', true as never)
        .executeTakeFirstOrThrow();
      t.match(row, { id: 1, name: '😀 Олена \u0000 "\'\\', is_admin: 1, verified_at: '2026-06-01 12:00:00.007' });
      await t.rejects(
        db
          .selectFrom('users')
          .selectAll()
          .where('id', '=', undefined as never)
          .execute(),
        /undefined/,
      );
      await t.rejects(
        db
          .selectFrom('users')
          .selectAll()
          .where('id', 'in', [1, undefined as never])
          .execute(),
        /undefined/,
      );
      await t.rejects(
        db
          .updateTable('users')
          .set({ phone: { a: 1 } as never })
          .execute(),
        /object/,
      );
      await t.rejects(db.selectFrom('users').selectAll().where('id', '=', Number.NaN).execute(), /number/);

      const largest = Number.MAX_SAFE_INTEGER;
      await db
        .insertInto('support_chat_rooms')
        .values({ user_id: 1, public_id: largest } as never)
        .execute();
      const room = await db
        .selectFrom('support_chat_rooms')
        .select('public_id')
        .where('public_id', '=', largest)
        .executeTakeFirst();
      t.equal(room?.public_id, largest, 'a number of 53 bits comes back exactly');
    });

    await t.test('problems have one shape', async (t) => {
      const { db } = await databaseFor(t, engine);
      await createUser(db, { name: 'A', email: 'a@b.c' }, Date.now());
      const twice = await createUser(db, { name: 'B', email: 'a@b.c' }, Date.now()).catch((error) => error);
      t.ok(isDuplicate(twice, 'email'), 'a duplicate says which key');
      t.notOk(isDuplicate(twice, 'uuid'));
      t.notMatch(problemOf(twice)?.where, 'a@b.c', 'and does not repeat the value');
      const orphan = await db
        .insertInto('support_chat_messages')
        .values({ chat_room_id: 99, user_id: 1, message: '' } as never)
        .execute()
        .catch((error) => error);
      t.equal(problemOf(orphan)?.kind, 'foreign-key');
      t.notMatch(JSON.stringify(orphan), 'insert into', 'nor the statement');
      t.equal(problemOf(new Error('x')), undefined);
      if (engine === 'mysql') {
        const long = await createUser(db, { name: 'A'.repeat(300), email: 'l@b.c' }, Date.now()).catch(
          (error) => error,
        );
        t.equal(problemOf(long)?.kind, 'too-long');
      }
    });

    await t.test('transactions stand or fall as one, and do not see each other', async (t) => {
      const { db, url } = await databaseFor(t, engine);
      await t.rejects(
        db.transaction().execute(async (tx) => {
          await createUser(tx, { name: 'A', email: 'a@b.c' }, Date.now());
          throw new Error('no');
        }),
        /no/,
      );
      t.equal(await userByEmail(db, 'a@b.c'), undefined);

      // Two processes that read and then write: neither may fail because the other was first.
      const other = openFor(t, url).db;
      await db
        .insertInto('desk_settings')
        .values({ key: 'n', value: '0', updated_at: toText(0) })
        .execute();
      const addOne = (on: typeof db) =>
        on.transaction().execute(async (tx) => {
          await tx
            .updateTable('desk_settings')
            .set({ updated_at: toText(1) })
            .where('key', '=', 'n')
            .execute();
          const { value } = await tx
            .selectFrom('desk_settings')
            .select('value')
            .where('key', '=', 'n')
            .executeTakeFirstOrThrow();
          await tx
            .updateTable('desk_settings')
            .set({ value: String(Number(value) + 1) })
            .where('key', '=', 'n')
            .execute();
        });
      for (let round = 0; round < 10; round++) await Promise.all([addOne(db), addOne(other)]);
      const { value } = await db
        .selectFrom('desk_settings')
        .select('value')
        .where('key', '=', 'n')
        .executeTakeFirstOrThrow();
      t.equal(value, '20');
    });

    if (engine === 'mysql') {
      await t.test('a query that does not end is given up, and its connection with it', async (t) => {
        const { url } = await databaseFor(t, engine);
        const hasty = openDatabase(url, { querySeconds: 0.2, connections: 1, connectSeconds: 5 });
        t.teardown(() => hasty.close());
        const fault = await sql`select sleep(1)`.execute(hasty.db).catch((error) => error);
        t.equal(problemOf(fault)?.kind, 'lost');
        const { rows } = await sql<{ one: number }>`select 1 as one`.execute(hasty.db);
        t.same(rows, [{ one: 1 }], 'the next query is answered, and by its own answer');
      });

      await t.test('nobody there is said within the deadline', async (t) => {
        const nobody = openDatabase('mysql://root@127.0.0.1:9/none', { connectSeconds: 1 });
        t.teardown(() => nobody.close());
        const fault = await sql`select 1`.execute(nobody.db).catch((error) => error);
        t.equal(problemOf(fault)?.kind, 'lost');
      });
    }
  }),
);
