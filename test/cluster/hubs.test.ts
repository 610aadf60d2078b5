import { randomUUID } from 'node:crypto';
import t, { type Test } from 'tap';
import type { Cluster } from '../../server/cluster/cluster.ts';
import { localLine } from '../../server/cluster/local-line.ts';
import { messageIn } from '../../server/cluster/messages.ts';
import { Node } from '../../server/cluster/node.ts';
import { redisCluster } from '../../server/cluster/redis.ts';
import { singleNode } from '../../server/cluster/single-node.ts';
import { joinPeers, peersOf } from '../../server/peers.ts';
import type { App } from '../../server/pusher/app.ts';
import type { Connection } from '../../server/pusher/connection.ts';
import type { Frame } from '../../server/pusher/frames.ts';
import type { Hub } from '../../server/pusher/hub.ts';
import type { Peers } from '../../server/pusher/peers.ts';
import { serverPublication } from '../../server/pusher/publication.ts';
import { Pusher } from '../../server/pusher/pusher.ts';
import type { Session } from '../../server/pusher/session.ts';
import { channelAuthText, userAuthText } from '../../server/pusher/signature.ts';
import { startExchange } from './exchange.ts';
import { Loopback } from './loopback.ts';
import { needsRedis, startRedis } from './redis-server.ts';
import { KeptLog, until } from './witness.ts';

const APP: App = {
  id: 'app-1',
  key: 'key-1',
  secret: 'secret-1',
  allowedOrigins: ['*'],
  pingIntervalSeconds: 60,
  activityTimeoutSeconds: 30,
  maxConnections: null,
  handshakes: { perAddress: 0, perApp: 0 },
  events: { perAddress: 0, perApp: 0 },
  maxMessageBytes: 10_000,
  clientEvents: { from: 'members', onPublicChannels: true, perSecond: 0, maxBytes: 0 },
  rateLimit: null,
  strictNames: false,
  cacheTtlSeconds: 1800,
  subscriptionCounts: true,
  presence: { maxMembers: 2000, maxUserInfoBytes: 1024, maxUserIdLength: 128 },
  maxChannelsPerSocket: 0,
  maxWatchlist: 100,
  authorisationTimeoutSeconds: 0,
};
const OTHER_APP: App = {
  ...APP,
  id: 'app-2',
  key: 'key-2',
  secret: 'secret-2',
  events: { perAddress: 10, perApp: 15 },
};

const PRESENCE = 'presence-room';

/** A socket without a wire: it keeps what it is sent. */
class Socket implements Connection {
  readonly broadcaster = null;
  readonly seat = 0;
  readonly frames: string[] = [];
  readonly hub: Hub;
  readonly session: Session;
  closedWith: number | null = null;

  constructor(hub: Hub) {
    this.hub = hub;
    const session = hub.open(this, undefined, () => '127.0.0.1');
    if (!session) throw new Error(`not taken: ${this.frames}`);
    this.session = session;
    this.frames.length = 0;
  }

  send(frame: Frame): void {
    this.frames.push(frame.text);
  }

  ping(): void {
    this.frames.push('PING');
  }

  close(code: number): void {
    this.closedWith = code;
  }

  say(event: string, data: unknown, channel?: string): void {
    this.session.receive(JSON.stringify({ event, data, channel }));
  }

  subscribe(channel: string, member?: { user_id: string | number; user_info?: unknown }): this {
    const channelData = member && JSON.stringify(member);
    const auth = this.hub.signer.auth(channelAuthText(this.session.socketId, channel, channelData));
    this.say('pusher:subscribe', { channel, auth, channel_data: channelData });
    return this;
  }

  signIn(id: string, watchlist: string[] = []): this {
    const userData = JSON.stringify({ id, watchlist });
    const auth = this.hub.signer.auth(userAuthText(this.session.socketId, userData));
    this.say('pusher:signin', { auth, user_data: userData });
    return this;
  }

  leave(): void {
    this.session.closed();
  }

  /** Forgets the frames and returns them, data unwrapped, as `event data`. */
  take(): string[] {
    return this.frames.splice(0).map((text) => {
      const { event, data } = JSON.parse(text);
      const name = event.replace(/^pusher(_internal)?:/, '');
      return data === undefined ? name : `${name} ${typeof data === 'string' ? data : JSON.stringify(data)}`;
    });
  }

