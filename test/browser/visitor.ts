import type { Page } from 'playwright-core';
import { until } from './agent.ts';

/** What a visitor does and sees. */
export const field = (page: Page) => page.getByRole('textbox', { name: 'Write a message…' });
export const texts = (page: Page) => page.locator('antiphon-chat article .words').allTextContents();
export const open = async (page: Page) => {
  await page.getByRole('button', { name: /^Open chat/ }).click();
  await page.getByRole('dialog').waitFor();
};
export const say = async (page: Page, text: string) => {
  await field(page).fill(text);
  await field(page).press('Enter');
};
export const stored = (page: Page, count: number) =>
  until(
    `${count} stored messages`,
    () => page.locator('antiphon-chat .mark [data-icon^="tick"]').count(),
    (n) => n >= count,
  );
