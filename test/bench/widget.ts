// What a visitor with a long history waits for, from a trace of Chromium:
//   npm run bench:widget [-- --messages 5000]
// A task is what the page's main thread does in one go; over 50 ms it is felt. Counted is the time the thread itself was at
// work, so that a busy machine does not change it, and beside it the time that went by.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Browser, chromium, type Page } from 'playwright-core';
import type { Test } from 'tap';
import { startDesk, until } from '../browser/agent.ts';
import { field, open, say, stored } from '../browser/visitor.ts';
import { openPage } from '../kit/browser.ts';
import { startSite } from '../kit/site.ts';

const { values: flags } = parseArgs({ options: { messages: { type: 'string', default: '5000' } } });
const MESSAGES = Number(flags.messages);
const KEYS = 'the quick brown fox jumps over';
/** Where Chromium notes its tasks, and what they were about. */
const CATEGORIES = ['disabled-by-default-devtools.timeline', 'devtools.timeline', 'toplevel'];

interface TraceEvent {
  name: string;
  pid: number;
  tid: number;
  dur?: number;
  tdur?: number;
  args: { name?: string; data?: { type?: string } };
}

/** What the kit knows of a test: a folder, and what is to be undone. */
function stage() {
  const folder = mkdtempSync(join(tmpdir(), 'antiphon-widget-'));
  const undo: (() => unknown)[] = [() => rmSync(folder, { recursive: true, force: true })];
  return {
    t: { testdir: () => folder, teardown: (work: () => unknown) => undo.push(work) } as unknown as Test,
    async end() {
      for (const work of undo.reverse()) await work();
    },
  };
}

interface Tasks {
  /** Of each task of the page's main thread the milliseconds it worked, and those that went by; the longest first. */
  worked: number[];
  passed: number[];
}

async function tasksDuring(browser: Browser, page: Page, work: () => Promise<void>): Promise<Tasks> {
  await browser.startTracing(page, { categories: CATEGORIES });
  await work();
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: TraceEvent[] };
  // Of the processes that have a main thread, the page's is the one with most to do.
  const tasks = traceEvents
    .filter(({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain')
    .map(({ pid, tid }) => traceEvents.filter((e) => e.pid === pid && e.tid === tid && e.name === 'RunTask'))
    .sort((a, b) => b.length - a.length)[0];
  const longestFirst = (pick: (event: TraceEvent) => number | undefined) =>
    (tasks ?? []).map((event) => (pick(event) ?? 0) / 1000).sort((a, b) => b - a);
  return { worked: longestFirst(({ tdur, dur }) => tdur ?? dur), passed: longestFirst(({ dur }) => dur) };
}

/** From each key to the moment its letter is on the screen, as the browser itself reports it (in steps of 8 ms). */
const WATCH_KEYS = `window.keys = []; new PerformanceObserver((list) => {
  for (const { name, duration, startTime, processingStart, processingEnd } of list.getEntries())
    if (name === 'keydown') keys.push({ duration, work: processingEnd - processingStart, wait: processingStart - startTime });
}).observe({ type: 'event', durationThreshold: 16 })`;

function print(what: string, { worked, passed }: Tasks): void {
  const longest = (tasks: number[]) =>
    tasks
      .slice(0, 3)
      .map((ms) => ms.toFixed(1))
      .join(', ')
      .padEnd(18);
  const tooLong = worked.filter((ms) => ms > 50).length;
  console.log(
    `${what.padEnd(40)} longest tasks ${longest(worked)} ms, over 50: ${tooLong}   (passed: ${longest(passed)})`,
  );
}

const { t, end } = stage();
try {
  const desk = await startDesk(t);
  const site = await startSite(t, { chat: desk.url });
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu'],
  });
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

  print(
    `opening, ${MESSAGES} messages of history`,
    await tasksDuring(browser, page, async () => {
      await page.getByRole('button', { name: /^Open chat/ }).click();
      await last.waitFor();
    }),
  );
  print(
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
  print(
    'back to the end',
    await tasksDuring(browser, page, async () => {
      await page.locator('antiphon-chat .pill').click();
      await last.waitFor();
    }),
  );
  await page.evaluate(WATCH_KEYS);
  print(
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
  print(
    'an answer arrives, all of them loaded',
    await tasksDuring(browser, page, async () => {
      await desk.say(await desk.room(), 'an answer');
      await page.getByText('an answer').waitFor();
    }),
  );
  await browser.close();
} finally {
  await end();
}
