import * as fc from 'fast-check';
import t, { type Test } from 'tap';
import { ERRORS } from '../../server/pusher/errors.ts';
import { channelAuthText, userAuthText } from '../../server/pusher/signature.ts';
import { call } from '../kit/api.ts';
import { DEADLINE_MS } from '../kit/bell.ts';
import { collectGarbage } from '../kit/garbage.ts';
import { type RunningServer, startServer } from '../kit/server.ts';
import { connect, openSocket, type SentFrame, type TestSocket } from '../kit/socket.ts';

const SECONDS_FOR_MESSAGES = 7;
const SECONDS_FOR_REQUESTS = 3;
const SOCKETS = 4;
const QUOTA = 12;
const CODES: number[] = Object.values(ERRORS).map(([code]) => code);
const EVENTS = ['subscribe', 'unsubscribe', 'ping', 'pong', 'signin', 'error', '', 'connection_established'];

/** A message in the making: what is signed in it is signed for the socket that will send it. */
type Draft = (server: RunningServer, socketId: string) => string;

const channel = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.constantFrom(
      'a',
      'private-a',
      'presence-a',
      'presence-b',
      'cache-a',
      'presence-cache-a',
      '#server-to-user-1',
      '__proto__',
    ),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 250 }) },
);
const userId = fc.oneof(fc.constantFrom<unknown>(1, '1', 0, '0', '__proto__', '', null, 'b'), fc.jsonValue());
const signed = fc.constantFrom(true, true, true, false);

const subscribing = fc
  .record({
    channel,
    isSigned: signed,
    member: fc.option(fc.record({ user_id: userId, user_info: fc.jsonValue() }, { requiredKeys: [] })),
  })
  .map(
    ({ channel, isSigned, member }): Draft =>
      (server, socketId) => {
        const data = member === null ? undefined : JSON.stringify(member);
        const auth = isSigned ? server.signer.auth(channelAuthText(socketId, channel, data)) : 'x:y';
        return JSON.stringify({ event: 'pusher:subscribe', data: { channel, auth, channel_data: data } });
      },
  );
const signingIn = fc
  .record({
    isSigned: signed,
    user: fc.record({
      id: fc.oneof(fc.constantFrom('1', '2', '3'), fc.jsonValue()),
      watchlist: fc.array(fc.constantFrom('1', '2', '3', 4)),
    }),
  })
  .map(
    ({ isSigned, user }): Draft =>
      (server, socketId) => {
        const data = JSON.stringify(user);
        const auth = isSigned ? server.signer.auth(userAuthText(socketId, data)) : 'x:y';
        return JSON.stringify({ event: 'pusher:signin', data: { auth, user_data: data } });
      },
  );
const text = (message: fc.Arbitrary<unknown>) =>
  message.map(
    (value): Draft =>
      () =>
        JSON.stringify(value) ?? '',
  );
const wellMeant = fc.oneof(
  { weight: 4, arbitrary: subscribing },
  { weight: 2, arbitrary: signingIn },
  text(fc.record({ event: fc.constant('pusher:unsubscribe'), data: fc.record({ channel }) })),
  text(fc.record({ event: fc.constantFrom('client-a', 'client-', 'other'), channel, data: fc.jsonValue() })),
);
/** A piece of it cut out, something else put in its place. */
const mutated = fc
  .record({
    draft: wellMeant,
    at: fc.nat(300),
    cut: fc.nat(30),
    put: fc.oneof(
      fc.constantFrom('"', '{', '}', '[', '\\', ',', '0', 'null'),
      fc.string({ unit: 'binary', maxLength: 8 }),
    ),
  })
  .map(
    ({ draft, at, cut, put }): Draft =>
      (server, socketId) => {
        const whole = draft(server, socketId);
        const start = at % (whole.length + 1);
        return whole.slice(0, start) + put + whole.slice(start + cut);
      },
  );
