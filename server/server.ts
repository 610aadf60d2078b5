import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { AddressInfo, Socket } from 'node:net';
import websocket from '@fastify/websocket';
import fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import { refuseBytes, refusePath } from './before-routing.ts';
import type { Cluster } from './cluster/cluster.ts';
import { localLine } from './cluster/local-line.ts';
import { Node } from './cluster/node.ts';
import { RollingRestart } from './cluster/rolling-restart.ts';
import { singleNode } from './cluster/single-node.ts';
import type { Config, ListenConfig } from './config.ts';
import { debugConsole, logObserver } from './console.ts';
import { control } from './doors/control/routes.ts';
import { Tail } from './doors/debug/tail.ts';
import { listenForScrapes } from './doors/metrics/listener.ts';
import { pages } from './doors/pages/routes.ts';
import { type Health, nothingElse, pusherApi } from './doors/pusher-api/routes.ts';
import { publishShortcut } from './doors/pusher-api/shortcut.ts';
import { pusherHttp } from './doors/pusher-http/routes.ts';
import { POWERED_BY } from './doors/pusher-socket/handshake.ts';
import { Reception } from './doors/pusher-socket/reception.ts';
import { pusherSocket } from './doors/pusher-socket/routes.ts';
import { handshakeShortcut } from './doors/pusher-socket/shortcut.ts';
import { Upgraded } from './doors/pusher-socket/upgraded.ts';
import { addressReader } from './forwarded.ts';
import { Metrics } from './metrics/metrics.ts';
import { joinPeers, peersOf } from './peers.ts';
import { PlainConnections } from './plain-http/connections.ts';
import { watching } from './pusher/observer.ts';
import { Pusher } from './pusher/pusher.ts';
import { RestartSignal } from './restart-signal.ts';
import { listenAlso } from './second-port.ts';
import { directSender } from './streams/direct-sender.ts';
import { loadNativeSender } from './streams/native-sender.ts';
import { Outgoing, type Sender } from './streams/outgoing.ts';
import { BackDoor, passOn } from './workers/back-door.ts';
import type { Place } from './workers/place.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The route takes WebSocket upgrades. */
    isSocket?: boolean;
  }
}

export interface ServerOptions {
  log: FastifyBaseLogger;
  /** Prints what Reverb's --debug prints; null: structured log only. */
  debug: ((line: string) => void) | null;
  /** A restart has been ordered, and it is this node's turn. */
  onRestart(): void;
  /** The desk has no admin yet: whoever has this token becomes the first. Null: another process prepares that. */
  onSetUp: ((token: string) => void) | null;
  /** Among the workers of one port; null: this process has the port for itself. */
  place?: Place | null;
}

export interface Server {
  readonly nodeId: string;
  /** How frames are written to sockets. */
  readonly sendsBy: Sender['way'] | 'streams';
  /** Opens the ports. @throws Error when one is taken */
  listen(): Promise<{ port: number; apiPort: number | null; metricsPort: number | null }>;
  /** The process of another node is dead. */
  declareGone(nodeId: string): void;
  /** Lets go of all sockets, spread over the time the settings give, finishes requests and closes. */
  close(): Promise<void>;
}

const SWEEP_MS = 1000;
/** Longer than a proxy's. */
const KEEP_ALIVE_SECONDS = 75;
/** At most this long a stopping server waits for requests under way. */
const LAST_REQUESTS_MS = 5000;
const IDLE_CHECK_MS = 50;
/** How long the nodes wait for one to come back before they give up restarting. */
const RETURN_MS = 60_000;