  got(part: string): Promise<unknown> {
    return until(
      part,
      () => this.frames.some((text) => JSON.parse(text).event.includes(part)),
      () => this.frames,
    );
  }
}

interface House {
  cluster: Cluster;
  pusher: Pusher;
  hub: Hub;
  log: KeptLog;
}

function house(cluster: Cluster): House {
  const log = new KeptLog();
  const pusher = new Pusher([APP, OTHER_APP], (app) => peersOf(cluster, app));
  joinPeers(cluster, pusher, log);
  return { cluster, pusher, hub: pusher.byId(APP.id) as Hub, log };
}

type MakeNodes = (names: readonly string[]) => Cluster[];

async function houses(t: Test, makeNodes: MakeNodes, names: readonly string[] = ['a', 'b']): Promise<House[]> {
  const made = makeNodes(names).map(house);
  for (const { cluster } of made) {
    t.teardown(() => cluster.stop());
    await cluster.start();
  }
  // All have met when each sees a socket of every other.
  const sockets = made.map(({ hub }) => new Socket(hub));
  for (const { hub } of made) await sees('sockets', () => hub.connected.total === names.length, hub);
  for (const socket of sockets) socket.leave();
  for (const { hub } of made) await sees('no sockets', () => hub.connected.total === 0, hub);
  return made;
}

function sees(what: string, look: () => boolean, hub: Hub): Promise<unknown> {
  const printed = () => ({
    connected: hub.connected.total,
    channels: [...hub.channels.all()].map((channel) => [
      channel.name,
      channel.subscriptionCount,
      channel.roster?.ids(),
    ]),
  });
  return until(what, look, printed);
}

/** What was sent before on the other node has arrived on this one. */
async function settled(from: Hub, to: Hub): Promise<void> {
  const fence = `fence-${randomUUID()}`;
  const socket = new Socket(to).subscribe(fence);
  from.publish([fence], serverPublication('fence', '{}'));
  await socket.got('fence');
  socket.leave();
}

