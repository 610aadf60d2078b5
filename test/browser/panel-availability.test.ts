import { randomUUID } from 'node:crypto';
import type { Page } from 'playwright-core';
import t, { type Test } from 'tap';
import { needsRedis, startRedis } from '../cluster/redis-server.ts';
import { lacksBrowser, openBrowser } from '../kit/browser.ts';
import { becomeAdmin, hire, listen, type Person, type RunningDesk, startDesk } from '../kit/desk.ts';
import { eventually } from '../kit/ear.ts';
import { guest, openPanel } from './team.ts';

t.jobs = 1;
const skip = lacksBrowser(process.env);

/** The clock on the wall of the servers, which the test turns ahead; what counts time only forward stays right. */
const wall = { aheadMs: 0, now: Date.now };
Date.now = () => wall.now() + wall.aheadMs;
/** Longer than anybody may be away. */
const later = () => {
  wall.aheadMs += 5 * 60_000;
};

interface Seen {
  id: number;
  availability: string;
  chosen: string;
  auto_offline: boolean;
}

/** The panel is on `here`; those who look at it from afar ask `there`. */
async function comeAndGo(t: Test, here: RunningDesk, there: RunningDesk): Promise<void> {
  // Of the links that the nodes printed the last one counts.
  const olena = await becomeAdmin(there);
  const [max, eva, zoe] = [
    await hire(here, { name: 'Max', role: 'agent' }),
    await hire(here, { name: 'Eva', role: 'agent' }),
    await hire(here, { name: 'Zoe', role: 'agent' }),
  ];
  const browser = await openBrowser(t);
  const { echo, ear } = listen(t, there, olena);
  echo
    .join('agents')
    .here(ear.for('here'))
    .listen('.agent.availability', ear.for('availability'))
    .joining(ear.for('came'))
    .leaving(ear.for('left'));
  await ear.next('here');
  const seen = async ({ id }: Person): Promise<Seen> => {
    const { json } = await there.ask('GET', '/api/admin/chat/agents', { as: olena });
    return json.data.find((member: Seen) => member.id === id);
  };
  const becomes = async (who: Person, availability: string, chosen: string) => {
    const isSo = (found: Seen) => found.availability === availability && found.chosen === chosen;
    await eventually(`${who.name} ${availability}, having chosen ${chosen}`, async () => isSo(await seen(who)));
  };
  const told = async (who: Person) => {
    for (;;) {
      const { user_id: id, availability, chosen } = await ear.next('availability');
      if (id === who.id) return { availability, chosen };
    }
  };
  /** The first of their tabs is open, or the last one closed, and the servers know. */
  const heard = async (what: 'came' | 'left', { name }: Person) => {
    while ((await ear.next(what)).name !== name);
  };
  const choose = async (page: Page, name: string, choice: string) => {
    await page.getByRole('button', { name: new RegExp(`^${name}, Availability`) }).click();
    await page.getByRole('menuitemcheckbox', { name: choice }).click();
  };
  const shown = (page: Page, name: string, word: string) =>
    page.getByRole('button', { name: `${name}, Availability: ${word}` }).waitFor();
  const open = async (who: Person) => {
    const opened = await openPanel(browser, { desk: here, olena, max }, who);
    await heard('came', who);
    return opened;
  };

  const { room } = await guest(here, 'Ivan', 'Who is there?');
  const onlooker = await openPanel(browser, { desk: there, olena, max }, olena, `/admin/chat/${room}`);
  const asListed = async (name: string, words: RegExp) => {
    await onlooker.page.getByRole('button', { name: 'Assignee', exact: true }).click();
    await onlooker.page.getByRole('menuitemcheckbox', { name }).filter({ hasText: words }).waitFor();
    await onlooker.page.keyboard.press('Escape');
    await onlooker.page
      .getByRole('button', { name: 'Assignee', exact: true })
      .and(onlooker.page.locator(':focus'))
      .waitFor();
  };

  const first = await open(max);
  const second = await first.profile.newPage();
  await second.goto(`${here.httpUrl}/admin/chat`);
  await shown(second, 'Max', 'Online');
  await choose(first.page, 'Max', 'Busy');
  await shown(second, 'Max', 'Busy');
  const evas = await open(eva);
  await choose(evas.page, 'Eva', 'Offline');
  await shown(evas.page, 'Eva', 'Offline');
  const zoes = await open(zoe);
  await shown(zoes.page, 'Zoe', 'Online');

  // Whoever has a tab open anywhere is there, however long nothing else is heard of them.
  await first.page.close();
  await zoes.profile.close();
  await heard('left', zoe);
  later();
  await becomes(zoe, 'offline', 'online');
  t.match(await seen(max), { availability: 'busy', chosen: 'busy' }, 'with one tab left');
  await asListed('Zoe', /away, shown as offline/);

  await first.profile.close();
  await heard('left', max);
  await evas.profile.close();
  await heard('left', eva);
  later();
  await becomes(max, 'offline', 'busy');
  t.match(await seen(eva), { availability: 'offline', chosen: 'offline' }, 'who chose it is not away');
  for (;;) {
    const news = await told(max);
    if (news.availability !== 'offline') continue;
    t.same(news, { availability: 'offline', chosen: 'busy' }, 'and everybody is told which of the two it is');
    break;
  }
  await asListed('Max', /away, shown as offline/);
  await asListed('Eva', /Offline/);

  // Who comes back is what they chose.
  const again = await open(max);
  await becomes(max, 'busy', 'busy');
  await shown(again.page, 'Max', 'Busy');
  const evaAgain = await open(eva);
  const zoeAgain = await open(zoe);
  await becomes(zoe, 'online', 'online');
  await shown(zoeAgain.page, 'Zoe', 'Online');
  t.match(await seen(eva), { availability: 'offline', chosen: 'offline' });
  await shown(evaAgain.page, 'Eva', 'Offline');

  // Who does not want it stays what they chose.
  await choose(again.page, 'Max', 'Away when I close');
  await eventually('it turned off', async () => !(await seen(max)).auto_offline);
  await again.profile.close();
  await heard('left', max);
  await zoeAgain.profile.close();
  await heard('left', zoe);
  later();
  await becomes(zoe, 'offline', 'online');
  t.match(await seen(max), { availability: 'busy', chosen: 'busy', auto_offline: false });
  t.same([...first.faults, ...evas.faults, ...onlooker.faults], []);
  for (const { profile } of [onlooker, evaAgain]) await profile.close();
}

t.test('who closes the panel is away, and who said so is offline', { skip, timeout: 200_000 }, async (t) => {
  const desk = await startDesk(t, `sqlite:${t.testdir({})}/desk.sqlite`);
  await comeAndGo(t, desk, desk);
});

t.test('the same seen from another node', { ...needsRedis, ...(skip ? { skip } : {}), timeout: 200_000 }, async (t) => {
  const redis = await startRedis(t);
  const env = {
    REVERB_SCALING_ENABLED: 'true',
    REVERB_SCALING_CHANNEL: `test-${randomUUID()}`,
    REDIS_PORT: String(redis.port),
  };
  const database = `sqlite:${t.testdir({})}/desk.sqlite`;
  const here = await startDesk(t, database, env);
  const there = await startDesk(t, database, env);
  await comeAndGo(t, here, there);
});
