/** Where Redis is: a URL, whose parts win, and the parts one by one. */
export interface RedisSettings {
  url: string | null;
  /** A host, `tls://host`, or the path of a Unix socket. */
  host: string;
  port: number;
  username: string | null;
  password: string | null;
  database: number;
  /** Spoken whatever the address says; null: where it says so. */
  tls?: RedisTls | null;
}

/** Each as PEM; null: what the machine trusts, and no certificate of our own. */
export interface RedisTls {
  ca: string | null;
  cert: string | null;
  key: string | null;
}

export interface TcpAddress {
  host: string;
  port: number;
}

export interface RedisAddress {
  socket:
    | { path: string; tls: false }
    | (TcpAddress & { tls: true; ca?: string; cert?: string; key?: string })
    | TcpAddress;
  username: string | null;
  password: string | null;
  database: number;
}

const TLS_SCHEMES = ['tls:', 'rediss:'];
const SCHEMES = [...TLS_SCHEMES, 'redis:', 'tcp:', 'unix:'];

/**
 * Understands what Laravel's `REDIS_URL` and `REDIS_HOST` may hold: `redis://`, `rediss://`, `tcp://` and `tls://`, with
 * the database as path or as `?database=`, and `unix:///path`.
 * @throws Error that names the setting and never its value, which holds a password
 */
export function redisAddress(settings: RedisSettings): RedisAddress {
  const { url, host, port, username, password, database, tls = null } = settings;
  if (url === null) {
    return { socket: secured(socketAt(host, port), tls), username, password, database };
  }
  if (!URL.canParse(url)) throw new Error('REDIS_URL is not a URL');
  const given = new URL(url);
  if (!SCHEMES.includes(given.protocol)) throw new Error(`REDIS_URL must begin with ${SCHEMES.join(', ')}`);
  const isSocket = given.protocol === 'unix:';
  const path = decodeURIComponent(given.pathname);
  const databaseText =
    given.searchParams.get('database') ?? given.searchParams.get('db') ?? (isSocket ? '' : path.slice(1));
  if (!/^\d*$/.test(databaseText)) throw new Error('REDIS_URL names a database that is not a number');
  return {
    socket: secured(
      socketAt(isSocket ? path : `${given.protocol}//${given.hostname || host}`, Number(given.port) || port),
      tls,
    ),
    username: decodeURIComponent(given.username) || given.searchParams.get('username') || username,
    password: decodeURIComponent(given.password) || given.searchParams.get('password') || password,
    database: databaseText === '' ? database : Number(databaseText),
  };
}

/** `place` is a path, a host, or a scheme and a host. */
function socketAt(place: string, port: number): RedisAddress['socket'] {
  if (place.startsWith('/')) return { path: place, tls: false };
  const [, scheme = '', bareHost = place] = /^(\w+:)\/\/(.*)$/.exec(place) ?? [];
  if (scheme && !SCHEMES.includes(scheme)) throw new Error(`REDIS_HOST has an unknown scheme ${scheme}`);
  const host = bareHost.replace(/^\[|\]$/g, '');
  return TLS_SCHEMES.includes(scheme) ? { host, port, tls: true } : { host, port };
}

/** The same with TLS, if there are settings of it and there is a network in between. */
export function secured(socket: RedisAddress['socket'], tls: RedisTls | null): RedisAddress['socket'] {
  if (!tls || 'path' in socket) return socket;
  const { host, port } = socket;
  const files = Object.fromEntries(Object.entries(tls).filter(([, pem]) => pem !== null));
  return { host, port, tls: true, ...files };
}
