import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
import t from 'tap';
import { lacksBrowser, openBrowser, openPage } from '../kit/browser.ts';
import { type RunningServer, startServer } from '../kit/server.ts';

const skip = lacksBrowser(process.env);
if (!skip && !existsSync('dist/client/assets'))
  execFileSync(process.execPath, ['scripts/build.mjs'], { stdio: 'inherit' });

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const ENV = { CHAT_ENABLED: 'off' };
const addressOf = ({ port }: RunningServer) => `http://localhost:${port}/demo`;
const said = (page: Page) => page.locator('#log li p').allTextContents();

async function connected(page: Page): Promise<Page> {
  await page.locator('.connection[data-state=connected]').waitFor();
  return page;
}

t.test('the realtime page', { skip }, async (t) => {
  const server = await startServer(t, ENV);
  const browser = await openBrowser(t);

  t.test('two tabs whisper and publish, by keyboard alone, and nothing is fetched from elsewhere', async (t) => {
    const one = await openPage(browser, addressOf(server));
    await connected(one.page);
    await one.page.getByText('You are alone here').waitFor();
    const two = await openPage(browser, addressOf(server), { profile: one.profile });
    await connected(two.page);
    await one.page.getByText('Tabs that have this page open: 2').waitFor();

    await two.page.bringToFront();
    for (const expected of ['The chat widget', 'language', 'whisper-text']) {
      await two.page.keyboard.press('Tab');
      const focused = await two.page.evaluate('document.activeElement.id || document.activeElement.textContent');
      t.equal(focused, expected, 'in the order one reads');
    }
    await two.page.keyboard.type('<b>Чуєш?</b>');
    await two.page.keyboard.press('Enter');
    await one.page.locator('#log li.there p').getByText('<b>Чуєш?</b>').waitFor();
    t.same(await said(two.page), ['<b>Чуєш?</b>'], 'and this tab shows what it said');
    await two.page.keyboard.press('Tab');
    await two.page.keyboard.press('Tab');
    await two.page.keyboard.type('To all');
    await two.page.keyboard.press('Enter');
    await one.page.locator('#log li.there p').getByText('To all').waitFor();
    await two.page.locator('#log li.here p').getByText('To all').waitFor();
    await two.page.getByText('→ 200 {}').first().waitFor();
    t.equal(await two.page.locator('#publish-text').inputValue(), '', 'ready for the next');

    await two.page.close();
    await one.page.getByText('You are alone here').waitFor();
    const origins = new Set([...one.requests, ...two.requests].map((url) => new URL(url).host));
    t.same([...origins], [`localhost:${server.port}`]);
    t.same([...one.faults, ...two.faults], []);
    await one.profile.close();
  });

  t.test('what it tells about the reader’s own application is true of this server', async (t) => {
    const { page, profile } = await openPage(browser, addressOf(server));
    await connected(page);
    const text = (await page.locator('.snippets').textContent()) ?? '';
    for (const part of [`key: '${server.app.key}'`, `wsPort: ${server.port}`, `REVERB_APP_ID=${server.app.id}`]) {
      t.ok(text.includes(part), part);
    }
    const everything = (await page.content()) + (await (await fetch(`${addressOf(server)}/settings`)).text());
    t.notMatch(everything, server.app.secret, 'the secret stays where it is');
    await profile.close();
  });

  t.test('it speaks the language of the browser, and another when asked', async (t) => {
    const titles = {
      uk: 'Ваш сервер реального часу',
      ru: 'Ваш сервер реального времени',
      en: 'Your realtime server',
      fr: 'Votre serveur temps réel',
    };
    for (const [locale, title] of [
      ['uk-UA', titles.uk],
      ['de-DE', titles.en],
    ] as const) {
      const { page, profile } = await openPage(browser, addressOf(server), { locale });
      t.equal(await page.locator('h1').textContent(), title, locale);
      await profile.close();
    }
    const { page, profile } = await openPage(browser, addressOf(server));
    await connected(page);
    for (const [code, title] of Object.entries(titles)) {
      await page.locator('#language').selectOption(code);
      t.equal(await page.locator('h1').textContent(), title);
      t.equal(await page.title(), `Antiphon: ${title}`);
      t.equal(await page.locator('html').getAttribute('lang'), code);
      t.notMatch(await page.locator('body').innerText(), /undefined|\{\w+\}/);
    }
    await page.reload();
    t.equal(await page.locator('html').getAttribute('lang'), 'fr', 'the choice is kept');
    await profile.close();
  });

  t.test('everybody can read and use it, down to 320 pixels, light and dark', async (t) => {
    for (const [colorScheme, widths] of [
      ['light', [320, 1440]],
      ['dark', [320]],
    ] as const) {
      for (const width of widths) {
        const viewport = { width, height: 800 };
        const { page, profile } = await openPage(browser, addressOf(server), { colorScheme, viewport, locale: 'fr' });
        await connected(page);
        await page.locator('#publish-text').fill('Bonsoir');
        await page.locator('#publish-text').press('Enter');
        await page.locator('#request').click();
        t.equal(await page.evaluate('document.documentElement.scrollWidth'), width, `${colorScheme}, ${width}`);
        await page.evaluate(axe);
        const found = await page.evaluate('axe.run().then((r) => r.violations.map((v) => [v.id, v.nodes[0].html]))');
        t.same(found, []);
        await profile.close();
      }
    }
  });

  t.test('its headers', async (t) => {
    const headersOf = async (path: string) => (await fetch(`http://localhost:${server.port}${path}`)).headers;
    const page = await headersOf('/demo');
    t.equal(page.get('content-type'), 'text/html; charset=utf-8');
    t.equal(page.get('cache-control'), 'no-cache');
    t.match(page.get('content-security-policy'), /^default-src 'none'; script-src 'self'; /);
    t.equal(page.get('x-content-type-options'), 'nosniff');
    const html = await (await fetch(addressOf(server))).text();
    const [, script = ''] = /src="(\/assets\/demo-[^"]+\.js)"/.exec(html) ?? [];
    const asset = await headersOf(script);
    t.equal(asset.get('cache-control'), 'public, max-age=31536000, immutable');
    t.match(asset.get('content-type'), /javascript; charset=utf-8/);
    t.equal(asset.get('x-content-type-options'), 'nosniff');
    for (const path of ['/assets/none.js', '/demo/index.html', '/..%2fserver/main.js', '/.built', '/server/main.js']) {
      t.equal((await fetch(`http://localhost:${server.port}${path}`)).status, 404, path);
    }
  });

  t.test('its little backend signs for its own channel and nothing else', async (t) => {
    const ask = async (path: string, body: object) => {
      const headers = { 'content-type': 'application/json' };
      return fetch(`${addressOf(server)}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
    };
    const channel = 'presence-antiphon-demo';
    t.equal((await ask('/auth', { socket_id: '1.2', channel_name: channel })).status, 200);
    for (const fields of [
      { socket_id: '1.2', channel_name: 'private-orders' },
      { socket_id: '1.2:private-orders', channel_name: channel },
      { socket_id: 1.2, channel_name: channel },
      {},
    ]) {
      t.equal((await ask('/auth', fields)).status, 403, JSON.stringify(fields));
    }
    for (const text of ['', ' ', 'x'.repeat(201), 7]) t.equal((await ask('/sign', { text })).status, 422);
  });
});

t.test('the server stops and is back: the page says both, and loses nothing that was typed', { skip }, async (t) => {
  const browser = await openBrowser(t);
  const first = await startServer(t, ENV);
  const { page, profile, faults } = await openPage(browser, addressOf(first));
  await connected(page);
  await page.locator('#language').selectOption('en');
  await first.stop();
  await page.locator('.connection[data-state=reconnecting]').waitFor();
  t.match(await page.locator('.connection').textContent(), /connection is lost.*Server is restarting \(4100\)/s);
  await page.locator('#whisper-text').fill('Hello?');
  await page.locator('#whisper-text').press('Enter');
  await page.getByText('Not sent: there is no connection.').waitFor();
  await page.locator('#publish-text').fill('Hello?');
  await page.locator('#publish-text').press('Enter');
  await page.getByText('Not sent: the server cannot be reached.').waitFor();
  t.equal(await page.locator('#whisper-text').inputValue(), 'Hello?');

  await startServer(t, { ...ENV, REVERB_SERVER_PORT: String(first.port) });
  await page.getByRole('button', { name: 'Try now' }).press('Enter');
  await connected(page);
  await page.getByText('You are alone here').waitFor();
  await page.locator('#publish-text').press('Enter');
  await page.locator('#log li.here p').getByText('Hello?').waitFor();
  t.equal(await page.getByRole('button', { name: 'Try now' }).isVisible(), false);
  t.same(faults, []);
  await profile.close();
});

t.test('a page that the server does not let in says why', { skip }, async (t) => {
  const server = await startServer(t, { ...ENV, ANTIPHON_ALLOWED_ORIGINS: 'shop.example.com' });
  const { page, profile } = await openPage(await openBrowser(t), addressOf(server));
  await page.locator('.connection[data-state=disconnected]').waitFor();
  t.match(await page.locator('.connection').textContent(), /Origin not allowed \(4009\)/);
  await profile.close();
});

t.test('in production there is no such page', async (t) => {
  const server = await startServer(t, { ...ENV, APP_ENV: 'production' });
  for (const path of ['/', '/demo', '/demo/settings']) {
    t.equal((await fetch(`http://localhost:${server.port}${path}`)).status, 404, path);
  }
});