function holdsBetweenHubs(t: Test, makeNodes: MakeNodes): void {
  t.test('a member joins and leaves once, on however many nodes he is', async (t) => {
    const [a, b] = (await houses(t, makeNodes)) as [House, House];
    const onA = new Socket(a.hub).subscribe(PRESENCE, { user_id: 1, user_info: { name: 'Ann' } });
    t.same(onA.take(), ['subscription_succeeded {"presence":{"count":1,"ids":[1],"hash":{"1":{"name":"Ann"}}}}']);
    await sees('Ann', () => b.hub.channels.get(PRESENCE)?.roster?.has(1) === true, b.hub);

    const onB = new Socket(b.hub).subscribe(PRESENCE, { user_id: '2' });
    t.same(onB.take(), [
      'subscription_succeeded {"presence":{"count":2,"ids":[1,"2"],"hash":{"1":{"name":"Ann"},"2":null}}}',
    ]);
    await onA.got('member_added');
    t.same(onA.take(), ['member_added {"user_id":"2"}']);

    const annOnB = new Socket(b.hub).subscribe(PRESENCE, { user_id: 1, user_info: { name: 'Ann' } });
    const secondAnnOnB = new Socket(b.hub).subscribe(PRESENCE, { user_id: 1 });
    await settled(b.hub, a.hub);
    t.same([onA.take(), onB.take()], [[], []], 'she was there already');
    for (const { hub } of [a, b]) t.equal(hub.channels.get(PRESENCE)?.roster?.size, 2);
    await sees('three of b', () => a.hub.channels.get(PRESENCE)?.subscriptionCount === 4, a.hub);

    onA.leave();
    await settled(a.hub, b.hub);
    t.same(onB.take(), [], 'she is still there');
    const watcher = new Socket(a.hub).subscribe(PRESENCE);
    t.match(watcher.take(), [/"count":2/]);
    annOnB.leave();
    secondAnnOnB.leave();
    await watcher.got('member_removed');
    t.same(watcher.take(), ['member_removed {"user_id":1}']);
    t.same(onB.take(), ['member_removed {"user_id":1}']);
    onB.leave();
    watcher.leave();
    for (const { hub } of [a, b]) await sees('an empty house', () => hub.channels.get(PRESENCE) === undefined, hub);
  });

  t.test('members of a node that leaves are gone', async (t) => {
    const [a, b] = (await houses(t, makeNodes)) as [House, House];
    const watcher = new Socket(b.hub).subscribe(PRESENCE, { user_id: 'w' });
    for (const id of ['1', '2']) new Socket(a.hub).subscribe(PRESENCE, { user_id: id });
    await sees('all', () => b.hub.channels.get(PRESENCE)?.roster?.size === 3, b.hub);
    watcher.take();
    await a.cluster.stop();
    await sees('one', () => b.hub.channels.get(PRESENCE)?.roster?.size === 1, b.hub);
    t.same(watcher.take().sort(), ['member_removed {"user_id":"1"}', 'member_removed {"user_id":"2"}']);
    t.equal(b.hub.connected.total, 1);
    t.equal(b.hub.channels.get(PRESENCE)?.subscriptionCount, 1);
  });

  t.test('a node that comes later knows everybody', async (t) => {
    const [first, later] = makeNodes(['a', 'b']) as [Cluster, Cluster];
    const a = house(first);
    t.teardown(() => first.stop());
    await first.start();
    for (let id = 0; id < 50; id += 1) new Socket(a.hub).subscribe(PRESENCE, { user_id: id }).signIn(`u${id}`);
    const b = house(later);
    t.teardown(() => later.stop());
    await later.start();
    await sees('50 members', () => b.hub.channels.get(PRESENCE)?.roster?.size === 50, b.hub);
    await sees('50 subscriptions', () => b.hub.channels.get(PRESENCE)?.subscriptionCount === 50, b.hub);
    await sees('50 sockets', () => b.hub.connected.total === 50 && b.hub.channels.subscribed.total === 50, b.hub);
    t.ok(b.hub.users.isOnline('u49'));
  });

  t.test('subscription counts and the quota of sockets add up over the nodes', async (t) => {
    const [a, b] = (await houses(t, makeNodes)) as [House, House];
    const onA = new Socket(a.hub).subscribe('orders');
    await sees('one', () => b.hub.channels.get('orders')?.subscriptionCount === 1, b.hub);
    const onB = new Socket(b.hub).subscribe('orders');
    await onA.got('subscription_count');
    await until(
      'the count',
      () => onA.frames.at(-1)?.includes('2'),
      () => onA.frames,
    );
    t.same(onA.take().slice(-2), [
      'subscription_count {"subscription_count":1}',
      'subscription_count {"subscription_count":2}',
    ]);
    t.same(onB.take().slice(-1), ['subscription_count {"subscription_count":2}']);
    onB.leave();
    await onA.got('subscription_count');
    t.same(onA.take(), ['subscription_count {"subscription_count":1}']);
    t.equal(b.hub.channels.get('orders')?.isOccupied, true, 'by a node elsewhere');
    onA.leave();
    await sees('vacated', () => b.hub.channels.get('orders') === undefined, b.hub);
  });

  t.test('an event reaches every node but not the socket it came from', async (t) => {
    const [a, b, c] = (await houses(t, makeNodes, ['a', 'b', 'c'])) as [House, House, House];
    const onB = new Socket(b.hub).subscribe('orders');
    const alsoOnB = new Socket(b.hub).subscribe('orders');
    const onC = new Socket(c.hub).subscribe('orders');
    const otherApp = new Socket(c.pusher.byId(OTHER_APP.id) as Hub).subscribe('orders');
    await sees('all', () => a.hub.channels.get('orders')?.subscriptionCount === 3, a.hub);
    await settled(b.hub, c.hub);
    await settled(c.hub, b.hub);
    for (const socket of [onB, alsoOnB, onC, otherApp]) socket.take();

    const data = JSON.stringify({ text: 'Привет "\\u0000', n: 1 });
    a.hub.publish(['orders', 'nobody'], serverPublication('App\\Events\\Shipped', data), onB.session.socketId);
    for (const socket of [alsoOnB, onC]) {
      await socket.got('Shipped');
      t.same(
        socket.frames.map((text) => JSON.parse(text)),
        [{ event: 'App\\Events\\Shipped', data, channel: 'orders' }],
      );
    }
    await settled(a.hub, b.hub);
    await settled(a.hub, c.hub);
    t.same([onB.frames, otherApp.frames], [[], []]);
  });

  t.test('a client event reaches the others of the channel, with who said it', async (t) => {
    const [a, b] = (await houses(t, makeNodes)) as [House, House];
    const onA = new Socket(a.hub).subscribe(PRESENCE, { user_id: 7 });
    const onB = new Socket(b.hub).subscribe(PRESENCE, { user_id: '8' });
    await onA.got('member_added');
    onA.take();
    onB.take();
    onA.say('client-typing', { on: true }, PRESENCE);
    onA.say('client-nothing', undefined, PRESENCE);
    await onB.got('client-nothing');
    t.same(
      onB.frames.map((text) => JSON.parse(text)),
      [
        { event: 'client-typing', channel: PRESENCE, data: { on: true }, user_id: 7 },
        { event: 'client-nothing', channel: PRESENCE, data: null, user_id: 7 },
      ],
    );
    t.same(onA.take(), [], 'he does not hear himself');
  });

  t.test('the last event of a cache channel is known where it was not published and nobody listened', async (t) => {
    const [a, b] = (await houses(t, makeNodes)) as [House, House];
    a.hub.publish(['cache-prices'], serverPublication('price', '{"eur":1}'));
    await settled(a.hub, b.hub);
    t.same(new Socket(b.hub).subscribe('cache-prices').take(), [
      'subscription_succeeded {}',
      'price {"eur":1}',
      'subscription_count {"subscription_count":1}',
    ]);
    t.match(new Socket(b.hub).subscribe('cache-other').take(), ['subscription_succeeded {}', 'cache_miss']);
  });

  t.test('and on a node that comes later, unless it knows better by then', async (t) => {
    const [first, later] = makeNodes(['a', 'b']) as [Cluster, Cluster];
    const [a, b] = [house(first), house(later)];
    t.teardown(() => Promise.all([first.stop(), later.stop()]));
    await first.start();
    const price = (eur: number) => serverPublication('price', JSON.stringify({ eur }));
    a.hub.publish(['cache-prices', 'not remembered'], price(1));
    a.hub.publish(['cache-prices'], price(2));
    a.hub.publish(['private-cache-other'], { from: 'client', event: 'client-x', data: { a: 1 }, userId: 7 });
    b.hub.publish(['cache-known'], price(4));
    a.hub.publish(['cache-known'], price(3));
    // Said before anybody could hear it.
    for (const _ of [1, 2, 3]) await new Promise((resolve) => setImmediate(resolve));
    await later.start();
    await sees('what a remembers', () => b.hub.cachedFrame('private-cache-other') !== undefined, b.hub);
    t.equal(
      b.hub.cachedFrame('cache-prices')?.text,
      '{"event":"price","data":"{\\"eur\\":2}","channel":"cache-prices"}',
      'as it was sent, the last one only',
    );
    t.match(JSON.parse(b.hub.cachedFrame('private-cache-other')?.text ?? ''), { data: { a: 1 }, user_id: 7 });
    t.match(b.hub.cachedFrame('cache-known')?.text, /4/, 'its own is as new');
    t.equal(b.hub.cachedFrame('not remembered'), undefined);
  });

  t.test('what one node took of a limit, the others do not give again', async (t) => {
    const made = (await houses(t, makeNodes)) as [House, House];
    const [a, b] = made.map(({ pusher }) => pusher.byId(OTHER_APP.id)) as [Hub, Hub];
    const [onA, onB] = made.map(({ hub }) => new Socket(hub).subscribe('told')) as [Socket, Socket];
    const tell = (from: House, event: string) => from.hub.publish(['told'], serverPublication(event, ''));

    t.equal(a.publishing.take('192.0.2.1', a.now(), 8), 0);
    tell(made[0], 'took-8');
    await onB.got('took-8');
    t.ok(b.publishing.take('192.0.2.1', b.now(), 5) > 0, 'so much is not left of the address’s ten');
    t.equal(b.publishing.take('192.0.2.2', b.now(), 5), 0, 'another address has ten of its own');
    tell(made[1], 'took-5');
    await onA.got('took-5');
    t.ok(a.publishing.take('192.0.2.3', a.now(), 5) > 0, 'of the app’s fifteen there are two');
    t.equal(a.publishing.take('192.0.2.3', a.now(), 2), 0);
  });

  t.test('a user is terminated wherever he is', async (t) => {
    const [a, b] = (await houses(t, makeNodes)) as [House, House];
    const sockets = [new Socket(a.hub).signIn('7'), new Socket(b.hub).signIn('7')];
    const asMember = new Socket(b.hub).subscribe(PRESENCE, { user_id: 7 });
    const other = new Socket(b.hub).signIn('8');
    a.hub.terminate('7');
    for (const socket of [...sockets, asMember]) {
      await until(
        'the close',
        () => socket.closedWith,
        () => socket.frames,
      );
      t.equal(socket.closedWith, 4009);
    }
    t.equal(other.closedWith, null);
    await sees('one left', () => a.hub.connected.total === 1, a.hub);
  });

  t.test('who is watched comes online once and goes offline once, wherever he is', async (t) => {
    const [a, b] = (await houses(t, makeNodes)) as [House, House];
    const watcher = new Socket(a.hub).signIn('w', ['7']);
    t.same(watcher.take().slice(1), ['watchlist_events {"events":[{"name":"offline","user_ids":["7"]}]}']);
    const onB = new Socket(b.hub).signIn('7');
    await watcher.got('watchlist');
    t.same(watcher.take(), ['watchlist_events {"events":[{"name":"online","user_ids":["7"]}]}']);
    const onA = new Socket(a.hub).signIn('7');
    onB.leave();
    await settled(b.hub, a.hub);
    t.same(watcher.take(), [], 'he moved');
    t.match(new Socket(b.hub).signIn('v', ['7']).take(), [/^signin_success/, /"online","user_ids":\["7"\]/]);
    onA.leave();
    await watcher.got('watchlist');
    t.same(watcher.take(), ['watchlist_events {"events":[{"name":"offline","user_ids":["7"]}]}']);
  });

  t.test('what another node says that makes no sense is ignored', async (t) => {
    const [stranger, cluster] = makeNodes(['a', 'b']) as [Cluster, Cluster];
    const { hub, log } = house(cluster);
    for (const node of [stranger, cluster]) {
      t.teardown(() => node.stop());
      await node.start();
    }
    const entries: [key: unknown, value: unknown][] = [
      [['app-1'], 1],
      [['app-1', 'connected'], 'many'],
      [['app-1', 'connected'], -1],
      [['app-1', 'subscriptions'], 1],
      [['app-1', 'member', PRESENCE], { id: '1' }],
      [['app-1', 'member', PRESENCE, '1'], { id: {} }],
      [['app-1', 'member', PRESENCE, '1'], 'Ann'],
      [['app-1', 'user', '1'], 1],
      [['app-1', 'later'], 1],
      ['app-1', 1],
      [[1, 'connected'], 1],
    ];
    for (const [key, value] of entries) stranger.share(JSON.stringify(key), value);
    stranger.share('not JSON', 1);
    stranger.share(JSON.stringify(['unknown app', 'connected']), 1);
    const messages: unknown[] = [
      null,
      'x',
      [],
      { type: 'later' },
      { type: 'terminate' },
      { type: 'event', channels: 'orders', publication: serverPublication('e', 'd') },
      { type: 'event', channels: ['orders'], publication: { ...serverPublication('e', 'd'), dataJson: {} } },
      { type: 'event', channels: ['orders'], publication: { from: 'server', event: 'e', data: 'd' } },
      { type: 'event', channels: ['orders'], publication: { from: 'client', event: 'e', userId: {} } },
      { type: 'event', channels: ['orders'], publication: { from: 'nobody', event: 'e' } },
      { type: 'event', channels: ['orders'], publication: null },
      {
        type: 'event',
        channels: ['orders'],
        publication: serverPublication('e', 'd'),
        exceptSocketId: 1,
      },
    ];
    const socket = new Socket(hub).subscribe('orders');
    socket.take();
    for (const message of messages) stranger.publish('app:app-1', message);
    const publication = serverPublication('end', '{}');
    stranger.publish('app:app-1', { type: 'event', channels: ['orders'], publication });
    await socket.got('end');
    t.same(socket.take(), ['end {}']);
    t.equal(hub.connected.total, 1);
    t.equal(hub.channels.get(PRESENCE), undefined);
    const keys = new Set(entries.map(([key]) => JSON.stringify(key)));
    t.equal(log.lines.length, keys.size + 1 + messages.length, 'each is logged');
  });
}

