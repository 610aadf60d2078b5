import Echo from 'laravel-echo';
import type { Channel, Options } from 'pusher-js';
import PusherModule from 'pusher-js';
import type { Test } from 'tap';
import type { Backend } from './backend.ts';
import { Ear } from './ear.ts';
import type { RunningServer } from './server.ts';

// Under NodeNext the types speak of a module with a default; at run time the module is the class.
const Pusher = PusherModule as unknown as typeof PusherModule.default;
export type PusherClient = InstanceType<typeof Pusher>;

// In Node, a pusher-js that a server sends away leaves timers of up to half a minute behind, which nobody can reach. They
// must not keep a finished test file waiting.
const startTimer = globalThis.setTimeout;
globalThis.setTimeout = Object.assign(
  ((callback: () => void, delayMs = 0, ...rest: []) => {
    const timer = startTimer(callback, delayMs, ...rest);
    return delayMs >= 10_000 ? timer.unref() : timer;
  }) as typeof setTimeout,
  startTimer,
);

/** `7:Ann`: the user as whom the backend sees the requests of a client. */
export type Token = string;

/** Where the server is, as pusher-js and Echo take it. */
function addressOf({ port, config }: RunningServer) {
  return {
    wsHost: '127.0.0.1',
    wsPort: port,
    wssPort: port,
    wsPath: config.listen.path,
    forceTLS: false,
    enabledTransports: ['ws' as const],
  };
}

/** A pusher-js that starts to connect at once. It is disconnected when the test ends. */
export function pusherClient(
  t: Test,
  server: RunningServer,
  {
    backend,
    as,
    key = server.app.key,
    ...options
  }: { backend?: Backend; as?: Token; key?: string } & Partial<Options> = {},
): PusherClient {
  const headers = as ? { Authorization: `Bearer ${as}` } : {};
  const asking = backend && {
    channelAuthorization: { endpoint: `${backend.url}/broadcasting/auth`, transport: 'ajax' as const, headers },
    userAuthentication: { endpoint: `${backend.url}/broadcasting/user-auth`, transport: 'ajax' as const, headers },
  };
  const client = new Pusher(key, { cluster: '', ...addressOf(server), ...asking, ...options });
  t.teardown(() => client.disconnect());
  return client;
}

/** A laravel-echo with `broadcaster: 'reverb'`. It is disconnected when the test ends. */
export function echoClient(
  t: Test,
  server: RunningServer,
  { backend, as, ...options }: { backend?: Backend; as?: Token; [option: string]: unknown } = {},
): Echo<'reverb'> {
  const echo = new Echo({
    broadcaster: 'reverb',
    key: server.app.key,
    Pusher: Pusher as never,
    ...addressOf(server),
    ...(backend && {
      authEndpoint: `${backend.url}/broadcasting/auth`,
      userAuthentication: { endpoint: `${backend.url}/broadcasting/user-auth`, headers: {} } as never,
    }),
    // Without headers of its own, an Echo adds its token to defaults that all share.
    auth: { headers: {} },
    bearerToken: as ?? null,
    ...options,
  });
  t.teardown(() => echo.disconnect());
  return echo;
}

export async function connected(client: PusherClient): Promise<PusherClient> {
  const ear = new Ear();
  client.connection.bind('connected', ear.for('connected'));
  if (client.connection.state !== 'connected') await ear.next('connected');
  client.connection.unbind('connected');
  return client;
}

/** Subscribes and waits for the answer; every event of the channel goes to the ear, with its metadata where it has some. */
export async function subscribed(client: PusherClient, name: string, ear = new Ear()): Promise<[Channel, Ear]> {
  const channel = client.subscribe(name);
  channel.bind_global((event: string, data: unknown) => ear.hear(event, data));
  await ear.next('pusher:subscription_succeeded');
  return [channel, ear];
}

/** Waits for the answer to something asked now: what the server sent before it has arrived by then. */
export async function caughtUp(client: PusherClient): Promise<void> {
  const name = 'caught-up';
  await subscribed(client, name);
  client.unsubscribe(name);
}
