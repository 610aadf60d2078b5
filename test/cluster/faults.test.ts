import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import { Node, type NodeSettings } from '../../server/cluster/node.ts';
import { redisCluster } from '../../server/cluster/redis.ts';
import { Loopback } from './loopback.ts';
import { needsRedis, type RedisServer, startRedis } from './redis-server.ts';
import { KeptLog, started, until, Witness } from './witness.ts';

/** Quicker than real ones, slow enough for a busy machine. */
const QUICK: NodeSettings = { heartbeatMs: 200, goneAfterMs: 1000 };
const PATIENT: NodeSettings = { heartbeatMs: 200, goneAfterMs: 60_000 };

async function metOn(
  t: Test,
  loopback: Loopback,
  names: readonly string[],
  settings: NodeSettings,
): Promise<Witness[]> {
  const nodes = names.map((name) => new Node(loopback.open, name, new KeptLog(), settings));
  const witnesses = await started(t, nodes);
  await Witness.allMet(witnesses);
  return witnesses;
}

/** What was said in this turn of the event loop is on its way, or lost on it. */
function sent(): Promise<void> {
  return new Promise((resolve) => setImmediate(() => setImmediate(() => setImmediate(resolve))));
}

function isTurn(text: string, from: string): boolean {
  return text.startsWith(`{"from":"${from}","type":"turn"`);
}

