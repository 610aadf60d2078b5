import type { Page } from 'playwright-core';
import t from 'tap';
import { lacksBrowser, openBrowser, openPage } from '../kit/browser.ts';
import { eventually } from '../kit/ear.ts';
import { startSite } from '../kit/site.ts';
import { bubble, guest, hearTold, openPanel, reply, row, said, startTeam } from './team.ts';
import { open, say } from './visitor.ts';

t.jobs = 1;
const skip = lacksBrowser(process.env);

/** Holds back what both pages ask of this address until both have: the server gets it in the same moment. */
async function inOneMoment(pages: readonly Page[], address: string, work: (page: Page) => Promise<unknown>) {
  const held: (() => void)[] = [];
  let isHolding = true;
  for (const page of pages) {
    await page.route(address, async (route) => {
      if (isHolding && route.request().method() === 'POST') {
        await new Promise<void>((resolve) => {
          held.push(resolve);
        });
      }
      await route.continue();
    });
  }
  await Promise.all(pages.map(work));
  await eventually('both have asked', () => held.length === pages.length);
  isHolding = false;
  for (const release of held) release();
}

/** Somebody was told so in passing. */
const told = (page: Page, text: RegExp) =>
  eventually(`told ${text}`, async () => (await said(page)).some((each) => text.test(each)));

