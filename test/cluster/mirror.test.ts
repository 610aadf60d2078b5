import fc from 'fast-check';
import t from 'tap';
import { Backlog } from '../../server/cluster/backlog.ts';
import { entriesMessages, messageIn, plainMessage, turnMessage } from '../../server/cluster/messages.ts';
import { type Change, Mirror } from '../../server/cluster/mirror.ts';
import { redisAddress } from '../../server/cluster/redis-address.ts';

t.test('a mirror', async (t) => {
  t.test('answers what is new and only that', async (t) => {
    const mirror = new Mirror();
    t.same(
      mirror.apply('a', 1, [
        ['x', 1],
        ['y', { n: 1 }],
      ]),
      [
        ['x', 1],
        ['y', { n: 1 }],
      ],
    );
    t.same(
      mirror.apply('a', 2, [
        ['x', 1],
        ['y', { n: 1 }],
        ['z', null],
      ]),
      [],
      'the same again is no news',
    );
    t.same(
      mirror.apply('a', 3, [
        ['x', null],
        ['y', { n: 2 }],
      ]),
      [
        ['x', null],
        ['y', { n: 2 }],
      ],
    );
    t.same(mirror.apply('b', 1, [['x', 5]]), [['x', 5]], 'nodes are apart');
    t.same([mirror.versionOf('a'), mirror.versionOf('b'), mirror.versionOf('c')], [3, 1, 0]);
  });

  t.test('puts late changes in order and ignores old ones', async (t) => {
    const mirror = new Mirror();
    t.same(mirror.apply('a', 3, [['x', 3]]), []);
    t.same(mirror.apply('a', 2, [['x', 2]]), []);
    t.equal(mirror.versionOf('a'), 0);
    t.same(mirror.apply('a', 1, [['x', 1]]), [
      ['x', 1],
      ['x', 2],
      ['x', 3],
    ]);
    t.same(mirror.apply('a', 2, [['x', 'old']]), []);
    t.equal(mirror.versionOf('a'), 3);
  });

  t.test('takes a snapshot as exactly the changes that lead to it', async (t) => {
    const mirror = new Mirror();
    mirror.apply('a', 1, [
      ['stays', 1],
      ['changes', 1],
      ['goes', 1],
    ]);
    mirror.apply('a', 7, [['early', 7]]);
    mirror.apply('a', 4, [['old', 4]]);
    t.same(
      mirror.replace('a', 6, [
        ['stays', 1],
        ['changes', 2],
        ['comes', 1],
      ]),
      [
        ['changes', 2],
        ['comes', 1],
        ['goes', null],
        ['early', 7],
      ],
    );
    t.equal(mirror.versionOf('a'), 7);
    t.same(mirror.replace('a', 6, []), [], 'an older one is ignored');
    t.same(mirror.replace('a', 7, [['stays', 1]]).length, 3, 'one of the same version is believed');
  });

  t.test('gives up all of a node that is gone, and begins anew when it returns', async (t) => {
    const mirror = new Mirror();
    mirror.apply('a', 1, [
      ['x', 1],
      ['y', 1],
    ]);
    t.same(mirror.forget('a'), [
      ['x', null],
      ['y', null],
    ]);
    t.same(mirror.forget('a'), []);
    t.same(mirror.apply('a', 2, [['z', 1]]), [], 'what it held before is not known any more');
    t.same(
      mirror.replace('a', 2, [
        ['y', 1],
        ['z', 1],
      ]),
      [
        ['y', 1],
        ['z', 1],
      ],
    );
  });

  t.test('does not fill up with changes that wait for a snapshot', async (t) => {
    const mirror = new Mirror();
    for (let version = 2; version < 5000; version += 1) mirror.apply('a', version, [['x', version]]);
    mirror.replace('a', 4000, []);
    t.ok(mirror.versionOf('a') >= 4000);
  });

  t.test('ends up right whatever is lost, doubled or late, once a snapshot comes', async () => {
    const keys = fc.constantFrom('a', 'b', 'c');
    const turns = fc.array(fc.array(fc.tuple(keys, fc.constantFrom<unknown>(null, 1, 2, { n: 1 })), { maxLength: 4 }), {
      maxLength: 20,
    });
    const deliveries = fc.array(fc.nat(19), { maxLength: 60 });
    fc.assert(
      fc.property(turns, deliveries, fc.nat(60), (turns, deliveries, snapshotAt) => {
        const source = new Map<string, unknown>();
        const put = (into: Map<string, unknown>, changes: readonly Change[]) => {
          for (const [key, value] of changes) value === null ? into.delete(key) : into.set(key, value);
        };
        const mirror = new Mirror();
        const seen = new Map<string, unknown>();
        const sent = [...turns.keys()];
        for (const [index, delivery] of deliveries.entries()) {
          if (index === snapshotAt) {
            const version = delivery % (turns.length + 1);
            const state = new Map<string, unknown>();
            for (const turn of turns.slice(0, version)) put(state, turn);
            put(seen, mirror.replace('n', version, [...state]));
          }
          const turn = turns[delivery];
          if (turn && sent.includes(delivery)) put(seen, mirror.apply('n', delivery + 1, turn));
        }
        for (const turn of turns) put(source, turn);
        put(seen, mirror.replace('n', turns.length, [...source]));
        const sorted = (map: Map<string, unknown>) => JSON.stringify([...map].sort());
        return sorted(seen) === sorted(source);
      }),
      { numRuns: 500 },
    );
  });
});