t.test('a line that fails', async (t) => {
  t.test('a lost turn is noticed at the next beat, and made good by a snapshot', async (t) => {
    const loopback = new Loopback();
    const [a, b, c] = (await metOn(t, loopback, ['a', 'b', 'c'], PATIENT)) as [Witness, Witness, Witness];
    loopback.reaches = (text, node) => !(node === 'b' && isTurn(text, 'a'));
    a.cluster.share('k', 1);
    a.cluster.share('met', null);
    a.cluster.publish('news', 'lost on b');
    await c.noted('a news!"lost on b"');
    loopback.reaches = () => true;
    await b.until('what c knows', () => b.held.has('a k') && !b.held.has('a met'));
    t.same(b.take().sort(), ['a k=1', 'a met=null']);
    a.cluster.share('k', 2);
    a.cluster.publish('end', 1);
    await b.noted('a end!1');
    t.same(b.take(), ['a k=2', 'a end!1']);
  });

  t.test('what comes after a lost turn is heard at once, and its entries when the snapshot is there', async (t) => {
    const loopback = new Loopback();
    const [a, b] = (await metOn(t, loopback, ['a', 'b'], PATIENT)) as [Witness, Witness];
    loopback.reaches = (text) => !isTurn(text, 'a');
    a.cluster.share('k', 1);
    await sent();
    loopback.reaches = (text) => !text.includes('"type":"entries"');
    a.cluster.share('l', 1);
    a.cluster.publish('end', 1);
    await b.noted('a end!1');
    t.same(b.take(), ['a end!1']);
    loopback.reaches = () => true;
    await b.until('both entries', () => b.held.has('a k') && b.held.has('a l'));
    t.same(b.take().sort(), ['a k=1', 'a l=1']);
  });

  t.test('one node is off the line for a while: nobody is taken for gone', async (t) => {
    const loopback = new Loopback();
    const [a, b, c] = (await metOn(t, loopback, ['a', 'b', 'c'], PATIENT)) as [Witness, Witness, Witness];
    loopback.isDown = true;
    loopback.throwOff('a');
    t.match(
      a.cluster.trouble(),
      /^Other nodes cannot be reached: thrown off the loopback; 0 messages wait, 0 were dropped/,
    );
    for (let n = 1; n <= 3; n += 1) {
      a.cluster.publish('news', n);
      a.cluster.share('k', n);
    }
    b.cluster.share('k', 'while a was away');
    b.cluster.publish('news', 'a never hears it');
    await c.noted('b news!"a never hears it"');
    t.match(a.cluster.trouble(), /3 messages wait/);
    loopback.isDown = false;
    await b.noted('a k=3');
    await a.until('what b did meanwhile', () => a.held.get('b k') === 'while a was away');
    t.equal(a.cluster.trouble(), null);
    t.same(b.take(), ['a news!1', 'a k=1', 'a news!2', 'a k=2', 'a news!3', 'a k=3']);
    t.same(a.take(), ['b k="while a was away"']);
  });

  t.test('all are off the line: what waited is sent when those who were there are back', async (t) => {
    const loopback = new Loopback();
    const witnesses = (await metOn(t, loopback, ['a', 'b', 'c'], PATIENT)) as [Witness, Witness, Witness];
    const [a, b, c] = witnesses;
    loopback.isDown = true;
    for (const name of ['a', 'b', 'c']) loopback.throwOff(name);
    for (const { cluster } of witnesses) cluster.publish('end', `of ${cluster.nodeId}`);
    loopback.isDown = false;
    for (const listener of witnesses) {
      for (const { cluster } of witnesses) {
        if (cluster !== listener.cluster) await listener.noted(`${cluster.nodeId} end!"of ${cluster.nodeId}"`);
      }
    }
    t.same([a.notes.length, b.notes.length, c.notes.length], [2, 2, 2]);
  });

  t.test('a turn that arrived but was not acknowledged is sent again and heard once', async (t) => {
    const loopback = new Loopback();
    const [a, b] = (await metOn(t, loopback, ['a', 'b'], PATIENT)) as [Witness, Witness];
    loopback.reaches = (text, node) => {
      if (node === 'b' && isTurn(text, 'a')) {
        // It breaks before the sender learns that it was heard.
        loopback.reaches = () => true;
        loopback.throwOff('a');
      }
      return true;
    };
    a.cluster.publish('news', 1);
    await b.noted('a news!1');
    a.cluster.publish('end', 2);
    await b.noted('a end!2');
    t.same(b.take(), ['a news!1', 'a end!2']);
  });

  t.test('what waits is bounded; the oldest is dropped, and entries are right all the same', async (t) => {
    const loopback = new Loopback();
    const settings = { ...PATIENT, backlog: { messages: 5, bytes: 100_000 } };
    const [a, b] = (await metOn(t, loopback, ['a', 'b'], settings)) as [Witness, Witness];
    loopback.isDown = true;
    loopback.throwOff('a');
    for (let n = 1; n <= 20; n += 1) {
      a.cluster.publish('news', n);
      a.cluster.share(`k${n}`, n);
      if (n > 1) a.cluster.share(`k${n - 1}`, null);
    }
    t.match(a.cluster.trouble(), /5 messages wait, 15 were dropped/);
    loopback.isDown = false;
    await b.until('the last entry', () => b.held.has('a k20'));
    t.same(b.take(), [16, 17, 18, 19, 20].map((n) => `a news!${n}`).concat('a k20=20'));
    t.same(
      [...b.held],
      [
        ['a met', true],
        ['a k20', 20],
      ],
    );
  });

  t.test('a node that is not heard any more loses what it held, and gets it back when it is', async (t) => {
    const loopback = new Loopback();
    const [a, b, c] = (await metOn(t, loopback, ['a', 'b', 'c'], QUICK)) as [Witness, Witness, Witness];
    loopback.reaches = (text, node) => node === 'a' || !text.startsWith('{"from":"a"');
    for (const witness of [b, c]) await witness.noted('a met=null');
    a.cluster.publish('news', 'nobody hears it');
    a.cluster.share('k', 1);
    await sent();
    loopback.reaches = () => true;
    for (const witness of [b, c]) {
      await witness.until('all of a', () => witness.held.has('a met') && witness.held.has('a k'));
      t.same(witness.take().sort(), ['a k=1', 'a met=null', 'a met=true']);
    }
    t.same(a.take(), [], 'a heard the others all the time');
  });

  t.test('a line that went dead without a word is given up, and takes nobody along', async (t) => {
    const loopback = new Loopback();
    const [a, b] = (await metOn(t, loopback, ['a', 'b'], QUICK)) as [Witness, Witness];
    loopback.reaches = () => false;
    loopback.isDown = true;
    await a.until('trouble', () => a.cluster.trouble()?.includes('no answer for 0 s'));
    await a.until('trouble', () => a.cluster.trouble()?.includes('the loopback is down'));
    await b.until('trouble', () => b.cluster.trouble()?.includes('the loopback is down'));
    loopback.reaches = () => true;
    loopback.isDown = false;
    a.cluster.publish('end', 1);
    await b.noted('a end!1');
    t.same([a.take(), b.take()], [[], ['a end!1']]);
  });
});

