import { createHmac } from 'node:crypto';
import t from 'tap';
import { configFrom } from '../../server/config.ts';
import { plainBatch } from '../../server/doors/pusher-api/plain-events.ts';
import type { App } from '../../server/pusher/app.ts';
import { isValidChannelName, isValidEventName, traitsOf } from '../../server/pusher/channel-name.ts';
import type { Connection } from '../../server/pusher/connection.ts';
import { closeCode, ERRORS, PusherError } from '../../server/pusher/errors.ts';
import { EventCache } from '../../server/pusher/event-cache.ts';
import { Hub } from '../../server/pusher/hub.ts';
import { originAllowed } from '../../server/pusher/origin.ts';
import { serverPublication } from '../../server/pusher/publication.ts';
import { RateLimit } from '../../server/pusher/rate-limit.ts';
import { Roster } from '../../server/pusher/roster.ts';
import type { Session } from '../../server/pusher/session.ts';
import { channelAuthText, equalInConstantTime, Signer, userAuthText } from '../../server/pusher/signature.ts';
import { Tally } from '../../server/pusher/tally.ts';
import { collectGarbage } from '../kit/garbage.ts';

// Reverb's own cases 166–171, and what it does with a missing dash [Q-U]
t.test('a name says what a channel is', async (t) => {
  const table: [name: string, guarded: boolean, presence: boolean, cached: boolean, userId?: string][] = [
    ['orders', false, false, false],
    ['private-a', true, false, false],
    ['presence-a', true, true, false],
    ['cache-a', false, false, true],
    ['private-cache-a', true, false, true],
    ['presence-cache-a', true, true, true],
    ['private-encrypted-a', true, false, false],
    ['private-encrypted-cache-a', true, false, true],
    ['presence-encrypted-cache-a', true, true, false],
    ['cachefoo', false, false, true],
    ['privatefoo', true, false, false],
    ['presencefoo', true, true, false],
    ['private-cachefoo', true, false, false],
    ['Private-a', false, false, false],
    ['a-private-b', false, false, false],
    ['', false, false, false],
    ['#server-to-user-7', true, false, false, '7'],
    ['#server-to-user-', true, false, false, ''],
    ['#server-to-user', false, false, false],
    ['#private-a', false, false, false],
  ];
  for (const [name, guarded, presence, cached, userId = null] of table) {
    t.same(traitsOf(name), { guarded, presence, cached, userId }, name);
  }
});

t.test('a channel name keeps to the alphabet and to 200 characters', async (t) => {
  const good = [
    'a',
    '0',
    'A-z_0=@,.;',
    '__proto__',
    'private-a.b',
    'x'.repeat(200),
    '#server-to-user-7',
    '#server-to-user-auth0|5',
  ];
  const bad = ['', ' ', 'a b', 'a/b', 'a:b', 'é', '#a', '#private-a', 'a#', '##server-to-user-7', '#server-to-user-'];
  for (const name of good) t.ok(isValidChannelName(name), name);
  for (const name of [...bad, 'a\n', 'x'.repeat(201), `#server-to-user-${'x'.repeat(200)}`]) {
    t.notOk(isValidChannelName(name), JSON.stringify(name));
  }
  t.ok(isValidEventName('App\\Events\\Über 9'));
  t.ok(isValidEventName('x'.repeat(200)));
  t.notOk(isValidEventName('x'.repeat(201)));
  t.notOk(isValidEventName(''));
});

