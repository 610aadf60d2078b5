// What a visitor with a long history waits for, from a trace of Chromium:
//   npm run bench:widget [-- --messages 5000]
// A task is what the page's main thread does in one go; over 50 ms it is felt. Counted is the time the thread itself was at
// work, so that a busy machine does not change it, and beside it the time that went by.
import { parseArgs } from 'node:util';
import { startDesk, until } from '../browser/agent.ts';
import { field, open, say, stored } from '../browser/visitor.ts';
import { openBrowser, openPage } from '../kit/browser.ts';
import { startSite } from '../kit/site.ts';
import { printTasks, stage, tasksDuring } from './trace.ts';

const { values: flags } = parseArgs({ options: { messages: { type: 'string', default: '5000' } } });
const MESSAGES = Number(flags.messages);
const KEYS = 'the quick brown fox jumps over';

/** From each key to the moment its letter is on the screen, as the browser itself reports it (in steps of 8 ms). */
const WATCH_KEYS = `window.keys = []; new PerformanceObserver((list) => {
  for (const { name, duration, startTime, processingStart, processingEnd } of list.getEntries())
    if (name === 'keydown') keys.push({ duration, work: processingEnd - processingStart, wait: processingStart - startTime });
}).observe({ type: 'event', durationThreshold: 16 })`;

const { t, end } = stage('widget');
try {
  const desk = await startDesk(t);
  const site = await startSite(t, { chat: desk.url });
  const browser = await openBrowser(t);
  const { page } = await openPage(browser, site, { viewport: { width: 1280, height: 800 } });
  const first = page.getByText('Line 2', { exact: true });
  const last = page.getByText(`Line ${MESSAGES + 1}`);
  const log = page.locator('antiphon-chat .log');
  await open(page);
  await say(page, 'hello');
  await stored(page, 1);
  desk.fill(await desk.room(), MESSAGES);
  await page.goto('about:blank');
  await page.goto(site);

  printTasks(
    `opening, ${MESSAGES} messages of history`,
    await tasksDuring(browser, page, async () => {
      await page.getByRole('button', { name: /^Open chat/ }).click();
      await last.waitFor();
    }),
  );
  printTasks(
    'scrolling up to the first of them',
    await tasksDuring(browser, page, async () => {
      await until(
        'the first message',
        async () => {
          await log.evaluate((element: { scrollTo(x: number, y: number): void }) => element.scrollTo(0, 0));
          return first.count();
        },
        (count) => count > 0,
      );
    }),
  );
  printTasks(
    'back to the end',
    await tasksDuring(browser, page, async () => {
      await page.locator('antiphon-chat .pill').click();
      await last.waitFor();
    }),
  );
  await page.evaluate(WATCH_KEYS);
  printTasks(
    `${KEYS.length} keys, all of them loaded`,
    await tasksDuring(browser, page, async () => {
      await field(page).pressSequentially(KEYS, { delay: 40 });
    }),
  );
  const keys = await page.evaluate<{ duration: number; work: number; wait: number }[]>('keys');
  const slowest = Math.max(0, ...keys.map(({ duration }) => duration));
  console.log(
    `keys on the screen within one frame (16 ms): ${KEYS.length - keys.filter(({ duration }) => duration > 16).length} of ${KEYS.length}; the slowest ${slowest || '< 16'} ms`,
  );
  printTasks(
    'an answer arrives, all of them loaded',
    await tasksDuring(browser, page, async () => {
      await desk.say(await desk.room(), 'an answer');
      await page.getByText('an answer').waitFor();
    }),
  );
} finally {
  await end();
}