t.test('hubs on a line within the process', async (t) => {
  holdsBetweenHubs(t, (names) => {
    const { open } = new Loopback();
    return names.map((name) => new Node(open, name, new KeptLog()));
  });
});

t.test('who joins a thousand costs the other nodes what who joins ten does', async (t) => {
  const loopback = new Loopback();
  const makeNodes: MakeNodes = (names) => names.map((name) => new Node(loopback.open, name, new KeptLog()));
  const [a, b] = (await houses(t, makeNodes)) as [House, House];
  const sizes = { 'presence-few': 10, 'presence-all': 1000 };
  for (const [channel, size] of Object.entries(sizes)) {
    for (let id = 1000; id < 1000 + size; id += 1) new Socket(a.hub).subscribe(channel, { user_id: id });
    await sees(`${size} on ${channel}`, () => b.hub.channels.get(channel)?.roster?.size === size, b.hub);
  }
  await settled(a.hub, b.hub);
  const told: Record<string, { entries: number; bytes: number }> = {};
  for (const [channel, size] of Object.entries(sizes)) {
    const cost = { entries: 0, bytes: 0 };
    loopback.reaches = (text, nodeId) => {
      const message = messageIn(text);
      if (nodeId === 'b' && message?.from === 'a' && message.type === 'turn') {
        cost.entries += message.shares.length;
        cost.bytes += JSON.stringify([message.shares, message.says]).length;
      }
      return true;
    };
    new Socket(a.hub).subscribe(channel, { user_id: 9000, user_info: { name: 'Ann' } });
    await sees('her', () => b.hub.channels.get(channel)?.roster?.size === size + 1, b.hub);
    loopback.reaches = () => true;
    told[channel] = cost;
  }
  const [few, all] = [told['presence-few'], told['presence-all']];
  t.equal(few?.entries, 4, 'her socket, that it listens, the count and herself');
  t.equal(all?.entries, few?.entries);
  const digits = 2 + 2 * 4; // in three counts at the most
  t.ok(Math.abs((all?.bytes ?? 0) - (few?.bytes ?? 0)) <= digits, `${few?.bytes} and ${all?.bytes} bytes`);
});