// Reverb's own cases 139 and 140
t.test('an origin is let in by the host it names', async (t) => {
  const table: [allowed: string[], origin: string | undefined, isIn: boolean][] = [
    [['*'], undefined, true],
    [['*'], 'null', true],
    [['laravel.com', '*'], 'http://anything', true],
    [[], 'http://laravel.com', false],
    [['laravel.com'], 'http://laravel.com', true],
    [['laravel.com'], 'https://laravel.com:8443', true],
    [['laravel.com'], 'https://laravel.com/path?x=1', true],
    [['laravel.com'], 'chrome-extension://laravel.com', true],
    [['laravel.com'], 'http://localhost', false],
    [['laravel.com'], 'http://sub.laravel.com', false],
    [['laravel.com'], 'http://laravel.com.evil.org', false],
    [['laravel.com'], 'http://evil.org/laravel.com', false],
    [['laravel.com'], 'http://LARAVEL.com', false],
    [['laravel.com'], 'laravel.com', false],
    [['laravel.com'], 'null', false],
    [['laravel.com'], '', false],
    [['laravel.com'], undefined, false],
    [['*.laravel.com'], 'http://laravel.com', false],
    [['*.laravel.com'], 'http://a.laravel.com', true],
    [['*.laravel.com'], 'http://b.a.laravel.com', true],
    [['*.localhost', 'localhost'], 'http://localhost', true],
    [['*.localhost'], 'http://sub.localhost', true],
    [['laravel.com'], 'http://laravelXcom', false],
    [['a+b', '(x'], 'http://a+b', true],
    [['127.0.0.*'], 'http://127.0.0.1:3000', true],
    [['[::1]'], 'http://[::1]:3000', true],
    [['localhost:3000'], 'http://localhost:3000', false],
  ];
  for (const [allowed, origin, isIn] of table) {
    t.equal(originAllowed(allowed, origin), isIn, `${JSON.stringify(allowed)} ${origin}`);
  }
});

// Reverb's own cases 177–182 and 195–198 are about these
t.test('a signature is the lower-case hex HMAC-SHA256 under the secret', async (t) => {
  const signer = new Signer('key', 'secret');
  const text = channelAuthText('1.2', 'private-a', undefined);
  const right = createHmac('sha256', 'secret').update('1.2:private-a').digest('hex');
  t.equal(text, '1.2:private-a');
  t.equal(channelAuthText('1.2', 'private-a', ''), '1.2:private-a');
  t.equal(channelAuthText('1.2', 'presence-a', '{"user_id":1}'), '1.2:presence-a:{"user_id":1}');
  t.equal(userAuthText('1.2', '{"id":"7"}'), '1.2::user::{"id":"7"}');
  t.equal(signer.sign(text), right);
  t.equal(signer.auth(text), `key:${right}`);

  const table: [auth: string, isRight: boolean][] = [
    [`key:${right}`, true],
    [`key:${right.toUpperCase()}`, false],
    [`other:${right}`, false], // [Q-E]
    [`:${right}`, false],
    [right, false],
    [`key:${right} `, false],
    [`key:${right.slice(1)}`, false],
    [`key:${'0'.repeat(64)}`, false],
    [`key:${'é'.repeat(32)}`, false],
    ['key:', false],
    ['', false],
  ];
  for (const [auth, isRight] of table) t.equal(signer.authorises(text, auth), isRight, auth);
  t.notOk(signer.authorises('1.3:private-a', `key:${right}`), 'of another socket');
  for (const secretLength of [0, 1, 63, 64, 65, 200])
    for (const text of ['', 'a', 'привет', 'é'.repeat(1365), 'é'.repeat(1366), '𝄞'.repeat(5000), 'short again']) {
      const secret = 'ключ'.repeat(50).slice(0, secretLength);
      const expected = createHmac('sha256', secret).update(text).digest('hex');
      t.equal(new Signer('key', secret).sign(text), expected, `${text.length} units, a secret of ${secretLength}`);
    }
});

t.test('texts are compared whole, whatever their lengths', async (t) => {
  t.ok(equalInConstantTime('', ''));
  t.ok(equalInConstantTime('ab', 'ab'));
  for (const [a, b] of [
    ['ab', 'abc'],
    ['ab', 'aB'],
    ['é', 'e\u0301'],
    ['', 'a'],
  ] as const) {
    t.notOk(equalInConstantTime(a, b), `${a} ${b}`);
  }
});