/** The whole house, wired from top to bottom. */
export async function buildServer(config: Config, options: ServerOptions): Promise<Server> {
  const { log, debug, onRestart, onSetUp, place = null } = options;
  const { listen, apps, api } = config;

  // Between nodes
  const nodeId = randomUUID();
  // Here and below: what a house without it need not load is loaded only where it is wanted.
  const cluster: Cluster = config.redis
    ? (await import('./cluster/redis.ts')).redisCluster(config.redis, nodeId, log)
    : place
      ? new Node(localLine(place.linePath), nodeId, log)
      : singleNode(nodeId);
  const patienceMs = config.drainSeconds * 1000 + RETURN_MS;
  const rolling = new RollingRestart({ cluster, log, restart: onRestart, patienceMs });

  // The protocol
  const metrics = config.metrics && new Metrics();
  const console = debug ? debugConsole(debug) : logObserver(log);
  const tail = new Tail();
  const observer = watching([console, tail.observer, ...(metrics ? [metrics.observer] : [])]);
  const pusher = new Pusher(apps, (app) => peersOf(cluster, app), observer);
  joinPeers(cluster, pusher, log);
  metrics?.watchApps(pusher);
  metrics?.watchCluster(cluster);

  // The doors
  let isDraining = false;
  const health = (): Health => {
    if (isDraining) return { isServing: false, words: 'Stopping' };
    // Why is in the log: `/up` is open to all, and the reason names the inside of somebody's network.
    return { isServing: true, words: cluster.trouble() ? 'degraded: the other nodes cannot be reached' : 'OK' };
  };
  const restartSignal = new RestartSignal(apps);

  const house = openHouse(listen, log);
  await house.register(websocket, { options: SOCKET_OPTIONS, errorHandler: (error) => log.debug(error) });
  // Node lets go of a socket that asks for an upgrade. If nobody takes it, it must not stay.
  house.server.on('upgrade', (_request, socket: Socket) => {
    socket.setTimeout(listen.headersTimeoutSeconds * 1000).on('timeout', socket.destroy);
  });
  house.websocketServer.on('headers', (headers: string[]) => headers.push(POWERED_BY));
  house.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id);
    if (request.ws && !request.is404 && !request.routeOptions.config.isSocket) {
      return reply.code(400).type('text/plain').send('Bad request: there is nothing to upgrade to here.');
    }
  });
  if (metrics) {
    house.addHook('onResponse', async ({ routeOptions }, { statusCode, elapsedTime }) =>
      metrics.answered(doorAt(routeOptions.url, listen.path), statusCode, elapsedTime / 1000),
    );
  }
  // What TLS encrypts cannot be written past its stream.
  const sender = (config.native && !listen.tls ? loadNativeSender(log) : null) ?? directSender();
  const outgoing = new Outgoing(sender);
  const { maxUnreadBytes } = config;
  const reception = new Reception({ pusher, maxUnreadBytes, outgoing, isDraining: () => isDraining, log });
  await house.register(pusherSocket, { prefix: listen.path, reception });
  await house.register(pusherHttp, {
    path: listen.path,
    pusher,
    maxUnreadBytes: config.maxUnreadBytes,
    isDraining: () => isDraining,
    passOn: (session, request) => {
      const keeper = backDoor?.admitted(request.raw) ? null : place?.keeperOf(session);
      return keeper ? (response) => passOn(request.raw, response, keeper, request.ip) : null;
    },
    log,
  });
  await house.register(pusherApi, { prefix: listen.path, pusher, health, ...api });
  const onPublished = metrics && ((status: number, seconds: number) => metrics.answered('pusher-api', status, seconds));
  const addressOf = addressReader(listen.trustedProxies);
  const publishing = {
    prefix: listen.path,
    pusher,
    isDraining: () => isDraining,
    addressOf,
    onAnswered: onPublished,
    log,
    ...api,
  };
  const plain = new PlainConnections(house.server, KEEP_ALIVE_SECONDS, outgoing, {
    post: publishShortcut(publishing),
    upgrade: handshakeShortcut({ prefix: listen.path, reception, addressOf }),
  });
  if (listen.path) await house.register(nothingElse, api);
  await house.register(control, {
    prefix: listen.path,
    isValidOrder: (authorization) => restartSignal.isValid(authorization, Math.floor(Date.now() / 1000)),
    restart: () => rolling.orderAll(),
  });
  if (config.desk) {
    const { desk } = await import('./desk.ts');
    await house.register(desk, {
      config: config.desk,
      pusher,
      cluster,
      socketPath: listen.path,
      tail,
      onSetUp,
      watch: (reading) => metrics?.watch(reading),
    });
  }
  await house.register(pages, {
    pusher,
    demo: config.demo,
    socketPath: listen.path,
  });

  const backDoor = place && new BackDoor(house.server, listen.tls !== null);
  const sweeper = setInterval(() => pusher.sweep(), SWEEP_MS);
  const otherPorts: { close(): Promise<void> }[] = [];

  return {
    nodeId,
    sendsBy: listen.tls ? 'streams' : sender.way,

    async listen() {
      await cluster.start();
      if (place) await backDoor?.listen(place.seat.doorPath);
      await house.listen({ host: listen.host, port: listen.port });
      const { port } = house.server.address() as AddressInfo;
      const second = listen.apiPort === null ? null : await listenAlso(house.server, listen.host, listen.apiPort);
      if (second) otherPorts.push(second);
      const third = metrics && config.metrics && (await scrapesOf(metrics, config.metrics, log));
      if (third) otherPorts.push(third);
      rolling.open();
      return { port, apiPort: second?.port ?? null, metricsPort: third?.port ?? null };
    },

    declareGone: (nodeId) => cluster.declareGone(nodeId),

    async close() {
      isDraining = true;
      rolling.leave();
      const closePorts = () => Promise.all(otherPorts.map((port) => port.close()));
      let portsClosed: Promise<unknown> | undefined;
      // Alone, newcomers are told to come again: a closed port would keep pusher-js away for longer.
      if (rolling.isRelieved) {
        house.server.close();
        portsClosed = closePorts();
      }
      await pusher.drain(config.drainSeconds * 1000);
      clearInterval(sweeper);
      plain.close();
      // A client that has not finished its request by then will not.
      const patienceMs = Math.min(listen.requestTimeoutSeconds * 1000, LAST_REQUESTS_MS);
      const lastCall = setTimeout(() => house.server.closeAllConnections(), patienceMs);
      // What is answered only now would otherwise be kept alive until then.
      const idleCall = setInterval(() => house.server.closeIdleConnections(), IDLE_CHECK_MS);
      await Promise.all([house.close(), backDoor?.close(), portsClosed ?? closePorts()]);
      clearTimeout(lastCall);
      clearInterval(idleCall);
      await cluster.stop();
    },
  };
}

