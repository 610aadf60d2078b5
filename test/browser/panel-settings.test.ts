import type { Locator, Page } from 'playwright-core';
import t from 'tap';
import { violations, violationsInBothThemes } from '../kit/axe.ts';
import { lacksBrowser, openBrowser, openPage } from '../kit/browser.ts';
import { type Person, startDesk } from '../kit/desk.ts';
import { startSite } from '../kit/site.ts';
import { until } from './agent.ts';
import { openPanel } from './team.ts';
import { open } from './visitor.ts';

t.jobs = 1;
const skip = lacksBrowser(process.env);
const SECTIONS = [
  'Team',
  'Canned replies',
  'Labels',
  'Widget',
  'Sites',
  'Office hours',
  'API keys',
  'Inside the server',
];

t.test('an admin arranges the desk', { skip, timeout: 280_000 }, async (t) => {
  const desk = await startDesk(t, `sqlite:${t.testdir({})}/desk.sqlite`);
  const browser = await openBrowser(t);
  let olena: Person;
  let admin: Awaited<ReturnType<typeof openPanel>>;
  const go = async (section: string) => {
    await admin.page.getByRole('navigation', { name: 'Settings' }).getByRole('link', { name: section }).click();
    await admin.page.getByRole('heading', { name: section, level: 2 }).waitFor();
  };
  const button = (name: string) => admin.page.getByRole('button', { name, exact: true });
  const item = (name: string) => admin.page.getByRole('listitem', { name, exact: true });
  /** Nothing is left to be saved. */
  const saved = () => admin.page.locator('.save-bar[data-is="changed"]').waitFor({ state: 'detached' });
  /** What was shown the one time. */
  const once = async (label: string) => {
    const text = await admin.page.getByRole('dialog').getByRole('textbox', { name: label }).inputValue();
    await button('Done').click();
    return text;
  };

  t.test('from the printed link to the desk', async (t) => {
    const { page, profile, faults } = await openPage(browser, `${desk.httpUrl}/set-up#${desk.setUpToken}`);
    t.same(await violationsInBothThemes(page), []);
    await page.getByLabel('Name').fill('Олена');
    await page.getByLabel('E-mail').fill('olena@example.com');
    await page.getByLabel('Password', { exact: false }).first().fill('short');
    await page.getByRole('button', { name: 'Become the admin' }).click();
    await page.locator('#password[aria-invalid="true"]').waitFor();
    t.match(await page.locator('#password-fault').textContent(), /8/, 'what is wrong is said at its field');
    await page.locator('#password').fill('long enough');
    await page.getByRole('button', { name: 'Become the admin' }).click();
    await page.waitForURL(/\/admin\/chat$/);
    await page.getByText('/widget.js').first().waitFor();
    const token: string = await page.evaluate("localStorage['antiphon.panel.token']");
    const { json } = await desk.ask('GET', '/api/auth/me', { as: token });
    olena = { id: json.id, name: json.name, token };
    t.equal(json.role, 'admin');
    t.same(faults, []);
    await profile.close();
  });

  t.test('whoever guesses passwords waits, and sees for how long', async (t) => {
    const body = { email: 'guess@example.com', password: 'not this one' };
    const { page, profile } = await openPage(browser, `${desk.httpUrl}/admin/chat`);
    await page.getByLabel('E-mail').fill(body.email);
    await page.getByLabel('Password').fill(body.password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('E-mail and password do not belong together.').waitFor();
    for (let failures = 1; failures < 10; failures += 1) await desk.ask('POST', '/api/auth/login', { body });
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('Too many attempts.').waitFor();
    t.match(await page.getByText(/^Try again in/).textContent(), /\d+ seconds?/);
    t.ok(await page.getByRole('button', { name: 'Sign in' }).isDisabled());
    await profile.close();
  });

  t.test('an invitation, another rank, and the door', async (t) => {
    admin = await openPanel(browser, { desk, olena, max: olena }, olena, '/admin/chat/settings');
    const { page } = admin;
    await page.getByRole('heading', { name: 'Team', level: 2 }).waitFor();
    t.ok(await item('Олена').getByLabel('Role').isDisabled(), 'the last admin stays one');
    const form = page.getByRole('form', { name: 'Invite' });
    await form.getByLabel('Name').fill('Ніна');
    await form.getByLabel('E-mail').fill('nobody');
    await form.getByRole('button', { name: 'Invite' }).click();
    await form.getByText('This is no e-mail address.').waitFor();
    t.equal(await page.evaluate('document.activeElement.type'), 'email', 'the focus is where something is wrong');
    await form.getByLabel('E-mail').fill('olena@example.com');
    await form.getByRole('button', { name: 'Invite' }).click();
    await form.getByText('That is taken already.').waitFor();
    await form.getByLabel('E-mail').fill('nina@example.com');
    await form.getByRole('button', { name: 'Invite' }).click();
    const link = await once('Invitation link');
    await item('Ніна').getByText('Invited', { exact: true }).waitFor();

    const nina = await openPage(browser, link);
    await nina.page.getByRole('heading', { name: 'Welcome to the team' }).waitFor();
    t.notOk(await nina.page.getByLabel('E-mail').isVisible());
    await nina.page.locator('#password').fill('long enough too');
    await nina.page.getByRole('button', { name: 'Join' }).click();
    await nina.page.waitForURL(/\/admin\/chat$/);
    await nina.page.getByRole('link', { name: 'Settings' }).click();
    const sections = nina.page.getByRole('navigation', { name: 'Settings' }).getByRole('link');
    await sections.first().waitFor();
    t.same(await sections.allTextContents(), ['Canned replies', 'Labels'], 'an agent gets what is for agents');
    const token: string = await nina.page.evaluate("localStorage['antiphon.panel.token']");
    for (const path of ['team', 'sites', 'widget']) {
      t.equal((await desk.ask('GET', `/api/admin/chat/${path}`, { as: token })).status, 403, path);
    }
    t.equal((await desk.ask('GET', '/api/settings/api-keys', { as: token })).status, 403);
    await nina.page.getByRole('form', { name: 'New canned reply' }).waitFor();
    t.equal(await nina.page.getByLabel('Whose').count(), 0);

    await button('Rename: Ніна').click();
    await item('Ніна').getByRole('textbox').fill(' ');
    await button('Save').click();
    await item('Ніна').getByText('This is needed.').waitFor();
    await item('Ніна').getByRole('textbox').fill('Ніна Коваль');
    await button('Save').click();
    await item('Ніна Коваль').waitFor();
    await nina.page.getByRole('button', { name: /^Ніна Коваль, Availability/ }).waitFor();
    await button('Rename: Ніна Коваль').and(page.locator(':focus')).waitFor();
    await button('Rename: Ніна Коваль').click();
    await item('Ніна Коваль').getByRole('textbox').fill('Ніна');
    await button('Save').click();

    await item('Ніна').getByLabel('Role').selectOption('supervisor');
    await nina.page.getByLabel('Whose').waitFor();
    await page.reload();
    await button('Block: Ніна').click();
    await page.getByRole('dialog').getByRole('button', { name: 'Block' }).click();
    await item('Ніна').getByText('Blocked').waitFor();
    await nina.page.getByRole('button', { name: 'Sign in' }).waitFor();

    const again = await openPage(browser, link);
    await again.page.locator('#password').fill('long enough too');
    await again.page.getByRole('button', { name: 'Join' }).click();
    await again.page.locator('[role=alert]:not(:empty)').waitFor();
    t.same([...nina.faults, ...again.faults], []);
    await Promise.all([nina.profile.close(), again.profile.close()]);
  });

  t.test('canned replies and labels', async (t) => {
    const { page } = admin;
    await go('Canned replies');
    const form = page.getByRole('form', { name: 'New canned reply' });
    await form.getByLabel('Short code').fill('two words');
    await button('Add').click();
    await form.getByText('One word without spaces.').waitFor();
    await form.getByText('This is needed.').waitFor();
    await form.getByLabel('Short code').fill('hello');
    await form.getByLabel('Text').fill('Hello');
    await form.getByRole('button', { name: '{{first_name}}' }).click();
    await form.getByText('Hello Anna', { exact: true }).waitFor();
    await button('Add').click();
    await item('/hello').waitFor();
    await button('Change: /hello').click();
    await item('/hello').getByLabel('Text').fill('Good day');
    await item('/hello').getByText('You have unsaved changes.').waitFor();
    await button('Save').click();
    await item('/hello').getByText('Good day').waitFor();
    await button('Delete: /hello').click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await item('/hello').waitFor({ state: 'detached' });

    await go('Labels');
    const label = page.getByRole('form', { name: 'New label' });
    const add = async (name: string, colour: string) => {
      await label.getByLabel('Name').fill(name);
      await label.getByLabel('Colour', { exact: true }).fill(colour);
      await button('Add').click();
    };
    await add('Yellow', '#facc15');
    await item('Yellow').waitFor();
    await add('Navy', '#1e2a6b');
    await item('Navy').waitFor();
    const inkOf = (name: string) => styleOf(item(name).getByText(name), 'color');
    t.equal(await inkOf('Yellow'), 'rgb(0, 0, 0)');
    t.equal(await inkOf('Navy'), 'rgb(255, 255, 255)');
    await add('Navy', 'blue');
    await label.getByText('A colour is like #0f766e.').waitFor();
    await add('Navy', '#123456');
    await label.locator('.fault', { hasText: /taken/ }).waitFor();
    await add('', '#64748b');
  });

  t.test('the widget: seen before it is saved, and then by visitors', async (t) => {
    const { page } = admin;
    const shop = await startSite(t, { chat: desk.httpUrl });
    await go('Widget');
    const preview = page.frameLocator('iframe[title="Preview"]');
    await preview.getByText('Hello! How can we help?').waitFor();
    t.not(await page.evaluate('document.activeElement.tagName'), 'IFRAME', 'the preview leaves the focus alone');
    await page.getByLabel('Colour', { exact: true }).fill('#0f766e');
    await page.getByLabel('Title').fill('Крамниця');
    await page.getByLabel('Greeting').fill('Welcome in');
    await page.getByLabel('Topics to begin with').fill('Delivery\nReturns');
    await button('Add a question').click();
    await page.getByLabel('Question 1', { exact: true }).fill('Where is it?');
    await preview.getByRole('heading', { name: 'Крамниця' }).waitFor();
    await preview.getByRole('button', { name: 'Returns' }).waitFor();
    const backgroundOf = (header: Locator) => styleOf(header, 'backgroundColor');
    const colour = 'rgb(15, 118, 110)';
    await until(
      'the colour',
      () => backgroundOf(preview.locator('.header')),
      (found) => found === colour,
    );

    // The page stands still until the question is answered.
    const asking = page.waitForEvent('dialog');
    const leaving = page.evaluate('void location.reload()');
    const question = await asking;
    t.equal(question.type(), 'beforeunload', 'whoever leaves is asked');
    await question.dismiss();
    await leaving;

    await go('Labels');
    await page.getByRole('navigation', { name: 'Settings' }).getByLabel('unsaved').waitFor();
    await go('Widget');
    t.equal(await page.getByLabel('Greeting').inputValue(), 'Welcome in', 'what is not saved waits');
    await button('Save').click();
    await page.getByText('A question needs an answer').waitFor();
    await page.getByLabel('Answer 1', { exact: true }).fill('On its way');
    await button('Save').click();
    await saved();
    page.once('dialog', (asked) => {
      t.fail(`nothing is left to be saved, and yet: ${asked.type()}`);
      void asked.accept();
    });
    await page.reload();
    page.removeAllListeners('dialog');

    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.getByRole('button', { name: 'Copy' }).click();
    await page.getByText('Copied', { exact: true }).waitFor();
    const copied = await page.evaluate('navigator.clipboard.readText()');
    t.equal(copied, `<script src="${desk.httpUrl}/widget.js" async></script>`);

    const visitor = await openPage(browser, shop);
    await open(visitor.page);
    await visitor.page.getByText('Welcome in').waitFor();
    await visitor.page.getByRole('heading', { name: 'Крамниця' }).waitFor();
    await visitor.page.getByText('Where is it?').click();
    await visitor.page.getByText('On its way').waitFor();
    t.equal(await backgroundOf(visitor.page.locator('antiphon-chat .header')), colour);

    await go('Sites');
    const form = page.getByRole('form', { name: 'New site' });
    await form.getByLabel('Domain').fill('https://localhost/shop');
    await button('Add').click();
    await form.getByText('A host name, like shop.example.').waitFor();
    await form.getByLabel('Domain').fill('localhost');
    await button('Add').click();
    const site = item('localhost');
    await site.getByLabel('Allowed origins').fill(`${shop}/path`);
    await site.getByRole('button', { name: 'Save' }).click();
    await site.getByText('is no origin').waitFor();
    await site.getByLabel('Allowed origins').fill(shop);
    await site.getByRole('button', { name: 'Save' }).click();
    await saved();
    await site.getByRole('button', { name: 'Make a secret' }).click();
    t.match(await once('Identity secret of localhost'), /^\S{32,}$/);
    await site.getByText('can vouch').waitFor();

    await site.getByRole('link', { name: 'Widget: localhost' }).click();
    await page.waitForURL(/\/settings\/widget\?site=localhost$/);
    t.equal(await page.getByLabel('Greeting').getAttribute('placeholder'), 'Welcome in', 'what holds else is shown');
    await page.getByLabel('Greeting').fill('Only here');
    await page.getByLabel('E-mail').check();
    await button('Save').click();
    await saved();
    const other = await openPage(browser, shop);
    await open(other.page);
    await other.page.getByRole('dialog').getByLabel('E-mail').waitFor();
    await other.page.getByRole('heading', { name: 'Крамниця' }).waitFor();

    await page.goto(`${desk.httpUrl}/admin/chat/settings/hours`);
    await page.getByLabel('We have office hours').check();
    await button('Monday: add hours').click();
    await page.getByLabel('Monday, from (2)').fill('17:00');
    await button('Save').click();
    await page.getByText('Monday: hours must end').waitFor();
    for (const day of ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday']) {
      await page.getByRole('checkbox', { name: day }).uncheck();
    }
    await page.getByLabel('Day off').fill('2026-12-25');
    await button('Add the day').click();
    await button('Save').click();
    await saved();
    const { json } = await desk.ask('GET', '/api/admin/chat/widget', { as: olena });
    t.match(json.data.hours, { weekly: [], holidays: ['2026-12-25'] });
    const shown = await desk.ask('GET', '/widget/settings', { headers: { origin: shop } });
    t.match(shown.json.widget, { greeting: 'Only here', title: 'Крамниця', hours: { is_open: false } });
    t.same([...visitor.faults, ...other.faults], []);
    await Promise.all([visitor.profile.close(), other.profile.close()]);
  });

  t.test('what the server refuses is said in the reader’s language', async (t) => {
    for (const [locale, taken, needed] of [
      ['uk', 'Таке вже зайнято.', 'Це поле потрібне.'],
      ['ru', 'Это уже занято.', 'Это поле нужно заполнить.'],
      ['fr', 'C’est déjà pris.', 'Ce champ est nécessaire.'],
    ] as const) {
      const at = '/admin/chat/settings/labels';
      const { page, profile } = await openPanel(browser, { desk, olena, max: olena }, olena, at, { locale });
      const form = page.locator('form.add-box');
      await form.locator('input[type=text]').first().fill('Navy');
      await form.locator('[type=submit]').click();
      await form.getByText(taken).waitFor();
      t.equal(await page.evaluate('document.activeElement.value'), 'Navy', 'the focus is where something is wrong');
      const invited = await openPage(browser, `${desk.httpUrl}/set-up#invite_1_spent`, { profile });
      await invited.page.locator('#password').fill(' ');
      await invited.page.locator('#password').fill('');
      await invited.page.locator('form').evaluate((form) => {
        (form as unknown as { noValidate: boolean }).noValidate = true;
      });
      await invited.page.locator('button').click();
      await invited.page.locator('#password-fault', { hasText: needed }).waitFor();
      await profile.close();
    }
  });

  t.test('API keys', async (t) => {
    const { page } = admin;
    await go('API keys');
    const form = page.getByRole('form', { name: 'New key' });
    await form.getByLabel('Name').fill('Shop');
    await button('Add').click();
    const shown = await once('Key “Shop”');
    t.match(shown, /^X-API-Key: \S+\nX-API-Secret: \S+$/);
    const secret = /Secret: (\S+)$/.exec(shown)?.[1] ?? 'none';
    await page.reload();
    await item('Shop').getByText('Never used').waitFor();
    t.notMatch(await page.content(), secret, 'never again');
    await page.getByRole('switch', { name: 'Active: Shop' }).click();
    await item('Shop').getByText('Switched off').waitFor();
    await button('Delete: Shop').click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await item('Shop').waitFor({ state: 'detached' });
    t.same(admin.faults, []);
    await admin.profile.close();
  });

  for (const [theme, width] of [
    ['light', 1280],
    ['dark', 320],
  ] as const) {
    t.test(`everybody can use it, ${theme}, ${width} px`, async (t) => {
      const viewport = { width, height: 720 };
      const at = '/admin/chat/settings';
      admin = await openPanel(browser, { desk, olena, max: olena }, olena, at, { theme, viewport });
      for (const section of SECTIONS) {
        await go(section);
        await settled(admin.page);
        t.same(await violations(admin.page), [], section);
        t.equal(await admin.page.evaluate('document.documentElement.scrollWidth'), width, section);
      }
      await admin.profile.close();
    });
  }
});

function styleOf(what: Locator, name: string): Promise<string | undefined> {
  return what.evaluate((element, name) => {
    const page = globalThis as unknown as { getComputedStyle(element: unknown): Record<string, string> };
    return page.getComputedStyle(element)[name];
  }, name);
}

/** What was asked for is there. */
async function settled(page: Page): Promise<void> {
  await page.locator('main', { hasText: 'One moment' }).waitFor({ state: 'detached' });
}