t.test('a rate limit counts in windows that the first event starts', async (t) => {
  const limit = new RateLimit(2, 1);
  const table: [at: number, isAllowed: boolean][] = [
    [0, true],
    [999, true],
    [999.9, false],
    [1000, true], // the window of 0 is over, a new one starts
    [1001, true],
    [1500, false],
    [1999, false],
    [5000, true],
    [5999, true],
    [5999, false],
    [6000, true],
  ];
  for (const [at, isAllowed] of table) t.equal(limit.allows(at), isAllowed, `at ${at}`);
  t.notOk(new RateLimit(0, 1).allows(0));
});

t.test('a cached event is kept for its time, and only so many of them are', async (t) => {
  const cache = new EventCache(10);
  const put = (channel: string, now: number) => cache.put(channel, serverPublication('e', `${channel}@${now}`), now);
  const textAt = (channel: string, now: number) => {
    const frame = cache.frame(channel, now);
    return frame && JSON.parse(frame.text).data;
  };

  t.equal(textAt('a', 0), undefined);
  put('a', 0);
  t.equal(textAt('a', 9999), 'a@0');
  t.equal(textAt('a', 10_000), undefined);
  put('b', 4000);
  put('a', 5000);
  cache.dropExpired(14_000);
  t.equal(textAt('b', 4000), undefined, 'dropped, not only hidden');
  t.equal(textAt('a', 14_000), 'a@5000');

  for (let i = 0; i < 10_000; i++) put(`c${i}`, 6000);
  t.equal(textAt('a', 6000), undefined, 'the oldest made room');
  t.equal(textAt('c0', 6000), 'c0@6000');
});

t.test('a cached event does not hold on to the request it came in', async (t) => {
  const heap = () => {
    collectGarbage();
    return process.memoryUsage().heapUsed;
  };
  const cache = new EventCache(10);
  const before = heap();
  for (let index = 0; index < 300; index++) {
    const channel = `cache-of-visitor-${index}`;
    const batch = [
      { channel, name: 'a-name-of-some-length', data: '{"some":"data, not much"}' },
      ...Array.from({ length: 9 }, () => ({ channel: 'other', name: 'e', data: 'x'.repeat(10_000) })),
    ];
    const [event] = plainBatch(Buffer.from(JSON.stringify({ batch }))) ?? [];
    if (!event) throw new Error('it is plainly written');
    const { nameJson: eventJson, dataJson, isAscii, channels } = event;
    cache.put(channels[0] as string, { from: 'server', eventJson, dataJson, isAscii }, 0);
  }
  const kept = heap() - before;
  t.ok(kept < 3_000_000, `${kept} bytes for 300 events that came in 27 MB`);
  t.equal(cache.get('cache-of-visitor-299', 0)?.expiresAt, 10_000);
});

t.test('a roster holds users, not sockets', async (t) => {
  const roster = new Roster();
  const ann = { id: 42, infoJson: '{"n":1}' };
  t.same(roster.join(ann), { firstHere: true, firstAnywhere: true });
  t.same(roster.join({ id: '42', infoJson: '{"n":2}' }), { firstHere: false, firstAnywhere: false });
  t.same(roster.join({ id: '__proto__', infoJson: undefined }), { firstHere: true, firstAnywhere: true });
  t.equal(
    roster.toJson(),
    '{"presence":{"count":2,"ids":[42,"__proto__"],"hash":{"42":{"n":1},"__proto__":null}}}',
    'as he first came, however he is spelled',
  );
  t.same(roster.leave('42'), { lastHere: false, gone: null });
  t.same(roster.leave('42'), { lastHere: true, gone: ann }, 'as he was announced');
  t.same(roster.leave('42'), { lastHere: false, gone: null }, 'who is not there cannot leave');
  t.same(roster.ids(), ['__proto__']);

  t.ok(roster.joinFrom('north', ann), 'new, on another node');
  t.notOk(roster.joinFrom('south', ann));
  t.notOk(roster.joinFrom('south', ann), 'told twice');
  t.same(roster.join(ann), { firstHere: true, firstAnywhere: false });
  t.equal(roster.leaveFrom('north', 42), null);
  t.same(roster.leave(42), { lastHere: true, gone: null });
  t.same(roster.leave(42), { lastHere: false, gone: null }, 'not the sockets of other nodes');
  t.equal(roster.leaveFrom('east', 42), null, 'a node that never had him');
  t.equal(roster.leaveFrom('south', '42'), ann);
  t.equal(roster.size, 1);
});

