import { createClient } from '@redis/client';
import type { Cluster, ClusterLog } from './cluster.ts';
import type { Line, LineListener, OpenLine } from './line.ts';
import { Node, type NodeSettings } from './node.ts';
import { type RedisAddress, type RedisSettings, redisAddress, secured, type TcpAddress } from './redis-address.ts';
import { type ClientOptions, masterOf, type Sentinel } from './redis-sentinel.ts';

export interface RedisClusterConfig extends RedisSettings {
  /** All channels begin with it: nodes that share a Redis and a prefix are one cluster. */
  prefix: string;
  /** How long opening may take; never more than five seconds, since other attempts follow. */
  timeoutSeconds: number;
  /** Who knows where Redis is; counts instead of its address. */
  sentinel?: Sentinel | null;
  /** Nodes of a Redis Cluster, of which one is enough: what is published on one is heard on all. */
  cluster?: readonly TcpAddress[] | null;
}

const MAX_OPENING_MS = 5000;

/** Nodes that talk through Redis' pub/sub. Nothing is stored in it. @throws Error when the address cannot be understood */
export function redisCluster(
  config: RedisClusterConfig,
  nodeId: string,
  log: ClusterLog,
  settings?: NodeSettings,
): Cluster {
  return new Node(redisLine(config), nodeId, log, settings);
}

function redisLine({ prefix, timeoutSeconds, ...settings }: RedisClusterConfig): OpenLine {
  const find = finderOf(settings);
  const openingMs = Math.min(timeoutSeconds * 1000, MAX_OPENING_MS);
  const toAll = `${prefix}:nodes`;
  const toOne = (nodeId: string) => `${prefix}:node:${nodeId}`;

  return async (nodeId, listener) => {
    const pair = new Pair(await find(), listener);
    await pair.open([toAll, toOne(nodeId)], openingMs, settings.sentinel ? 'master' : 'any');
    return {
      send: (text, toNode) => pair.publish(toNode === undefined ? toAll : toOne(toNode), text),
      close: () => pair.close(),
    } satisfies Line;
  };
}

/** Says anew for each attempt where to connect. */
function finderOf({ sentinel, cluster, ...settings }: Omit<RedisClusterConfig, 'prefix' | 'timeoutSeconds'>) {
  const address = redisAddress(settings);
  const optionsAt = (place: TcpAddress, who: Partial<RedisAddress> = {}) =>
    clientOptions({ ...address, ...who, socket: secured(place, settings.tls ?? null) });
  if (sentinel) {
    const { username, password } = sentinel;
    const asSentinel = (place: TcpAddress) => optionsAt(place, { username, password, database: 0 });
    return async () => optionsAt(await masterOf(sentinel, asSentinel));
  }
  if (cluster) {
    let attempts = 0;
    return async () => optionsAt(cluster[attempts++ % cluster.length] as TcpAddress);
  }
  const options = clientOptions(address);
  return async () => options;
}

/** One attempt, one pair of connections: the client's own reconnecting would speak before it listens. */
function clientOptions({ socket, username, password, database }: RedisAddress): ClientOptions {
  const attempt = { connectTimeout: MAX_OPENING_MS, reconnectStrategy: false as const };
  return {
    socket: { ...socket, ...attempt },
    ...(username === null ? {} : { username }),
    ...(password === null ? {} : { password }),
    database,
    disableOfflineQueue: true,
    disableClientInfo: true,
    maintNotifications: 'disabled',
    // Else there is a timer for each command. Silence is noticed by the heartbeat.
    commandOptions: { timeout: 0 },
    RESP: 2,
  };
}

/** Two connections, since one that listens may not speak. They live and die together. */
class Pair {
  readonly #subscriber;
  readonly #publisher;
  readonly #listener: LineListener;
  #state: 'opening' | 'open' | 'closed' = 'opening';
  #failOpening: (reason: Error) => void = () => {};

  constructor(options: ClientOptions, listener: LineListener) {
    this.#listener = listener;
    this.#subscriber = createClient(options);
    this.#publisher = createClient(options);
    for (const client of [this.#subscriber, this.#publisher]) {
      client.on('error', (error: Error) => this.#fail(error));
      client.on('end', () => this.#fail(new Error('Redis closed the connection')));
    }
  }

  /** Rejects when that takes longer than `withinMs`. */
  async open(channels: string[], withinMs: number, role: 'master' | 'any'): Promise<void> {
    const failure = new Promise<never>((_, reject) => {
      this.#failOpening = reject;
    });
    const deadline = setTimeout(() => this.#fail(new Error(`Redis did not answer within ${withinMs} ms`)), withinMs);
    try {
      await Promise.race([this.#connect(channels, role), failure]);
      this.#state = 'open';
    } catch (error) {
      this.close();
      throw error;
    } finally {
      clearTimeout(deadline);
    }
  }

  async publish(channel: string, text: string): Promise<void> {
    try {
      await this.#publisher.publish(channel, text);
    } catch (error) {
      this.#fail(error as Error);
      throw error;
    }
  }

  close(): void {
    this.#state = 'closed';
    this.#subscriber.destroy();
    this.#publisher.destroy();
  }

  async #connect(channels: string[], role: 'master' | 'any'): Promise<void> {
    await this.#subscriber.connect();
    await this.#subscriber.subscribe(channels, (text) => {
      if (this.#state !== 'closed') this.#listener.heard(text);
    });
    await this.#publisher.connect();
    await this.#publisher.ping();
    // A sentinel may still name one that is the master no more; nobody on the new one would hear it.
    if (role === 'master' && (await this.#publisher.role())?.role !== 'master') throw new Error('Redis is no master');
  }

  #fail(reason: Error): void {
    const was = this.#state;
    if (was === 'closed') return;
    this.close();
    this.#failOpening(reason);
    if (was === 'open') this.#listener.lost(reason);
  }
}
