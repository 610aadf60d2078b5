import { randomUUID } from 'node:crypto';
import t, { type Test } from 'tap';
import type { Cluster } from '../../server/cluster/cluster.ts';
import { localLine } from '../../server/cluster/local-line.ts';
import { Node } from '../../server/cluster/node.ts';
import { redisCluster } from '../../server/cluster/redis.ts';
import { singleNode } from '../../server/cluster/single-node.ts';
import { startExchange } from './exchange.ts';
import { FarProcess } from './far-node.ts';
import { Loopback } from './loopback.ts';
import { needsRedis, startRedis } from './redis-server.ts';
import { KeptLog, started, Witness } from './witness.ts';

/** A new cluster on each call; the names are the node ids. */
type MakeNodes = (names: readonly string[]) => Cluster[];

async function met(t: Test, clusters: readonly Cluster[]): Promise<Witness[]> {
  const witnesses = await started(t, clusters);
  await Witness.allMet(witnesses);
  return witnesses;
}

function holdsForAnyCluster(t: Test, make: () => Cluster): void {
  t.test('nobody hears himself, and life goes on before the start and after the stop', async (t) => {
    const cluster = make();
    const witness = new Witness(cluster);
    cluster.publish('news', 'early');
    cluster.share('k', 1);
    await cluster.start();
    cluster.publish('news', { a: 1 });
    cluster.share('k', 2);
    cluster.share('k', null);
    t.equal(cluster.trouble(), null);
    await cluster.stop();
    cluster.publish('news', 'late');
    cluster.share('k', 3);
    await cluster.stop();
    t.same(witness.notes, []);
  });
}

