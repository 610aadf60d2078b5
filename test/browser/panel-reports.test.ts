import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import t from 'tap';
import { violations } from '../kit/axe.ts';
import { lacksBrowser, openBrowser } from '../kit/browser.ts';
import { until } from './agent.ts';
import { guest, openPanel, startTeam } from './team.ts';

t.jobs = 1;
const skip = lacksBrowser(process.env);
const AT = '/admin/chat/statistics?timezone=UTC&period=today';

t.test('statistics of a conversation that was held', { skip, timeout: 200_000 }, async (t) => {
  const team = await startTeam(t);
  const { desk, olena, max } = team;
  const browser = await openBrowser(t);
  const { page, profile, faults } = await openPanel(browser, team, olena, AT);
  const live = (tab: string, count: number) =>
    until(
      `${count} ${tab}`,
      () => page.locator(`[data-count="${tab}"]`).textContent(),
      (text) => text === String(count),
    );
  const total = (name: string) => page.locator(`[data-total="${name}"]`).textContent();
  /** The cells of the first row whose head begins so. */
  const cells = (from: Page, table: string, head: string | RegExp) => {
    const row = from.getByRole('table', { name: table, exact: true }).locator('tbody tr', { hasText: head }).first();
    return row.locator('td').allTextContents();
  };
  const today = new Date().toISOString().slice(0, 10);

  t.test('nothing yet, then counts that follow what happens', async (t) => {
    await page.getByText('Nobody wrote on these days.').waitFor();
    t.same(await violations(page), [], 'without numbers');
    await live('open', 0);
    const ivan = await guest(desk, 'Ivan', 'Hello?');
    await live('open', 1);
    await live('unassigned', 1);
    await live('unread', 1);
    const say = (as: typeof max, message: string) =>
      desk.ask('POST', `/api/chat/room/${ivan.room}/messages`, { as, body: { message } });
    await desk.ask('POST', `/api/admin/chat/rooms/${ivan.room}/take`, { as: max });
    await live('assigned', 1);
    await live('unassigned', 0);
    await say(max, 'Good morning');
    await ivan.say('Where is my parcel?');
    await ivan.say('It was due yesterday');
    await desk.ask('POST', `/api/admin/chat/rooms/${ivan.room}/notes`, { as: max, body: { message: 'Not counted' } });
    await say(olena, '=1+1, as they say');
    await desk.ask('POST', `/api/admin/chat/rooms/${ivan.room}/resolve`, { as: max });
    await guest(desk, 'Maria', 'Anybody there?');
    await live('open', 1);
    await live('assigned', 0);
  });

  t.test('the numbers are those of the conversation', async (t) => {
    await page.getByRole('button', { name: 'Count again' }).click();
    await until(
      'two conversations',
      () => total('rooms').catch(() => ''),
      (text) => text === '2',
    );
    t.equal(await total('messages_visitor'), '4');
    t.equal(await total('messages_team'), '2');
    t.equal(await total('resolved'), '1');
    t.equal(await total('closed'), '0');
    t.not(await page.locator('[data-time="first_response"]').textContent(), '–');
    const day = await cells(page, 'By day', /./);
    t.same(day.slice(0, 4), ['2', '4', '2', '1'], 'read aloud while the chart is shown');
    const hours = await page
      .getByRole('table', { name: 'By hour of the day' })
      .locator('tbody tr td')
      .allTextContents();
    const sum = (column: number) =>
      hours.filter((_, at) => at % 3 === column).reduce((all, text) => all + Number(text), 0);
    t.same([hours.length, sum(0), sum(1), sum(2)], [72, 2, 4, 2]);
    t.same((await cells(page, 'By agent', 'Max')).slice(0, 3), ['1', '1', '1']);
    t.same((await cells(page, 'By agent', 'Олена')).slice(0, 3), ['1', '1', '0']);

    const chart = page.getByRole('slider', { name: 'By day', exact: true });
    await page.locator('.figure canvas').first().waitFor();
    await chart.focus();
    await page.keyboard.press('End');
    t.match(
      await chart.getAttribute('aria-valuetext'),
      /Visitors’ messages 4, The team’s messages 2, Conversations 2$/,
    );
    await page.getByRole('button', { name: 'Table: By day' }).click();
    t.equal(await page.getByRole('slider', { name: 'By day', exact: true }).count(), 0);
    t.ok(await page.getByRole('table', { name: 'By day', exact: true }).isVisible());
  });

  t.test('the same as files', async (t) => {
    const file = async (name: string) => {
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: `CSV: ${name}` }).click(),
      ]);
      return { name: download.suggestedFilename(), text: readFileSync(await download.path(), 'utf8') };
    };
    const days = await file('By day');
    t.equal(days.name, `days-${today}-${today}.csv`);
    t.equal(days.text.charCodeAt(0), 0xfeff, 'spreadsheets see that it is UTF-8');
    const [head = '', ...rows] = days.text.slice(1).trim().split(/\r?\n/);
    const [row = ''] = rows;
    const named = Object.fromEntries(head.split(',').map((name, at) => [name, row.split(',')[at]]));
    t.equal(rows.length, 1);
    t.match(named, { day: today, rooms: '2', messages_visitor: '4', messages_team: '2', resolved: '1' });
    const agents = await file('By agent');
    t.match(agents.text, /Max/);
    t.match(agents.text, /Олена/);
  });

  t.test('days of one’s own choice, in the address', async (t) => {
    await page.getByLabel('Period').selectOption('yesterday');
    await page.getByText('Nobody wrote on these days.').waitFor();
    await page.getByLabel('Period').selectOption('custom');
    await page.getByLabel('To', { exact: true }).fill('2020-01-01');
    await page.getByText('The last day comes before the first.').waitFor();
    await page.getByLabel('From', { exact: true }).fill('2018-01-01');
    await page.getByText('At most 366 days at once.').waitFor();
    await page.getByLabel('From', { exact: true }).fill('2019-12-01');
    await page.getByText('Nobody wrote on these days.').waitFor();
    t.match(page.url(), /from=2019-12-01/);
    t.same(faults, []);
    await profile.close();
  });

  for (const [theme, width] of [
    ['light', 1280],
    ['dark', 320],
  ] as const) {
    t.test(`everybody can use it, ${theme}, ${width} px`, async (t) => {
      const viewport = { width, height: 720 };
      const opened = await openPanel(browser, team, max, AT, { theme, viewport });
      await opened.page.locator('.figure canvas').nth(3).waitFor();
      t.same(await violations(opened.page), []);
      t.equal(await opened.page.evaluate('document.documentElement.scrollWidth'), width);
      t.same(await cells(opened.page, 'By agent', 'Олена'), [], 'an agent sees their own work');
      t.same((await cells(opened.page, 'By agent', 'Max')).slice(0, 3), ['1', '1', '1']);
      await opened.profile.close();
    });
  }
});
