import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism, homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { createSecureContext } from 'node:tls';
import { parseEnv } from 'node:util';
import { appFromEnvironment, appsFromFile } from './app-settings.ts';
import { type DeskConfig, deskFrom } from './desk-settings.ts';
import type { App } from './pusher/app.ts';
import { type RedisConfig, redisFrom } from './redis-settings.ts';
import { Settings } from './settings.ts';

export interface Config {
  listen: ListenConfig;
  apps: readonly App[];
  api: ApiConfig;
  /** null: no support desk. */
  desk: DeskConfig | null;
  /** null: this process is alone. */
  redis: RedisConfig | null;
  /** Bytes a socket may leave unread before it is closed. */
  maxUnreadBytes: number;
  /** Frames are written by the native sender where it works. */
  native: boolean;
  /** Over how long a stopping server spreads the closing of its sockets. */
  drainSeconds: number;
  /** Processes that share the port; null: this one serves it by itself. */
  workers: number | null;
  /** The page at `/` that shows a newcomer how it all works. */
  demo: boolean;
  logLevel: string;
  /** Where Prometheus may ask; null: nowhere. */
  metrics: MetricsConfig | null;
}

export interface MetricsConfig {
  host: string;
  port: number;
}

export interface ListenConfig {
  host: string;
  port: number;
  /** In front of every path of the Pusher protocol; '' or '/ws'. */
  path: string;
  hostname: string | null;
  /** A second port with the same doors. */
  apiPort: number | null;
  tls: TlsConfig | null;
  /** For the head of a request, a WebSocket's handshake included. */
  headersTimeoutSeconds: number;
  /** For a whole request. */
  requestTimeoutSeconds: number;
  /** Whose word on a request's address, scheme and host is believed. */
  trustedProxies: readonly string[];
}

export interface TlsConfig {
  certFile: string;
  keyFile: string;
  passphrase: string | null;
}

export interface ApiConfig {
  maxRequestBytes: number;
  maxEventBytes: number;
  /** How far `auth_timestamp` may be off; 0: it is not looked at. */
  timestampToleranceSeconds: number;
}

export type Environment = Record<string, string | undefined>;

/** The process's environment over what the `.env` file in `folder` says. The only reader of process.env. */
export function readEnvironment(folder: string): Environment {
  const file = join(folder, '.env');
  const written: Environment = existsSync(file) ? parseEnv(readFileSync(file, 'utf8')) : {};
  const ours = Object.keys(written).filter((name) => process.env[name] === undefined);
  return filledIn({ ...written, ...process.env }, ours);
}

/** `A="${B}"` means what B is, as in the `.env` of Laravel; a name that nothing is known of stays as it stands. */
function filledIn(env: Environment, names: readonly string[]): Environment {
  const meaningOf = (name: string, within: readonly string[]): string | undefined =>
    env[name]?.replace(/\$\{(\w+)\}/g, (text, other: string) =>
      within.includes(other) ? text : (meaningOf(other, [...within, other]) ?? text),
    );
  return { ...env, ...Object.fromEntries(names.map((name) => [name, meaningOf(name, [name])])) };
}

/** Whether neither an app nor a file of apps is named: a first start. */
export function namesNoApp(env: Environment): boolean {
  return !['REVERB_APP_ID', 'REVERB_APP_KEY', 'REVERB_APP_SECRET', 'REVERB_APPS_FILE'].some((name) => env[name]);
}

/** Pusher lets an event carry 10 kB, and a batch ten of them; quotes in JSON may double that. */
const EVENT_BYTES = 10_000;
const BATCH_BYTES = 256 * 1024;

