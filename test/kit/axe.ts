import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';

const axe = readFileSync(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8');

/** Beside those that axe looks at unasked: whoever says what a button shows must reach it. */
const ALL = { rules: { 'label-content-name-mismatch': { enabled: true } } };
/** Those that look at colours, which is all that a theme changes. */
const COLOURS = { runOnly: ['color-contrast', 'link-in-text-block'] };

/** What of the page, or of what `within` selects, people cannot use, by the rules of axe; none is an empty list. */
export async function violations(page: Page, within = ':root', which: object = ALL): Promise<string[]> {
  if (!(await page.evaluate('globalThis.axe !== undefined'))) await page.evaluate(axe);
  const options = JSON.stringify({ ...which, resultTypes: ['violations'] });
  return page.evaluate(`axe.run(${JSON.stringify(within)}, ${options}).then(({ violations }) => violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => id + ' ' + target + ' ' + failureSummary)))`);
}

/** The same of the panel and the pages around it, in dark and in light. */
export async function violationsInBothThemes(page: Page): Promise<string[]> {
  const found: string[] = [];
  for (const [theme, which] of [
    ['dark', COLOURS],
    ['light', ALL],
  ] as const) {
    await page.emulateMedia({ colorScheme: theme });
    await page.evaluate(`document.documentElement.dataset.theme = '${theme}'`);
    found.push(...(await violations(page, ':root', which)).map((violation) => `${theme}: ${violation}`));
  }
  return found;
}
