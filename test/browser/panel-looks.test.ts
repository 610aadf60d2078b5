import { gzipSync } from 'node:zlib';
import t from 'tap';
import { violations } from '../kit/axe.ts';
import { lacksBrowser, openBrowser, openPage } from '../kit/browser.ts';
import { bubble, guest, leaveField, openPanel, reply, startTeam } from './team.ts';

t.jobs = 1;
const skip = lacksBrowser(process.env);
t.test('everybody can use it, on any screen', { skip, timeout: 280_000 }, async (t) => {
  const team = await startTeam(t);
  const { desk, olena, max } = team;
  const ivan = await guest(desk, 'Іван Петренко', `Hello ${'W'.repeat(400)} https://example.com`);
  const bobby = await guest(desk, '<b>Bobby</b> "O\'Tables" ‮evil', 'M'.repeat(5000));
  const as = { as: olena };
  await desk.ask('POST', `/api/admin/chat/rooms/${ivan.room}/priority`, { ...as, body: { priority: 'urgent' } });
  await desk.ask('POST', `/api/chat/room/${ivan.room}/messages`, { ...as, body: { message: 'Good morning' } });
  await desk.ask('POST', `/api/admin/chat/rooms/${ivan.room}/notes`, { as: max, body: { message: 'Careful' } });
  await desk.ask('POST', '/api/admin/chat/canned', {
    ...as,
    body: { short_code: 'hi', text: 'Hi {{name}}', scope: 'all' },
  });
  for (let sent = 0; sent < 5; sent += 1) {
    const form = new FormData();
    for (let file = 0; file < 20; file += 1)
      form.append('attachments[]', new Blob([`${file}`]), `${'long-'.repeat(30)}${file}.txt`);
    await desk.ask('POST', `/api/admin/chat/rooms/${bobby.room}/messages`, { ...as, body: form });
  }
  const browser = await openBrowser(t);

  for (const theme of ['light', 'dark']) {
    t.test(`axe, ${theme}`, async (t) => {
      const { page, profile, faults } = await openPanel(browser, team, olena, `/admin/chat/${ivan.room}?tab=all`, {
        theme,
      });
      const dialog = page.getByRole('dialog');
      const shut = async () => {
        await page.keyboard.press('Escape');
        await dialog.waitFor({ state: 'detached' });
      };
      await bubble(page, 'Careful').waitFor();
      await page.locator('.head-person').click();
      await page.getByText('Олена took the conversation.').waitFor();
      await page.keyboard.press('Control+KeyF');
      await page.getByRole('searchbox', { name: 'Find in conversation' }).fill('morning');
      await page.locator('[data-found]').waitFor();
      await page.getByRole('button', { name: 'Note', exact: true }).click();
      // Whatever draft is still on its way.
      await page.getByPlaceholder('Write a note').fill('@m');
      await page.getByRole('option', { name: 'Max' }).waitFor();
      t.same(await violations(page), [], 'a note, a search and the details');

      await page.getByRole('button', { name: 'Block visitor…' }).click();
      await dialog.waitFor();
      t.same(await violations(page, 'dialog'), [], 'blocking');
      await shut();
      await page.getByRole('button', { name: 'Reply', exact: true }).click();
      await reply(page).fill('Too late');
      await desk.ask('POST', `/api/admin/chat/rooms/${ivan.room}/messages`, {
        as: max,
        body: { message: 'I am faster' },
      });
      await reply(page).press('Enter');
      await page.getByText('Max has just answered.').waitFor();
      await reply(page).fill('/h');
      await page.getByText('Hi Іван Петренко').waitFor();
      t.same(await violations(page), [], 'stopped, and a canned reply');
      await reply(page).fill('');
      await page.getByRole('button', { name: 'Look first' }).click();
      await reply(page).fill('');

      await leaveField(page);
      await page.keyboard.press('Control+KeyK');
      await page.getByRole('combobox', { name: 'Type a command' }).waitFor();
      t.same(await violations(page, 'dialog'), [], 'the palette');
      await shut();
      await page.keyboard.press('Shift+Slash');
      await page.getByRole('button', { name: 'Change the key of “Resolve”' }).click();
      await page.keyboard.press('KeyC');
      await page.getByText('already does').waitFor();
      t.same(await violations(page, 'dialog'), [], 'the keys');
      await page.keyboard.press('Escape');
      await shut();
      await page.getByRole('button', { name: /^Alerts/ }).click();
      await dialog.waitFor();
      t.same(await violations(page, 'dialog'), [], 'the alerts');
      await shut();
      await page.getByRole('button', { name: 'Assignee' }).click();
      await page.getByRole('menuitem', { name: 'Hand over…' }).waitFor();
      t.same(await violations(page), [], 'a menu');
      await page.getByRole('menuitem', { name: 'Hand over…' }).click();
      await dialog.waitFor();
      t.same(await violations(page, 'dialog'), [], 'handing over');
      await shut();
      t.same(faults, []);
      await profile.close();
      const signIn = await openPage(browser, `${desk.httpUrl}/admin/chat`, { colorScheme: theme as 'light' | 'dark' });
      await signIn.page.getByRole('button', { name: 'Sign in' }).waitFor();
      t.same(await violations(signIn.page), [], 'signing in');
      await signIn.profile.close();
    });
  }

  for (const width of [320, 768, 2560]) {
    t.test(`${width} px wide nothing hangs out`, async (t) => {
      const viewport = { width, height: 640 };
      const hanging = `[...document.querySelectorAll('.workplace *')].filter((each) => each.checkVisibility() && each.scrollWidth > each.clientWidth + 1
        && getComputedStyle(each).overflowX === 'auto').map((each) => each.className)`;
      const { page, profile } = await openPanel(browser, team, olena, `/admin/chat/${ivan.room}`, { viewport });
      await bubble(page, 'Careful').waitFor();
      t.same(await page.evaluate(hanging), []);
      await page.goto(`${desk.httpUrl}/admin/chat/${bobby.room}`);
      await page.getByRole('log').getByRole('link').nth(99).waitFor();
      t.same(await page.evaluate(hanging), [], 'a hostile name, one endless word, a hundred files');
      t.equal(await page.evaluate('document.documentElement.scrollWidth'), width);
      await page.getByRole('button', { name: 'Send', exact: true }).waitFor();
      await page.locator('.head-person').click();
      const files = page.getByRole('complementary').getByRole('link', { name: /^long-/ });
      await files.nth(19).waitFor();
      await page.getByRole('button', { name: 'Older files' }).click();
      await files.nth(39).waitFor();
      t.same(await page.evaluate(hanging), [], 'its details');
      t.equal(await page.evaluate('document.documentElement.scrollWidth'), width);
      await profile.close();
    });
  }

  t.test('how one likes it is chosen from a menu, and kept', async (t) => {
    const { page, profile } = await openPanel(browser, team, olena, '/admin/chat?tab=all', { theme: 'auto' });
    const heightOf = async () => Math.round((await page.locator('.room-place').first().boundingBox())?.height ?? 0);
    const choose = async (menu: string, choice: string) => {
      await page.getByRole('button', { name: menu }).click();
      await page.getByRole('menuitemcheckbox', { name: choice }).click();
      await page.getByRole('menu').waitFor({ state: 'detached' });
    };
    const paper = () => page.evaluate('getComputedStyle(document.documentElement).backgroundColor');
    await page.locator('.room-row').first().waitFor();
    const [comfortable, light] = [await heightOf(), await paper()];
    t.equal(comfortable, 72);
    await page.emulateMedia({ colorScheme: 'dark' });
    const dark = await paper();
    t.not(dark, light, 'as the system has it');
    await choose('Preferences', 'Light');
    t.equal(await paper(), light, 'whatever the system has');
    await choose('Preferences', 'Compact');
    t.equal(await heightOf(), 56);
    await choose('Preferences', 'Français');
    await page.getByRole('button', { name: 'Préférences' }).waitFor();
    t.equal(await page.evaluate('document.documentElement.lang'), 'fr');
    await page.reload();
    await page.getByRole('button', { name: 'Préférences' }).waitFor();
    await page.locator('.room-row').first().waitFor();
    t.equal(await heightOf(), 56);
    await profile.close();
  });

  t.test('it speaks the reader’s language', async () => {
    for (const [locale, word] of [
      ['uk-UA', 'Розмови'],
      ['ru', 'Разговоры'],
      ['fr-CA', 'Conversations'],
      ['pl', 'Conversations'],
    ] as const) {
      const profile = await browser.newContext({ locale });
      const { page } = await openPage(browser, `${desk.httpUrl}/admin/chat`, { profile });
      await page.getByRole('button').first().waitFor();
      await page.evaluate(`localStorage['antiphon.panel.token'] = ${JSON.stringify(olena.token)}`);
      await page.reload();
      await page.getByRole('heading', { name: word }).waitFor();
      await profile.close();
    }
  });

  t.test('it is small', async (t) => {
    const page = await (await fetch(`${desk.httpUrl}/admin/chat`)).text();
    const script = /src="(\/panel\/assets\/[^"]+\.js)"/.exec(page)?.[1];
    const answer = await fetch(desk.httpUrl + script);
    const size = gzipSync(await answer.text()).length;
    t.ok(size <= 160_000, `${size} bytes`);
    t.match(answer.headers.get('cache-control'), /immutable/);
  });
});
