import t from 'tap';
import { lacksBrowser, openBrowser, openPage } from '../kit/browser.ts';
import { startSite } from '../kit/site.ts';
import { startDesk, until } from './agent.ts';
import { field, open, say, stored, texts } from './visitor.ts';

t.jobs = 1;
const skip = lacksBrowser(process.env);

t.test('what goes wrong on the way', { skip }, async (t) => {
  const desk = await startDesk(t);
  const browser = await openBrowser(t);
  const site = await startSite(t, { chat: desk.url });

  t.test('offline, three messages, the tab closed, opened again: three messages, in order, once', async (t) => {
    const { page, profile } = await openPage(browser, site);
    await open(page);
    await say(page, 'zero');
    await stored(page, 1);
    const room = await desk.room();
    await profile.setOffline(true);
    await page.getByText('No network.').waitFor();
    for (const text of ['one', 'two', 'three']) await say(page, text);
    t.same(await texts(page), ['zero', 'one', 'two', 'three'], 'shown at once');
    await page.close();
    await profile.setOffline(false);
    await openPage(browser, site, { profile });
    const all = await until(
      'four messages',
      () => desk.messages(room),
      (found) => found.length >= 4,
    );
    t.same(
      all.map(({ message }) => message),
      ['zero', 'one', 'two', 'three'],
    );
    await profile.close();
  });

  t.test('the server stops and starts again in the middle', async (t) => {
    const { page, profile } = await openPage(browser, site);
    await open(page);
    await say(page, 'before');
    await stored(page, 1);
    const room = await desk.room();
    await desk.stop();
    await say(page, 'meanwhile');
    await page.getByText('Connecting…').waitFor();
    await desk.startAgain();
    await desk.say(room, 'from the team');
    await until(
      'all three',
      () => texts(page),
      (all) => all.length === 3 && all.includes('from the team') && all.includes('meanwhile'),
    );
    await until(
      'quiet',
      () => page.getByText('Connecting…').count(),
      (count) => count === 0,
    );
    const order = (await desk.messages(room)).map(({ message }) => message);
    t.same(
      await until(
        'in the server’s order',
        () => texts(page),
        (all) => all.join() === order.join(),
      ),
      order,
    );
    await desk.say(room, 'live again');
    await page.getByText('live again').waitFor();
    await profile.close();
  });

  t.test('sockets are blocked: it asks instead, and listens again when they work', async (t) => {
    const context = await browser.newContext({ locale: 'en-GB' });
    let isBlocked = true;
    await context.routeWebSocket(/\/app\//, (socket) => {
      if (isBlocked) void socket.close({ code: 1011 });
      else socket.connectToServer();
    });
    const { page, profile, requests } = await openPage(browser, site, { profile: context });
    await open(page);
    await say(page, 'hello');
    await stored(page, 1);
    const room = await desk.room();
    await desk.say(room, 'over the other way');
    await page.getByText('over the other way').waitFor();
    t.equal(await page.getByText('Connecting…').count(), 0, 'nobody needs to know');
    isBlocked = false;
    await until(
      'a socket',
      () => requests.filter((url) => url.includes('/broadcasting/auth')).length,
      (count) => count > 0,
    );
    await desk.say(room, 'over the socket');
    await page.getByText('over the socket').waitFor();
    const asked = () => requests.filter((url) => url.includes('/messages')).length;
    const before = asked();
    await page.waitForTimeout(6000);
    t.equal(asked(), before, 'and asks no more while idle');
    await profile.close();
  });

  t.test('what was changed during an absence shows, however long ago it was said', async (t) => {
    const { page, profile } = await openPage(browser, site);
    await open(page);
    await say(page, 'hello');
    await stored(page, 1);
    const room = await desk.room();
    for (let number = 1; number <= 70; number += 1) await desk.say(room, `Line ${number}.`);
    await page.goto('about:blank');
    await page.goto(site);
    await page.getByRole('button', { name: /^Open chat/ }).click();
    await page.getByText('Line 70.').waitFor();
    const log = page.locator('antiphon-chat .log');
    // As often as it takes: what has just been read may still move the log to its end.
    await until(
      'the first line',
      async () => {
        await log.evaluate((element: { scrollTo(x: number, y: number): void }) => element.scrollTo(0, 0));
        return page.getByText('Line 1.', { exact: true }).isVisible();
      },
      (isThere) => isThere,
    );
    await profile.setOffline(true);
    await page.getByText('No network.').waitFor();
    const [, , edited, removed] = await desk.messages(room);
    const path = `/api/chat/room/${room}/messages`;
    await desk.change('PATCH', `${path}/${edited?.id}`, { message: 'Line two, mended.' });
    await desk.remove(`${path}/${removed?.id}`);
    await profile.setOffline(false);
    await page.getByText('Line two, mended.').waitFor();
    await page.getByText('Message deleted').waitFor();
    t.equal(await page.getByText('Line 3.', { exact: true }).count(), 0);
    await profile.close();
  });

  t.test('frames that make no sense, and names that are markup: nothing breaks, nothing gets in', async (t) => {
    const context = await browser.newContext({ locale: 'en-GB' });
    const name = '<img src=x onerror=alert(1)>';
    let inject: (frame: string) => void = () => {};
    await context.routeWebSocket(/\/app\//, (socket) => {
      socket.connectToServer();
      inject = (frame) => socket.send(frame);
    });
    const { page, profile, faults } = await openPage(browser, site, { profile: context });
    await desk.rename(name);
    await open(page);
    await say(page, 'hello');
    await stored(page, 1);
    const room = await desk.room();
    await desk.say(room, 'over the socket');
    await page.getByText('over the socket').waitFor();
    const frame = (event: string, data: unknown) =>
      inject(JSON.stringify({ event, channel: `private-chat.${room}`, data }));
    for (const text of ['', '{', '[]', 'null', '{"event":17}', '<html>', '{"event":"message.sent"}']) inject(text);
    for (const event of ['message.sent', 'message.updated', 'message.deleted', 'message.read', 'message.delivered']) {
      for (const data of [null, 'x', '"x"', '[]', '{"id":"<b>","seq":-1,"chat_room_id":1e99}']) frame(event, data);
    }
    for (const data of ['{"room":{"id":"x"}}', '{"room":null}']) frame('room.updated', data);
    await desk.post(`/api/chat/room/${room}/typing`, { is_typing: true });
    await page.getByText(`${name} is typing…`).waitFor();
    await desk.say(room, 'and on it goes');
    await page.getByText('and on it goes').waitFor();
    await page.locator('antiphon-chat .author').getByText(name).first().waitFor();
    await page.getByText(`${name} is with you`).waitFor();
    t.equal(await page.locator('antiphon-chat :is(article img, header img, b)').count(), 0, 'text stays text');
    await say(page, 'both ways');
    await stored(page, 2);
    // pusher-js itself says so of frames without an event, and goes on.
    t.same(
      faults.filter((fault) => !fault.includes('indexOf')),
      [],
    );
    await desk.rename('Olena');
    await profile.close();
  });

  t.test('an answer that is lost is no second message', async (t) => {
    const { page, profile } = await openPage(browser, site);
    await open(page);
    await say(page, 'first');
    await stored(page, 1);
    const room = await desk.room();
    let lost = 0;
    await page.route('**/messages', async (route) => {
      if (route.request().method() !== 'POST' || lost >= 2) return route.fallback();
      lost += 1;
      await route.fetch();
      await route.abort();
    });
    await say(page, 'only once');
    await stored(page, 2);
    await until(
      'an empty outbox',
      () => page.locator('[data-icon="clock"]').count(),
      (count) => count === 0,
    );
    t.same(
      (await desk.messages(room)).map(({ message }) => message),
      ['first', 'only once'],
    );
    t.same(await texts(page), ['first', 'only once']);
    await profile.close();
  });

  t.test('each refusal has its sentence, and nothing is lost', async (t) => {
    const { page, profile, faults } = await openPage(browser, site);
    await open(page);
    await say(page, 'hello');
    await stored(page, 1);
    const answers: { status: number; body: string; headers?: Record<string, string> }[] = [];
    await page.route('**/messages', (route) => {
      const answer = route.request().method() === 'POST' ? answers.shift() : undefined;
      if (!answer) return route.fallback();
      const headers = {
        'access-control-allow-origin': '*',
        'access-control-expose-headers': 'retry-after',
        ...answer.headers,
      };
      return route.fulfill({ ...answer, headers });
    });
    answers.push({ status: 429, body: '{"message":"Too Many Attempts."}', headers: { 'retry-after': '2' } });
    await say(page, 'too fast');
    await page.getByText(/^Too fast: the next message goes out in [12] seconds?\.$/).waitFor();
    await stored(page, 2);
    answers.push({ status: 500, body: 'oops' }, { status: 200, body: '<html>a proxy' });
    await say(page, 'through a storm');
    await page.getByText('The server has a problem.').waitFor();
    await stored(page, 3);
    for (const [status, sentence] of [
      [413, 'too large'],
      [403, 'You may not write here any more.'],
      [422, 'The message is odd.'],
    ] as const) {
      answers.push({ status, body: '{"message":"The message is odd.","errors":{}}' });
      await say(page, `refused ${status}`);
      await page.getByRole('alert').filter({ hasText: sentence }).waitFor();
      await page.getByRole('button', { name: 'Try again' }).click();
      await until(
        'no refusal',
        () => page.getByRole('button', { name: 'Try again' }).count(),
        (count) => count === 0,
      );
    }
    await stored(page, 6);
    answers.push({ status: 422, body: '{"message":"No."}' });
    await say(page, 'never mind');
    await page.getByRole('button', { name: 'Delete' }).click();
    await until(
      'gone',
      () => texts(page),
      (all) => !all.includes('never mind'),
    );
    t.same(faults, []);
    await profile.close();
  });

  t.test('a session that is over begins again, with what was not sent', async (t) => {
    const { page, profile } = await openPage(browser, site);
    await open(page);
    await say(page, 'known');
    await stored(page, 1);
    let isOver = true;
    await page.route('**/api/**', (route) =>
      isOver && route.request().method() !== 'OPTIONS'
        ? route.fulfill({
            status: 401,
            headers: { 'access-control-allow-origin': '*' },
            body: '{"message":"Unauthenticated."}',
          })
        : route.fallback(),
    );
    await say(page, 'unsent');
    await page.getByText('Your session has ended.').waitFor();
    isOver = false;
    await page.getByRole('button', { name: 'Start again' }).click();
    await stored(page, 1);
    t.ok((await texts(page)).includes('unsent'));
    await profile.close();
  });

  t.test('storage is forbidden, the clock is wrong, the page is broken: it works all the same', async () => {
    const context = await browser.newContext({ locale: 'en-GB' });
    await context.addInitScript({
      content: `
        const forbidden = { get() { throw new DOMException('no', 'SecurityError'); } };
        Object.defineProperty(window, 'localStorage', forbidden);
        Object.defineProperty(window, 'indexedDB', forbidden);
        const now = Date.now;
        Date.now = () => now() + 86_400_000;
        addEventListener('click', () => { throw new Error('the page’s own mistake'); });`,
    });
    const { page, profile } = await openPage(browser, site, { profile: context });
    await open(page);
    await say(page, 'in memory');
    await stored(page, 1);
    await desk.say(await desk.room(), 'answer');
    await page.getByText('answer', { exact: true }).waitFor();
    t.equal(await page.locator('antiphon-chat .line').first().textContent(), 'Today', 'by the server’s clock');
    await say(page, 'more');
    await stored(page, 2);
    await profile.close();
  });

  t.test('storage is full: what was written is sent all the same, in order', async (t) => {
    const context = await browser.newContext({ locale: 'en-GB' });
    await context.addInitScript({
      content: `const full = () => { throw new DOMException('no room', 'QuotaExceededError'); };
        Storage.prototype.setItem = full;
        IDBObjectStore.prototype.add = IDBObjectStore.prototype.put = full;`,
    });
    const { page, profile, faults } = await openPage(browser, site, { profile: context });
    await open(page);
    for (const text of ['one', 'two', 'three']) await say(page, text);
    await stored(page, 3);
    t.same(
      (await desk.messages(await desk.room())).map(({ message }) => message),
      ['one', 'two', 'three'],
    );
    t.same(faults, []);
    await profile.close();
  });

  t.test('ten thousand characters are kept, and not sent', async (t) => {
    const { page, profile } = await openPage(browser, site);
    await open(page);
    await field(page).focus();
    await page.keyboard.insertText('x'.repeat(10_000)); // as a paste does
    await page.getByText('5,000 characters too many. Please shorten it.').waitFor();
    t.equal(await page.getByRole('button', { name: 'Send' }).isDisabled(), true);
    await field(page).press('Enter');
    t.equal((await field(page).inputValue()).length, 10_000);
    await field(page).fill('x'.repeat(4990));
    await page.getByText('10 characters left').waitFor();
    await profile.close();
  });
});
