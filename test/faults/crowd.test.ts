import Pusher from 'pusher';
import t from 'tap';
import { WebSocket } from 'ws';
import { needsRedis, startRedis } from '../cluster/redis-server.ts';
import { eventually } from '../kit/ear.ts';
import { APP, siteOf } from './node.ts';

const CROWD = 5000;
/** While many come at once, a busy machine may let some wait for long. */
const PATIENCE_MS = 90_000;

/** One of many: comes back at once, to the other node, when it is cut off. */
class Client {
  isSubscribed = false;
  readonly heard: number[] = [];
  readonly #bases: readonly string[];
  #attempt = 0;
  #socket: WebSocket | null = null;
  #hasLeft = false;

  constructor(bases: readonly string[]) {
    this.#bases = bases;
    this.#connect();
  }

  leave(): void {
    this.#hasLeft = true;
    this.#socket?.terminate();
  }

  #connect(): void {
    const base = this.#bases[this.#attempt++ % this.#bases.length] as string;
    const socket = new WebSocket(`${base.replace('http', 'ws')}/app/${APP.key}?protocol=7`, {
      perMessageDeflate: false,
    });
    this.#socket = socket;
    socket.on('message', (data) => {
      const { event, data: inner } = JSON.parse(String(data));
      if (event === 'pusher:connection_established') {
        socket.send('{"event":"pusher:subscribe","data":{"channel":"orders"}}');
      }
      if (event === 'pusher_internal:subscription_succeeded') this.isSubscribed = true;
      if (event === 'shipped') this.heard.push(JSON.parse(inner).n);
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      this.isSubscribed = false;
      if (!this.#hasLeft) setImmediate(() => this.#connect());
    });
  }
}

t.test(`${CROWD} clients lose their node and come to the other at once`, needsRedis, async (t) => {
  const redis = await startRedis(t);
  const start = siteOf(t);
  const env = { CHAT_ENABLED: 'off', REVERB_SCALING_ENABLED: 'true', REDIS_PORT: String(redis.port) };
  const [one, two] = [await start(env), await start(env)];
  const pusher = new Pusher({ ...APP, host: '127.0.0.1', port: new URL(two.base).port, useTLS: false });
  const publish = (n: number) => pusher.trigger('orders', 'shipped', { n });
  const countOf = async () => {
    const answer = await pusher.get({ path: '/channels/orders', params: { info: 'subscription_count' } });
    return ((await answer.json()) as { subscription_count: number }).subscription_count;
  };

  const faithful = new Client([two.base]);
  const crowd: Client[] = [];
  t.teardown(() => {
    for (const client of [faithful, ...crowd]) client.leave();
  });
  for (let n = 0; n < CROWD; n += 250) {
    for (let each = 0; each < 250; each++) crowd.push(new Client([one.base, two.base]));
    await eventually('the next of them', () => crowd.every(({ isSubscribed }) => isSubscribed), PATIENCE_MS);
  }
  await eventually('all of them on both nodes', async () => (await countOf()) === CROWD + 1, PATIENCE_MS);

  const began = performance.now();
  await one.kill();
  let published = 0;
  const isBack = () => crowd.every(({ isSubscribed }) => isSubscribed);
  // Who was there all the time is served all the time.
  await eventually(
    'all of them back',
    async () => {
      await publish(published++);
      return isBack();
    },
    PATIENCE_MS,
  );
  t.comment(
    `all ${CROWD} back within ${((performance.now() - began) / 1000).toFixed(1)} s, ${published} events meanwhile`,
  );
  await publish(published++);
  await eventually(
    'the last event everywhere',
    () => [faithful, ...crowd].every(({ heard }) => heard.at(-1) === published - 1),
    PATIENCE_MS,
  );
  t.same(faithful.heard, [...Array(published).keys()], 'each event once and in order');
  const doubled = crowd.filter(({ heard }) => new Set(heard).size < heard.length);
  t.same(doubled.length, 0, 'nobody heard one twice');
  await eventually('the dead node’s sockets gone', async () => (await countOf()) === CROWD + 1, PATIENCE_MS);
});
