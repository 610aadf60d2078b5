import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import t from 'tap';
import { lacksBrowser, openBrowser, openPage } from '../kit/browser.ts';
import { startSite } from '../kit/site.ts';
import { startDesk, until } from './agent.ts';
import { field, open, say, stored } from './visitor.ts';

t.jobs = 1;
const skip = lacksBrowser(process.env);
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
/** Where pictures of every state go, for people to look at; unset: nowhere. */
const pictures = process.env.WIDGET_PICTURES;

async function look(page: Page, name: string): Promise<void> {
  if (pictures) await page.screenshot({ path: `${pictures}/${name}.png` });
}

/** What axe finds in the widget, by rule. It runs in the test's own world, past the page's policy. */
async function flaws(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  return page.evaluate(`(async () => {
    const found = await axe.run({ include: [['antiphon-chat', '.antiphon']] }, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'], rules: { region: { enabled: false } } });
    return found.violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html).join(' | '));
  })()`);
}

interface Scrolled {
  scrollWidth: number;
  clientWidth: number;
  scrollHeight: number;
  scrollTo(left: number, top: number): void;
}

/** A file let fall on the field, or pasted into it. */
const hands = (kind: string) => `
  const data = new DataTransfer();
  data.items.add(new File(['${kind}'], '${kind}.txt', { type: 'text/plain' }));
  const how = { bubbles: true, cancelable: true, composed: true };
  const event = '${kind}' === 'paste' ? new ClipboardEvent('paste', { ...how, clipboardData: data }) : new DragEvent('drop', { ...how, dataTransfer: data });
  document.querySelector('antiphon-chat').shadowRoot.querySelector('textarea').dispatchEvent(event);`;

const picture = () =>
  sharp({ create: { width: 400, height: 300, channels: 3, background: '#d8973c' } })
    .png()
    .toBuffer();

t.test('every state can be read by everybody', { skip }, async (t) => {
  const desk = await startDesk(t);
  const browser = await openBrowser(t);

  const kinds = [
    { name: 'light', scheme: 'light' as const, settings: {} },
    { name: 'dark', scheme: 'dark' as const, settings: { color: '#ffcc00' } },
    { name: 'rtl', scheme: 'light' as const, settings: { color: '#7a1fa2' }, direction: 'rtl' as const },
    { name: 'phone', scheme: 'light' as const, settings: { locale: 'uk' }, phone: true },
    { name: 'phone-dark', scheme: 'dark' as const, settings: { locale: 'fr', side: 'start' }, phone: true },
  ];
  for (const { name, scheme, settings, direction = 'ltr', phone = false } of kinds) {
    t.test(name, async (t) => {
      const site = await startSite(t, {
        chat: desk.url,
        direction,
        settings: { topics: 'Where is my order?|Returns', ask: 'name,email', ...settings },
      });
      const { page, profile, faults } = await openPage(browser, site, {
        colorScheme: scheme,
        reducedMotion: 'reduce',
        ...(phone ? { viewport: { width: 390, height: 720 }, hasTouch: true, isMobile: true } : {}),
      });
      const check = async (state: string) => {
        await look(page, `${name}-${state}`);
        t.same(await flaws(page), [], `${name}, ${state}`);
      };
      const widget = page.locator('antiphon-chat');
      const tell = async (text: string) => {
        await widget.locator('textarea').fill(text);
        await widget.locator('.send').click();
      };
      await widget.locator('button').waitFor();
      await look(page, `${name}-closed`);
      await widget.locator('button').click();
      await widget.locator('form').waitFor();
      await widget.locator('form .primary').click();
      await check('prechat');
      await widget.locator('input[name=name]').fill('Ivan <i>P.</i>');
      await widget.locator('input[name=email]').fill('ivan@example.com');
      await widget.locator('form .primary').click();
      await widget.locator('.topics button').first().waitFor();
      await check('home');
      await widget.locator('.topics button').first().click();
      await stored(page, 1);
      const room = await desk.room();
      await widget.locator('.bar[data-kind=news]:not(:empty)').waitFor();
      await check('waiting');
      await desk.say(room, 'Good day! Your order left on Friday: https://example.com/parcel/17');
      await desk.say(room, 'مرحبا، كيف حالك؟ It should be with you tomorrow.');
      await widget.locator('textarea').fill('Thank you, Olena. That is all I wanted to know, and it was quick.');
      await widget.locator('.send').click();
      await stored(page, 2);
      await desk.post(`/api/chat/room/${room}/read`);
      await widget.locator('[data-progress=read]').nth(1).waitFor();
      await desk.post(`/api/chat/room/${room}/typing`, { is_typing: true });
      await widget.locator('.typing span').first().waitFor();
      await check('chatting');
      await widget
        .locator('input[type=file]')
        .first()
        .setInputFiles([
          { name: 'parcel.png', mimeType: 'image/png', buffer: await picture() },
          { name: 'receipt.txt', mimeType: 'text/plain', buffer: Buffer.from('one lantern') },
        ]);
      await widget.locator('.picked .tile').nth(1).waitFor();
      await check('picked');
      await widget.locator('.send').click();
      await widget.locator('.picture img').waitFor();
      await check('files');
      await widget.locator('.picture').click();
      await widget.locator('.lightbox').waitFor();
      await check('lightbox');
      await page.keyboard.press('Escape');
      await widget.locator('.header .icon-button').first().click();
      await check('menu');
      await page.keyboard.press('Escape');
      await profile.setOffline(true);
      await tell('Are you there?');
      await widget.locator('.bar[data-kind=trouble]:not(:empty)').waitFor();
      await check('offline');
      await profile.setOffline(false);
      await stored(page, 4);
      await page.route('**/messages', (route) =>
        route.fulfill({
          status: 422,
          headers: { 'access-control-allow-origin': '*' },
          body: '{"message":"The message is odd."}',
        }),
      );
      await tell('Odd');
      await widget.locator('.failure').waitFor();
      await check('failed');
      await page.unroute('**/messages');
      await desk.post(`/api/admin/chat/rooms/${room}/close`);
      await widget.locator('.ended').waitFor();
      await check('ended');
      t.same(faults, []);
      await profile.close();
    });
  }

  t.test('forced colours and 320 pixels', async (t) => {
    const site = await startSite(t, { chat: desk.url });
    const { page, profile } = await openPage(browser, site, {
      forcedColors: 'active',
      viewport: { width: 320, height: 560 },
    });
    await open(page);
    await say(page, 'x'.repeat(120));
    await stored(page, 1);
    await look(page, 'forced-320');
    const overflow = await page
      .locator('antiphon-chat .panel')
      .evaluate((panel: Scrolled) => panel.scrollWidth - panel.clientWidth);
    t.equal(overflow, 0, 'nothing is cut off');
    await profile.close();
  });
});

