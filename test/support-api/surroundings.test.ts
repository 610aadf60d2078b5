import t from 'tap';
import { deviceFrom } from '../../server/support/device.ts';
import { emptyDatabaseUrl, onEachEngine } from '../kit/database.ts';
import { becomeAdmin, type Person, startDesk, visit } from '../kit/desk.ts';

const MAC = 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)';
const CHROME = 'AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0';

t.test('what browsers say they are', async (t) => {
  const table: [userAgent: string | undefined, kind: string, browser: string | null, os: string | null][] = [
    [`Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${CHROME} Safari/537.36`, 'desktop', 'Chrome', 'Windows'],
    [`Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${CHROME} Safari/537.36 Edg/126.0`, 'desktop', 'Edge', 'Windows'],
    [`${MAC} AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Safari/605.1.15`, 'desktop', 'Safari', 'macOS'],
    ['Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0', 'desktop', 'Firefox', 'Linux'],
    [`Mozilla/5.0 (Linux; Android 14; Pixel 8) ${CHROME} Mobile Safari/537.36`, 'phone', 'Chrome', 'Android'],
    [`Mozilla/5.0 (Linux; Android 13; SM-X200) ${CHROME} Safari/537.36`, 'tablet', 'Chrome', 'Android'],
    [
      `Mozilla/5.0 (Linux; Android 14; SAMSUNG SM-S918B) AppleWebKit/537.36 SamsungBrowser/25.0 Chrome/121 Mobile`,
      'phone',
      'Samsung Internet',
      'Android',
    ],
    [
      'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Mobile/15E148 Safari/604.1',
      'phone',
      'Safari',
      'iOS',
    ],
    [
      'Mozilla/5.0 (iPad; CPU OS 16_6 like Mac OS X) AppleWebKit/605.1.15 CriOS/126.0 Mobile/15E148 Safari/604.1',
      'tablet',
      'Chrome',
      'iOS',
    ],
  ];
  for (const [userAgent, kind, browser, os] of table)
    t.same(deviceFrom(userAgent), { kind, browser, os }, `${browser} on ${os}`);
  for (const nothing of [undefined, '', 'curl/8.5.0']) t.equal(deviceFrom(nothing), null);
});

t.test('where a visitor is', (t) =>
  onEachEngine(t, async (t, engine) => {
    const desk = await startDesk(t, await emptyDatabaseUrl(t, engine));
    const admin = await becomeAdmin(desk);
    const headers = { 'user-agent': `${MAC} ${CHROME} Safari/537.36` };
    const session = (body: object, as?: Person) =>
      desk.ask('POST', '/api/widget/session', { body, headers, ...(as ? { as } : {}) });
    const first = { url: 'https://me:secret@shop.example/a?x=1#top', title: ' Гарбузи \n та інше ' };
    const { json: opened } = await session({ name: 'Ївга', locale: 'uk', timezone: 'Europe/Kyiv', page: first });
    const visitor: Person = { id: opened.user.id, name: 'Ївга', token: opened.token };
    const room = (await desk.ask('GET', '/api/chat/room', { as: visitor })).json.room.id;
    const about = async () => (await desk.ask('GET', `/api/admin/chat/rooms/${room}`, { as: admin })).json.visitor;
    const page = (url: string, title = '') =>
      desk.ask('POST', `/api/chat/room/${room}/pages`, { as: visitor, body: { url, title } });

    const { pages, ...around } = await about();
    t.same(around, {
      device: { kind: 'desktop', browser: 'Chrome', os: 'macOS' },
      locale: 'uk',
      timezone: 'Europe/Kyiv',
    });
    t.match(pages, [{ url: 'https://shop.example/a?x=1#top', title: 'Гарбузи та інше', at: /Z$/ }]);

    t.equal((await page('https://shop.example/b')).status, 200);
    const at = (await about()).pages[0].at;
    await page('https://shop.example/b');
    t.same((await about()).pages.map((each: { at: string }) => each.at)[0], at, 'the same again is nothing new');
    t.equal((await about()).pages.length, 2);
    for (const url of ['javascript:alert(1)', 'shop.example', `https://shop.example/${'x'.repeat(2000)}`, '']) {
      t.match(await page(url), { status: 422, json: { errors: { url: Array } } }, url.slice(0, 30));
    }
    t.equal((await page('https://shop.example/', 'x'.repeat(301))).status, 422);
    await session({ page: { url: 'javascript:alert(1)' }, timezone: 'Mars/Base' }, visitor);
    t.equal((await about()).timezone, 'Europe/Kyiv', 'what cannot be keeps nobody out');

    await Promise.all(Array.from({ length: 25 }, (_, index) => page(`https://shop.example/p/${index}`)));
    const { pages: newest } = await about();
    t.equal(newest.length, 20);
    t.equal(new Set(newest.map(({ url }: { url: string }) => url)).size, 20, 'of many at once none is lost or doubled');

    // The guest turns out to be somebody.
    const account = { name: 'Ївга', email: 'yivha@example.com', password: 'long enough' };
    const { json: known } = await desk.ask('POST', '/api/auth/register', { as: visitor, body: account });
    t.same((await about()).pages, newest, 'moves with them');
    const path = `/api/admin/chat/visitors/${known.user.id}`;
    const { json: exported } = await desk.ask('GET', `${path}/export`, { as: admin });
    t.match(exported.surroundings, [{ pages: { length: 20 }, device: { browser: 'Chrome' } }]);
    await desk.ask('DELETE', path, { as: admin });
    t.same(await about(), { pages: [], device: null, locale: null, timezone: null }, 'and is forgotten with them');
    const stranger = await visit(desk);
    const elsewhere = { as: stranger, body: { url: 'https://shop.example/' } };
    t.equal((await desk.ask('POST', `/api/chat/room/${room}/pages`, elsewhere)).status, 403);
  }),
);
