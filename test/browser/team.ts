import type { Browser, Page } from 'playwright-core';
import type { Test } from 'tap';
import { openPage, type PageOptions } from '../kit/browser.ts';
import { becomeAdmin, hire, type Person, type RunningDesk, startDesk, visit } from '../kit/desk.ts';

export interface Team {
  desk: RunningDesk;
  olena: Person;
  max: Person;
}

/** A desk with an admin who signs in as `olena@example.com`, and an agent. */
export async function startTeam(t: Test, databaseUrl?: string): Promise<Team> {
  const desk = await startDesk(t, databaseUrl ?? `sqlite:${t.testdir({})}/desk.sqlite`);
  const olena = await becomeAdmin(desk);
  const max = await hire(desk, { name: 'Max', role: 'agent' });
  return { desk, olena, max };
}

/** The same server again, after `desk.stop()`: its port, its data. */
export async function startAgain(t: Test, { desk }: Team): Promise<RunningDesk> {
  return startDesk(t, desk.databaseUrl, { REVERB_SERVER_PORT: String(desk.port) });
}

export interface Guest {
  person: Person;
  room: number;
  say(text: string): Promise<void>;
}

/** A visitor who has written something. */
export async function guest(desk: RunningDesk, name: string, text: string): Promise<Guest> {
  const person = await visit(desk, { name, email: `${crypto.randomUUID()}@example.com`, phone: '+380441234567' });
  const { json } = await desk.ask('GET', '/api/chat/room', { as: person });
  const room: number = json.room.id;
  const say = async (message: string) => {
    await desk.ask('POST', `/api/chat/room/${room}/messages`, { as: person, body: { message } });
  };
  await say(text);
  return { person, room, say };
}

/** The panel as somebody who has signed in before sees it. */
export async function openPanel(
  browser: Browser,
  { desk }: Team,
  person: Person,
  path = '/admin/chat',
  options: PageOptions & { theme?: string } = {},
) {
  const { theme = 'light', ...rest } = options;
  // What a service worker answers no test could intercept: those about it let it in.
  const profile = await browser.newContext({ locale: 'en-GB', serviceWorkers: 'block', ...rest });
  await profile.addInitScript(
    ([token, look]) => {
      const storage = globalThis as unknown as { localStorage: Record<string, string> };
      storage.localStorage['antiphon.panel.token'] ??= token as string;
      storage.localStorage['antiphon.panel.theme'] = look as string;
    },
    [person.token, theme],
  );
  const opened = await openPage(browser, desk.httpUrl + path, { profile });
  await opened.page
    .getByRole('heading', { name: 'Conversations' })
    .or(opened.page.locator('.head, main.page h1'))
    .first()
    .waitFor();
  return opened;
}

export const row = (page: Page, name: string) => page.locator('.room-row', { hasText: name });
export const reply = (page: Page) => page.getByPlaceholder('Write a reply…');
export const bubble = (page: Page, text: string) => page.getByRole('log').locator('.bubble', { hasText: text });
/** Keeps what is said in passing, which is gone after some seconds. */
export const hearTold = (page: Page) =>
  page.evaluate(`globalThis.told = [];
    new MutationObserver(() => told.push(document.querySelector('.told')?.textContent ?? ''))
      .observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true })`);
export const said = (page: Page) => page.evaluate('told') as Promise<string[]>;
/** What is in the field, or in the dialog on top, no longer matters to the keys of the panel. */
export const leaveField = (page: Page) => page.evaluate('document.activeElement?.blur()');