function onRedis(t: Test, redis: RedisServer, prefix: string, names: readonly string[], settings: NodeSettings) {
  const config = redis.config({ prefix });
  return started(
    t,
    names.map((name) => redisCluster(config, name, new KeptLog(), settings)),
  );
}

t.test('Redis is away', needsRedis, async (t) => {
  t.test('at the start: the node lives without, and joins when it comes', async (t) => {
    const redis = await startRedis(t, { isUp: false });
    const [a, b] = (await onRedis(t, redis, 'absent', ['a', 'b'], QUICK)) as [Witness, Witness];
    t.match(a.cluster.trouble(), /cannot be reached: .*ECONNREFUSED.*; 0 messages wait/);
    a.cluster.share('k', 1);
    await redis.start();
    await b.noted('a k=1');
    b.cluster.publish('end', 1);
    await a.noted('b end!1');
    t.same([a.cluster.trouble(), b.cluster.trouble()], [null, null]);
  });

  t.test('killed and started again: what waited arrives once and in order, and nobody flaps', async (t) => {
    const redis = await startRedis(t);
    const witnesses = (await onRedis(t, redis, 'killed', ['a', 'b', 'c'], QUICK)) as [Witness, Witness, Witness];
    const [a, b, c] = witnesses;
    await Witness.allMet(witnesses);
    let said = 0;
    const sayOne = () => {
      said += 1;
      a.cluster.publish('news', said);
      a.cluster.share('said', said);
    };
    for (const round of [1, 2, 3]) {
      for (const _ of Array(50)) sayOne();
      await redis.kill();
      for (const _ of Array(50)) sayOne();
      await a.until('trouble', () => a.cluster.trouble()?.includes('cannot be reached'));
      sayOne();
      // Longer away than a node may be silent.
      await new Promise((resolve) => setTimeout(resolve, round === 2 ? 1500 : 0));
      await redis.start();
      sayOne();
      for (const witness of [b, c]) await witness.until(`${said} said`, () => witness.held.get('a said') === said);
    }
    for (const witness of [b, c]) {
      const news = witness.notes.filter((note) => note.startsWith('a news!')).map((note) => Number(note.slice(7)));
      const expected = Array.from({ length: said }, (_, n) => n + 1);
      t.same(news.slice(-1), [said]);
      t.same(
        news,
        [...new Set(news)].sort((x, y) => x - y),
        'none twice, none out of order',
      );
      t.same(
        expected.filter((n) => !news.includes(n)),
        [],
        'none missing',
      );
      t.same(
        witness.notes.filter((note) => note.endsWith('=null')),
        [],
        'nobody left',
      );
    }
  });

  t.test('stopped dead for longer than a node may be silent: trouble is told, nobody flaps', async (t) => {
    const redis = await startRedis(t);
    const witnesses = (await onRedis(t, redis, 'paused', ['a', 'b'], QUICK)) as [Witness, Witness];
    const [a, b] = witnesses;
    await Witness.allMet(witnesses);
    redis.pause();
    a.cluster.publish('news', 1);
    a.cluster.share('k', 1);
    await a.until('trouble', () => a.cluster.trouble()?.includes('no answer'));
    await b.until('the line given up', () => b.cluster.trouble()?.includes('no answer for 1 s;'));
    a.cluster.publish('news', 2);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    redis.resume();
    a.cluster.publish('end', 3);
    await b.noted('a end!3');
    t.same(b.take(), ['a news!1', 'a k=1', 'a news!2', 'a end!3']);
    await a.until('no trouble', () => a.cluster.trouble() === null);
    t.same(a.take(), []);
  });

  t.test('and the process can still be stopped at once', async (t) => {
    const redis = await startRedis(t, { isUp: false });
    const [a] = (await onRedis(t, redis, 'stop', ['a'], QUICK)) as [Witness];
    const before = performance.now();
    await a.cluster.stop();
    t.ok(performance.now() - before < 10_000, 'it waits for nobody');
  });
});

