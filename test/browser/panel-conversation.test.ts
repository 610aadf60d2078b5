import t from 'tap';
import { openDatabase } from '../../db/open.ts';
import { lacksBrowser, openBrowser, openPage } from '../kit/browser.ts';
import { hire } from '../kit/desk.ts';
import { startSite } from '../kit/site.ts';
import { until } from './agent.ts';
import { bubble, guest, hearTold, leaveField, openPanel, reply, row, said, startTeam } from './team.ts';
import { field, open, say } from './visitor.ts';

t.jobs = 1;
const skip = lacksBrowser(process.env);

t.test('in a conversation', { skip, timeout: 400_000 }, async (t) => {
  const team = await startTeam(t);
  const { desk, olena, max } = team;
  const browser = await openBrowser(t);
  const note = (page: Parameters<typeof reply>[0]) => page.getByPlaceholder('Write a note');
  const ask = async (as: typeof olena, method: string, path: string, body?: object) => {
    const { status, json } = await desk.ask(method, path, { as, ...(body ? { body } : {}) });
    if (status >= 300) throw new Error(`${method} ${path}: ${status} ${JSON.stringify(json)}`);
    return json;
  };
  const roomOf = (room: number) => ask(olena, 'GET', `/api/admin/chat/rooms/${room}`);
  const answer = (as: typeof olena, room: number, message: string) =>
    ask(as, 'POST', `/api/admin/chat/rooms/${room}/messages`, { message });

  t.test('a colleague has just answered: shown, taken back or sent all the same', async (t) => {
    const { room } = await guest(desk, 'Ivan', 'Hello?');
    const { page, profile, faults } = await openPanel(browser, team, max, `/admin/chat/${room}`);
    await bubble(page, 'Hello?').waitFor();
    await reply(page).fill('I can help');
    await answer(olena, room, 'Have you tried turning it off?');
    await page.getByText('Олена has this conversation.').waitFor();
    await page.keyboard.press('Control+Shift+Enter');
    const stop = page.getByRole('alert').filter({ hasText: 'Олена has just answered.' });
    await stop.getByText('Have you tried turning it off?').waitFor();
    t.equal((await roomOf(room)).status, 'assigned', 'not resolved without its answer');

    await stop.getByRole('button', { name: 'Look first' }).click();
    await until(
      'the text in the field',
      () => reply(page).inputValue(),
      (text) => text === 'I can help',
    );
    await answer(olena, room, 'Or on again?');
    await bubble(page, 'Or on again?').waitFor();
    await reply(page).press('Control+Shift+Enter');
    await stop.getByText('Or on again?').waitFor();
    await stop.getByRole('button', { name: 'Send anyway' }).click();
    await page.getByRole('button', { name: 'Reopen' }).waitFor();
    const { messages, status } = await roomOf(room);
    t.equal(status, 'resolved', 'sent, then resolved');
    t.equal(messages.filter(({ message }: { message: string }) => message === 'I can help').length, 1);
    t.same(faults, []);
    await profile.close();
  });

  t.test('a note speaks to a colleague, who is told wherever they are; the visitor learns nothing', async (t) => {
    const site = await startSite(t, { chat: desk.httpUrl });
    const visitor = await openPage(browser, site);
    await open(visitor.page);
    await say(visitor.page, 'Secret question');
    const a = await openPanel(browser, team, olena);
    await a.page.getByRole('button', { name: 'Alerts', exact: true }).click();
    await a.page.getByText('News comes at once.').waitFor();
    await a.page.keyboard.press('Escape');
    await hearTold(a.page);
    const b = await openPanel(browser, team, max);
    await row(b.page, 'Secret question').click();
    await bubble(b.page, 'Secret question').waitFor();
    await leaveField(b.page);
    await b.page.keyboard.press('KeyN');
    await b.page.keyboard.type('Hey @оле');
    await b.page.getByRole('option', { name: 'Олена' }).waitFor();
    await b.page.keyboard.press('Enter');
    await until(
      'the name',
      () => note(b.page).inputValue(),
      (text) => text === 'Hey @Олена ',
    );
    await b.page.keyboard.type('look at this');
    await b.page.keyboard.press('Enter');
    await b.page.locator('.mention', { hasText: '@Олена' }).waitFor();
    await a.page.getByRole('button', { name: 'Alerts, 1 mention' }).waitFor();
    await until(
      'told in passing',
      () => said(a.page),
      (told) => told.includes('Max mentioned you: Hey @Олена look at this'),
    );
    await a.page.getByRole('button', { name: 'Alerts, 1 mention' }).click();
    await a.page
      .getByRole('dialog')
      .getByRole('button', { name: /Max: Hey @Олена/ })
      .click();
    await bubble(a.page, 'look at this').waitFor();
    await a.page.getByRole('button', { name: 'Alerts', exact: true }).waitFor();
    t.equal(await visitor.page.getByText('look at this').count(), 0, 'a note');

    await field(visitor.page).pressSequentially('Hm');
    await a.page.getByText('Guest is typing…').waitFor();
    await reply(b.page).pressSequentially('Well');
    await a.page.getByText(/Max/).and(a.page.locator('.typing')).waitFor();
    await visitor.page.getByText('Max is typing…').waitFor();
    t.same([...a.faults, ...b.faults, ...visitor.faults], []);
    for (const { profile } of [a, b, visitor]) await profile.close();
  });

  t.test('what was begun is there in another room’s stead, after leaving, and on another device', async (t) => {
    const first = await guest(desk, 'First', 'One');
    const second = await guest(desk, 'Second', 'Two');
    const here = await openPanel(browser, team, max, `/admin/chat/${first.room}`);
    await bubble(here.page, 'One').waitFor();
    await here.page.locator('input[type=file]').setInputFiles(
      Array.from({ length: 100 }, (_, n) => ({
        name: `file ${n}.txt`,
        mimeType: 'text/plain',
        buffer: Buffer.from(`${n}`),
      })),
    );
    await here.page.getByText('80 were left out').waitFor();
    t.equal(await here.page.getByRole('button', { name: /^Remove file/ }).count(), 20);
    await here.page.getByRole('button', { name: 'Note', exact: true }).click();
    await note(here.page).fill('Half a note ');
    await row(here.page, 'Second').click();
    await bubble(here.page, 'Two').waitFor();
    t.equal(await reply(here.page).inputValue(), '', 'each room has its own');
    await row(here.page, 'First').click();
    await until(
      'the note',
      () => note(here.page).inputValue(),
      (text) => text === 'Half a note ',
    );
    t.equal(await here.page.getByRole('button', { name: /^Remove file/ }).count(), 20, 'the files too');
    await here.page.reload();
    await here.page.getByRole('button', { name: 'Remove file 19.txt' }).waitFor();
    t.equal(await note(here.page).inputValue(), 'Half a note ', 'as before the page was left');

    const there = await openPanel(browser, team, max, `/admin/chat/${first.room}`);
    await until(
      'the note on another device',
      () => note(there.page).inputValue(),
      (text) => text === 'Half a note ',
    );
    await answer(olena, second.room, 'Mine now');
    await there.profile.close();
    await here.profile.close();
  });

  t.test('files: dropped and pasted, their way shown, and stopped on it', async (t) => {
    const { room } = await guest(desk, 'Files', 'Send me the form');
    const { page, profile } = await openPanel(browser, team, max, `/admin/chat/${room}`);
    await bubble(page, 'Send me the form').waitFor();
    const give = (how: 'drop' | 'paste', name: string) =>
      page.evaluate(
        `(() => {
          const data = new DataTransfer();
          data.items.add(new File(['of a form'], ${JSON.stringify(name)}, { type: 'text/plain' }));
          const [where, event] = ${JSON.stringify(how)} === 'drop'
            ? ['.log', new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true })]
            : ['.composer textarea', new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true })];
          document.querySelector(where).dispatchEvent(event);
        })()`,
      );
    await give('drop', 'dropped.txt');
    await give('paste', 'pasted.txt');
    await page.getByRole('button', { name: 'Remove pasted.txt' }).waitFor();
    await page.getByRole('button', { name: 'Remove dropped.txt' }).click();
    let held: (() => void) | undefined;
    await page.route('**/messages', async (route) => {
      if (route.request().method() !== 'POST' || held) return route.continue();
      await new Promise<void>((resolve) => {
        held = resolve;
      });
      await route.abort().catch(() => {});
    });
    await page.getByRole('button', { name: 'Send', exact: true }).click();
    await page.getByRole('progressbar', { name: 'Sending' }).waitFor();
    await page.locator('[data-outgoing]').getByRole('button', { name: 'Cancel' }).click();
    await page.locator('[data-outgoing]').waitFor({ state: 'detached' });
    held?.();
    await give('paste', 'wanted.txt');
    await reply(page).press('Enter');
    await page
      .getByRole('log')
      .getByRole('link', { name: /wanted\.txt/ })
      .waitFor();
    const { messages } = await roomOf(room);
    t.same(
      messages
        .flatMap(({ attachments }: { attachments: { name: string }[] | null }) => attachments ?? [])
        .map(({ name }: { name: string }) => name),
      ['wanted.txt'],
    );
    await profile.close();
  });

  t.test('canned replies show their words before they are chosen, and the palette has them, people too', async (t) => {
    await ask(olena, 'POST', '/api/admin/chat/canned', {
      short_code: 'greet',
      text: 'Good day, {{name|friend}}!',
      scope: 'all',
    });
    const { room } = await guest(desk, 'Petro', 'Hi');
    const { page, profile } = await openPanel(browser, team, max, `/admin/chat/${room}`);
    await bubble(page, 'Hi').waitFor();
    await reply(page).pressSequentially('/gre');
    await page.getByText('Good day, Petro!').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('listbox').waitFor({ state: 'detached' });
    await reply(page).fill('');
    await page.keyboard.press('Control+KeyK');
    await page.keyboard.type('greet');
    await page.getByRole('option', { name: '/greet' }).waitFor();
    await page.keyboard.press('Enter');
    await until(
      'the words',
      () => reply(page).inputValue(),
      (text) => text === 'Good day, Petro!',
    );
    await leaveField(page);
    await page.keyboard.press('Control+KeyK');
    await page.keyboard.type('олен');
    await page.getByRole('option', { name: 'Assign to Олена' }).click();
    await page.getByText(/Assigned · Олена/).waitFor();
    t.equal((await roomOf(room)).assigned_to, olena.id);
    await profile.close();
  });

  t.test('found in what is loaded, and further back', async (t) => {
    const { room, say: write } = await guest(desk, 'Long', 'Where the needle is');
    for (let line = 1; line <= 110; line += 1) await write(`Line ${line} of hay`);
    await write('Another needle');
    const { page, profile } = await openPanel(browser, team, max, `/admin/chat/${room}`);
    await bubble(page, 'Another needle').waitFor();
    await page.keyboard.press('Control+KeyF');
    await page.getByRole('searchbox', { name: 'Find in conversation' }).fill('NEEDLE');
    await page.locator('[data-found]', { hasText: 'Another needle' }).waitFor();
    await page.keyboard.press('Enter');
    await page.locator('[data-found]', { hasText: 'Where the needle is' }).waitFor();
    await page.getByText('1 of 2').waitFor();
    await page.keyboard.press('ArrowDown');
    await page.locator('[data-found]', { hasText: 'Another needle' }).waitFor();
    await page.keyboard.press('Escape');
    await page.locator('.find-bar').waitFor({ state: 'detached' });
    t.equal(await page.locator('[data-found]').count(), 0);
    await profile.close();
  });

  t.test('two at once: the room is one, and each hears what the other did', async (t) => {
    const { room } = await guest(desk, 'Both', 'Help');
    const a = await openPanel(browser, team, olena, `/admin/chat/${room}`);
    const b = await openPanel(browser, team, max, `/admin/chat/${room}`);
    await a.page.getByText('Max looking').waitFor();
    await bubble(b.page, 'Help').waitFor();
    await hearTold(a.page);
    await hearTold(b.page);
    const told = (page: typeof a.page, text: RegExp) =>
      until(
        `told: ${text}`,
        () => said(page),
        (all) => all.some((each) => text.test(each)),
      );
    const choose = async (page: typeof a.page, menu: RegExp, choice: string) => {
      await page.getByRole('button', { name: menu }).click();
      await page.getByRole('menuitemcheckbox', { name: choice }).click();
    };
    await choose(b.page, /^Priority:/, 'Urgent');
    await told(a.page, /Max changed the priority: Urgent[.]/);
    await choose(a.page, /^More actions/, 'Status: Resolved');
    await told(b.page, /Олена changed the status: Resolved[.]/);

    // Both decide in the same moment.
    const decide = (page: typeof a.page, status: string) => choose(page, /^More actions/, `Status: ${status}`);
    await Promise.all([decide(a.page, 'Open'), decide(b.page, 'Closed')]);
    const shown = (page: typeof a.page) => page.locator('.head-person .text-muted').textContent();
    const truth = async () => {
      const { status } = await roomOf(room);
      return `${status[0].toUpperCase()}${status.slice(1)}`;
    };
    await until(
      'one truth',
      async () => [await shown(a.page), await shown(b.page), await truth()] as string[],
      ([one = '', other = '', stored = '?']) => one.startsWith(stored) && other.startsWith(stored),
    );
    t.pass('both show what the server has');

    await ask(olena, 'POST', `/api/admin/chat/rooms/${room}/status`, { status: 'open' });
    await b.page.getByRole('button', { name: 'Assignee' }).click();
    await b.page.getByRole('menuitem', { name: 'Hand over…' }).click();
    const dialog = b.page.getByRole('dialog', { name: 'Hand over' });
    await dialog.getByLabel('To whom').selectOption({ label: 'Олена · Online' });
    await dialog.getByLabel(/What they should know/).fill('Paid twice, wants it back');
    await dialog.getByRole('button', { name: 'Hand over' }).click();
    await dialog.waitFor({ state: 'detached' });
    await bubble(a.page, 'Paid twice, wants it back').and(a.page.locator('[data-note=true] .bubble')).waitFor();
    await told(a.page, /Max gave the conversation to Олена[.]/);

    await leaveField(b.page);
    await b.page.keyboard.press('KeyH');
    await b.page.getByRole('menuitem', { name: 'Until next month' }).waitFor();
    await b.page.getByRole('menuitem', { name: 'Until another time…' }).click();
    await b.page.getByLabel('Snooze until').fill('2031-05-04T10:30');
    await b.page.getByRole('dialog').getByRole('button', { name: 'Snooze' }).click();
    await told(a.page, /Max snoozed it until .*4 May 2031/);
    t.same([...a.faults, ...b.faults], []);
    await a.profile.close();
    await b.profile.close();
  });

  t.test('details: who, where from, what about; blocked, they write no more', async (t) => {
    const site = await startSite(t, { chat: desk.httpUrl });
    const userAgent = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0';
    const visitor = await openPage(browser, site, { userAgent });
    await open(visitor.page);
    await say(visitor.page, 'About my order');
    await ask(olena, 'POST', '/api/admin/chat/labels', { name: 'Refund', color: '#e5484d' });
    const { page, profile, faults } = await openPanel(browser, team, olena);
    await row(page, 'About my order').click();
    await page.locator('.head-person').click();
    const details = page.getByRole('complementary', { name: 'Details' });
    await details.getByText('Identity not confirmed').waitFor();
    await details.getByText('Computer · Firefox · Windows').waitFor();
    await details.getByRole('listitem').filter({ hasText: 'A shop' }).waitFor();
    await details.getByText('This is the first one.').waitFor();
    await details.getByText('Guest began the conversation.').waitFor();
    await details.getByRole('button', { name: 'Change labels' }).click();
    await page.getByRole('menuitemcheckbox', { name: 'Refund' }).click();
    await details.getByText('You changed the labels').or(details.getByText('Олена changed the labels.')).waitFor();
    await details.getByRole('button', { name: 'Take off Refund' }).click();
    await details.getByRole('button', { name: 'Take off Refund' }).waitFor({ state: 'detached' });
    await details.getByLabel('Category').fill('payments');
    await page.keyboard.press('Enter');
    await details.getByText('Олена changed the category: payments.').waitFor();
    await page.getByRole('button', { name: 'Note', exact: true }).click();
    await note(page).fill('Careful here');
    await page.keyboard.press('Enter');
    await details.getByRole('button', { name: /^Careful here/ }).click();
    await page.locator('[data-found]', { hasText: 'Careful here' }).waitFor();

    await details.getByRole('button', { name: 'Block visitor…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Block visitor' });
    await dialog.getByLabel('For how long').selectOption('A week');
    await dialog.getByLabel(/^Reason/).fill('Threats');
    await dialog.getByRole('button', { name: 'Block visitor' }).click();
    await details.getByText(/^This visitor is blocked until/).waitFor();
    await details.getByText('Threats').waitFor();
    await say(visitor.page, 'And another thing');
    await visitor.page.locator('antiphon-chat [data-failed=true]').waitFor();
    await details.getByRole('button', { name: 'Unblock' }).click();
    await details.getByRole('button', { name: 'Block visitor…' }).waitFor();
    await visitor.page.getByRole('button', { name: 'Try again' }).click();
    await bubble(page, 'And another thing').waitFor();
    t.same([...faults, ...visitor.faults], []);
    await profile.close();
    await visitor.profile.close();
  });

  t.test(
    'the keys: on any layout, letters of the right Alt left alone, each to be changed, all to be turned off',
    async (t) => {
      const { room } = await guest(desk, 'Keys', 'Press me');
      const { page, profile } = await openPanel(browser, team, max, `/admin/chat/${room}?tab=all`);
      await bubble(page, 'Press me').waitFor();
      /** As a keyboard with these letters on it sends it; answers whether the page kept it for itself. */
      const press = (code: string, key: string, held: object = {}) =>
        page.evaluate(
          `!dispatchEvent(new KeyboardEvent('keydown', ${JSON.stringify({ code, key, cancelable: true, ...held })}))`,
        );
      const status = (text: RegExp) => page.locator('.head-person .text-muted', { hasText: text }).waitFor();
      const priority = (name: string) => page.getByRole('button', { name: `Priority: ${name}` }).waitFor();
      t.equal(await press('KeyA', 'ą', { ctrlKey: true, altKey: true }), false, 'Windows’ AltGr+A writes ą');
      t.equal(await press('KeyE', 'ę', { modifierAltGraph: true }), false, 'AltGr+E writes ę');
      t.equal((await roomOf(room)).assigned_to, null);
      await press('KeyA', 'ф');
      await status(/^Assigned · Max/);
      await press('KeyE', 'у');
      await status(/^Resolved/);
      await press('KeyO', 'щ');
      await status(/^Open/);
      await press('KeyC', 'с');
      await status(/^Closed/);
      await press('KeyO', 'щ');
      await status(/^Open/);
      for (const [code, name] of [
        ['Digit1', 'Low'],
        ['Digit2', 'Normal'],
        ['Digit3', 'High'],
        ['Digit4', 'Urgent'],
      ] as const) {
        await press('KeyP', 'з');
        await press(code, code.slice(-1));
        await priority(name);
      }
      await press('KeyA', 'Ф', { shiftKey: true });
      await page.getByRole('menuitemcheckbox', { name: 'Олена' }).waitFor();
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: 'Assignee', exact: true }).and(page.locator(':focus')).waitFor();
      await press('KeyH', 'р');
      await page.getByRole('menuitem', { name: 'For an hour' }).waitFor();
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: 'Snooze', exact: true }).and(page.locator(':focus')).waitFor();
      await leaveField(page);
      await press('KeyN', 'т');
      await note(page).and(page.locator(':focus')).waitFor();
      await page.keyboard.type('jке');
      t.equal(await note(page).inputValue(), 'jке', 'in a field keys write');
      await note(page).fill('');
      await page.getByRole('button', { name: 'Reply', exact: true }).click();
      await leaveField(page);
      await press('Slash', '.');
      await page.getByRole('listbox', { name: 'Canned replies' }).waitFor();
      await reply(page).fill('Mine');
      await reply(page).press('Enter');
      await bubble(page, 'Mine').waitFor();
      await reply(page).press('Alt+ArrowUp');
      await page.getByLabel('Edit', { exact: true }).press('Escape');
      await leaveField(page);
      await press('KeyU', 'г');
      await press('KeyG', 'п');
      await press('KeyU', 'г');
      await page.getByRole('tab', { name: /^Urgent/, selected: true }).waitFor();
      await press('KeyM', 'Ь', { ctrlKey: true, shiftKey: true });

      await press('Slash', ',', { shiftKey: true });
      const help = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
      await help.getByRole('button', { name: 'Change the key of “Resolve”' }).click();
      await page.keyboard.press('KeyC');
      await help.getByText('C already does “Close”.').waitFor();
      await help.getByRole('button', { name: 'Use it here instead' }).click();
      await page.keyboard.press('Escape');
      await help.waitFor({ state: 'detached' });
      await press('KeyC', 'с');
      await status(/^Resolved/);
      await page.reload();
      await page.getByRole('button', { name: 'Reopen' }).waitFor();
      await page.keyboard.press('Shift+Slash');
      await help.getByRole('button', { name: 'All keys as they were' }).click();
      await help.getByLabel('Single-key shortcuts').uncheck();
      await help.getByLabel(/^Enter sends/).uncheck();
      await page.keyboard.press('Escape');
      t.equal(await press('KeyO', 'o'), false, 'turned off');
      await reply(page).fill('First line');
      await reply(page).press('Enter');
      await reply(page).pressSequentially('second');
      t.equal(await reply(page).inputValue(), 'First line\nsecond');
      await reply(page).press('Control+Enter');
      await bubble(page, 'second').waitFor();
      await profile.close();
    },
  );

  t.test('whoever is away is called: until somebody has taken it, and once for what is theirs', async (t) => {
    const profile = await browser.newContext({ locale: 'en-GB', permissions: ['notifications'] });
    // The browser's own, listened to: what it plays and shows nobody here can hear or see.
    await profile.addInitScript(`
      globalThis.rung = 0;
      globalThis.shown = [];
      const { start } = OscillatorNode.prototype;
      OscillatorNode.prototype.start = function (...args) {
        rung += 1;
        return start.apply(this, args);
      };
      globalThis.Notification = class extends Notification {
        constructor(title, options) {
          super(title, options);
          shown.push({ title, click: () => this.onclick() });
        }
      };
    `);
    await profile.addInitScript(`localStorage['antiphon.panel.token'] = ${JSON.stringify(max.token)}`);
    const { page, faults } = await openPage(browser, `${desk.httpUrl}/admin/chat?tab=all`, { profile });
    await page.clock.install();
    await page.reload();
    await page.getByRole('heading', { name: 'Conversations' }).click();
    await page.getByRole('tab', { name: /^All/, selected: true }).waitFor();
    const rung = () => page.evaluate('rung') as Promise<number>;
    const away = (is: boolean) =>
      page.evaluate(`Object.defineProperty(document, 'hasFocus', { configurable: true, value: () => ${!is} })`);
    await away(true);
    await until(
      'somebody on duty',
      async () => (await desk.ask('GET', '/api/admin/chat/agents', { as: olena })).json.data,
      (members: { id: number; availability: string }[]) =>
        members.some(({ id, availability }) => id === max.id && availability === 'online'),
    );
    const { say: write } = await guest(desk, 'Anna', 'Is anybody there?');
    await until('the first call', rung, (times) => times === 3);
    await until(
      'on the desktop',
      () => page.evaluate('shown.map(({ title }) => title)') as Promise<string[]>,
      (titles) => titles.includes('New conversation: Anna'),
    );
    await page.clock.runFor(10_500);
    await until('the second call', rung, (times) => times === 6);
    await until(
      'a count in the title',
      () => page.title(),
      (title) => /^\(\d+\) Antiphon$/.test(title),
    );
    await page.evaluate('shown.find(({ title }) => title.endsWith("Anna")).click()');
    await bubble(page, 'Is anybody there?').waitFor();
    await page.getByRole('button', { name: 'Assign to me' }).click();
    await page.getByText(/Assigned · Max/).waitFor();
    const before = await rung();
    await page.clock.runFor(21_000);
    t.equal(await rung(), before, 'taken: no more calls');
    await write('Thank you');
    await until('one call for one’s own', rung, (times) => times === before + 2);
    const given = await guest(desk, 'Given', 'Who takes me?');
    await until('a call for the next one', rung, (times) => times === before + 5);
    // What comes within a second is one call.
    await page.clock.runFor(1500);
    await ask(olena, 'POST', `/api/admin/chat/rooms/${given.room}/assign`, { admin_id: max.id });
    await until('one call for what one is given', rung, (times) => times === before + 7);

    await page.getByRole('button', { name: /^Alerts/ }).click();
    const dialog = page.getByRole('dialog', { name: 'Alerts' });
    await dialog.getByText('The browser shows our notifications.').waitFor();
    await dialog.getByText('The browser lets this page make sounds.').waitFor();
    await dialog.getByRole('button', { name: 'Try: my conversation' }).click();
    await until('the try', rung, (times) => times === before + 9);
    await dialog.getByLabel('Only while I am elsewhere').check();
    await page.keyboard.press('Escape');
    await away(false);
    await page.getByRole('button', { name: 'Back to the list' }).or(page.locator('body')).last().press('Escape');
    await page.keyboard.press('Escape');
    await until(
      'the list',
      () => page.locator('.head').count(),
      (count) => count === 0,
    );
    const quiet = await rung();
    await write('One more thing');
    await row(page, 'One more thing').waitFor();
    t.equal(await rung(), quiet, 'not while one is here');
    t.same(faults, []);
    await profile.close();
  });

  t.test('what one may do is taken away while one looks: said, and nothing goes out', async (t) => {
    const eva = await hire(desk, { name: 'Eva', role: 'agent' });
    const { room } = await guest(desk, 'Last', 'Who are you?');
    const { room: first } = await guest(desk, 'Foremost', 'And you?');
    const { page, profile } = await openPanel(browser, team, eva, `/admin/chat/${room}`);
    await bubble(page, 'Who are you?').waitFor();
    await reply(page).fill('Begun and left');
    await row(page, 'Foremost').click();
    await bubble(page, 'And you?').waitFor();
    const { db, close } = openDatabase(desk.databaseUrl);
    await db.updateTable('users').set({ role: 'user' }).where('id', '=', eva.id).execute();
    await close();
    await reply(page).fill('Nobody any more');
    await reply(page).press('Enter');
    await page.getByText(/^Your access has been changed/).waitFor();
    const kept = 'Object.keys(localStorage).filter((name) => name.includes("draft"))';
    await until(
      'nothing of theirs on the device',
      () => page.evaluate(kept) as Promise<string[]>,
      (names) => names.length === 0,
    );
    t.equal((await roomOf(first)).messages.length, 1);
    await profile.close();
  });
});