t.test('ways to use it', { skip }, async (t) => {
  const desk = await startDesk(t);
  const browser = await openBrowser(t);
  const site = await startSite(t, { chat: desk.url });

  t.test('by keyboard alone', async (t) => {
    const { page, profile } = await openPage(browser, site);
    const focused = () =>
      page.evaluate<string>(
        'document.activeElement.shadowRoot?.activeElement?.ariaLabel ?? document.activeElement.shadowRoot?.activeElement?.tagName ?? ""',
      );
    await page.getByRole('button', { name: 'Open chat' }).waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await until('the field', focused, (label) => label === 'Write a message…');
    await page.keyboard.type('first');
    await page.keyboard.press('Shift+Enter');
    await page.keyboard.type('line');
    await page.keyboard.press('Enter');
    await stored(page, 1);
    const room = await desk.room();
    t.equal((await desk.messages(room))[0]?.message, 'first\nline');
    await desk.say(room, 'an answer');
    await page.getByText('an answer').waitFor();
    await page.locator('antiphon-chat .log').focus();
    await page.keyboard.press('ArrowUp');
    t.match(await focused(), /^Olena, .*: an answer$/);
    await page.keyboard.press('Home');
    t.match(await focused(), /^You, .*: first\nline \((Sent|Delivered|Read)\)$/);
    await page.keyboard.press('Escape');
    t.equal(await page.getByRole('dialog').count(), 0);
    await until('the focus back on the launcher', focused, (label) => label === 'Open chat');
    await profile.close();
  });

  t.test('on a phone: the whole screen, the page stands still, “back” closes', async (t) => {
    const { page, profile } = await openPage(browser, site, {
      viewport: { width: 390, height: 700 },
      hasTouch: true,
      isMobile: true,
      reducedMotion: 'reduce',
    });
    await open(page);
    const panel = page.getByRole('dialog');
    t.same(await panel.boundingBox(), { x: 0, y: 0, width: 390, height: 700 });
    t.equal(await panel.getAttribute('aria-modal'), 'true');
    t.equal(await page.evaluate('document.documentElement.style.overflow'), 'hidden');
    await field(page).fill('a');
    await field(page).press('Enter');
    t.equal(await field(page).inputValue(), 'a\n', 'Enter begins a line');
    await page.goBack();
    await until(
      'closed',
      () => panel.count(),
      (count) => count === 0,
    );
    t.equal(await page.evaluate('document.documentElement.style.overflow'), '');
    await profile.close();
  });

  t.test('files: by paste and by drop, too big is refused before it is sent', async (t) => {
    const { page, profile } = await openPage(browser, site);
    await open(page);
    const input = page.locator('antiphon-chat input[type=file]').first();
    await input.setInputFiles({
      name: 'big.bin',
      mimeType: 'application/octet-stream',
      buffer: Buffer.alloc(10 * 1024 * 1024 + 1),
    });
    await page.getByText('big.bin is larger than 10 MB and cannot be sent.').waitFor();
    for (const kind of ['paste', 'drop']) {
      await page.evaluate(hands(kind));
    }
    await page.locator('antiphon-chat .picked .tile').nth(1).waitFor();
    await page.getByRole('button', { name: 'Remove paste.txt' }).click();
    await page.getByRole('button', { name: 'Send' }).click();
    await stored(page, 1);
    const [sent] = await desk.messages(await desk.room());
    t.match(sent?.attachments, [{ name: 'drop.txt', type: /text\/plain|octet-stream/ }]);
    await profile.close();
  });

  t.test('two tabs: one conversation, one draft, read in both', async () => {
    const { page: one, profile } = await openPage(browser, site);
    await open(one);
    await say(one, 'from one');
    await stored(one, 1);
    const { page: two } = await openPage(browser, site, { profile });
    await open(two);
    await two.getByText('from one').waitFor();
    await field(two).fill('half a');
    await until(
      'the draft',
      () => field(one).inputValue(),
      (text) => text === 'half a',
    );
    await field(two).press('Enter');
    await one.locator('antiphon-chat article').getByText('half a').waitFor();
    await two.getByRole('dialog').getByRole('button', { name: 'Close chat' }).click();
    await one.bringToFront();
    await desk.say(await desk.room(), 'to both');
    await one.getByText('to both').waitFor();
    await until(
      'nothing unread in the other',
      () => two.locator('antiphon-chat .badge').count(),
      (count) => count === 0,
    );
    await profile.close();
  });

  t.test('what a page may call and hear', async (t) => {
    const { page, profile } = await openPage(browser, site);
    await page.evaluate(
      `window.heard = []; for (const name of ['open', 'close', 'message', 'unread', 'ready']) AntiphonChat.on(name, (detail) => heard.push([name, detail])); AntiphonChat.identify({ name: 'Maria', email: 'maria@example.com' })`,
    );
    await page.evaluate(`dispatchEvent(new CustomEvent('open-chat-widget'))`);
    await page.getByRole('dialog').waitFor();
    await say(page, 'hello');
    await stored(page, 1);
    const room = await desk.room();
    await page.evaluate('AntiphonChat.close()');
    await desk.say(room, 'answer');
    await until(
      'the news',
      () => page.evaluate<string>('JSON.stringify(heard)'),
      (heard) => heard.includes('["unread",1]'),
    );
    const heard = await page.evaluate<[string, unknown][]>('heard');
    t.same(heard.find(([name]) => name === 'message')?.[1], { text: 'answer', author: 'Olena' });
    t.ok(heard.some(([name]) => name === 'ready') && heard.some(([name]) => name === 'close'));
    await page.goto('about:blank');
    await page.goto(`${site}/#chat`);
    await page.getByRole('dialog').waitFor();
    await page.goto('about:blank');
    await page.goto(site);
    await page.evaluate(`localStorage.setItem('prochepro_open_chat', 'true')`);
    await page.reload();
    await page.getByRole('dialog').waitFor();
    t.equal(await page.evaluate(`localStorage.getItem('prochepro_open_chat')`), null, 'asked for once');
    await profile.close();
  });

  t.test('five thousand messages', async (t) => {
    const { page, profile } = await openPage(browser, site);
    await open(page);
    await say(page, 'hello');
    await stored(page, 1);
    desk.fill(await desk.room(), 5000);
    await page.goto('about:blank');
    await page.goto(site);
    await page.evaluate(
      `window.long = []; new PerformanceObserver((list) => long.push(...list.getEntries().map(({ duration }) => duration))).observe({ type: 'longtask' })`,
    );
    await page.getByRole('button', { name: /^Open chat/ }).click();
    await page.getByText('Line 5001').waitFor();
    const log = page.locator('antiphon-chat .log');
    const oldest = () => log.locator('article').first().textContent();
    for (let screen = 0; screen < 30; screen += 1) {
      const before = await oldest();
      await log.evaluate((element: Scrolled) => element.scrollTo(0, 0));
      await until('older ones', oldest, (now) => now !== before);
    }
    t.ok((await log.locator('article').count()) < 400, 'only what is near is drawn');
    await log.evaluate((element: Scrolled) => element.scrollTo(0, element.scrollHeight));
    await page.getByText('Line 5001').waitFor();
    await field(page).pressSequentially('quick');
    t.comment(`tasks over 50 ms: ${JSON.stringify(await page.evaluate('long'))}`);
    await profile.close();
  });
});