function holdsBetweenNodes(t: Test, makeNodes: MakeNodes): void {
  t.test('what one publishes the others hear, in order, with who said it', async (t) => {
    const [a, b, c] = (await met(t, makeNodes(['a', 'b', 'c']))) as [Witness, Witness, Witness];
    t.notOk(a.cluster.isAlone);
    const said = ['news!{"text":"ü \\" \\u0000"}', 'news!null', 'news![1]', 'news!"x"', 'end!null'];
    a.cluster.publish('news', { text: 'ü " \u0000' });
    a.cluster.publish('nobody listens', 1);
    a.cluster.publish('news', null);
    a.cluster.publish('news', [1]);
    a.cluster.publish('news', 'x');
    a.cluster.publish('end', undefined);
    for (const witness of [b, c]) {
      await witness.noted('a end!null');
      t.same(
        witness.take(),
        said.map((note) => `a ${note}`),
      );
    }
    b.cluster.publish('end', 2);
    await a.noted('b end!2');
    await c.noted('b end!2');
    t.same([a.notes, b.notes], [['b end!2'], []]);
  });

  t.test('an entry is seen as it is last, with nothing told twice', async (t) => {
    const [a, b, c] = (await met(t, makeNodes(['a', 'b', 'c']))) as [Witness, Witness, Witness];
    a.cluster.share('k', 1);
    a.cluster.share('k', 2);
    a.cluster.share('l', { deep: ['x'] });
    await b.noted('a l={"deep":["x"]}');
    a.cluster.share('k', 2);
    a.cluster.share('l', { deep: ['x'] });
    a.cluster.share('never there', null);
    a.cluster.share('l', null);
    await b.noted('a l=null');
    b.cluster.share('l', 3);
    for (const witness of [a, c]) await witness.noted('b l=3');
    // Its first value may have left before the second came.
    const seenBy = (witness: Witness) => witness.take().filter((note) => note !== 'a k=1');
    t.same(seenBy(b), ['a k=2', 'a l={"deep":["x"]}', 'a l=null']);
    t.same(seenBy(c), ['a k=2', 'a l={"deep":["x"]}', 'a l=null', 'b l=3']);
    t.same(seenBy(a), ['b l=3']);
  });

  t.test('who joins and speaks is seen joining first, and who speaks and leaves is heard first', async (t) => {
    const [a, b] = (await met(t, makeNodes(['a', 'b']))) as [Witness, Witness];
    a.cluster.share('member', 1);
    a.cluster.publish('news', 'hello');
    a.cluster.share('member', null);
    a.cluster.publish('end', 'empty');
    await b.noted('a end!"empty"');
    t.same(b.take(), ['a member=1', 'a news!"hello"', 'a member=null', 'a end!"empty"']);
  });

  t.test('who joins later learns all there is, and nothing that was said before', async (t) => {
    const [first, second, third] = makeNodes(['a', 'b', 'c']) as [Cluster, Cluster, Cluster];
    const [a, b] = (await met(t, [first, second])) as [Witness, Witness];
    const large = 'x'.repeat(1000);
    for (let n = 0; n < 500; n += 1) a.cluster.share(`key ${n}`, { n, large });
    b.cluster.share('of b', true);
    a.cluster.publish('news', 'old');
    await b.noted('a news!"old"');
    a.cluster.share('key 0', null);

    const [c] = (await started(t, [third])) as [Witness];
    await c.until('all 499 entries of a, what b has, and that they met', () => c.held.size === 502);
    t.same(c.held.get('a key 7'), { n: 7, large });
    t.notOk(c.held.has('a key 0'));
    t.equal(c.notes.length, 502, 'each is told once');
    c.cluster.share('of c', 1);
    await a.noted('c of c=1');
    await b.noted('c of c=1');
  });

  t.test('what a node held leaves with it', async (t) => {
    const [a, b, c] = (await met(t, makeNodes(['a', 'b', 'c']))) as [Witness, Witness, Witness];
    a.cluster.share('k', 1);
    for (const witness of [b, c]) await witness.noted('a k=1');
    a.cluster.share('l', 1);
    a.cluster.publish('end', 'farewell');
    await a.cluster.stop();
    for (const witness of [b, c]) {
      await witness.noted('a k=null');
      t.same(witness.take(), ['a k=1', 'a l=1', 'a end!"farewell"', 'a met=null', 'a k=null', 'a l=null']);
    }
    b.cluster.publish('end', 1);
    await c.noted('b end!1');
    t.same([b.held.size, c.held.size], [1, 1], 'the other two still know each other');
  });

  t.test('a listener that fails keeps nobody from hearing', async (t) => {
    const [a, b] = makeNodes(['a', 'b']) as [Cluster, Cluster];
    b.onPublished('news', () => {
      throw new Error('on purpose');
    });
    b.onShared(() => {
      throw new Error('on purpose');
    });
    const [, witness] = (await met(t, [a, b])) as [Witness, Witness];
    a.share('k', 1);
    a.publish('news', 1);
    a.publish('end', 1);
    await witness.noted('a end!1');
    t.same(witness.take(), ['a k=1', 'a news!1', 'a end!1']);
  });

  t.test('thousands of messages from two sides arrive once and in order', async (t) => {
    const [a, b, c] = (await met(t, makeNodes(['a', 'b', 'c']))) as [Witness, Witness, Witness];
    const count = 5000;
    for (let n = 0; n < count; n += 1) {
      a.cluster.publish('news', n);
      b.cluster.publish('news', n);
      a.cluster.share('latest', n);
      if (n % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    a.cluster.publish('end', 'a');
    b.cluster.publish('end', 'b');
    await c.noted('a end!"a"');
    await c.noted('b end!"b"');
    for (const node of ['a', 'b']) {
      const heard = c.notes.filter((note) => note.startsWith(`${node} news!`)).map((note) => Number(note.slice(7)));
      t.same(
        heard,
        Array.from({ length: count }, (_, n) => n),
      );
    }
    t.equal(c.held.get('a latest'), count - 1);
    t.same([a.cluster.trouble(), b.cluster.trouble(), c.cluster.trouble()], [null, null, null]);
  });
}

t.test('single node', async (t) => {
  holdsForAnyCluster(t, () => singleNode('a'));
  t.ok(singleNode('a').isAlone);
});

t.test('nodes on a line within the process', async (t) => {
  holdsForAnyCluster(t, () => new Node(new Loopback().open, 'a', new KeptLog()));
  holdsBetweenNodes(t, (names) => {
    const { open } = new Loopback();
    return names.map((name) => new Node(open, name, new KeptLog()));
  });
});

t.test('workers of one machine on their exchange', async (t) => {
  const make = (path: string, name: string) => new Node(localLine(path), name, new KeptLog());
  const alone = await startExchange(t);
  holdsForAnyCluster(t, () => make(alone.path, 'a'));
  const paths = await Promise.all(Array.from({ length: 8 }, async () => (await startExchange(t)).path));
  holdsBetweenNodes(t, (names) => {
    const path = paths.shift();
    if (path === undefined) throw new Error('a ninth cluster');
    return names.map((name) => make(path, name));
  });
});

t.test('nodes on Redis', needsRedis, async (t) => {
  const redis = await startRedis(t);
  const make = (prefix: string, name: string) => redisCluster(redis.config({ prefix }), name, new KeptLog());
  holdsForAnyCluster(t, () => make(randomUUID(), 'a'));
  holdsBetweenNodes(t, (names) => {
    const prefix = randomUUID();
    return names.map((name) => make(prefix, name));
  });

  t.test('do not hear those of another prefix, nor what else is said on their channels', async (t) => {
    const log = new KeptLog();
    const [a, b, stranger] = (await started(t, [
      make('ours', 'a'),
      redisCluster(redis.config({ prefix: 'ours' }), 'b', log),
      make('ours2', 's'),
    ])) as [Witness, Witness, Witness];
    await Witness.allMet([a, b]);
    stranger.cluster.share('k', 1);
    stranger.cluster.publish('news', 1);
    for (const text of ['', 'null', '{"type":"message","application":"O:1"}', '{"from":"x"', '\u0000', '[[[]]]']) {
      await redis.publish('ours:nodes', text);
      await redis.publish('ours:node:b', text);
    }
    a.cluster.publish('end', 1);
    await b.noted('a end!1');
    t.same([b.notes, stranger.notes], [['a end!1'], []]);
    t.same(log.lines, ['Joined the other nodes', 'Ignored a message that no node of ours sends']);
  });

  t.test('leave nothing behind in Redis', async (t) => {
    const [a, b] = (await met(t, [make('traces', 'a'), make('traces', 'b')])) as [Witness, Witness];
    await a.cluster.stop();
    await b.cluster.stop();
    const client = await redis.client();
    t.equal(await client.dbSize(), 0);
    await t.resolves(
      (async () => {
        while ((await client.pubSubChannels('traces*')).length > 0)
          await new Promise((resolve) => setTimeout(resolve, 10));
      })(),
    );
    client.destroy();
  });
});

t.test('three processes on Redis', needsRedis, async (t) => {
  const redis = await startRedis(t);
  const processes = [new FarProcess(t), new FarProcess(t), new FarProcess(t)] as const;
  const make = (index: number, prefix: string, name: string) =>
    (processes[index] as FarProcess).node(redis.config({ prefix }), name);
  holdsForAnyCluster(t, () => make(0, randomUUID(), 'a'));
  holdsBetweenNodes(t, (names) => {
    const prefix = randomUUID();
    return names.map((name, index) => make(index, prefix, name));
  });
});

t.test('Redis with a user who may only use our channels, in a database of its own', needsRedis, async (t) => {
  const user = 'user antiphon on >se:cr@t resetchannels &ours:* -@all +publish +subscribe +ping +select +auth';
  const redis = await startRedis(t, { args: ['--user', 'default', 'off', '--user', ...user.split(' ').slice(1)] });
  const byParts = redis.config({ prefix: 'ours', username: 'antiphon', password: 'se:cr@t', database: 3 });
  const url = `redis://antiphon:se%3Acr%40t@127.0.0.1:${redis.port}/3`;
  const byUrl = redis.config({ prefix: 'ours', host: 'unused.invalid', port: 1, url });
  const [a, b] = (await met(t, [
    redisCluster(byParts, 'a', new KeptLog()),
    redisCluster(byUrl, 'b', new KeptLog()),
  ])) as [Witness, Witness];
  a.cluster.publish('end', 1);
  await b.noted('a end!1');

  for (const wrong of [{ password: 'wrong' }, { prefix: 'theirs' }, { database: 99 }]) {
    const [outside] = (await started(t, [redisCluster({ ...byParts, ...wrong }, 'x', new KeptLog())])) as [Witness];
    t.match(outside.cluster.trouble(), /cannot be reached: (WRONGPASS|NOPERM|ERR DB index)/, Object.keys(wrong).join());
    t.notMatch(outside.cluster.trouble(), /cr@t/);
    await outside.cluster.stop();
  }
});

t.test('an address that cannot be understood is refused before anything is tried', async (t) => {
  const config = { prefix: 'p', url: 'nonsense', host: '', port: 1, username: null, password: null, database: 0 };
  t.throws(() => redisCluster({ ...config, timeoutSeconds: 1 }, 'a', new KeptLog()), /REDIS_URL/);
});
