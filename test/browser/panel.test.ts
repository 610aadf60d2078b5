import t from 'tap';
import { lacksBrowser, openBrowser, openPage } from '../kit/browser.ts';
import { startSite } from '../kit/site.ts';
import { until } from './agent.ts';
import { bubble, guest, hearTold, leaveField, openPanel, reply, row, said, startTeam } from './team.ts';
import { open, say } from './visitor.ts';

t.jobs = 1;
const skip = lacksBrowser(process.env);

t.test('two agents and their visitors', { skip, timeout: 280_000 }, async (t) => {
  const team = await startTeam(t);
  const { desk, olena, max } = team;
  const browser = await openBrowser(t);

  t.test('signing in, and what a wrong password says', async (t) => {
    const { page, profile, faults } = await openPage(browser, `${desk.httpUrl}/admin/chat`);
    await page.getByLabel('E-mail').fill('olena@example.com');
    await page.getByLabel('Password').fill('not this one');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await until(
      'a refusal',
      () => page.getByRole('alert').textContent(),
      (text) => text !== '',
    );
    await page.getByLabel('Password').fill('long enough');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('No conversations here').waitFor();
    await page.reload();
    await page.getByText('No conversations here').waitFor();
    t.same(faults, []);
    await profile.close();
  });

  t.test('a visitor writes in the widget, an agent answers, and the note stays in the team', async (t) => {
    const site = await startSite(t, { chat: desk.httpUrl });
    const agent = await openPanel(browser, team, olena);
    const visitor = await openPage(browser, site);
    await open(visitor.page);
    await say(visitor.page, 'Where is my parcel?');
    await agent.page.locator('.room-row', { hasText: 'Where is my parcel?' }).click();
    await bubble(agent.page, 'Where is my parcel?').waitFor();
    t.match(agent.page.url(), /\/admin\/chat\/\d+$/, 'the room is in the address');

    await reply(agent.page).pressSequentially('On its way');
    await visitor.page.getByText('Олена is typing…').waitFor();
    await reply(agent.page).press('Enter');
    await visitor.page.getByText('On its way').waitFor();
    await agent.page.locator('.progress[data-is="read"]').waitFor();
    await agent.page.getByText(/Assigned · Олена/).waitFor();

    await agent.page.getByRole('button', { name: 'Note', exact: true }).click();
    await agent.page.getByPlaceholder('Write a note').fill('Looks like fraud');
    await agent.page.getByRole('button', { name: 'Add note' }).click();
    await agent.page.locator('.message[data-note="true"]:not([data-outgoing])').waitFor();
    await say(visitor.page, 'Thanks');
    await bubble(agent.page, 'Thanks').waitFor();
    t.equal(await visitor.page.getByText('Looks like fraud').count(), 0);

    await agent.page.getByRole('button', { name: 'Resolve', exact: true }).click();
    await agent.page.getByRole('button', { name: 'Reopen' }).waitFor();
    await agent.page.getByRole('tab', { name: /^Resolved 1/ }).waitFor();
    t.same([...agent.faults, ...visitor.faults], []);
    await agent.profile.close();
    await visitor.profile.close();
  });

  t.test('both take it: one has it, the other is told who; both see each other', async (t) => {
    const { room } = await guest(desk, 'Ivan', 'Hello?');
    const a = await openPanel(browser, team, olena, `/admin/chat/${room}`);
    const b = await openPanel(browser, team, max, `/admin/chat/${room}`);
    await a.page.getByText('Max looking').waitFor();
    await b.page.getByText('Олена looking').waitFor();
    const take = (page: typeof a.page) => page.getByRole('button', { name: 'Assign to me' }).click();
    await a.page.context().setOffline(false);
    await b.page.route('**/take', async (route) => {
      await desk.ask('POST', `/api/admin/chat/rooms/${room}/take`, { as: olena });
      await route.continue();
    });
    await hearTold(b.page);
    await take(b.page);
    await until(
      'told who has it',
      () => said(b.page),
      (told) => told.some((text) => text.includes('Олена has it already.')),
    );
    await a.page.getByText(/Assigned · Олена/).waitFor();

    await reply(b.page).fill('I can help');
    await reply(a.page).fill('I am on it');
    await reply(a.page).press('Enter');
    await bubble(b.page, 'I am on it').waitFor();
    await reply(b.page).press('Enter');
    await b.page.getByText('Олена has just answered.').waitFor();
    t.equal(await bubble(a.page, 'I can help').count(), 0, 'not sent unasked');
    await b.page.getByRole('button', { name: 'Send anyway' }).click();
    await bubble(a.page, 'I can help').waitFor();
    await a.profile.close();
    await b.profile.close();
  });

  t.test('nothing moves under the pointer; filters and search are in the address', async (t) => {
    const newcomer = await guest(desk, 'Newcomer', 'Me too');
    const maria = await guest(desk, 'Марія', 'Питання про оплату');
    const raise = (room: number) =>
      desk.ask('POST', `/api/admin/chat/rooms/${room}/priority`, { as: olena, body: { priority: 'high' } });
    await raise(maria.room);
    const { page, profile } = await openPanel(browser, team, olena, '/admin/chat?priority=high');
    await row(page, 'Марія').hover();
    // Who has waited longer belongs above: there, where the pointer is.
    await raise(newcomer.room);
    await page.getByRole('button', { name: '1 new' }).waitFor();
    t.same(await page.locator('.room-name').allTextContents(), ['Марія']);
    await page.getByRole('button', { name: '1 new' }).click();
    await row(page, 'Newcomer').waitFor();
    t.same(await page.locator('.room-name').allTextContents(), ['Newcomer', 'Марія']);
    await page.getByRole('button', { name: 'Clear filters' }).click();

    await page.getByRole('searchbox').fill('марі');
    await until(
      'one row',
      () => page.locator('.room-row').count(),
      (count) => count === 1,
    );
    await page.reload();
    await row(page, 'Марія').waitFor();
    t.equal(await page.locator('.room-row').count(), 1, 'as the address says');
    await page.getByRole('searchbox').press('Escape');
    await row(page, 'Newcomer').waitFor();
    await page.getByRole('tab', { name: /^Urgent/ }).click();
    await page.getByText('No conversations here').waitFor();
    await page.goBack();
    await row(page, 'Newcomer').waitFor();
    await profile.close();
  });

  t.test('by keyboard alone, on a Cyrillic layout too', async (t) => {
    const { page, profile } = await openPanel(browser, team, olena);
    await row(page, 'Newcomer').waitFor();
    const name = () => page.locator('.head-person .font-semibold').textContent();
    await page.keyboard.press('KeyJ');
    await page.locator('.head').waitFor();
    const first = await name();
    await page.keyboard.press('KeyJ');
    await until('the next', name, (now) => now !== first);
    // What a Ukrainian keyboard sends for the key labelled K.
    await page.evaluate(`dispatchEvent(new KeyboardEvent('keydown', { code: 'KeyK', key: 'л', cancelable: true }))`);
    await until('the first again', name, (now) => now === first);
    await page.keyboard.press('KeyA');
    await page.getByText(/Assigned · Олена/).waitFor();
    await page.keyboard.press('KeyP');
    await page.keyboard.press('Digit4');
    await page.getByRole('tab', { name: /^Urgent 1/ }).waitFor();
    await page.keyboard.press('Enter');
    await page.keyboard.type('js keys are only letters here');
    t.equal(await reply(page).inputValue(), 'js keys are only letters here');
    await page.keyboard.press('Control+Shift+Enter');
    await page.getByRole('button', { name: 'Reopen' }).waitFor();
    await leaveField(page);
    await page.keyboard.press('KeyO');
    await page.getByRole('button', { name: 'Resolve', exact: true }).waitFor();
    await page.keyboard.press('Shift+Slash');
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+KeyK');
    await page.keyboard.type('newcom');
    await page.getByRole('option', { name: 'Newcomer' }).waitFor();
    await page.keyboard.press('Enter');
    await until('who was named', name, (now) => now === 'Newcomer');
    // Out of whatever has the focus, then out of the room.
    await until(
      'the list',
      async () => {
        const shown = await page.locator('.head').count();
        if (shown > 0) await page.keyboard.press('Escape');
        return shown;
      },
      (count) => count === 0,
    );
    await profile.close();
  });

  t.test('canned replies, files, corrections', async (t) => {
    const body = { short_code: 'hi', text: 'Hello {{name}}!', scope: 'all' };
    await desk.ask('POST', '/api/admin/chat/canned', { as: olena, body });
    const { room } = await guest(desk, 'Petro', 'Hi');
    const { page, profile, faults } = await openPanel(browser, team, olena, `/admin/chat/${room}`);
    await page.getByText('1 new message').waitFor();
    await reply(page).pressSequentially('/h');
    await page.getByRole('option', { name: '/hi' }).waitFor();
    await page.keyboard.press('Enter');
    await until(
      'the name',
      () => reply(page).inputValue(),
      (text) => text === 'Hello Petro!',
    );
    await page.locator('input[type=file]').setInputFiles({
      name: 'invoice.txt',
      mimeType: 'text/plain',
      buffer: Buffer.from('42'),
    });
    await page.keyboard.press('Enter');
    await page.getByRole('link', { name: /invoice\.txt/ }).waitFor();
    t.equal(await page.getByText('1 new message').count(), 0, 'answered: nothing is new');

    await bubble(page, 'Hello Petro!').hover();
    await page.getByRole('button', { name: 'Edit' }).click();
    await page.getByLabel('Edit', { exact: true }).fill('Hello, Petro!');
    await page.keyboard.press('Enter');
    await bubble(page, 'Hello, Petro!').waitFor();
    await page.getByText('edited').waitFor();
    await page.getByRole('button', { name: 'Delete' }).click();
    await bubble(page, 'Message deleted').waitFor();
    t.same(faults, []);
    await profile.close();
  });

  t.test('a session that ends, a server that is gone: nothing that was written is lost', async (t) => {
    const { room, say: write } = await guest(desk, 'Sofia', 'Are you there?');
    const { page, profile } = await openPanel(browser, team, olena, `/admin/chat/${room}`);
    await bubble(page, 'Are you there?').waitFor();
    await reply(page).fill('Half of an ans');
    await page.reload();
    await until(
      'the draft',
      () => reply(page).inputValue(),
      (text) => text === 'Half of an ans',
    );

    await page.context().setOffline(true);
    await reply(page).fill('Said without a network');
    await reply(page).press('Enter');
    await page.locator('[data-outgoing]').waitFor();
    await write('Hello?');
    await page.context().setOffline(false);
    await bubble(page, 'Hello?').waitFor();
    await until(
      'nothing waiting',
      () => page.locator('[data-outgoing]').count(),
      (count) => count === 0,
    );

    await reply(page).fill('Still here');
    await desk.ask('POST', '/api/auth/logout', { as: olena });
    await reply(page).press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Sign in again' });
    await dialog.getByLabel('E-mail').fill('olena@example.com');
    await dialog.getByLabel('Password').fill('long enough');
    await dialog.getByRole('button').click();
    await dialog.waitFor({ state: 'detached' });
    // Whether the session was seen to be over before Enter or by it: what was written is there.
    if ((await reply(page).inputValue()) === 'Still here') await reply(page).press('Enter');
    await until(
      'sent',
      () => page.locator('[data-outgoing]').count(),
      (count) => count === 0,
    );
    await bubble(page, 'Still here').waitFor();
    await write('Good');
    await bubble(page, 'Good').waitFor();
    t.pass('live again with the new token');
    await profile.close();
  });
});
