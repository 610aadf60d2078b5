import { isAbsolute, resolve } from 'node:path';
import type { Settings } from './settings.ts';

/** What can be set of the support desk. */
export interface DeskConfig {
  /** `sqlite:<path>` or `mysql://…`; holds a password, so it is never logged. */
  databaseUrl: string;
  /** The folder that uploaded files are kept under, when they are not kept in a bucket. */
  storagePath: string;
  bucket: BucketSettings | null;
  /** Where people open this server; null: as each request says. */
  publicUrl: string | null;
  /** The Pusher app on whose channels the desk speaks; null: the first. */
  appId: string | null;
  /** Whether rooms are also heard on `chat.<id>`, which needs no authorisation. */
  hasPublicChannels: boolean;
  /** Origins whose pages may call the API; `*` for any. */
  corsOrigins: readonly string[];
  tokens: TokenSettings;
  passwordCost: { memoryKiB: number; passes: number; lanes: number };
  /** How many each caller may, before they are told to wait; 0: as many as they like. */
  limits: LimitSettings;
  /** Whether agents may give rooms to others; supervisors and admins always may. */
  agentsAssignOthers: boolean;
  /** Whether the first of the team to answer has the room from then on. */
  firstReplyTakes: boolean;
  /** What time does when nobody does anything; null: nothing. */
  passingTime: PassingTimeSettings;
}

export interface PassingTimeSettings {
  /** How long a resolved room stays so before it closes. */
  closeResolvedAfterSeconds: number | null;
  /** How long a visitor waits for the agent who has the room, before everybody may take it. */
  returnUnansweredAfterSeconds: number | null;
  /** How long nothing is heard of an agent before they count as offline. */
  goneAfterSeconds: number | null;
}

/** Anything that speaks S3. */
export interface BucketSettings {
  endpoint: string;
  region: string;
  bucket: string;
  accessKeyId: string;
  secretAccessKey: string;
}

export interface TokenSettings {
  /** null: until somebody signs out. */
  lifetimeSeconds: number | null;
  guestLifetimeSeconds: number;
  /** How old a token may be with which a site vouches for its visitor. */
  identityMaxAgeSeconds: number;
}

export interface LimitSettings {
  readsPerMinute: number;
  sendsPerMinute: number;
  changesPerMinute: number;
  roomsPerHour: number;
  uploadsPerMinute: number;
  /** Signing in and up, and new visitors. */
  accountsPerMinute: number;
}

const DAY = 86_400;

/** null when this server is to speak the Pusher protocol and nothing else. */
export function deskFrom(get: Settings): DeskConfig | null {
  if (!get.flag('CHAT_ENABLED', true)) return null;
  const lifetimeMinutes = get.integer('SANCTUM_EXPIRATION', null, { min: 1 });
  const perMinute = (name: string, otherwise: number) => get.integer(name, otherwise);
  return {
    databaseUrl: databaseUrlFrom(get),
    storagePath: resolve(get.text('STORAGE_PATH') ?? 'storage'),
    bucket: get.has('S3_BUCKET') ? bucketFrom(get) : null,
    publicUrl: publicUrlFrom(get),
    appId: get.text('CHAT_APP_ID'),
    hasPublicChannels: get.flag('CHAT_PUBLIC_CHANNELS', true),
    corsOrigins: get.list('CORS_ALLOWED_ORIGINS', ['*']),
    tokens: {
      lifetimeSeconds: lifetimeMinutes === null ? null : lifetimeMinutes * 60,
      guestLifetimeSeconds: get.integer('CHAT_GUEST_DAYS', 365, { min: 1 }) * DAY,
      identityMaxAgeSeconds: get.integer('CHAT_IDENTITY_MAX_AGE', 3600, { min: 1 }),
    },
    // Laravel's names; what OWASP asks of argon2id at least.
    passwordCost: {
      memoryKiB: get.integer('ARGON_MEMORY', 19_456, { min: 64 }),
      passes: get.integer('ARGON_TIME', 2, { min: 1 }),
      lanes: get.integer('ARGON_THREADS', 1, { min: 1 }),
    },
    limits: {
      readsPerMinute: perMinute('CHAT_READS_PER_MINUTE', 1200),
      sendsPerMinute: perMinute('CHAT_SENDS_PER_MINUTE', 30),
      changesPerMinute: perMinute('CHAT_CHANGES_PER_MINUTE', 240),
      roomsPerHour: get.integer('CHAT_ROOMS_PER_HOUR', 10),
      uploadsPerMinute: perMinute('CHAT_UPLOADS_PER_MINUTE', 20),
      accountsPerMinute: perMinute('CHAT_ACCOUNTS_PER_MINUTE', 10),
    },
    agentsAssignOthers: get.flag('CHAT_AGENTS_ASSIGN_OTHERS', true),
    firstReplyTakes: get.flag('CHAT_FIRST_REPLY_TAKES', true),
    passingTime: {
      closeResolvedAfterSeconds: orNever(get.integer('CHAT_CLOSE_RESOLVED_HOURS', 24) * 3600),
      // Off: in a small team everybody knows whose room it is, and nobody expects to lose one over lunch.
      returnUnansweredAfterSeconds: orNever(get.integer('CHAT_RETURN_UNANSWERED_SECONDS', 0)),
      goneAfterSeconds: orNever(get.integer('CHAT_AGENT_GONE_SECONDS', 120)),
    },
  };
}

function orNever(seconds: number): number | null {
  return seconds === 0 ? null : seconds;
}

/** `DATABASE_URL`, or the names that Laravel has for its parts, so that its `.env` says where its database is. */
function databaseUrlFrom(get: Settings): string {
  const url = get.text('DATABASE_URL');
  if (url !== null) {
    if (!/^(?:sqlite|mysql|mariadb):/.test(url)) get.note('DATABASE_URL', 'must begin with sqlite: or mysql:');
    return url;
  }
  const engine = get.oneOf('DB_CONNECTION', ['sqlite', 'mysql', 'mariadb'], 'sqlite');
  const database = get.text('DB_DATABASE');
  if (engine === 'sqlite') return `sqlite:${sqlitePath(database)}`;
  const built = new URL('mysql://localhost');
  built.hostname = get.text('DB_HOST') ?? '127.0.0.1';
  built.port = String(get.integer('DB_PORT', 3306, { min: 1, max: 65_535 }));
  built.username = encodeURIComponent(get.text('DB_USERNAME') ?? 'root');
  built.password = encodeURIComponent(get.text('DB_PASSWORD') ?? '');
  built.pathname = `/${encodeURIComponent(database ?? 'laravel')}`;
  return built.href;
}

function sqlitePath(database: string | null): string {
  if (database === null) return 'storage/antiphon.sqlite';
  return database === ':memory:' || isAbsolute(database) ? database : resolve(database);
}

function bucketFrom(get: Settings): BucketSettings {
  return {
    endpoint: get.requiredText('S3_ENDPOINT'),
    region: get.text('S3_REGION') ?? 'us-east-1',
    bucket: get.requiredText('S3_BUCKET'),
    accessKeyId: get.requiredText('S3_ACCESS_KEY_ID'),
    secretAccessKey: get.requiredText('S3_SECRET_ACCESS_KEY'),
  };
}

function publicUrlFrom(get: Settings): string | null {
  const url = get.text('APP_URL');
  if (url === null) return null;
  if (!URL.canParse(url)) get.note('APP_URL', `must be an address like https://chat.example.com, not ${url}`);
  return url.replace(/\/+$/, '');
}