t.test('a backlog', async (t) => {
  const texts = (backlog: Backlog) => {
    const batches: string[][] = [];
    for (let batch = backlog.take(); batch; batch = backlog.take()) {
      batches.push([...batch.shares.values(), ...batch.says]);
    }
    return batches;
  };
  const roomy = { messages: 1000, bytes: 1_000_000 };

  t.test('tells of each entry the last value, and entries before what is said after them', async (t) => {
    const backlog = new Backlog(roomy);
    backlog.share('k', '1');
    backlog.share('l', '1');
    backlog.share('k', '2');
    backlog.say('t', '"a"');
    backlog.say('t', '"b"');
    backlog.share('k', 'null');
    t.equal(backlog.waiting, 2);
    t.same(texts(backlog), [['["k",2]', '["l",1]', '["t","a"]', '["t","b"]'], ['["k",null]']]);
    t.ok(backlog.isEmpty);
  });

  t.test('drops the oldest messages beyond its bounds and counts them', async (t) => {
    const byCount = new Backlog({ messages: 3, bytes: 1_000_000 });
    for (let n = 1; n <= 5; n += 1) byCount.say('t', String(n));
    t.equal(byCount.dropped, 2);
    t.same(texts(byCount), [['["t",3]', '["t",4]', '["t",5]']]);

    const byBytes = new Backlog({ messages: 1000, bytes: 40 });
    for (let n = 1; n <= 5; n += 1) byBytes.say('t', JSON.stringify('ü'.repeat(4)));
    t.equal(byBytes.dropped, 3, 'two of 16 bytes have room');
    byBytes.say('t', JSON.stringify('x'.repeat(100)));
    t.same([byBytes.dropped, byBytes.waiting], [6, 0], 'what is larger than all the room is dropped too');
    byBytes.say('t', '1');
    t.same(texts(byBytes), [['["t",1]']]);
  });

  t.test('rather drops entries, which a snapshot tells again, and says that it did', async (t) => {
    const backlog = new Backlog({ messages: 2, bytes: 1_000_000 });
    backlog.share('k', '1');
    backlog.say('t', '1');
    backlog.share('k', '2');
    backlog.say('t', '2');
    backlog.say('t', '3');
    backlog.share('k', '3');
    t.equal(backlog.dropped, 1);
    t.same(texts(backlog), [['["t",2]', '["t",3]']]);
    t.notOk(backlog.isEmpty);
    t.ok(backlog.takeLostShares());
    t.notOk(backlog.takeLostShares());
    t.ok(backlog.isEmpty);
    backlog.share('k', '4');
    t.same(texts(backlog), [['["k",4]']]);
  });

  t.test('begins a new batch when one is large', async (t) => {
    const backlog = new Backlog(roomy);
    for (let n = 0; n < 10; n += 1) backlog.say('t', JSON.stringify('x'.repeat(20_000)));
    t.same(
      texts(backlog).map((batch) => batch.length),
      [4, 4, 2],
    );
  });
});

