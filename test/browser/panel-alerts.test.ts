import type { Page } from 'playwright-core';
import t from 'tap';
import { violationsInBothThemes } from '../kit/axe.ts';
import { lacksBrowser, openBrowser, openPage } from '../kit/browser.ts';
import { until } from './agent.ts';
import { bubble, guest, leaveField, openPanel, row, startAgain, startTeam } from './team.ts';

t.jobs = 1;
const skip = lacksBrowser(process.env);

/** The browser's own, listened to: how loud each note begins. What it plays nobody here can hear. */
const LISTEN = `
  globalThis.notes = [];
  const { setValueAtTime } = AudioParam.prototype;
  AudioParam.prototype.setValueAtTime = function (value, at) {
    notes.push(value);
    return setValueAtTime.call(this, value, at);
  };
`;

t.test('what calls an agent, and what the browser’s tab says', { skip, timeout: 200_000 }, async (t) => {
  const team = await startTeam(t);
  const { desk, olena, max } = team;
  const browser = await openBrowser(t);
  const notes = (page: Page) => page.evaluate('notes') as Promise<number[]>;
  const heard = (page: Page, count: number) =>
    until(
      `${count} notes`,
      () => notes(page),
      (all) => all.length >= count,
    );

  t.test('as loud as one wishes, and silent when muted', async (t) => {
    const profile = await browser.newContext({ locale: 'en-GB' });
    await profile.addInitScript(LISTEN);
    await profile.addInitScript(`localStorage['antiphon.panel.token'] ??= ${JSON.stringify(max.token)}`);
    const { page, faults } = await openPage(browser, `${desk.httpUrl}/admin/chat?tab=all`, { profile });
    await page.getByRole('heading', { name: 'Conversations' }).click();
    const dialog = page.getByRole('dialog', { name: 'Alerts' });
    const openAlerts = async () => {
      await page.getByRole('button', { name: 'Alerts', exact: true }).click();
      await dialog.getByText('The browser lets this page make sounds.').waitFor();
    };
    const shut = async () => {
      await page.keyboard.press('Escape');
      await dialog.waitFor({ state: 'detached' });
    };
    await openAlerts();
    const volume = dialog.getByLabel('Volume');
    const tried = async (loud: string) => {
      const before = (await notes(page)).length;
      await volume.fill(loud);
      await dialog.getByRole('button', { name: 'Try: new conversation' }).click();
      return (await heard(page, before + 3)).at(-1) ?? 0;
    };
    const full = await tried('1');
    t.ok(Math.abs((await tried('0.25')) - full / 4) < 0.001, 'a quarter is a quarter');
    await volume.fill('0');
    await dialog
      .getByText('Sound is off, or its volume is zero.')
      .or(dialog.locator('.check[data-is=false]'))
      .first()
      .waitFor();
    await dialog.getByRole('button', { name: 'Try: new conversation' }).click();
    t.equal((await notes(page)).length, 6, 'at zero nothing plays');
    await volume.fill('0.5');
    await shut();
    await page.reload();
    await page.getByRole('heading', { name: 'Conversations' }).click();
    await openAlerts();
    t.equal(await volume.inputValue(), '0.5', 'kept on this device');
    await shut();

    await guest(desk, 'Loud', 'Hello?');
    t.ok(Math.abs(((await heard(page, 3)).at(-1) ?? 0) - full / 2) < 0.001);
    await leaveField(page);
    await page.keyboard.press('Control+Shift+KeyM');
    await openAlerts();
    t.notOk(await dialog.getByLabel('Sound on').isChecked(), 'muted by its key');
    await shut();
    const before = (await notes(page)).length;
    await guest(desk, 'Silent', 'Hello?');
    await row(page, 'Silent').waitFor();
    t.equal((await notes(page)).length, before);
    await page.keyboard.press('Control+Shift+KeyM');
    // What comes within a second of the last call is one with it.
    await new Promise((resolve) => setTimeout(resolve, 1100));
    await guest(desk, 'Loud again', 'Hello?');
    await heard(page, before + 3);
    t.same(faults, []);
    await profile.close();
  });

  t.test('the tab counts what is unread, in its title and on its picture', async (t) => {
    const { page, profile } = await openPanel(browser, team, olena, '/admin/chat?tab=all');
    const number = async () => {
      const icon = await page.locator('link[rel=icon]').getAttribute('href');
      return />([^<]*)<\/text>/.exec(decodeURIComponent(icon ?? ''))?.[1] ?? '';
    };
    const marked = (title: string, count: string) =>
      until(
        title,
        async () => `${await page.title()} ${await number()}`,
        (found) => found === `${title} ${count}`,
      );
    await marked('(3) Antiphon', '3');
    const visitors = [];
    for (let more = 0; more < 7; more += 1) visitors.push(await guest(desk, `Visitor ${more}`, 'Hi'));
    await marked('(10) Antiphon', '9+');
    const picture = `new Promise((resolve, reject) => {
      const image = new Image();
      image.onload = () => resolve(image.width > 0);
      image.onerror = () => reject(new Error('a picture nobody can draw'));
      image.src = document.querySelector('link[rel=icon]').href;
    })`;
    t.equal(await page.evaluate(picture), true);
    const { json } = await desk.ask('GET', '/api/admin/chat/rooms', { as: olena });
    const rooms = json.data.map(({ id }: { id: number }) => id);
    await desk.ask('POST', '/api/admin/chat/bulk', { as: olena, body: { rooms, action: 'read' } });
    await marked('Antiphon', '');
    await profile.close();
  });

  t.test('another panel on the server is told of, and taken when one says so', async (t) => {
    const { room } = await guest(desk, 'Ivan', 'Hello?');
    const { page, profile, faults } = await openPanel(browser, team, olena, `/admin/chat/${room}`);
    await bubble(page, 'Hello?').waitFor();
    const notice = page.getByText('There is a new version of the panel.');
    t.equal(await notice.count(), 0);
    // The next build: its page names other files.
    let isNext = true;
    await page.route('**/admin/chat', async (route) => {
      const answer = await route.fetch().catch(() => null);
      if (answer === null) return route.abort(); // the server is not there yet
      const body = await answer.text();
      await route.fulfill({
        response: answer,
        body: isNext ? body.replaceAll(/index-[\w-]+\.js/g, 'index-next.js') : body,
      });
    });
    await desk.stop();
    await page.getByText(/^No connection since/).waitFor();
    await startAgain(t, team);
    await notice.waitFor();
    t.same(await violationsInBothThemes(page), []);
    isNext = false;
    await Promise.all([page.waitForEvent('load'), page.getByRole('button', { name: 'Reload' }).click()]);
    await bubble(page, 'Hello?').waitFor();
    await page.getByText(/^No connection since/).waitFor({ state: 'detached' });
    t.equal(await notice.count(), 0);
    // It asks for its page whenever it comes back, and may be asking right now.
    await page.unrouteAll({ behavior: 'wait' });
    t.same(faults, []);
    await profile.close();
  });
});
