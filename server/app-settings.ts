import type { App } from './pusher/app.ts';
import { Settings } from './settings.ts';

/**
 * What can be set of an app: its key in the apps file, as Laravel's config/reverb.php spells it where it has it, and the
 * environment name that holds for every app whose entry says nothing.
 */
export const APP_SETTINGS = {
  app_id: 'REVERB_APP_ID',
  key: 'REVERB_APP_KEY',
  secret: 'REVERB_APP_SECRET',
  allowed_origins: 'ANTIPHON_ALLOWED_ORIGINS',
  ping_interval: 'REVERB_APP_PING_INTERVAL',
  activity_timeout: 'REVERB_APP_ACTIVITY_TIMEOUT',
  max_connections: 'REVERB_APP_MAX_CONNECTIONS',
  handshakes_per_address: 'ANTIPHON_HANDSHAKES_PER_ADDRESS',
  handshakes_per_app: 'ANTIPHON_HANDSHAKES_PER_APP',
  events_per_address: 'ANTIPHON_EVENTS_PER_ADDRESS',
  events_per_app: 'ANTIPHON_EVENTS_PER_APP',
  max_message_size: 'REVERB_APP_MAX_MESSAGE_SIZE',
  accept_client_events_from: 'REVERB_APP_ACCEPT_CLIENT_EVENTS_FROM',
  'rate_limiting.enabled': 'REVERB_APP_RATE_LIMITING_ENABLED',
  'rate_limiting.max_attempts': 'REVERB_APP_RATE_LIMIT_MAX_ATTEMPTS',
  'rate_limiting.decay_seconds': 'REVERB_APP_RATE_LIMIT_DECAY_SECONDS',
  'rate_limiting.terminate_on_limit': 'REVERB_APP_RATE_LIMIT_TERMINATE',
  strict_names: 'ANTIPHON_STRICT_NAMES',
  cache_ttl: 'ANTIPHON_CACHE_TTL',
  subscription_counts: 'ANTIPHON_SUBSCRIPTION_COUNTS',
  client_events_on_public_channels: 'ANTIPHON_CLIENT_EVENTS_ON_PUBLIC_CHANNELS',
  client_events_per_second: 'ANTIPHON_CLIENT_EVENTS_PER_SECOND',
  max_client_event_size: 'ANTIPHON_MAX_CLIENT_EVENT_SIZE',
  presence_max_members: 'ANTIPHON_PRESENCE_MAX_MEMBERS',
  presence_max_user_info_size: 'ANTIPHON_PRESENCE_MAX_USER_INFO_SIZE',
  presence_max_user_id_length: 'ANTIPHON_PRESENCE_MAX_USER_ID_LENGTH',
  max_channels_per_socket: 'ANTIPHON_MAX_CHANNELS_PER_SOCKET',
  max_watchlist: 'ANTIPHON_MAX_WATCHLIST',
  authorisation_timeout: 'ANTIPHON_AUTHORISATION_TIMEOUT',
} as const;

type AppSetting = keyof typeof APP_SETTINGS;
type Environment = Record<string, string | undefined>;

const CREDENTIALS: readonly string[] = ['app_id', 'key', 'secret'] satisfies AppSetting[];

/** The app that the environment names. */
export function appFromEnvironment(env: Environment, problems: string[]): App {
  const nameOf = (setting: string) => APP_SETTINGS[setting as AppSetting];
  return appFrom(new Settings((setting) => env[nameOf(setting)], nameOf, problems));
}

/** The apps of an apps file: an array, or `{apps: [...]}`. Credentials are each entry's own. */
export function appsFromFile(content: unknown, env: Environment, problems: string[]): App[] {
  const entries = Array.isArray(content) ? content : (content as { apps?: unknown } | null)?.apps;
  if (!Array.isArray(entries) || entries.length === 0) {
    problems.push('REVERB_APPS_FILE must hold a JSON array of apps.');
    return [];
  }
  const apps = entries.map((entry: unknown, index) => {
    const lookUp = (setting: string) => valueIn(entry, setting) ?? inherited(setting, env);
    return appFrom(new Settings(lookUp, (setting) => `REVERB_APPS_FILE: ${setting} of app ${index + 1}`, problems));
  });
  for (const field of ['id', 'key'] as const) {
    const values = apps.map((app) => app[field]);
    const twice = values.find((value, index) => value !== '' && values.indexOf(value) !== index);
    if (twice !== undefined) problems.push(`REVERB_APPS_FILE: two apps have the ${field} ${twice}.`);
  }
  return apps;
}

function inherited(setting: string, env: Environment): string | undefined {
  return CREDENTIALS.includes(setting) ? undefined : env[APP_SETTINGS[setting as AppSetting]];
}

/** `a.b` is the `b` inside `a`. */
function valueIn(entry: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>((value, part) => (value as Record<string, unknown> | null | undefined)?.[part], entry);
}

function appFrom(get: Settings): App {
  return {
    id: get.requiredText('app_id'),
    key: get.requiredText('key'),
    secret: get.requiredText('secret'),
    allowedOrigins: get.list('allowed_origins', ['*']),
    pingIntervalSeconds: get.integer('ping_interval', 60, { min: 1 }),
    activityTimeoutSeconds: get.integer('activity_timeout', 30, { min: 1 }), // pusher-js refuses 0
    maxConnections: get.integer('max_connections', null),
    handshakes: {
      perAddress: get.integer('handshakes_per_address', 0),
      perApp: get.integer('handshakes_per_app', 0),
    },
    events: { perAddress: get.integer('events_per_address', 0), perApp: get.integer('events_per_app', 0) },
    maxMessageBytes: get.integer('max_message_size', 10_000),
    clientEvents: {
      from: get.oneOf('accept_client_events_from', ['members', 'all', 'none'], 'members'),
      onPublicChannels: get.flag('client_events_on_public_channels', false),
      perSecond: get.integer('client_events_per_second', 10),
      maxBytes: get.integer('max_client_event_size', 10_000),
    },
    rateLimit: get.flag('rate_limiting.enabled', false)
      ? {
          maxAttempts: get.integer('rate_limiting.max_attempts', 60, { min: 1 }),
          decaySeconds: get.integer('rate_limiting.decay_seconds', 60, { min: 1 }),
          terminateOnLimit: get.flag('rate_limiting.terminate_on_limit', false),
        }
      : null,
    strictNames: get.flag('strict_names', true),
    cacheTtlSeconds: get.integer('cache_ttl', 1800, { min: 1 }),
    subscriptionCounts: get.flag('subscription_counts', false),
    presence: {
      maxMembers: get.integer('presence_max_members', 100, { min: 1 }),
      maxUserInfoBytes: get.integer('presence_max_user_info_size', 1024, { min: 1 }),
      maxUserIdLength: get.integer('presence_max_user_id_length', 128, { min: 1 }),
    },
    maxChannelsPerSocket: get.integer('max_channels_per_socket', 1000),
    maxWatchlist: get.integer('max_watchlist', 100),
    authorisationTimeoutSeconds: get.integer('authorisation_timeout', 0),
  };
}