t.test('messages are read as they were written', async (t) => {
  t.same(messageIn(plainMessage('n"1', 'beat', 5)), { from: 'n"1', type: 'beat', turn: 5 });
  t.same(messageIn(plainMessage('n', 'bye')), { from: 'n', type: 'bye' });
  t.same(messageIn(turnMessage('n', 3, ['["k",null]'], ['["t",{"a":"ü"}]', '["u",1]'])), {
    from: 'n',
    type: 'turn',
    turn: 3,
    shares: [['k', null]],
    says: [
      ['t', { a: 'ü' }],
      ['u', 1],
    ],
  });
  const entries = new Map(Array.from({ length: 100 }, (_, n) => [`key ${n}`, String(n)]));
  const parts = [...entriesMessages('n', 9, entries, 200)].map((text) => messageIn(text));
  t.ok(parts.length > 3);
  t.same(
    parts.flatMap((part) => (part?.type === 'entries' ? part.entries : [])),
    [...entries].map(([key, value]) => [key, Number(value)]),
  );
  t.match(parts[0], { turn: 9, part: 0, isLast: false });
  t.match(parts.at(-1), { part: parts.length - 1, isLast: true });
  t.equal([...entriesMessages('n', 0, new Map(), 200)].length, 1, 'nothing is told too');

  for (const foreign of [
    '',
    'hello',
    'null',
    '[]',
    '"x"',
    '{}',
    '{"type":"message","application":"O:3…","payload":{}}',
    '{"from":"","type":"bye"}',
    '{"from":1,"type":"bye"}',
    '{"from":"n","type":"beat"}',
    '{"from":"n","type":"beat","turn":-1}',
    '{"from":"n","type":"beat","turn":1.5}',
    '{"from":"n","type":"later","turn":1}',
    '{"from":"n","type":"turn","turn":1,"shares":[],"says":[["t"]]}',
    '{"from":"n","type":"turn","turn":1,"shares":[[1,1]],"says":[]}',
    '{"from":"n","type":"turn","turn":1,"shares":null,"says":[]}',
    '{"from":"n","type":"entries","turn":1,"part":0,"entries":[]}',
  ]) {
    t.equal(messageIn(foreign), null, foreign);
  }
});

t.test('an address of Redis is whatever Laravel may have in its settings', async (t) => {
  const parts = { url: null, host: '127.0.0.1', port: 6379, username: null, password: null, database: 0 };
  const none = { username: null, password: null, database: 0 };
  const cases: [string, Partial<Parameters<typeof redisAddress>[0]>, ReturnType<typeof redisAddress>][] = [
    [
      'parts',
      { username: 'u', password: 'p', database: 3 },
      { socket: { host: '127.0.0.1', port: 6379 }, username: 'u', password: 'p', database: 3 },
    ],
    [
      'host with TLS',
      { host: 'tls://r.example', port: 6380 },
      { socket: { host: 'r.example', port: 6380, tls: true }, ...none },
    ],
    ['Unix socket', { host: '/run/redis.sock' }, { socket: { path: '/run/redis.sock', tls: false }, ...none }],
    [
      'URL',
      { url: 'redis://u:p%40@r.example:7000/2' },
      { socket: { host: 'r.example', port: 7000 }, username: 'u', password: 'p@', database: 2 },
    ],
    [
      'URL over parts',
      { url: 'redis://r.example', password: 'p', port: 7001, database: 4 },
      { socket: { host: 'r.example', port: 7001 }, username: null, password: 'p', database: 4 },
    ],
    [
      'rediss',
      { url: 'rediss://:p@r.example' },
      { socket: { host: 'r.example', port: 6379, tls: true }, username: null, password: 'p', database: 0 },
    ],
    [
      'tls and query',
      { url: 'tls://user:password@127.0.0.2:6380?database=1' },
      { socket: { host: '127.0.0.2', port: 6380, tls: true }, username: 'user', password: 'password', database: 1 },
    ],
    ['tcp', { url: 'tcp://127.0.0.2:6380?database=0' }, { socket: { host: '127.0.0.2', port: 6380 }, ...none }],
    [
      "Reverb's own query",
      { url: 'redis://h:1?username=u&password=p&db=5' },
      { socket: { host: 'h', port: 1 }, username: 'u', password: 'p', database: 5 },
    ],
    ['IPv6', { url: 'redis://[::1]:7000' }, { socket: { host: '::1', port: 7000 }, ...none }],
    [
      'unix URL',
      { url: 'unix:///run/redis.sock?db=2' },
      { socket: { path: '/run/redis.sock', tls: false }, username: null, password: null, database: 2 },
    ],
  ];
  for (const [name, given, expected] of cases) t.same(redisAddress({ ...parts, ...given }), expected, name);
  for (const url of ['127.0.0.1', 'http://u:secret@h', 'redis://u:secret@h/first']) {
    t.throws(() => redisAddress({ ...parts, url }), { message: /^REDIS_URL (?!.*secret)/ }, url);
  }
  t.throws(() => redisAddress({ ...parts, host: 'http://h' }), { message: /^REDIS_HOST/ });
});