/** @throws SettingsError naming every setting that is wrong */
export function configFrom(env: Environment): Config {
  const get = new Settings((name) => env[name]);
  const appsFile = get.text('REVERB_APPS_FILE');
  // Set, it bounds request and event alike, as in Reverb. [Q-W]
  const requestBytes = get.integer('REVERB_MAX_REQUEST_SIZE', null, { min: 1 });
  const config: Config = {
    listen: {
      host: get.text('REVERB_SERVER_HOST') ?? '0.0.0.0',
      port: get.integer('REVERB_SERVER_PORT', 8080, { max: 65_535 }),
      path: withSlash(get.text('REVERB_SERVER_PATH') ?? ''),
      hostname: get.text('REVERB_HOST'),
      apiPort: get.integer('API_PORT', null, { max: 65_535 }),
      tls: tlsFrom(get),
      headersTimeoutSeconds: get.integer('ANTIPHON_HEADERS_TIMEOUT', 10, { min: 1 }),
      requestTimeoutSeconds: get.integer('ANTIPHON_REQUEST_TIMEOUT', 120, { min: 1 }),
      trustedProxies: get.list('TRUSTED_PROXIES', ['loopback']),
    },
    apps: appsFile === null ? [appFromEnvironment(env, get.problems)] : readApps(appsFile, env, get),
    api: {
      maxRequestBytes: requestBytes ?? BATCH_BYTES,
      maxEventBytes: requestBytes ?? EVENT_BYTES,
      timestampToleranceSeconds: get.integer('ANTIPHON_AUTH_TIMESTAMP_TOLERANCE', 600),
    },
    desk: deskFrom(get),
    redis: get.flag('REVERB_SCALING_ENABLED', false) ? redisFrom(get) : null,
    maxUnreadBytes: get.integer('ANTIPHON_MAX_UNREAD_BYTES', 1024 * 1024, { min: 1024 }),
    native: get.flag('ANTIPHON_NATIVE', true),
    drainSeconds: get.integer('ANTIPHON_DRAIN_SECONDS', 5),
    workers: workersFrom(get),
    demo: get.flag('ANTIPHON_DEMO', get.text('APP_ENV') !== 'production' && get.text('NODE_ENV') !== 'production'),
    logLevel: get.oneOf('LOG_LEVEL', ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], 'info'),
    metrics: metricsFrom(get),
  };
  if (config.workers !== null && config.desk?.databaseUrl === 'sqlite::memory:') {
    get.note('ANTIPHON_WORKERS', 'must not be set with a database in memory, of which each would have its own');
  }
  get.finish();
  return config;
}

function workersFrom(get: Settings): number | null {
  if (get.text('ANTIPHON_WORKERS') === 'auto') return availableParallelism();
  return get.integer('ANTIPHON_WORKERS', null, { min: 1, max: 256 });
}

/** '' stays; anything else gets one leading slash and loses its last. */
function withSlash(path: string): string {
  const inner = path.replace(/^\/+|\/+$/g, '');
  return inner && `/${inner}`;
}

function readApps(file: string, env: Environment, get: Settings): App[] {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(resolve(file), 'utf8'));
  } catch (error) {
    get.note('REVERB_APPS_FILE', `cannot be read: ${(error as Error).message}`);
    return [];
  }
  return appsFromFile(content, env, get.problems);
}

function tlsFrom(get: Settings): TlsConfig | null {
  const certFile = get.text('REVERB_TLS_CERT');
  const keyFile = get.text('REVERB_TLS_KEY');
  if (certFile === null && keyFile === null) return developerCertificate(get.text('REVERB_HOST'));
  for (const name of ['REVERB_TLS_CERT', 'REVERB_TLS_KEY']) {
    const file = get.requiredText(name);
    if (file && !existsSync(file)) get.note(name, `names a file that is not there: ${file}`);
  }
  const tls = { certFile: certFile ?? '', keyFile: keyFile ?? '', passphrase: get.text('REVERB_TLS_PASSPHRASE') };
  if (existsSync(tls.certFile) && existsSync(tls.keyFile)) mustFit(tls, get);
  return tls;
}

/** Here, and not when the port opens: then it would be a riddle in OpenSSL's words. */
function mustFit({ certFile, keyFile, passphrase }: TlsConfig, get: Settings): void {
  try {
    const files = { cert: readFileSync(certFile), key: readFileSync(keyFile) };
    createSecureContext(passphrase === null ? files : { ...files, passphrase });
  } catch (error) {
    get.note('REVERB_TLS_CERT', `cannot be used with REVERB_TLS_KEY: ${(error as Error).message}`);
  }
}

/** Laravel Herd and Valet keep a certificate per host name; Reverb uses it unasked. */
function developerCertificate(hostname: string | null): TlsConfig | null {
  if (hostname === null) return null;
  const folders = [
    join(homedir(), 'Library', 'Application Support', 'Herd', 'config', 'valet', 'Certificates'),
    join(homedir(), '.config', 'valet', 'Certificates'),
  ];
  for (const folder of folders) {
    const [certFile, keyFile] = [join(folder, `${hostname}.crt`), join(folder, `${hostname}.key`)];
    if (existsSync(certFile) && existsSync(keyFile)) return { certFile, keyFile, passphrase: null };
  }
  return null;
}

function metricsFrom(get: Settings): MetricsConfig | null {
  const host = get.text('ANTIPHON_METRICS_HOST') ?? '127.0.0.1';
  const port = get.integer('ANTIPHON_METRICS_PORT', null, { max: 65_535 });
  return port === null ? null : { host, port };
}
