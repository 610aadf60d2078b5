import { readFileSync } from 'node:fs';
import type { Settings } from './settings.ts';

export interface RedisConfig {
  /** Everything the nodes say to each other goes through channels that begin with this. */
  prefix: string;
  url: string | null;
  host: string;
  port: number;
  username: string | null;
  password: string | null;
  database: number;
  timeoutSeconds: number;
  tls: RedisTlsConfig | null;
  /** Who knows which Redis is the master; null: the address is. */
  sentinel: SentinelConfig | null;
  /** Nodes of a Redis Cluster, any of which will do; null: it is none. */
  cluster: readonly HostAndPort[] | null;
}

/** What certificates are checked against, and our own, each as PEM; null: as the machine has it, and none. */
export interface RedisTlsConfig {
  ca: string | null;
  cert: string | null;
  key: string | null;
}

export interface SentinelConfig {
  addresses: readonly HostAndPort[];
  master: string;
  username: string | null;
  password: string | null;
}

export interface HostAndPort {
  host: string;
  port: number;
}

export function redisFrom(get: Settings): RedisConfig {
  const cluster = addressesFrom(get, 'REDIS_CLUSTER', 6379);
  const sentinel = sentinelFrom(get);
  const database = get.integer('REDIS_DB', 0);
  if (cluster && sentinel) get.note('REDIS_CLUSTER', 'must not be set together with REDIS_SENTINELS');
  if (cluster && database > 0) get.note('REDIS_DB', 'must be 0: a Redis Cluster has no other');
  return {
    prefix: get.text('REVERB_SCALING_CHANNEL') ?? 'reverb',
    url: get.text('REDIS_URL'),
    host: get.text('REDIS_HOST') ?? '127.0.0.1',
    port: get.integer('REDIS_PORT', 6379, { min: 1, max: 65_535 }),
    username: get.text('REDIS_USERNAME'),
    password: get.text('REDIS_PASSWORD'),
    database,
    timeoutSeconds: get.integer('REDIS_TIMEOUT', 60, { min: 1 }),
    tls: tlsFrom(get),
    sentinel,
    cluster,
  };
}

function tlsFrom(get: Settings): RedisTlsConfig | null {
  const tls = { ca: fileFrom(get, 'REDIS_CA'), cert: fileFrom(get, 'REDIS_CERT'), key: fileFrom(get, 'REDIS_KEY') };
  const isNamed = ['REDIS_CA', 'REDIS_CERT', 'REDIS_KEY'].some((name) => get.has(name));
  if (get.has('REDIS_CERT') !== get.has('REDIS_KEY')) get.note('REDIS_CERT', 'must be set together with REDIS_KEY');
  return get.flag('REDIS_TLS', isNamed) ? tls : null;
}

function fileFrom(get: Settings, name: string): string | null {
  const file = get.text(name);
  if (file === null) return null;
  try {
    return readFileSync(file, 'utf8');
  } catch {
    get.note(name, `must name a file that can be read, not ${file}`);
    return null;
  }
}

function sentinelFrom(get: Settings): SentinelConfig | null {
  const addresses = addressesFrom(get, 'REDIS_SENTINELS', 26_379);
  const others = {
    master: get.text('REDIS_SENTINEL_MASTER') ?? 'mymaster',
    username: get.text('REDIS_SENTINEL_USERNAME'),
    password: get.text('REDIS_SENTINEL_PASSWORD'),
  };
  return addresses && { addresses, ...others };
}

/** `host`, `host:port` and `[address]:port`, comma-separated. */
function addressesFrom(get: Settings, name: string, otherPort: number): HostAndPort[] | null {
  const texts = get.list(name, []);
  if (texts.length === 0) return null;
  return texts.map((text) => {
    const [, inBrackets, plain, port] = /^(?:\[([^\]]+)\]|([^\s:]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
    const host = inBrackets ?? plain;
    if (host === undefined || Number(port ?? 1) < 1 || Number(port ?? 1) > 65_535) {
      get.note(name, `must be addresses like host:${otherPort}, comma-separated, not ${text}`);
    }
    return { host: host ?? '', port: Number(port ?? otherPort) };
  });
}
