import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import t from 'tap';
import { lacksBrowser, openBrowser, openPage } from '../kit/browser.ts';
import { bubble, guest, openPanel, startTeam } from './team.ts';

t.jobs = 1;
const skip = lacksBrowser(process.env);
const axe = readFileSync(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8');

async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  return page.evaluate(`axe.run().then(({ violations }) => violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => id + ' ' + target + ' ' + failureSummary)))`);
}

t.test('everybody can use it, on any screen', { skip, timeout: 280_000 }, async (t) => {
  const team = await startTeam(t);
  const { desk, olena, max } = team;
  const ivan = await guest(desk, 'Іван Петренко', `Hello ${'W'.repeat(400)} https://example.com`);
  await guest(desk, '<b>Bobby</b> "O\'Tables" ‮evil', 'Hi');
  const as = { as: olena };
  await desk.ask('POST', `/api/admin/chat/rooms/${ivan.room}/priority`, { ...as, body: { priority: 'urgent' } });
  await desk.ask('POST', `/api/chat/room/${ivan.room}/messages`, { ...as, body: { message: 'Good morning' } });
  await desk.ask('POST', `/api/admin/chat/rooms/${ivan.room}/notes`, { as: max, body: { message: 'Careful' } });
  const browser = await openBrowser(t);

  for (const theme of ['light', 'dark']) {
    t.test(`axe, ${theme}`, async (t) => {
      const { page, profile, faults } = await openPanel(browser, team, olena, `/admin/chat/${ivan.room}?tab=all`, {
        theme,
      });
      await bubble(page, 'Careful').waitFor();
      await page.getByRole('button', { name: 'Details', exact: true }).or(page.locator('.head-person')).first().click();
      await page.getByRole('complementary').waitFor();
      t.same(await violations(page), []);
      await page.keyboard.press('Escape');
      await page.keyboard.press('Control+KeyK');
      await page.getByRole('combobox').waitFor();
      t.same(await violations(page), [], 'the palette');
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: 'Preferences' }).click();
      await page.getByRole('menu').waitFor();
      t.same(await violations(page), [], 'a menu');
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
      const { page, profile } = await openPanel(browser, team, olena, `/admin/chat/${ivan.room}`, { viewport });
      await bubble(page, 'Careful').waitFor();
      const hanging = `[...document.querySelectorAll('.workplace *')].filter((each) => each.checkVisibility() && each.scrollWidth > each.clientWidth + 1
        && getComputedStyle(each).overflowX === 'auto').map((each) => each.className)`;
      t.same(await page.evaluate(hanging), []);
      t.equal(await page.evaluate('document.documentElement.scrollWidth'), width);
      await page.getByRole('button', { name: 'Send', exact: true }).waitFor();
      await profile.close();
    });
  }

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