class LonelyNode {
  readonly process: ChildProcess;
  printed = '';

  constructor(t: Test, redis: RedisServer, prefix: string, nodeId: string, share: readonly string[]) {
    const task = JSON.stringify({ port: redis.port, prefix, nodeId, share, ...QUICK });
    const file = fileURLToPath(new URL('lonely-node.ts', import.meta.url));
    this.process = spawn(process.execPath, ['--import', 'tsx', file, task], { stdio: ['ignore', 'pipe', 'inherit'] });
    this.process.stdout?.on('data', (chunk) => {
      this.printed += chunk;
    });
    t.teardown(() => this.process.kill('SIGKILL'));
  }

  get notes(): string[] {
    return this.printed.split('\n').filter((line) => line !== '');
  }
}

t.test('another process', needsRedis, async (t) => {
  const redis = await startRedis(t);

  t.test('killed: what it held leaves within the time a node may be silent, and not before', async (t) => {
    const prefix = randomUUID();
    const [a, b] = (await onRedis(t, redis, prefix, ['a', 'b'], QUICK)) as [Witness, Witness];
    await Witness.allMet([a, b]);
    const lonely = new LonelyNode(t, redis, prefix, 'x', ['one', 'two']);
    for (const witness of [a, b]) await witness.noted('x two={"of":"x"}', 30_000);
    await until(
      'x knows the others',
      () => lonely.notes.length === 2,
      () => lonely.notes,
    );
    const before = performance.now();
    lonely.process.kill('SIGKILL');
    for (const witness of [a, b]) {
      await witness.noted('x two=null');
      t.same(witness.take(), ['x one={"of":"x"}', 'x two={"of":"x"}', 'x one=null', 'x two=null']);
    }
    const took = performance.now() - before;
    // A busy machine may have kept its last heartbeats back.
    t.ok(took > 200, `${Math.round(took)} ms`);
    b.cluster.publish('end', 1);
    await a.noted('b end!1');
    t.same(a.take(), ['b end!1'], 'the others are not affected');
  });

  t.test('standing still for long: it leaves and comes back, and itself sees nobody leave', async (t) => {
    const prefix = randomUUID();
    const [a] = (await onRedis(t, redis, prefix, ['a'], QUICK)) as [Witness];
    a.cluster.share('k', 1);
    const lonely = new LonelyNode(t, redis, prefix, 'x', ['one']);
    await a.noted('x one={"of":"x"}', 30_000);
    await until(
      'x knows a',
      () => lonely.notes.length === 1,
      () => lonely.notes,
    );
    a.take();
    lonely.process.kill('SIGSTOP');
    await a.noted('x one=null');
    a.cluster.share('k', 2);
    lonely.process.kill('SIGCONT');
    await a.noted('x one={"of":"x"}');
    t.same(a.take(), ['x one=null', 'x one={"of":"x"}']);
    await until(
      'the news',
      () => lonely.notes.length > 1,
      () => lonely.notes,
    );
    t.same(lonely.notes, ['a k=1', 'a k=2']);
  });
});
