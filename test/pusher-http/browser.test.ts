import t from 'tap';
import { publish } from '../kit/api.ts';
import { startBackend } from '../kit/backend.ts';
import { lacksBrowser, openBrowser } from '../kit/browser.ts';
import { startServer } from '../kit/server.ts';
import { heardUntil, openClient } from './page.ts';

t.test('in Chromium', { skip: lacksBrowser(process.env) }, async (t) => {
  const browser = await openBrowser(t);
  for (const transport of ['xhr_streaming', 'xhr_polling'] as const) {
    await t.test(transport, async (t) => {
      const server = await startServer(t, { REVERB_MAX_REQUEST_SIZE: '100000' });
      const backend = await startBackend(t, server);
      const ann = await openClient(t, browser, { server, backend, transport, user: '1' });
      const ben = await openClient(t, browser, { server, backend, transport, user: '2' });
      const requestsOf = (kind: string) => ann.requests.filter((url) => url.includes(`/${kind}?`)).length;

      await t.test('a private channel and a whisper', async (t) => {
        await ann.join('private-room');
        await ben.join('private-room');
        await ben.page.evaluate(`channel.trigger('client-typing', { on: 'так' })`);
        t.same(await heardUntil(ann.page, 'client-typing'), [['client-typing', { on: 'так' }]]);
      });

      await t.test('a presence channel', async (t) => {
        await ann.join('presence-room');
        await ben.join('presence-room');
        await heardUntil(ann.page, 'pusher:member_added');
        t.same(await ben.page.evaluate('channel.members.members'), { 1: { name: 'User 1' }, 2: { name: 'User 2' } });
        await ben.page.close();
        await heardUntil(ann.page, 'pusher:member_removed');
        t.equal(await ann.page.evaluate('channel.members.count'), 1, 'a closed tab has left');
      });

      await t.test('more than one stream holds: nothing is lost, doubled or out of order', async (t) => {
        await ann.join('orders');
        const before = requestsOf('xhr_streaming');
        for (let id = 0; id < 40; id++) {
          const data = JSON.stringify({ id, text: 'ї🦔'.repeat(6000) });
          await publish(server, { name: 'long', channel: 'orders', data });
        }
        await publish(server, { name: 'last', channel: 'orders', data: '{}' });
        const heard = await heardUntil(ann.page, 'last');
        const ids = heard.filter(([name]) => name === 'long').map(([, data]) => (data as { id: number }).id);
        t.same(
          ids,
          Array.from({ length: 40 }, (_, id) => id),
        );
        if (transport === 'xhr_streaming') t.ok(requestsOf('xhr_streaming') >= before + 2, 'it was opened again');
        t.notOk(
          heard.some(([name]) => name === 'connected'),
          'and the session was still the same',
        );
      });

      await t.test('the server stops and comes back', async (t) => {
        await server.stop();
        t.match(await heardUntil(ann.page, 'error'), [['error', { code: 4100, message: 'Server is restarting' }]]);
        const second = await startServer(t, { REVERB_SERVER_PORT: String(server.port) });
        // Had it found the port closed, pusher-js would have waited a quarter of a minute.
        await heardUntil(ann.page, 'pusher:subscription_succeeded', 30_000);
        await publish(second, { name: 'shipped', channel: 'orders', data: '{"id":2}' });
        const heard = await heardUntil(ann.page, 'shipped');
        t.same(heard.at(-1), ['shipped', { id: 2 }]);
      });
    });
  }
});