const shapeless = fc.record(
  {
    event: fc.oneof(fc.constantFrom(...EVENTS.map((name) => `pusher:${name}`), 'client-x'), fc.jsonValue()),
    channel: fc.oneof(channel, fc.jsonValue()),
    data: fc.oneof(
      fc.jsonValue(),
      fc.json(),
      fc.record(
        {
          channel: fc.oneof(channel, fc.jsonValue()),
          auth: fc.jsonValue(),
          channel_data: fc.oneof(fc.json(), fc.jsonValue()),
          user_data: fc.json(),
        },
        { requiredKeys: [] },
      ),
    ),
  },
  { requiredKeys: [] },
);
const deep = fc.tuple(fc.constantFrom('a', 'private-a'), fc.integer({ min: 1, max: 6000 })).map(
  ([name, depth]): Draft =>
    () =>
      `{"event":"client-x","channel":"${name}","data":${'['.repeat(depth)}${']'.repeat(depth)}}`,
);
const message = fc.oneof(
  { weight: 6, arbitrary: wellMeant },
  { weight: 4, arbitrary: mutated },
  { weight: 4, arbitrary: text(shapeless) },
  { weight: 1, arbitrary: text(fc.jsonValue()) },
  {
    weight: 1,
    arbitrary: fc.string({ unit: 'binary', maxLength: 200 }).map(
      (raw): Draft =>
        () =>
          raw,
    ),
  },
  { weight: 1, arbitrary: deep },
);
/** `hangUp` ends the socket instead of sending. */
const step = fc.record({
  by: fc.nat(SOCKETS - 1),
  message,
  hangUp: fc.integer({ min: 0, max: 30 }).map((n) => n === 0),
  isBinary: fc.boolean(),
});
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

/** Whatever the server says is a frame of the protocol. */
function mustBeFrame(raw: string): void {
  const frame = JSON.parse(raw) as SentFrame;
  if (typeof frame.event !== 'string' || frame.event === '') throw new Error(`no event: ${raw}`);
  if (frame.event === 'pusher:error' && !CODES.includes(JSON.parse(frame.data as string).code)) throw new Error(raw);
}

async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + DEADLINE_MS;
  while (!(await isSo())) if (Date.now() > deadline) throw new Error(`never: ${what}`);
}

/** Sockets that are replaced when they are gone. */
class Crowd {
  readonly #t: Test;
  readonly #server: RunningServer;
  readonly #sockets: TestSocket[] = [];

  constructor(t: Test, server: RunningServer) {
    this.#t = t;
    this.#server = server;
  }

  async socket(index: number): Promise<TestSocket> {
    const known = this.#sockets[index];
    if (known && known.closed === null && known.ws.readyState === known.ws.OPEN) return known;
    const fresh = await connect(this.#t, this.#server);
    this.#sockets[index] = fresh;
    return fresh;
  }

  /** Each socket answers, unless it was closed for the size of a message. */
  async mustAnswer(): Promise<void> {
    await Promise.all(
      this.#sockets.map(async (socket) => {
        if (socket.ws.readyState !== socket.ws.OPEN) return;
        socket.send({ event: 'pusher:ping' });
        let isAnswered = false;
        while (!isAnswered) {
          const raw = await socket.until('pong or close', () => socket.inbox.shift() ?? (socket.closed && ''));
          if (raw === '' && socket.closed?.code === 1009) return;
          mustBeFrame(raw);
          isAnswered = raw === '{"event":"pusher:pong"}';
        }
      }),
    );
  }

  hangUp(): void {
    for (const socket of this.#sockets) socket.ws.terminate();
  }
}

