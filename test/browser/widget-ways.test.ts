import sharp from 'sharp';
import t from 'tap';
import { lacksBrowser, openBrowser, openPage } from '../kit/browser.ts';
import { startSite } from '../kit/site.ts';
import { startDesk, until } from './agent.ts';
import { field, open, say, stored } from './visitor.ts';

t.jobs = 1;
const skip = lacksBrowser(process.env);

interface Scrolled {
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
    await until(
      'the page moving again',
      () => page.evaluate<string>('document.documentElement.style.overflow'),
      (overflow) => overflow === '',
    );
    await profile.close();
  });

  t.test('a phone’s keyboard covers nothing', async (t) => {
    const { page, profile } = await openPage(browser, site, {
      viewport: { width: 390, height: 700 },
      hasTouch: true,
      isMobile: true,
      reducedMotion: 'reduce',
    });
    await open(page);
    for (const text of ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight']) {
      await field(page).fill(text);
      await page.getByRole('button', { name: 'Send' }).click();
    }
    await stored(page, 8);
    // There is no keyboard here: its room is taken from the viewport as a phone does it.
    await page.evaluate(`Object.defineProperties(visualViewport, {
      height: { configurable: true, get: () => 380 }, offsetTop: { configurable: true, get: () => 30 } });
      visualViewport.dispatchEvent(new Event('resize'))`);
    const panel = page.getByRole('dialog');
    await until(
      'the panel above the keyboard',
      () => panel.boundingBox(),
      (box) => box?.y === 30 && box.height === 380,
    );
    const bottomOf = async (what: string) => {
      const box = await page.locator(`antiphon-chat ${what}`).last().boundingBox();
      return (box?.y ?? 0) + (box?.height ?? 0);
    };
    t.ok((await bottomOf('.composer')) <= 410, 'what is written is seen');
    await until(
      'the newest message in sight',
      () => bottomOf('article'),
      (bottom) => bottom <= 410,
    );
    await page.evaluate(`delete visualViewport.height; delete visualViewport.offsetTop;
      visualViewport.dispatchEvent(new Event('resize'))`);
    await until(
      'the whole screen again',
      () => panel.boundingBox(),
      (box) => box?.y === 0 && box.height === 700,
    );
    await profile.close();
  });

  t.test('a hidden tab says in its title that something came, and then says what it said before', async (t) => {
    const { page, profile } = await openPage(browser, site);
    await open(page);
    await say(page, 'hello');
    await stored(page, 1);
    const hide = (isHidden: boolean) =>
      page.evaluate(
        `Object.defineProperty(document, 'hidden', { configurable: true, get: () => ${isHidden} });
        document.dispatchEvent(new Event('visibilitychange'))`,
      );
    await hide(true);
    await desk.say(await desk.room(), 'are you there?');
    const title = () => page.title();
    await until('the news', title, (now) => now === '(1) New message');
    await until('the page’s own', title, (now) => now === 'A shop');
    await until('the news again', title, (now) => now === '(1) New message');
    await hide(false);
    await until('the page’s own', title, (now) => now === 'A shop');
    t.equal(await page.locator('antiphon-chat .badge').count(), 0, 'it has been read');
    await profile.close();
  });

  t.test('of two tabs one plays a sound, and none where it is switched off', async (t) => {
    const context = await browser.newContext({ locale: 'en-GB' });
    // Nobody looks; what would be heard is counted.
    await context.addInitScript({
      content: `document.hasFocus = () => false; window.tones = 0;
        const own = AudioContext.prototype.createOscillator;
        AudioContext.prototype.createOscillator = function () { tones += 1; return own.call(this); };`,
    });
    const { page: one, profile } = await openPage(browser, site, { profile: context });
    await open(one);
    await say(one, 'hello');
    await stored(one, 1);
    const { page: two } = await openPage(browser, site, { profile });
    await open(two);
    await two.getByText('hello').waitFor();
    const room = await desk.room();
    const heard = async (text: string) => {
      const before = await Promise.all([one, two].map((page) => page.evaluate<number>('tones')));
      await desk.say(room, text);
      for (const page of [one, two]) await page.getByText(text).waitFor();
      return Promise.all(
        [one, two].map(async (page, at) => (await page.evaluate<number>('tones')) - (before[at] ?? 0)),
      );
    };
    const turnSound = async () => {
      await one.getByRole('button', { name: 'More' }).click();
      await one.getByRole('switch', { name: 'Sound' }).click();
      await one.keyboard.press('Escape');
    };
    await turnSound();
    t.same(await heard('quietly'), [0, 0], 'off in one is off in both');
    await turnSound();
    t.same((await heard('aloud')).sort(), [0, 2], 'two notes, in one of them');
    await profile.close();
  });

  t.test('a file on its way: how far it is, called back, renamed; a photo without its notes', async (t) => {
    const { page, profile } = await openPage(browser, site);
    await open(page);
    await say(page, 'hello');
    await stored(page, 1);
    const room = await desk.room();
    const input = page.locator('antiphon-chat input[type=file]').first();
    const devtools = await profile.newCDPSession(page);
    const uploadThroughput = (bytesPerSecond: number) =>
      devtools.send('Network.emulateNetworkConditions', {
        offline: false,
        latency: 0,
        downloadThroughput: -1,
        uploadThroughput: bytesPerSecond,
      });
    await uploadThroughput(60_000);
    await input.setInputFiles({
      name: 'film.bin',
      mimeType: 'application/octet-stream',
      buffer: Buffer.alloc(2_000_000),
    });
    await page.getByRole('button', { name: 'Send' }).click();
    const progress = page.getByRole('progressbar', { name: 'film.bin' });
    await until(
      'some of it has left',
      () => progress.evaluate((element: { value: number }) => element.value),
      (part) => part > 0 && part < 1,
    );
    await page.getByRole('button', { name: 'Cancel sending' }).click();
    await until(
      'gone',
      () => progress.count(),
      (count) => count === 0,
    );
    await uploadThroughput(-1);
    await say(page, 'never mind');
    await stored(page, 2);
    t.same(
      (await desk.messages(room)).map(({ message }) => message),
      ['hello', 'never mind'],
      'it was never sent',
    );

    // Not what its name says.
    await input.setInputFiles({
      name: 'cat.png',
      mimeType: 'image/png',
      buffer: Buffer.from('<script>alert(1)</script>'),
    });
    await page.getByRole('button', { name: 'Send' }).click();
    await stored(page, 3);
    const renamed = (await desk.messages(room)).at(-1)?.attachments?.[0];
    t.notMatch(renamed?.type, /image|html/, 'by what is in it');

    const notes = { IFD0: { Make: 'Spy Camera' }, IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '50/1 27/1 0/1' } };
    const photo = await sharp({ create: { width: 40, height: 30, channels: 3, background: '#d8973c' } })
      .withExif(notes)
      .withMetadata({ orientation: 6 })
      .jpeg()
      .toBuffer();
    t.ok(photo.includes('Spy Camera'));
    await page.evaluate(`const own = XMLHttpRequest.prototype.send;
      XMLHttpRequest.prototype.send = function (body) { window.sent = body; return own.call(this, body); }`);
    await input.setInputFiles({ name: 'me.jpg', mimeType: 'image/jpeg', buffer: photo });
    await page.getByRole('button', { name: 'Send' }).click();
    await stored(page, 4);
    const left = await page.evaluate<string>(`sent.get('attachments[]').text()`);
    t.ok(left.length > 0 && !left.includes('Spy Camera'), 'nothing of the camera leaves the browser');
    const shown = page.getByRole('button', { name: 'View me.jpg' }).locator('img');
    await until(
      'upright',
      () =>
        shown.evaluate((img: { naturalWidth: number; naturalHeight: number }) => img.naturalHeight - img.naturalWidth),
      (taller) => taller > 0,
    );
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
    t.equal(await field(page).inputValue(), 'quick');
    await profile.close();
  });
});