function scrapesOf(metrics: Metrics, place: { host: string; port: number }, log: FastifyBaseLogger) {
  return listenForScrapes({
    ...place,
    text: () => metrics.text(),
    contentType: metrics.contentType,
    onFault: (error) => log.error({ err: error }, 'the metrics could not be gathered'),
  });
}

/** Which door a route belongs to, as its metrics name it. */
function doorAt(url: string | undefined, path: string): string {
  if (url === undefined) return 'none';
  if (/^\/(api|broadcasting|storage|widget)\b/.test(url)) return 'support-api';
  const inside = url.startsWith(`${path}/`) ? url.slice(path.length) : url;
  if (inside.startsWith('/apps/')) return 'pusher-api';
  return /^(\/pusher)?\/app\//.test(inside) ? 'pusher-http' : 'pages';
}

/** How often Node looks for requests that are late; its own half minute would be added to every time-out. */
const LATENESS_CHECK_MS = 1000;

function openHouse(listen: ListenConfig, log: FastifyBaseLogger) {
  const { tls, headersTimeoutSeconds, requestTimeoutSeconds, trustedProxies } = listen;
  const timeouts = {
    headersTimeout: headersTimeoutSeconds * 1000,
    handshakeTimeout: headersTimeoutSeconds * 1000, // of TLS
    connectionsCheckingInterval: LATENESS_CHECK_MS,
  };
  const options = {
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => randomUUID(),
    frameworkErrors: refusePath,
    clientErrorHandler: refuseBytes,
    routerOptions: { ignoreDuplicateSlashes: true, maxParamLength: 1000 },
    pluginTimeout: 0, // the desk may have many rows of an app to move
    trustProxy: trustedProxies.includes('*') || [...trustedProxies],
    requestTimeout: requestTimeoutSeconds * 1000,
    keepAliveTimeout: KEEP_ALIVE_SECONDS * 1000,
    forceCloseConnections: 'idle',
  } as const;
  if (!tls) return fastify({ ...options, http: timeouts });
  const https = { ...timeouts, cert: readFileSync(tls.certFile), key: readFileSync(tls.keyFile) };
  return fastify({
    ...options,
    https: tls.passphrase === null ? https : { ...https, passphrase: tls.passphrase },
  }) as unknown as FastifyInstance;
}

const SOCKET_OPTIONS = {
  WebSocket: Upgraded as never,
  perMessageDeflate: false,
  clientTracking: false,
  handleProtocols: () => false as const,
};
