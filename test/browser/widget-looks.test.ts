import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import t from 'tap';
import { lacksBrowser, openBrowser, openPage } from '../kit/browser.ts';
import { startSite } from '../kit/site.ts';
import { startDesk } from './agent.ts';
import { open, say, stored } from './visitor.ts';

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
  const faq = [
    { question: 'How long does the lantern burn?', answer: 'Nine hours.' },
    { question: 'May I return it?', answer: 'Within fourteen days.' },
  ];
  // Open on no day of the week but one, and there only for a minute of the night.
  const day = ((new Date().getUTCDay() + 2) % 7) + 1;
  const closed = { timezone: 'Europe/Kyiv', weekly: [{ day, from: '09:00', to: '09:01' }] };
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
      const hours = name === 'phone' ? closed : null;
      await desk.change('PUT', '/api/admin/chat/widget', { look: { faq, reply_minutes: 3 }, hours });
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
      await widget.locator('summary').first().click();
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
    const site = await startSite(t, { chat: desk.url, settings: { topics: 'Where is my order?|Returns' } });
    const { page, profile } = await openPage(browser, site, {
      forcedColors: 'active',
      viewport: { width: 320, height: 560 },
    });
    const check = async (state: string) => {
      await look(page, `forced-320-${state}`);
      t.same(await flaws(page), [], state);
    };
    await open(page);
    await check('home');
    await say(page, 'x'.repeat(120));
    await stored(page, 1);
    await desk.say(await desk.room(), 'an answer');
    await page.getByText('an answer').waitFor();
    await check('chatting');
    const overflow = await page
      .locator('antiphon-chat .panel')
      .evaluate((panel: { scrollWidth: number; clientWidth: number }) => panel.scrollWidth - panel.clientWidth);
    t.equal(overflow, 0, 'nothing is cut off');
    await profile.close();
  });
});
