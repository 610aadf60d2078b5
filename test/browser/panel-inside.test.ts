import t from 'tap';
import { publish } from '../kit/api.ts';
import { violationsInBothThemes } from '../kit/axe.ts';
import { lacksBrowser, openBrowser } from '../kit/browser.ts';
import { connect, subscribe } from '../kit/socket.ts';
import { openPanel, startTeam } from './team.ts';

const skip = lacksBrowser(process.env);

t.test('an admin watches an app', { skip, timeout: 280_000 }, async (t) => {
  const team = await startTeam(t);
  const { desk, olena, max } = team;
  const ann = await connect(t, desk);
  await subscribe(desk, ann, 'orders');
  const browser = await openBrowser(t);
  const { page, faults } = await openPanel(browser, team, olena, '/admin/chat/settings/inside');
  const tail = page.getByRole('list', { name: 'What happens' });
  await page.getByText('live', { exact: true }).waitFor();
  await page.getByRole('row', { name: new RegExp(`${ann.socketId}.*orders`) }).waitFor();
  await page.getByRole('row', { name: /^orders 1/ }).waitFor();

  await publish(desk, { name: 'shipped', channel: 'orders', data: '{"id":7}' });
  await tail.getByRole('listitem').filter({ hasText: 'event orders → 1' }).filter({ hasText: 'shipped' }).waitFor();
  await page.getByRole('searchbox', { name: 'Search in it' }).fill('no such thing');
  await tail.getByText('Nothing yet.').waitFor();
  await page.getByRole('searchbox', { name: 'Search in it' }).fill('SHIPPED');
  t.equal(await tail.getByRole('listitem').count(), 1);
  t.same(await violationsInBothThemes(page), []);
  await page.getByRole('button', { name: 'Stop' }).click();
  await page.getByText('stopped', { exact: true }).waitFor();
  t.same(faults, []);

  const agent = await openPanel(browser, team, max, '/admin/chat/settings/inside');
  t.equal(await agent.page.getByRole('link', { name: 'Inside the server' }).count(), 0, 'nobody else is led there');
  t.equal(await agent.page.getByRole('list', { name: 'What happens' }).count(), 0);
});
