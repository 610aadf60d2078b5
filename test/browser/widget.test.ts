import t from 'tap';
import { lacksBrowser, openBrowser, openPage } from '../kit/browser.ts';
import { startSite } from '../kit/site.ts';
import { startDesk, until } from './agent.ts';
import { open, say, stored, texts } from './visitor.ts';

t.jobs = 1;
const skip = lacksBrowser(process.env);

t.test('a visitor and the team', { skip }, async (t) => {
  const desk = await startDesk(t);
  const browser = await openBrowser(t);
  const site = await startSite(t, { chat: desk.url, settings: { topics: 'Delivery|Returns' } });

  t.test('before it is opened there is a launcher, and nothing else', async (t) => {
    const { page, profile, requests, faults } = await openPage(browser, site);
    const launcher = page.getByRole('button', { name: 'Open chat' });
    await launcher.waitFor();
    const box = await launcher.boundingBox();
    const { width, height } = page.viewportSize() ?? { width: 0, height: 0 };
    t.same(box, { x: width - 76, y: height - 76, width: 56, height: 56 }, 'where and as big as it should be');
    t.same(
      requests.filter((url) => url.startsWith(desk.url)),
      [`${desk.url}/widget.js`],
    );
    t.same((await profile.storageState({ indexedDB: true })).origins, [], 'nothing is stored');
    t.same(await profile.cookies(), []);
    t.same(faults, []);
    await profile.close();
  });

  t.test('they talk', async (t) => {
    const { page, profile, faults, requests } = await openPage(browser, site);
    await open(page);
    await page.getByRole('button', { name: 'Delivery' }).click();
    await stored(page, 1);
    const room = await desk.room();
    t.equal((await desk.messages(room)).at(-1)?.message, 'Delivery');

    await desk.post(`/api/chat/room/${room}/typing`, { is_typing: true });
    await page.getByText('Olena is typing…').waitFor();
    await desk.say(room, '<img src=x onerror=alert(1)> & <b>bold</b> https://example.com/a?b=1.');
    await page.getByText('<img src=x onerror=alert(1)>').waitFor();
    t.equal(await page.getByText('Olena is typing…').count(), 0, 'a message ends the typing');
    t.equal(await page.locator('antiphon-chat article img, antiphon-chat article b').count(), 0, 'text stays text');
    const link = page.getByRole('link', { name: 'https://example.com/a?b=1' });
    t.match(await link.getAttribute('rel'), /noopener/);
    t.equal(await page.getByText('Olena is with you').count(), 1);

    await say(page, 'Дякую! 👍 שלום');
    await stored(page, 2);
    t.equal(requests.filter((url) => url.endsWith('/typing')).length, 2, 'that the visitor types, and no longer does');
    await until(
      'read by the team',
      () => desk.messages(room),
      (all) => all.some((each) => each.is_admin && each.read_at !== null),
    );
    await desk.post(`/api/chat/room/${room}/read`);
    await page.locator('antiphon-chat .mark[data-progress="read"]').nth(1).waitFor();

    const mine = (await desk.messages(room)).at(-1);
    t.equal(mine?.message, 'Дякую! 👍 שלום');
    t.same(faults, []);
    await profile.close();
  });

  t.test('closed, it shows what came and counts it; open again, a line stands above it', async (t) => {
    const { page, profile } = await openPage(browser, site);
    await open(page);
    await say(page, 'one');
    await stored(page, 1);
    const room = await desk.room();
    await page.getByRole('dialog').getByRole('button', { name: 'Close chat' }).click();
    t.equal(await page.evaluate('document.activeElement.tagName'), 'ANTIPHON-CHAT', 'the focus is on the launcher');
    await desk.say(room, 'first answer');
    await desk.say(room, 'second answer');
    await page.getByRole('button', { name: 'Open chat, 2 unread messages' }).waitFor();
    t.equal(await page.locator('antiphon-chat .preview-text span').textContent(), 'second answer');
    await page.locator('antiphon-chat .launcher').click();
    t.equal(await page.locator('antiphon-chat .line.unread').textContent(), '2 new messages');
    await until(
      'nothing unread',
      () => page.locator('antiphon-chat .badge').count(),
      (count) => count === 0,
    );
    await say(page, 'thanks');
    await until(
      'no line',
      () => page.locator('antiphon-chat .line.unread').count(),
      (count) => count === 0,
    );
    await profile.close();
  });

  t.test('the history is there on the next page, and answers come without a click', async () => {
    const { page, profile } = await openPage(browser, site);
    await open(page);
    await say(page, 'remember me');
    await stored(page, 1);
    const room = await desk.room();
    await page.goto('about:blank');
    await desk.say(room, 'while you were away');
    await page.goto(site);
    await page.getByRole('button', { name: 'Open chat, 1 unread message' }).click();
    await until(
      'both',
      () => texts(page),
      (all) => all.join() === 'remember me,while you were away',
    );
    await profile.close();
  });

  t.test('edited, deleted, closed, and begun anew', async (t) => {
    const { page, profile } = await openPage(browser, site);
    await open(page);
    await say(page, 'hello');
    await stored(page, 1);
    const room = await desk.room();
    await desk.say(room, 'a slip of the pen');
    await page.getByText('a slip of the pen').waitFor();
    const slip = (await desk.messages(room)).at(-1);
    await desk.remove(`/api/chat/room/${room}/messages/${slip?.id}`);
    await page.getByText('Message deleted').waitFor();
    await desk.post(`/api/admin/chat/rooms/${room}/close`);
    await page.getByRole('button', { name: 'New conversation' }).click();
    await say(page, 'another matter');
    await stored(page, 1);
    t.same(await texts(page), ['another matter']);
    t.not(await desk.room(), room);
    await profile.close();
  });

  t.test('looks, hours and the page: what the team has set is shown, where the visitor is is told', async (t) => {
    const weekday = new Date().getUTCDay() || 7;
    const look = {
      title: 'Lantern & Wick <b>',
      greeting: 'Вітаємо в крамниці',
      locale: 'uk',
      topics: ['Де моє замовлення?'],
      faq: [
        { question: 'Скільки горить ліхтар?', answer: 'Девʼять годин.' },
        { question: 'Чи можна повернути?', answer: 'Чотирнадцять днів.' },
      ],
      ask: ['phone'],
      reply_minutes: 3,
    };
    await desk.change('PUT', '/api/admin/chat/widget', { look, hours: null });
    const page1 = await openPage(browser, `${site}/lamps?of=brass#secret`);
    const { page, profile, requests, faults } = page1;
    const [withSession, forRoom]: unknown[][] = [[], []];
    page.on('request', (request) => {
      if (request.url().endsWith('/session')) withSession?.push(request.postDataJSON().page);
      if (request.url().endsWith('/pages')) forRoom?.push(request.postDataJSON());
    });
    await page.getByRole('button', { name: 'Open chat' }).click();
    const dialog = page.getByRole('dialog', { name: 'Lantern & Wick <b>' });
    await dialog.waitFor();
    t.same(
      requests.filter((url) => url.includes('widget-app')).map((url) => url.split('app-')[1]?.slice(0, 2)),
      ['en', 'uk'],
      'the language the team has set, on a page that has none of its own for it',
    );
    await dialog.getByLabel('Телефон').fill('+380 44 123 45 67');
    await dialog.getByRole('button', { name: 'Почати розмову' }).click();
    await dialog.getByText('Вітаємо в крамниці').waitFor();
    await dialog.getByText('Зазвичай відповідаємо за 3 хвилини').waitFor();
    await dialog.getByRole('searchbox').fill('ГОРИТЬ');
    t.same(await dialog.locator('summary').allTextContents(), ['Скільки горить ліхтар?']);
    await dialog.locator('summary').click();
    await dialog.getByText('Девʼять годин.').waitFor();
    await dialog.getByRole('button', { name: 'Delivery' }).click();
    await stored(page, 1);
    await dialog.getByText(/^Ви в черзі \d+-й/).waitFor();
    const here = { url: `${site}/lamps?of=brass`, title: 'A shop' };
    t.same(withSession?.[0], here, 'without what is behind the #');
    const candles = { url: `${site}/candles`, title: 'Candles' };
    await until(
      'the page',
      () => forRoom,
      (all) => all?.length === 1,
    );
    await page.evaluate(`history.pushState({}, '', '/candles'); document.title = 'Candles'`);
    await until(
      'the next page',
      () => forRoom,
      (all) => all?.length === 2,
    );
    t.same(forRoom, [here, candles], 'each once');
    await until(
      'both with the team',
      async () => (await desk.visitor(await desk.room())).pages.map(({ title }) => title),
      (titles) => titles.join() === 'Candles,A shop',
    );

    // Open for one minute a week, and that was yesterday.
    const yesterday = ((weekday + 5) % 7) + 1;
    const hours = { timezone: 'Europe/Kyiv', weekly: [{ day: yesterday, from: '00:00', to: '00:01' }] };
    await desk.change('PUT', '/api/admin/chat/widget', { look, hours });
    await page.goto(site);
    await page.locator('antiphon-chat button').click();
    await dialog.getByText(/^Зараз \d\d:\d\d у Києві\. Знову тут: .+, 00:00$/).waitFor();
    await desk.change('PUT', '/api/admin/chat/widget', { look: {}, hours: null });
    t.same(faults, []);
    await profile.close();
  });

  t.test('the shop at / has it, and leads to the realtime page and to the panel', async (t) => {
    const { page, profile, faults } = await openPage(browser, `${desk.url}/`);
    await page.getByRole('button', { name: 'Ask about delivery' }).click();
    await page.getByRole('dialog').waitFor();
    await say(page, 'how much is the lantern?');
    await stored(page, 1);
    await page.getByRole('link', { name: 'The realtime page' }).click();
    await page.getByRole('heading', { level: 1 }).waitFor();
    t.match(page.url(), /\/demo$/);
    await page.goBack();
    await page.getByRole('link', { name: 'The agents’ panel' }).click();
    await page.getByLabel('Password').waitFor();
    t.same(faults, []);
    await profile.close();
  });
});
