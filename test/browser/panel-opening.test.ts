import type { Page } from 'playwright-core';
import t from 'tap';
import { lacksBrowser, openBrowser } from '../kit/browser.ts';
import { eventually } from '../kit/ear.ts';
import { bubble, guest, leaveField, openPanel, row, startTeam } from './team.ts';

t.jobs = 1;
const skip = lacksBrowser(process.env);

/** What the page asks of the server, from now on, as `METHOD path`; but for the counts, which follow events a second later. */
function asked(page: Page): string[] {
  const requests: string[] = [];
  page.on('request', (request) => {
    if (!['fetch', 'xhr'].includes(request.resourceType())) return;
    const asking = `${request.method()} ${new URL(request.url()).pathname}`;
    if (asking !== 'GET /api/admin/chat/stats') requests.push(asking);
  });
  return requests;
}

t.test('a room is opened with one request', { skip, timeout: 240_000 }, async (t) => {
  const team = await startTeam(t);
  const { desk, olena, max } = team;
  const browser = await openBrowser(t);
  const ask = (as: typeof olena, method: string, path: string, body?: object) =>
    desk.ask(method, path, { as, ...(body ? { body } : {}) });
  /** A visitor whose words somebody of the team has read already. */
  const readGuest = async (name: string, text: string) => {
    const made = await guest(desk, name, text);
    await ask(max, 'POST', `/api/chat/room/${made.room}/read`);
    return made;
  };
  const opening = (room: number) => `GET /api/admin/chat/rooms/${room}/opening`;
  const types = (room: number, who: typeof olena) =>
    ask(who, 'POST', `/api/chat/room/${room}/typing`, { is_typing: true });
  /** The list stands still, and the panel hears what happens in any room. */
  const settled = async (page: Page, probe: Awaited<ReturnType<typeof guest>>, text: string) => {
    await probe.say(text);
    await row(page, text).waitFor();
    await page.waitForLoadState('networkidle');
    await ask(max, 'POST', `/api/chat/room/${probe.room}/read`);
    await row(page, text).locator('.unread-count').waitFor({ state: 'detached' });
  };
  /** Everything of the room is there and heard: who looks, who types. */
  const inRoom = async (page: Page, { room, person }: Awaited<ReturnType<typeof guest>>, text: string) => {
    await bubble(page, text).waitFor();
    await eventually('on the room’s channel', async () => {
      await types(room, person);
      return (await page.locator('.typing', { hasText: person.name }).count()) > 0;
    });
  };

  await t.test(
    'by a click, by the keyboard, with the details; one that is warm asks for nothing to read',
    async (t) => {
      const probe = await readGuest('Probe', 'Is it on?');
      const [anna, boris, clara] = [
        await readGuest('Anna', 'Anna asks'),
        await readGuest('Boris', 'Boris asks'),
        await readGuest('Clara', 'Clara asks'),
      ];
      const { page, profile, faults } = await openPanel(browser, team, olena, '/admin/chat?tab=all');
      await settled(page, probe, 'Now it is');
      const requests = asked(page);
      const since = () => requests.splice(0);

      await row(page, 'Boris asks').click();
      await inRoom(page, boris, 'Boris asks');
      t.same(since(), [opening(boris.room)], 'a click');

      await leaveField(page);
      await page.keyboard.press('KeyJ');
      await page.locator('.head-person', { hasNotText: 'Boris' }).waitFor();
      const byKey = [anna, clara, probe].find(({ room }) => page.url().includes(`/${room}`));
      if (!byKey) throw new Error(page.url());
      await inRoom(page, byKey, byKey === probe ? 'Now it is' : `${byKey.person.name} asks`);
      t.same(since(), [opening(byKey.room)], 'a key');

      const details = page.getByRole('complementary', { name: 'Details' });
      await page.locator('.head-person').click();
      await details.getByText(/began the conversation/).waitFor();
      await page.waitForLoadState('networkidle');
      const last = byKey === clara ? anna : clara;
      since();
      await row(page, `${last.person.name} asks`).click();
      await inRoom(page, last, `${last.person.name} asks`);
      await details.getByText(`${last.person.name} began the conversation.`).waitFor();
      t.same(since(), [opening(last.room)], 'with all that stands beside it');

      await row(page, 'Boris asks').click();
      await bubble(page, 'Boris asks').waitFor();
      t.notOk(
        since().some((each) => /opening|messages/.test(each)),
        'what is there is shown as it is',
      );

      // What nobody has read yet is also said to have been read.
      await last.say('And another thing');
      await anna.say('Anybody?');
      const fresh = await guest(desk, 'Dana', 'Dana asks');
      await row(page, 'Dana asks').waitFor();
      since();
      await row(page, 'Dana asks').click();
      await row(page, 'Dana asks').locator('.unread-count').waitFor({ state: 'detached' });
      t.same(
        since().filter((each) => each.includes(`/${fresh.room}/`)),
        [opening(fresh.room), `POST /api/chat/room/${fresh.room}/read`],
      );
      t.same(faults, []);
      await profile.close();
    },
  );

  await t.test('by its address: one before there is a connection, and one for what came before that', async (t) => {
    const ivan = await readGuest('Ivan', 'By a link');
    await ask(olena, 'PUT', `/api/chat/room/${ivan.room}/draft`, { text: 'Begun elsewhere' });
    const profile = await browser.newContext({ locale: 'en-GB', serviceWorkers: 'block' });
    await profile.addInitScript(`localStorage['antiphon.panel.token'] = ${JSON.stringify(olena.token)}`);
    const page = await profile.newPage();
    const requests = asked(page);
    await page.goto(`${desk.httpUrl}/admin/chat/${ivan.room}`);
    await inRoom(page, ivan, 'By a link');
    t.equal(await page.getByPlaceholder('Write a reply…').inputValue(), 'Begun elsewhere');
    t.same(
      requests.filter((each) => each.includes(String(ivan.room))),
      [opening(ivan.room), `GET /api/admin/chat/rooms/${ivan.room}/messages`],
    );
    await ask(olena, 'PUT', `/api/chat/room/${ivan.room}/draft`, { text: '' });
    await page.goto(`${desk.httpUrl}/admin/chat/1234567`);
    await page.getByText('This conversation does not exist, or is not yours to see.').waitFor();
    await profile.close();
  });

  await t.test('where sockets do not get through it is opened the same way, and asked for what is new', async (t) => {
    const petro = await readGuest('Petro', 'No sockets here');
    const { page, profile, faults } = await openPanel(browser, team, olena, '/admin/chat/statistics');
    await page.routeWebSocket(/\/app\//, (socket) => socket.close());
    const requests = asked(page);
    await page.goto(`${desk.httpUrl}/admin/chat/${petro.room}`);
    await bubble(page, 'No sockets here').waitFor();
    await petro.say('Can you hear me?');
    await bubble(page, 'Can you hear me?').waitFor();
    t.equal(requests.filter((each) => each === opening(petro.room)).length, 1);
    t.same(faults, []);
    await profile.close();
  });

  await t.test('what happens between the answer and the subscription is there', async (t) => {
    const probe = await readGuest('Watch', 'Tell me');
    const maria = await guest(desk, 'Maria', 'First words');
    const olga = await readGuest('Olga', 'No note here');
    const { json: wrong } = await ask(max, 'POST', `/api/admin/chat/rooms/${maria.room}/messages`, { message: 'Oops' });
    /** What the page would send to join these rooms' channels waits for `release`. */
    const held: (() => void)[] = [];
    const hears: string[] = [];
    let isHolding = false;
    const { page, profile, faults } = await openPanel(browser, team, olena, '/admin/chat/statistics');
    await page.routeWebSocket(/\/app\//, (socket) => {
      const server = socket.connectToServer();
      socket.onMessage((message) => {
        const isJoining = isHolding && /pusher:subscribe.*private-admin\.chat\.\d/.test(String(message));
        if (isJoining) held.push(() => server.send(message));
        else server.send(message);
      });
      server.onMessage((message) => {
        hears.push(String(message));
        socket.send(message);
      });
    });
    await page.goto(`${desk.httpUrl}/admin/chat?tab=all`);
    await settled(page, probe, 'Now I hear');
    const requests = asked(page);
    isHolding = true;

    await row(page, 'Maria').click();
    await bubble(page, 'Oops').waitFor();
    await eventually('a subscription held back', () => held.length === 1);
    await maria.say('Said in between');
    await bubble(page, 'Said in between').waitFor();
    await ask(max, 'DELETE', `/api/admin/chat/rooms/${maria.room}/messages/${wrong.id}`);
    await bubble(page, 'Message deleted').waitFor();
    await ask(max, 'POST', `/api/admin/chat/rooms/${maria.room}/notes`, { message: 'A note in between' });
    await eventually('word of it', () => hears.some((frame) => frame.includes('room.noted')));
    held.pop()?.();
    await bubble(page, 'A note in between').waitFor();
    await inRoom(page, maria, 'Said in between');
    const reads = (room: number) => requests.filter((each) => each.startsWith('GET') && each.includes(`${room}`));
    const messages = (room: number) => `GET /api/admin/chat/rooms/${room}/messages`;
    t.same(reads(maria.room), [opening(maria.room), messages(maria.room)], 'one more, for the note');

    await row(page, 'Olga').click();
    await bubble(page, 'No note here').waitFor();
    await eventually('a subscription held back', () => held.length === 1);
    await olga.say('Also in between');
    await bubble(page, 'Also in between').waitFor();
    held.pop()?.();
    await inRoom(page, olga, 'Also in between');
    t.same(reads(olga.room), [opening(olga.room)], 'none where nothing can have been missed');
    t.same(faults, []);
    await profile.close();
  });
});
