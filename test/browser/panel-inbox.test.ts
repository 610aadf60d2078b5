import Database from 'better-sqlite3';
import type { Page } from 'playwright-core';
import t from 'tap';
import { openDatabase } from '../../db/open.ts';
import { pruneRoomEvents } from '../../db/room-events.ts';
import { violations, violationsInBothThemes } from '../kit/axe.ts';
import { lacksBrowser, openBrowser, openPage } from '../kit/browser.ts';
import { emptyDatabaseUrl, hasMysql } from '../kit/database.ts';
import { hire } from '../kit/desk.ts';
import { startSite } from '../kit/site.ts';
import { until } from './agent.ts';
import { bubble, guest, leaveField, openPanel, reply, row, startAgain, startTeam, type Team } from './team.ts';
import { open, say } from './visitor.ts';

t.jobs = 1;
const skip = lacksBrowser(process.env);

const names = (page: Page) => page.locator('.room-name').allTextContents();
const showing = (page: Page, what: string, wanted: readonly string[]) =>
  until(
    what,
    () => names(page),
    (shown) => shown.toSorted().join() === wanted.toSorted().join(),
  );
const tab = (page: Page, name: RegExp) => page.getByRole('tab', { name });

t.test('an inbox and those who work in it', { skip, timeout: 240_000 }, async (t) => {
  const team = await startTeam(t);
  const { desk, olena, max } = team;
  const as = { as: olena };
  const browser = await openBrowser(t);
  const post = (room: number, what: string, body: object = {}) =>
    desk.ask('POST', `/api/admin/chat/rooms/${room}/${what}`, { ...as, body });

  t.test('the first run shows what to do, and sees that it worked', async (t) => {
    const site = await startSite(t, { chat: desk.httpUrl });
    const { page, profile, faults } = await openPanel(browser, team, olena);
    await page.getByText('Waiting for the first message…').waitFor();
    t.match(await page.locator('pre').textContent(), `<script src="${desk.httpUrl}/widget.js" async></script>`);
    t.same(await violationsInBothThemes(page), []);
    const visitor = await openPage(browser, site);
    await open(visitor.page);
    await say(visitor.page, 'Is this thing on?');
    await page.getByText('The first message has arrived.').waitFor();
    await page.getByRole('button', { name: 'Open it' }).click();
    await bubble(page, 'Is this thing on?').waitFor();
    await post(Number(/\d+$/.exec(page.url())?.[0]), 'close');
    t.same(faults, []);
    await visitor.profile.close();
    await profile.close();
  });

  t.test('counts are live; filters combine, are in the address, and can be given a name', async (t) => {
    const [anna, boris, clara] = [
      await guest(desk, 'Anna', 'One'),
      await guest(desk, 'Boris', 'Two'),
      await guest(desk, 'Clara', 'Three'),
    ];
    const { json: label } = await desk.ask('POST', '/api/admin/chat/labels', { ...as, body: { name: 'billing' } });
    const { page, profile, faults } = await openPanel(browser, team, olena);
    const requests: string[] = [];
    page.on('request', (request) => requests.push(new URL(request.url()).pathname));
    await tab(page, /^Open 3/).waitFor();
    await post(anna.room, 'priority', { priority: 'urgent' });
    await post(boris.room, 'take');
    await desk.ask('PUT', `/api/admin/chat/rooms/${anna.room}/labels`, { ...as, body: { labels: [label.id] } });
    await post(clara.room, 'resolve');
    for (const counted of [
      /^Open 1/,
      /^Assigned 1/,
      /^Unassigned 1/,
      /^Mine 1/,
      /^Urgent 1/,
      /^Resolved 1/,
      /^Closed 1/,
      /^All 4/,
    ]) {
      await tab(page, counted).waitFor();
    }
    const counts = () => requests.filter((path) => path === '/api/admin/chat/stats').length;
    const before = counts();
    await Promise.all(Array.from({ length: 30 }, (_, number) => anna.say(`Line ${number}`)));
    await row(page, 'Anna').locator('.unread-count', { hasText: '31' }).waitFor();
    t.ok(counts() - before < 30, `one count for many events, not ${counts() - before}`);

    await tab(page, /^All/).click();
    await page.getByRole('button', { name: 'Filters', exact: true }).click();
    await page.getByRole('checkbox', { name: 'Open' }).check();
    await showing(page, 'open ones', ['Anna']);
    await page.getByRole('checkbox', { name: 'Assigned' }).check();
    await showing(page, 'open and assigned ones', ['Anna', 'Boris']);
    await page.getByRole('combobox', { name: 'Label' }).selectOption('billing');
    await showing(page, 'those about billing', ['Anna']);
    await page.getByRole('combobox', { name: 'Label' }).selectOption('');
    await page.getByRole('combobox', { name: 'Assignee' }).selectOption('Олена');
    await showing(page, 'those of Olena', ['Boris']);
    t.match(page.url(), /status=open%2Cassigned&assignee=\d+/);

    await page.getByRole('textbox', { name: 'Name of a view' }).fill('My work');
    await page.getByRole('button', { name: 'Save view' }).click();
    const views = page.getByRole('navigation', { name: 'Saved views' });
    await views.getByRole('button', { name: 'My work', exact: true }).or(views.getByText('My work')).first().waitFor();
    await page.getByRole('button', { name: 'Clear filters' }).click();
    await showing(page, 'all of them', ['Anna', 'Boris', 'Clara', await visitorName(team)]);
    await leaveField(page);
    await page.keyboard.press('Digit1');
    await showing(page, 'the view', ['Boris']);
    await page.reload();
    await showing(page, 'the same after a reload', ['Boris']);
    await page.getByRole('button', { name: 'More actions: My work' }).click();
    await page.getByRole('menuitem', { name: 'Rename' }).click();
    await page.getByRole('dialog').getByRole('textbox').fill('Mine alone');
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    await views.getByText('Mine alone').waitFor();
    t.equal(await views.getByText('My work').count(), 0);
    await page.getByRole('button', { name: 'More actions: Mine alone' }).click();
    await page.getByRole('menuitem', { name: 'Remove' }).click();
    await views.waitFor({ state: 'detached' });
    for (const { room } of [anna, boris, clara]) await post(room, 'close');
    t.same(faults, []);
    await profile.close();
  });

  t.test('many at once: chosen with X and a reach, and each says what became of it', async (t) => {
    const rooms: number[] = [];
    for (const name of ['Dan', 'Eva', 'Fay', 'Gus']) rooms.push((await guest(desk, name, 'Hi')).room);
    const { page, profile, faults } = await openPanel(browser, team, max, '/admin/chat?tab=unassigned');
    await row(page, 'Dan').click();
    await bubble(page, 'Hi').waitFor();
    await leaveField(page);
    await page.keyboard.press('KeyX');
    await page.getByText('1 chosen').waitFor();
    await row(page, 'Gus').click({ modifiers: ['Shift'] });
    await page.getByText('4 chosen').waitFor();
    t.same(await violations(page), []);
    const bulk = page.getByRole('region', { name: 'Chosen conversations' });
    await bulk.getByRole('button', { name: 'Priority' }).click();
    await page.getByRole('menuitem', { name: 'High' }).click();
    await page.getByText('4 conversations done').waitFor();
    await until(
      'all high',
      () => page.locator('.room-row .chip[data-is=high]').count(),
      (count) => count === 4,
    );

    // Two of them belong by then to a site that Max does not look after.
    for (const name of ['Dan', 'Eva', 'Fay', 'Gus']) {
      await page.getByRole('checkbox', { name: `Choose ${name}` }).check();
    }
    await page.route('**/api/admin/chat/bulk', async (route) => {
      const moved = rooms.slice(2);
      withRows(team, (database) =>
        database
          .prepare(`update support_chat_rooms set site_domain = 'other.example' where public_id in (?, ?)`)
          .run(...moved),
      );
      withRows(team, (database) =>
        database.prepare(`update users set site_domain = '127.0.0.1' where id = ?`).run(max.id),
      );
      await route.continue();
    });
    await bulk.getByRole('button', { name: 'Resolve' }).click();
    await page.getByText('2 conversations done').waitFor();
    await bulk.getByText('2 could not be done').waitFor();
    t.same((await bulk.getByRole('listitem').allTextContents()).toSorted(), [
      'Fay: You may not do that.',
      'Gus: You may not do that.',
    ]);
    await page.getByText('2 chosen').waitFor();
    withRows(team, (database) => database.prepare('update users set site_domain = null where id = ?').run(max.id));
    for (const room of rooms) await post(room, 'close');
    t.same(faults, []);
    await profile.close();
  });

  t.test('ten rooms are triaged with the keyboard alone', async (t) => {
    const visitors = [];
    for (let number = 0; number < 10; number += 1) visitors.push(await guest(desk, `Triage ${number}`, 'Help'));
    const { page, profile, faults } = await openPanel(browser, team, olena, '/admin/chat?tab=unassigned&unread=1');
    await row(page, 'Triage 9').waitFor();
    const opened = () => page.locator('.head-person .font-semibold').textContent();
    const seen = new Set<string | null>();
    for (let number = 0; number < 10; number += 1) {
      await page.keyboard.press('KeyJ');
      const name = await until('the next one', opened, (now) => now !== null && !seen.has(now));
      seen.add(name);
      await page.getByRole('log').getByText('Help').waitFor();
      if (number % 2 === 0) {
        await page.keyboard.press('KeyA');
        await page.getByText(/Assigned · Олена/).waitFor();
        await page.keyboard.press('KeyP');
        await page.keyboard.press('Digit4');
      } else {
        await page.keyboard.press('Enter');
        await page.keyboard.type('Done');
        await page.keyboard.press('Control+Shift+Enter');
        await page.getByRole('button', { name: 'Reopen' }).waitFor();
        await page.keyboard.press('Escape');
      }
    }
    t.equal(seen.size, 10);
    const states = await Promise.all(
      visitors.map(async ({ room }) => (await desk.ask('GET', `/api/admin/chat/rooms/${room}`, as)).json),
    );
    t.equal(states.filter(({ status, priority }) => status === 'assigned' && priority === 'urgent').length, 5);
    t.equal(states.filter(({ status }) => status === 'resolved').length, 5);
    for (const { room } of visitors) await post(room, 'close');
    t.same(faults, []);
    await profile.close();
  });

  t.test('sessions are a table that is searched, sorted and opened', async (t) => {
    await guest(desk, 'Zoë', 'Last of all');
    const { page, profile, faults } = await openPanel(browser, team, olena, '/chat');
    const column = (number: number) => page.locator(`.sessions tbody td:nth-child(${number})`).allTextContents();
    await page.getByRole('link', { name: 'Zoë' }).waitFor();
    t.equal((await column(1))[0], 'Zoë', 'the newest first');
    await page.getByRole('button', { name: 'Name' }).click();
    await until(
      'by name',
      () => column(1),
      (shown) => shown.length > 5 && shown[0] === 'Anna' && shown.at(-1) === 'Zoë',
    );
    t.match(page.url(), /sort=name/);
    t.same(await violations(page), []);
    await page.getByRole('searchbox').fill('0441234567');
    await until(
      'all who have that number',
      () => column(2),
      (shown) => shown.length > 5 && shown.every((phone) => phone.includes('441234567')),
    );
    await page.getByRole('searchbox').fill('zoë');
    await until(
      'one row',
      () => column(1),
      (shown) => shown.join() === 'Zoë',
    );
    await page.getByRole('link', { name: 'Zoë' }).click();
    await bubble(page, 'Last of all').waitFor();
    t.match(page.url(), /\/chat\/\d+\?/);
    await reply(page).fill('Hello Zoë');
    await reply(page).press('Enter');
    await bubble(page, 'Hello Zoë').waitFor();
    await page.goBack();
    await page.getByRole('link', { name: 'Zoë' }).waitFor();
    t.same(faults, []);
    await profile.close();
  });

  t.test('erased while open; rights taken away while looking; the last one leaving', async (t) => {
    const { room, say: write } = await guest(desk, 'Hana', 'Forget me');
    const ivo = await hire(desk, { name: 'Ivo', role: 'agent' });
    const { page, profile } = await openPanel(browser, team, ivo, `/admin/chat/${room}`);
    await bubble(page, 'Forget me').waitFor();
    const availability = page.getByRole('button', { name: /^Ivo, Availability/ });
    for (const one of [olena, max])
      await desk.ask('PUT', '/api/admin/chat/availability', { as: one, body: { availability: 'offline' } });
    await availability.click();
    await page.getByRole('menuitemcheckbox', { name: 'Offline' }).click();
    const warning = page.getByRole('dialog', { name: 'You are the last one online' });
    await warning.waitFor();
    t.same(await violationsInBothThemes(page), []);
    await warning.getByRole('button', { name: 'Leave anyway' }).click();
    await page.getByText(/^Nobody is online and/).waitFor();
    await page.getByRole('button', { name: 'Go online' }).click();
    await page.getByText(/^Nobody is online and/).waitFor({ state: 'detached' });

    await write('Please');
    await bubble(page, 'Please').waitFor();
    await desk.ask('DELETE', `/api/admin/chat/rooms/${room}`, as);
    await page.getByText('This conversation has been erased.').waitFor();
    await page.getByRole('button', { name: 'Back to the list' }).click();

    const { status } = await desk.ask('PATCH', `/api/admin/chat/team/${ivo.id}`, { ...as, body: { is_blocked: true } });
    t.equal(status, 200);
    await page.getByText('Your access has been changed.').waitFor();
    t.equal(await page.locator('.room-row').count(), 0, 'nothing of the rooms is left on the page');
    await profile.close();
  });

  t.test('a list that cannot be had says so, with the request’s id', async (t) => {
    const { page, profile } = await openPanel(browser, team, olena, '/admin/chat?tab=all');
    await page.locator('.room-row').first().waitFor();
    const database = `${desk.databaseUrl.slice('sqlite:'.length)}`;
    const broken = new Database(database);
    broken.exec('alter table desk_room_labels rename to away');
    await tab(page, /^Closed/).click();
    const alert = page.getByRole('tabpanel').getByRole('alert');
    await alert.getByText(/^Request [\w-]{8,}/).waitFor();
    broken.exec('alter table away rename to desk_room_labels');
    broken.close();
    await alert.getByRole('button', { name: 'Try again' }).click();
    await row(page, 'Dan').waitFor();
    t.equal(await alert.count(), 0);
    await profile.close();
  });

  for (const theme of ['light', 'dark']) {
    t.test(`axe, ${theme}`, async (t) => {
      const { page, profile } = await openPanel(browser, team, olena, '/admin/chat?tab=all', { theme });
      await page.locator('.room-row').first().waitFor();
      await page.getByRole('button', { name: 'Filters', exact: true }).click();
      await page.locator('.room-choose').first().check();
      t.same(await violations(page), [], 'filters and a choice');
      await page.getByRole('link', { name: 'Sessions' }).click();
      await page.locator('.sessions tbody a').first().waitFor();
      t.same(await violations(page), [], 'the table');
      await profile.close();
    });
  }

  t.test('without a server: it opens, shows, keeps, sends later and catches up', async (t) => {
    const mira = await guest(desk, 'Mira', 'Before the cut');
    const other = await guest(desk, 'Nora', 'Also there');
    const options = { serviceWorkers: 'allow' as const };
    const { page, profile, faults } = await openPanel(
      browser,
      team,
      olena,
      `/admin/chat/${mira.room}?tab=all`,
      options,
    );
    await bubble(page, 'Before the cut').waitFor();
    await page.evaluate('navigator.serviceWorker.ready.then(() => true)');
    await until(
      'the list put down',
      () => kept(page),
      (text) => /Mira.*\n.*Before the cut/.test(text),
    );
    await reply(page).fill('Half an ans');

    await desk.stop();
    await page.reload();
    await bubble(page, 'Before the cut').waitFor();
    await row(page, 'Nora').waitFor();
    await page.getByText(/^No connection since/).waitFor();
    t.equal(await reply(page).inputValue(), 'Half an ans');
    t.same(await violationsInBothThemes(page), []);
    await reply(page).fill('Written in the dark');
    await reply(page).press('Enter');
    await page.locator('[data-outgoing]').waitFor();
    // Another room is open when the network is back: what waits goes out all the same.
    await row(page, 'Nora').click();
    await page.reload();
    await row(page, 'Mira').waitFor();

    const again = await startAgain(t, team);
    await other.say('After the cut');
    await post(mira.room, 'priority', { priority: 'high' });
    await bubble(page, 'After the cut').waitFor();
    await page.getByText(/^No connection since/).waitFor({ state: 'detached' });
    await row(page, 'Mira').locator('.chip[data-is=high]').waitFor();
    await row(page, 'Mira').click();
    await bubble(page, 'Written in the dark').waitFor();
    await until(
      'nothing waiting',
      () => page.locator('[data-outgoing]').count(),
      (count) => count === 0,
    );

    // A cut so long that the feed has forgotten what was in it: all is asked for anew.
    await again.stop();
    await page.getByText(/^No connection since/).waitFor();
    await reply(page).focus();
    const scrolled = await page.evaluate(`document.querySelector('.log').scrollTop`);
    withRows(team, (database) => {
      database.prepare(`update support_chat_rooms set priority = 'urgent' where public_id = ?`).run(other.room);
      const event = 'room_id, type, actor_id, data, created_at';
      database.prepare(`insert into desk_room_events (${event}) select ${event} from desk_room_events`).run();
    });
    const { db, close } = openDatabase(desk.databaseUrl);
    await pruneRoomEvents(db, Date.now() + 60_000, Date.now());
    await close();
    await startAgain(t, team);
    await row(page, 'Nora').locator('.chip[data-is=urgent]').waitFor();
    await page.getByText(/^No connection since/).waitFor({ state: 'detached' });
    t.equal(await page.evaluate('document.activeElement.tagName'), 'TEXTAREA', 'the focus stayed');
    t.equal(await page.evaluate(`document.querySelector('.log').scrollTop`), scrolled, 'the place stayed');
    t.same(faults, []);
    await page.getByRole('button', { name: /Availability/ }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
    t.equal(await kept(page), '', 'whoever sits here next finds nothing');
    await profile.close();
  });
});

t.test('a smoke of it on MariaDB', { skip, timeout: 120_000 }, async (t) => {
  if (!(await hasMysql(t))) return;
  const team = await startTeam(t, await emptyDatabaseUrl(t, 'mysql'));
  const { desk, olena } = team;
  const browser = await openBrowser(t);
  const { page, faults } = await openPanel(browser, team, olena, '/admin/chat?tab=all');
  await page.getByText('Waiting for the first message…').waitFor();
  const [oksana, taras] = [await guest(desk, 'Оксана', 'Де моє замовлення?'), await guest(desk, 'Taras', 'Hi')];
  await showing(page, 'both', ['Оксана', 'Taras']);
  await row(page, 'Оксана').click();
  await reply(page).fill('Вже їде');
  await reply(page).press('Enter');
  await tab(page, /^Mine 1/).waitFor();
  await oksana.say('Дякую');
  await bubble(page, 'Дякую').waitFor();
  await page.getByRole('searchbox').fill('замовлення');
  await showing(page, 'what was searched for', ['Оксана']);
  await page.getByRole('searchbox').press('Escape');
  await showing(page, 'both again', ['Оксана', 'Taras']);
  for (const name of ['Оксана', 'Taras']) await page.getByRole('checkbox', { name: `Choose ${name}` }).check();
  await page.getByRole('region', { name: 'Chosen conversations' }).getByRole('button', { name: 'Resolve' }).click();
  await tab(page, /^Resolved 2/).waitFor();
  await taras.say('One more thing');
  await tab(page, /^Resolved 1/).waitFor();
  await page.getByRole('link', { name: 'Sessions' }).click();
  await page.getByRole('link', { name: 'Taras' }).waitFor();

  await page.getByRole('link', { name: 'Statistics' }).click();
  await until(
    'two conversations',
    () => page.locator('[data-total="rooms"]').textContent(),
    (text) => text === '2',
  );
  await page.getByRole('link', { name: 'Settings' }).click();
  const settings = page.getByRole('navigation', { name: 'Settings' });
  await page.getByRole('button', { name: 'Rename: Max' }).click();
  await page.getByRole('form', { name: 'Max' }).getByRole('textbox').fill('Максим');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('listitem', { name: 'Максим' }).waitFor();
  await settings.getByRole('link', { name: 'Labels' }).click();
  const label = page.getByRole('form', { name: 'New label' });
  for (const name of ['Оплата', 'Оплата']) {
    await label.getByLabel('Name').fill(name);
    await label.getByRole('button', { name: 'Add' }).click();
    await page.getByRole('listitem', { name: 'Оплата' }).waitFor();
  }
  await label.getByText('That is taken already.').waitFor();
  await settings.getByRole('link', { name: 'Canned replies' }).click();
  const canned = page.getByRole('form', { name: 'New canned reply' });
  await canned.getByLabel('Short code').fill('вітаю');
  await canned.getByLabel('Text').fill('Вітаю, {{first_name}}! 👋');
  await canned.getByRole('button', { name: 'Add' }).click();
  await page.getByRole('link', { name: 'Conversations' }).click();
  await tab(page, /^All/).click();
  await row(page, 'Taras').click();
  await reply(page).pressSequentially('/вітаю');
  await page.getByRole('option', { name: '/вітаю' }).waitFor();
  await page.keyboard.press('Enter');
  await until(
    'the visitor’s name',
    () => reply(page).inputValue(),
    (text) => text === 'Вітаю, Taras! 👋',
  );
  await page.getByRole('button', { name: 'Note', exact: true }).click();
  await page.getByPlaceholder('Write a note').fill('Постійний клієнт');
  await page.getByRole('button', { name: 'Add note' }).click();
  await page.locator('.message[data-note="true"]:not([data-outgoing])', { hasText: 'Постійний клієнт' }).waitFor();
  t.same(faults, []);
});

/** What the panel has put down on this device: the rooms, and in the next line the messages. */
function kept(page: Page): Promise<string> {
  return page.evaluate(`(async () => {
    const found = (await indexedDB.databases()).find(({ name }) => name.startsWith('antiphon panel kept'));
    if (!found) return '';
    const database = await new Promise((resolve) => {
      const opening = indexedDB.open(found.name);
      opening.onsuccess = () => resolve(opening.result);
    });
    const all = (store) => new Promise((resolve) => {
      const asked = database.transaction(store).objectStore(store).getAll();
      asked.onsuccess = () => resolve(asked.result);
    });
    const text = JSON.stringify(await all('rooms')) + '\\n' + JSON.stringify(await all('messages'));
    database.close();
    return text;
  })()`);
}

function withRows({ desk }: Team, work: (database: Database.Database) => void): void {
  const database = new Database(desk.databaseUrl.slice('sqlite:'.length));
  work(database);
  database.close();
}

/** The widget's visitor of the first run gave no name. */
async function visitorName({ desk, olena }: Team): Promise<string> {
  const { json } = await desk.ask('GET', '/api/admin/chat/rooms?status=closed', { as: olena });
  return json.data[0].user.name;
}