t.test('no message, however mad, crashes, bloats or silences the server', async (t) => {
  const env = { REVERB_APP_MAX_CONNECTIONS: String(QUOTA), ANTIPHON_CLIENT_EVENTS_PER_SECOND: '0', LOG_LEVEL: 'error' };
  const server = await startServer(t, env, { debug: false });
  const crowd = new Crowd(t, server);
  let sent = 0;
  const heapSizes: number[] = [];

  const run = async (steps: readonly Step[]) => {
    for (const { by, message, hangUp, isBinary } of steps) {
      const socket = await crowd.socket(by);
      if (hangUp) {
        socket.ws.terminate();
        await socket.untilClosed();
      } else {
        const raw = message(server, socket.socketId);
        socket.ws.send(isBinary ? Buffer.from(raw) : raw);
        sent += 1;
      }
    }
    await crowd.mustAnswer();
    // A bug is answered like a malformed message, but it is told apart where the operator sees it.
    const bug = server.printed.find((line) => line.includes('unknown error'));
    if (bug) throw new Error(bug);
    server.printed.length = 0;
    if (heapSizes.length === 0 || sent > 1000 * heapSizes.length) {
      collectGarbage();
      heapSizes.push(process.memoryUsage().heapUsed);
    }
  };
  let running = Promise.resolve();
  const property = fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 40 }), (steps) => {
    running = run(steps);
    return running;
  });
  await fc.assert(property, {
    numRuns: 5000,
    interruptAfterTimeLimit: SECONDS_FOR_MESSAGES * 1000,
    endOnFailure: true,
  });
  // The last one is interrupted only for who waits for it: it still opens sockets.
  await running;
  t.ok(sent > 1000, `${sent} messages`);

  crowd.hangUp();
  await until('all sockets given up', async () => {
    const { text } = await call(server, 'GET', '/apps/123456/connections');
    return (
      text === '{"connections":0}' && (await call(server, 'GET', '/apps/123456/channels')).text === '{"channels":{}}'
    );
  });
  // Those that were on no channel give back their place as well, once the server has heard that they are gone.
  let places = 0;
  await until('all places given back', async () => {
    const socket = openSocket(t, server.socketUrl);
    if ((await socket.next()).includes('pusher:connection_established')) places += 1;
    else await socket.untilClosed();
    return places === QUOTA;
  });

  collectGarbage();
  const [early = 0] = heapSizes.slice(Math.floor(heapSizes.length / 3));
  const grownBy = process.memoryUsage().heapUsed - early;
  t.ok(grownBy < 16 * 1024 * 1024, `the heap grew by ${Math.round(grownBy / 1024)} kB`);
});

t.test('no request, however mad, is more than refused', async (t) => {
  const server = await startServer(t, {}, { debug: false });
  const value = fc.oneof(fc.jsonValue(), fc.constantFrom('a', 'cache-a', 'presence-a', 'user_count', 'cache', '1.2'));
  const event = fc.record(
    { name: value, data: value, channel: value, channels: value, socket_id: value, info: value },
    { requiredKeys: [] },
  );
  const plain = fc.record({
    name: fc.string({ minLength: 1 }),
    data: fc.string(),
    channel: fc.constantFrom('a', 'cache-a', 'presence-a'),
    info: fc.string(),
  });
  const body = fc.oneof(
    event.map((fields) => JSON.stringify(fields)),
    plain.map((fields) => JSON.stringify(fields)),
    fc
      .record({ batch: fc.oneof(fc.array(fc.oneof(event, plain), { maxLength: 11 }), fc.jsonValue()) })
      .map((fields) => JSON.stringify(fields)),
    fc.json(),
    fc.string({ unit: 'binary' }),
  );
  const name = fc.string({ minLength: 1, maxLength: 30 }).filter((text) => text !== '.' && text !== '..');
  const requested = fc.oneof(
    fc.record({
      method: fc.constant('POST'),
      path: fc.constantFrom('events', 'batch_events'),
      body,
      query: fc.constant({}),
    }),
    fc.record({
      method: fc.constant('GET'),
      path: fc.oneof(
        fc.constant('channels'),
        name.map((text) => `channels/${encodeURIComponent(text)}`),
        name.map((text) => `channels/presence-${encodeURIComponent(text)}/users`),
      ),
      body: fc.constant(undefined),
      query: fc.record({ info: fc.string(), filter_by_prefix: fc.string({ unit: 'binary' }) }, { requiredKeys: [] }),
    }),
    fc.record({
      method: fc.constant('POST'),
      path: name.map((text) => `users/${encodeURIComponent(text)}/terminate_connections`),
      body: fc.option(body, { nil: undefined }),
      query: fc.constant({}),
    }),
  );
  const statuses = new Map<number, number>();
  const property = fc.asyncProperty(requested, async ({ method, path, body, query }) => {
    const { status, text, json } = await call(server, method, `/apps/123456/${path}`, { body, query });
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
    if (![200, 400, 404, 413, 422].includes(status)) throw new Error(`${status} ${text}`);
    const isObject = typeof json === 'object' && json !== null && !Array.isArray(json);
    if ([200, 422].includes(status) && !isObject) throw new Error(`${status} without an object: ${text}`);
  });
  await fc.assert(property, {
    numRuns: 3000,
    interruptAfterTimeLimit: SECONDS_FOR_REQUESTS * 1000,
    endOnFailure: true,
  });
  for (const status of [200, 400, 422]) t.ok(statuses.get(status), `${statuses.get(status)} answers were ${status}`);
  t.equal((await call(server, 'GET', '/apps/123456/connections')).text, '{"connections":0}');
});