t.test('a tally adds up the nodes and tells its own share', async (t) => {
  const told: (number | null)[] = [];
  const tally = new Tally((here) => told.push(here));
  tally.add(+1);
  tally.add(+1);
  tally.learn('north', 5);
  t.equal(tally.total, 7);
  tally.learn('north', 1);
  tally.learn('south', 2);
  tally.learn('north', null);
  tally.add(-1);
  tally.add(-1);
  t.equal(tally.total, 2);
  t.same(told, [1, 2, 1, null]);
});

/** A wire that dies of the n-th frame it is given, in the middle of whatever sent it. */
class FrailConnection implements Connection {
  readonly broadcaster = null;
  readonly seat = 0;
  session: Session | null = null;
  #framesLeft: number;

  constructor(framesLeft: number) {
    this.#framesLeft = framesLeft;
  }

  send(): void {
    this.#framesLeft -= 1;
    if (this.#framesLeft === 0) this.session?.closed();
  }

  ping(): void {}

  close(): void {}
}

t.test('a connection that dies of an answer leaves nothing behind', async (t) => {
  const { apps } = configFrom({
    REVERB_APP_ID: '1',
    REVERB_APP_KEY: 'k',
    REVERB_APP_SECRET: 's',
    ANTIPHON_SUBSCRIPTION_COUNTS: 'on',
  });
  const script = (hub: Hub, socketId: string) => {
    const subscribing = (channel: string, data?: string) =>
      JSON.stringify({
        event: 'pusher:subscribe',
        data: { channel, channel_data: data, auth: hub.signer.auth(channelAuthText(socketId, channel, data)) },
      });
    const signingIn = (data: string) =>
      JSON.stringify({
        event: 'pusher:signin',
        data: { user_data: data, auth: hub.signer.auth(userAuthText(socketId, data)) },
      });
    return [
      subscribing('orders'),
      subscribing('cache-a'),
      subscribing('presence-a', '{"user_id":1}'),
      subscribing('presence-a', '{"user_id":2}'),
      signingIn('{"id":"ann","watchlist":["ann","ben"]}'),
      subscribing('#server-to-user-ann'),
      signingIn('{"id":"ben"}'),
      'garbage',
    ];
  };
  const ghosts: unknown[] = [];
  // Two such sockets, so that the death of one falls into what the other does
  for (let first = 1; first <= 16; first++) {
    for (let second = 1; second <= 20; second++) {
      const hub = new Hub(apps[0] as App, { forward() {}, share() {} });
      const sessions = [first, second].map((framesLeft) => {
        const connection = new FrailConnection(framesLeft + 1); // the first is the greeting
        connection.session = hub.open(connection, undefined, () => '127.0.0.1');
        return connection.session as Session;
      });
      const scripts = sessions.map((session) => script(hub, session.socketId));
      for (let line = 0; line < 8; line++) {
        for (const [index, session] of sessions.entries()) session.receive(scripts[index]?.[line] ?? '');
      }
      for (const session of sessions) session.closed();
      const left = [
        [...hub.channels.all()].length,
        hub.sessions.size,
        hub.connected.total,
        hub.channels.subscribed.total,
        hub.users.isOnline('ann'),
        hub.users.isOnline('ben'),
      ];
      if (left.some(Boolean)) ghosts.push([first, second, left]);
    }
  }
  t.same(ghosts, []);
});

t.test('no error closes with a code that keeps pusher-js away by mistake', async (t) => {
  for (const [name, error] of Object.entries(ERRORS)) {
    const code = closeCode(new PusherError(error));
    t.ok(code >= 4000 && code < 4300, `${name} closes with ${code}`); // [P-8]
  }
  t.equal(closeCode(new PusherError(ERRORS.rateLimit)), 4100);
  t.equal(closeCode(new PusherError(ERRORS.pongTimeout)), 4201);
});
