import { existsSync } from 'node:fs';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import type { Test } from 'tap';

const CHROMIUM = '/usr/bin/chromium';
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Why there is no browser here, or false. Under REQUIRE_ALL=1 that is a failure, not a reason. */
export function lacksBrowser(env: Record<string, string | undefined>): string | false {
  if (existsSync(CHROMIUM)) return false;
  if (env.REQUIRE_ALL === '1') throw new Error(`${CHROMIUM} is not installed`);
  return 'Chromium is not installed';
}

/** A real browser for the tests of one file. */
export async function openBrowser(t: Test): Promise<Browser> {
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
  t.teardown(() => browser.close());
  return browser;
}

export type PageOptions = NonNullable<Parameters<Browser['newContext']>[0]> & {
  /** The profile to open it in: what is stored there is shared. */
  profile?: BrowserContext;
};

/** A page that keeps what went wrong in it: `faults` holds errors, and everything its policy forbade. */
export async function openPage(
  browser: Browser,
  url: string,
  { profile, ...options }: PageOptions = {},
): Promise<{ page: Page; profile: BrowserContext; faults: string[]; requests: string[] }> {
  const context = profile ?? (await browser.newContext({ locale: 'en-GB', ...options }));
  context.setDefaultTimeout(20_000);
  const page = await context.newPage();
  const faults: string[] = [];
  const requests: string[] = [];
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (line) => {
    // A refused connection is what some tests are about; what the page forbids never is.
    if (line.type() === 'error' && /Content Security Policy|Refused to/i.test(line.text())) faults.push(line.text());
  });
  page.on('request', (request) => requests.push(request.url()));
  page.on('websocket', (socket) => requests.push(socket.url()));
  await page.goto(url);
  return { page, profile: context, faults, requests };
}