t.test('hubs of the workers of one machine', async (t) => {
  const paths = await Promise.all(Array.from({ length: 13 }, async () => (await startExchange(t)).path));
  holdsBetweenHubs(t, (names) => {
    const path = paths.shift();
    if (path === undefined) throw new Error('too few exchanges');
    return names.map((name) => new Node(localLine(path), name, new KeptLog()));
  });
});

t.test('hubs on Redis', needsRedis, async (t) => {
  const redis = await startRedis(t);
  holdsBetweenHubs(t, (names) => {
    const config = redis.config({ prefix: randomUUID() });
    return names.map((name) => redisCluster(config, name, new KeptLog()));
  });
});

t.test('alone, an app has nobody to tell, and nothing is prepared for nobody', async (t) => {
  const peers = peersOf(singleNode('a'), APP);
  t.equal(peers, peersOf(singleNode('b'), OTHER_APP));
  const fact = {
    get kind(): 'connected' {
      throw new Error('looked at');
    },
    value: 1,
  };
  peers.share(fact);
  peers.forward({ type: 'terminate', userId: '7' } satisfies Parameters<Peers['forward']>[0]);
  const { hub } = house(singleNode('a'));
  const [one, two] = [new Socket(hub).subscribe(PRESENCE, { user_id: 1 }), new Socket(hub)];
  two.subscribe(PRESENCE, { user_id: 2 });
  t.match(one.take().at(-1), /^member_added/);
});
