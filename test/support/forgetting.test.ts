import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import t, { type Test } from 'tap';
import { toText } from '../../db/time.ts';
import { mergeUser } from '../../db/user-merging.ts';
import { setEmail, userById } from '../../db/users.ts';
import type { PersonCaller } from '../../server/identity/caller.ts';
import { folderStorage } from '../../server/support/storage.ts';
import { databaseFor, onEachEngine } from '../kit/database.ts';
import { apiKey, type House, houseIn, refused } from './house.ts';

/** In everything this visitor ever gave us, and that others wrote about them. */
const mark = 'Zaporozhets';
const phone = '380671234567';

function folderFor(t: Test): string {
  const folder = mkdtempSync(join(tmpdir(), 'antiphon-forgetting-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const filesIn = (folder: string) =>
  readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).length;

/** Every row of every table, as text. */
async function everythingIn({ database: { db } }: House): Promise<string> {
  const tables = (await db.introspection.getTables()).map((table) => table.name);
  const rows = await Promise.all(
    tables.map((table) =>
      db
        .selectFrom(table as 'users')
        .selectAll()
        .execute(),
    ),
  );
  return JSON.stringify(rows);
}

/** A visitor who was a guest first, and has left something in every place there is. */
async function wellKnown(house: House, details: { isGuest?: boolean } = {}) {
  const { desk, database, clock } = house;
  const { db } = database;
  const about = { name: `Ivan ${mark}`, phone, avatar: `/${mark}.png`, metadata: { plan: mark } };
  const guest = await house.visitor({ ...about, siteDomain: 'shop.example' });
  const account = { isGuest: false, email: `${mark}@example.com`.toLowerCase(), passwordHash: `hash of ${mark}` };
  const visitor = await house.visitor({ ...about, ...account, externalId: mark, locale: 'uk', ...details });
  const [agent, admin] = [await house.agent(), await house.agent({ isAdmin: true, name: 'Admin' })];
  const earlier = (await desk.rooms.current(guest)).card.room.publicId;
  await desk.messages.send(guest, earlier, { text: `I am ${mark}` });
  await desk.triage.resolve(agent, earlier);
  await db.transaction().execute((tx) => mergeUser(tx, guest.userId, visitor.userId, ['User'], clock.now()));
  const row = await userById(db, guest.userId);
  if (row) await setEmail(db, row, `guest-${mark}@example.com`, clock.now());

  const conversation = { subject: `About ${mark}`, metadata: { page: `/?q=${mark}` } };
  const ref = (await desk.rooms.current(visitor, conversation)).card.room.publicId;
  const upload = async (caller: PersonCaller, name: string) =>
    (await desk.attachments.store(caller, { name, bytes: Readable.from(['plain']), room: ref })).attachment.id;
  const sent = await upload(visitor, `${mark}.txt`);
  await upload(visitor, `${mark}-unsent.txt`);
  const noted = await upload(agent, `${mark}-noted.txt`);
  const { message } = await desk.messages.send(visitor, ref, {
    text: `My name is ${mark}`,
    clientId: `c-${mark}`,
    attachmentIds: [sent],
  });
  await desk.messages.send(agent, ref, { text: `Hello, ${mark}!`, replyToId: message.id });
  const note = { text: `${mark} is angry`, isPrivate: true, mentions: [admin.userId], attachmentIds: [noted] };
  await desk.messages.send(agent, ref, note);
  const { message: gone } = await desk.messages.send(visitor, ref, { text: `card of ${mark}` });
  await desk.corrections.remove(visitor, ref, gone.id);
  await desk.triage.setSubject(agent, ref, `${mark} again`);
  await desk.drafts.save(agent, ref, { text: `Dear ${mark}` });
  await desk.drafts.save(visitor, ref, { text: `${mark}: one more thing` });
  await desk.visitors.block(agent, ref, { reason: `${mark} shouts`, until: clock.now() + 60_000 });
  clock.advance(60_000);
  const { id } = (await desk.rooms.find(agent, ref)).room;
  const theirs = { chat_room_id: id, user_id: visitor.userId, message: `${mark}, by Laravel` };
  await db
    .insertInto('support_chat_messages')
    .values({ ...theirs, created_at: toText(clock.now()) })
    .execute();
  return { guest, visitor, agent, admin, ref, earlier };
}

t.test('on both engines', (t) =>
  onEachEngine(t, async (t, engine) => {
    const database = await databaseFor(t, engine);
    const options = { storage: folderStorage(folderFor(t)) };

    await t.test('only an admin may, and only with a visitor', async (t) => {
      const house = await houseIn(t, database, options);
      const { desk } = house;
      const visitor = await house.visitor();
      const [agent, admin] = [await house.agent(), await house.agent({ isAdmin: true })];
      const supervisor = await house.agent({ role: 'supervisor' });
      for (const caller of [visitor, agent, supervisor, apiKey('k')]) {
        await refused(t, 'forbidden', desk.visitors.export(caller, visitor.userId));
        await refused(t, 'forbidden', desk.visitors.erase(caller, visitor.userId));
      }
      for (const what of ['export', 'erase'] as const) {
        await refused(t, 'not-found', desk.visitors[what](admin, 999_999_999));
        await refused(t, 'conflict', desk.visitors[what](admin, agent.userId));
        await refused(t, 'conflict', desk.visitors[what](admin, admin.userId));
      }
      t.same(await desk.visitors.audit(admin), []);
    });

    await t.test('an export has all that a visitor gave and was told', async (t) => {
      const house = await houseIn(t, database, options);
      const { guest, visitor, admin, ref, earlier } = await wellKnown(house);
      const whole = await house.desk.visitors.export(admin, guest.userId);
      t.same(JSON.parse(JSON.stringify(whole)), whole, 'plain JSON');
      t.match(whole, {
        exportedAt: /Z$/,
        person: { id: visitor.userId, name: `Ivan ${mark}`, email: /example\.com$/, phone, isGuest: false },
        formerly: [{ id: guest.userId, email: `guest-${mark}@example.com`, phone }],
        unsentFiles: [{ name: `${mark}-unsent.txt`, size: 5 }],
      });
      t.same(
        whole.rooms.map((room) => room.id),
        [earlier, ref],
      );
      const said = whole.rooms[1]?.messages.map(({ number, from, text }) => [number, from, text]);
      t.same(said, [
        [1, 'visitor', `My name is ${mark}`],
        [2, 'team', `Hello, ${mark}!`],
        [3, 'visitor', ''],
        [4, 'visitor', `${mark}, by Laravel`],
      ]);
      t.match(whole.rooms[1]?.messages[0]?.files, [{ name: `${mark}.txt`, type: String, size: 5 }]);
      t.match(whole.rooms[1]?.messages[2], { deletedAt: /Z$/ });
      t.ok(whole.notifications.length > 0);
      t.notMatch(
        JSON.stringify(whole),
        /is angry|noted\.txt|shouts|hash of|apiKeyIds/,
        'nothing the team said among itself',
      );
      const target = `user:${visitor.userId}`;
      t.match(await house.desk.visitors.audit(admin, { target }), [
        { action: 'visitor.exported', actorId: admin.userId, diff: null },
        { action: 'visitor.blocked' },
      ]);
    });

    await t.test('an export goes on past one page', async (t) => {
      const house = await houseIn(t, database, options);
      const [visitor, admin] = [await house.visitor(), await house.agent({ isAdmin: true })];
      const { room } = (await house.desk.rooms.current(visitor)).card;
      const rows = Array.from({ length: 1203 }, (_, n) => ({
        chat_room_id: room.id,
        user_id: visitor.userId,
        message: `${n}`,
      }));
      for (let n = 0; n < rows.length; n += 400) {
        await database.db
          .insertInto('support_chat_messages')
          .values(rows.slice(n, n + 400))
          .execute();
      }
      const whole = await house.desk.visitors.export(admin, visitor.userId);
      t.same(
        whole.rooms[0]?.messages.map(({ text }) => text),
        rows.map(({ message }) => message),
      );
    });

    await t.test('forgotten is forgotten, in every table', async (t) => {
      const storage = folderFor(t);
      const house = await houseIn(t, database, { storage: folderStorage(storage) });
      const { desk } = house;
      const { guest, visitor, agent, admin, ref, earlier } = await wellKnown(house);
      const bystander = await house.visitor({ name: 'Bystander' });
      const theirs = (await desk.rooms.current(bystander)).card.room.publicId;
      await desk.messages.send(bystander, theirs, { text: 'hello' });
      t.match(await everythingIn(house), mark);
      const before = (await desk.rooms.find(agent, ref)).room;
      const earlierBefore = (await desk.rooms.find(agent, earlier)).room;
      house.heard('room.updated');

      const erased = await desk.visitors.erase(admin, guest.userId);
      t.same(erased, { messages: 6, files: 3, account: 'erased' });
      const left = await everythingIn(house);
      t.notMatch(left, new RegExp(mark, 'i'));
      t.notMatch(left, phone);
      t.match(left, /hello/);
      t.match(
        (await desk.notices.list(agent)).notifications.map(({ data }) => data.sender_name),
        ['Bystander'],
      );

      const after = (await desk.rooms.find(agent, ref)).room;
      t.match(after, {
        ...{ id: before.id, publicId: ref, uuid: before.uuid, userId: visitor.userId, createdAt: before.createdAt },
        ...{ status: 'closed', closedBy: admin.userId, assignedTo: agent.userId, category: before.category },
        ...{ lastSeq: 5, lastPublicSeq: 4, firstResponseAt: before.firstResponseAt, queuedAt: before.queuedAt },
        ...{ unreadAdminCount: 0, unreadUserCount: 0, needsReplySince: null, subject: null, metadata: null },
      });
      const former = (await desk.rooms.find(agent, earlier)).room;
      t.match(former, { status: 'resolved', resolvedAt: earlierBefore.resolvedAt, lastSeq: 1 });
      const { messages } = await desk.timelines.read(agent, ref);
      t.same(
        messages.map(({ seq, text, attachments }) => [seq, text, attachments]),
        [1, 2, 3, 4, 5].map((seq) => [seq, '', null]),
      );
      t.ok(messages.every((message) => message.deletedAt !== null));
      t.match(await userById(database.db, visitor.userId), { name: '', email: null, anonymisedAt: Number });
      t.match(await desk.stats.read(admin), { total: 3, closed: 1, resolved: 1 });
      t.same((await desk.search.rooms(admin, mark)).length, 0);

      const told = house.heard('room.updated').filter(({ live }) => live.change.what === 'visitor');
      t.same(told.map(({ live }) => live.room.room.publicId).sort(), [ref, earlier].sort());
      for (const event of told) t.match(event, { actorId: admin.userId, live: { change: { because: 'erased' } } });
      t.notMatch(JSON.stringify(told), new RegExp(mark, 'i'));
      const audit = await desk.visitors.audit(admin, { target: `user:${visitor.userId}` });
      t.match(audit[0], { action: 'visitor.erased', actorId: admin.userId, diff: null, at: Number });
      t.equal(audit.at(-1)?.action, 'visitor.blocked', 'what was done before is still known to have been done');

      t.equal(filesIn(storage), 3);
      await desk.attachments.removeAbandoned();
      t.equal(filesIn(storage), 0, 'the bytes follow');

      await refused(t, 'forbidden', desk.messages.send(visitor, ref, { text: 'I was on my way' }));
      house.heard('room.updated');
      const rows = await everythingIn(house);
      t.same(await desk.visitors.erase(admin, visitor.userId), { messages: 0, files: 0, account: 'erased' });
      t.equal(house.heard('room.updated').length, 0);
      const again = await everythingIn(house);
      t.equal(again.length - rows.length < 300, true, 'but for the audit nothing has changed');
      t.equal((await desk.rooms.find(bystander, theirs)).latest?.text, 'hello');
    });

    await t.test('an account of the app beside us stays; its rooms are nobody’s', async (t) => {
      const house = await houseIn(t, database, { ...options, ownsAccounts: false });
      const { desk } = house;
      const { guest, visitor, agent, admin, ref } = await wellKnown(house);
      t.same(await desk.visitors.erase(admin, visitor.userId), { messages: 6, files: 3, account: 'kept' });
      t.match(await userById(database.db, visitor.userId), { name: `Ivan ${mark}`, phone, anonymisedAt: null });
      t.match(await userById(database.db, guest.userId), { name: '', phone: null, anonymisedAt: Number });
      const card = await desk.rooms.find(agent, ref);
      t.match(card, { visitor: { name: '', email: null }, room: { lastSeq: 5, status: 'closed' } });
      t.not(card.room.userId, visitor.userId);
      t.equal((await desk.rooms.mine(visitor)).total, 0);
      await database.db.deleteFrom('users').where('id', '=', visitor.userId).execute();
      t.notMatch(await everythingIn(house), new RegExp(mark, 'i'));
      await desk.rooms.find(agent, ref);

      const lone = await house.visitor({ isGuest: false, email: 'lone@example.com', name: 'Lone' });
      t.same(await desk.visitors.erase(admin, lone.userId), { messages: 0, files: 0, account: 'kept' });
      const room = (await desk.rooms.current(lone)).card.room.publicId;
      await desk.messages.send(lone, room, { text: 'a customer of the app may come again' });
    });
  }),
);