t.test('two agents in one room', { skip, timeout: 240_000 }, async (t) => {
  const team = await startTeam(t);
  const { desk, olena, max } = team;
  const browser = await openBrowser(t);
  const roomOf = async (room: number) => (await desk.ask('GET', `/api/admin/chat/rooms/${room}`, { as: olena })).json;
  const bothIn = async (name: string) => {
    const { room } = await guest(desk, name, `${name} asks`);
    const a = await openPanel(browser, team, olena, `/admin/chat/${room}`);
    const b = await openPanel(browser, team, max, `/admin/chat/${room}`);
    await a.page.getByText('Max looking').waitFor();
    await b.page.getByText('Олена looking').waitFor();
    for (const { page } of [a, b]) {
      await bubble(page, `${name} asks`).waitFor();
      await hearTold(page);
    }
    const close = async () => {
      t.same([...a.faults, ...b.faults], []);
      await a.profile.close();
      await b.profile.close();
    };
    return { room, a: a.page, b: b.page, profile: b.profile, close };
  };

  await t.test('both take it: one has it, the other is told who', async (t) => {
    const { room, a, b, close } = await bothIn('Take');
    await inOneMoment([a, b], '**/take', (page) => page.getByRole('button', { name: 'Assign to me' }).click());
    const { assigned_to: owner } = await eventually('taken', async () => {
      const found = await roomOf(room);
      return found.assigned_to !== null && found;
    });
    const [winner, loser, name] = owner === olena.id ? [a, b, 'Олена'] : [b, a, 'Max'];
    await told(loser, new RegExp(`^${name} has it already[.]`));
    for (const page of [winner, loser]) await page.getByText(new RegExp(`Assigned · ${name}`)).waitFor();
    t.equal((await roomOf(room)).assigned_to, owner);
    await close();
  });

  for (const { what, path, choose, texts } of [
    {
      what: 'priority',
      path: '**/priority',
      choose: ['Urgent', 'Low'],
      texts: { urgent: 'Priority: Urgent', low: 'Priority: Low' } as Record<string, string>,
    },
    { what: 'status', path: '**/status', choose: ['Status: Resolved', 'Status: Closed'], texts: null },
  ]) {
    await t.test(`both change the ${what}: one truth, and each hears of the other`, async (t) => {
      const { room, a, b, close } = await bothIn(`Both ${what}`);
      const menu = what === 'priority' ? /^Priority:/ : /^More actions/;
      await inOneMoment([a, b], path, async (page) => {
        await page.getByRole('button', { name: menu }).click();
        await page.getByRole('menuitemcheckbox', { name: choose[page === a ? 0 : 1] as string }).click();
      });
      await told(a, new RegExp(`Max changed the ${what}: `));
      await told(b, new RegExp(`Олена changed the ${what}: `));
      const stored: string = (await roomOf(room))[what];
      for (const page of [a, b]) {
        if (texts) await page.getByRole('button', { name: texts[stored] as string }).waitFor();
        else await page.locator('.head-person .text-muted', { hasText: new RegExp(`^${stored}`, 'i') }).waitFor();
      }
      t.equal((await roomOf(room))[what], stored);
      await close();
    });
  }

  await t.test('both answer: one goes out, the other’s writer is asked', async (t) => {
    const { room, a, b, close } = await bothIn('Answer');
    await reply(a).fill('Olena’s answer');
    await reply(b).fill('Max’s answer');
    await inOneMoment([a, b], `**/rooms/${room}/messages`, (page) => reply(page).press('Enter'));
    const stopped = (page: Page) => page.getByRole('alert').filter({ hasText: 'has just answered.' });
    const isStopped = await eventually('one stopped', async () => {
      const [one, other] = [await stopped(a).count(), await stopped(b).count()];
      return one + other > 0 && { one, other };
    });
    t.equal(isStopped.one + isStopped.other, 1);
    const [loser, text] = isStopped.one > 0 ? [a, 'Olena’s answer'] : [b, 'Max’s answer'];
    t.equal((await roomOf(room)).messages.length, 2, 'the question, and one answer');
    await loser.getByRole('button', { name: 'Send anyway' }).click();
    for (const page of [a, b]) await bubble(page, text).waitFor();
    t.equal((await roomOf(room)).messages.length, 3);
    await close();
  });

  await t.test('who looks is shown while they do, in however many tabs', async (t) => {
    const { room, a, b, profile, close } = await bothIn('Look');
    const { room: elsewhere } = await guest(desk, 'Elsewhere', 'Over here');
    const tab = await profile.newPage();
    await tab.goto(`${desk.httpUrl}/admin/chat/${room}`);
    await bubble(tab, 'Look asks').waitFor();
    await row(b, 'Elsewhere').click();
    await bubble(b, 'Over here').waitFor();
    const c = await openPanel(browser, team, olena, `/admin/chat/${elsewhere}`);
    await c.page.getByText('Max looking').waitFor();
    t.equal(await a.getByText('Max looking').count(), 1, 'in the other tab');
    await tab.close();
    await a.getByText('Max looking').waitFor({ state: 'detached' });
    await row(b, 'Look asks').click();
    await a.getByText('Max looking').waitFor();
    await c.page.getByText('Max looking').waitFor({ state: 'detached' });
    await c.profile.close();
    await close();
  });

  await t.test('writing a note is told to colleagues, never to the visitor', async (t) => {
    const site = await startSite(t, { chat: desk.httpUrl });
    const visitor = await openPage(browser, site);
    const heard: string[] = [];
    visitor.page.on('websocket', (socket) =>
      socket.on('framereceived', ({ payload }) => heard.push(payload.toString())),
    );
    await open(visitor.page);
    await say(visitor.page, 'Secret matter');
    const a = await openPanel(browser, team, olena);
    await row(a.page, 'Secret matter').click();
    const b = await openPanel(browser, team, max);
    await row(b.page, 'Secret matter').click();
    await b.page.getByText('Олена looking').waitFor();
    await a.page.getByText('Max looking').waitFor();
    const typing = a.page.locator('.typing');

    await b.page.getByRole('button', { name: 'Note', exact: true }).click();
    const note = b.page.getByPlaceholder('Write a note');
    await note.pressSequentially('They are ');
    await typing.filter({ hasText: '📝 Max is typing…' }).waitFor();
    await note.pressSequentially('lying');
    await note.press('Enter');
    await bubble(a.page, 'They are lying').waitFor();
    t.equal(heard.filter((frame) => frame.includes('user.typing')).length, 0, 'nothing of it reached the visitor');

    await b.page.getByRole('button', { name: 'Reply', exact: true }).click();
    await reply(b.page).pressSequentially('Good day');
    await visitor.page.getByText('Max is typing…').waitFor();
    await typing.filter({ hasText: /^Max is typing…/ }).waitFor();
    // From the answer to a note: to the visitor they have stopped.
    await b.page.getByRole('button', { name: 'Note', exact: true }).click();
    await note.pressSequentially(', or not');
    await typing.filter({ hasText: '📝 Max is typing…' }).waitFor();
    await visitor.page.getByText('Max is typing…').waitFor({ state: 'detached' });
    await say(visitor.page, 'Still there?');
    await bubble(a.page, 'Still there?').waitFor();
    t.notOk(
      heard.some((frame) => frame.includes('user.typing') && frame.includes('is_private')),
      'then and afterwards',
    );
    t.same([...a.faults, ...b.faults, ...visitor.faults], []);
    for (const { profile } of [a, b, visitor]) await profile.close();
  });
});
