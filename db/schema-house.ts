import type { Generated } from 'kysely';
import type { Flag, Json, TimeText } from './schema.ts';

/** Promises to the outside, kept in the order of their id within one `ordering_key`. */
export interface OutboxTable {
  id: Generated<number>;
  /** Which carrier: webhook, telegram, push, email or crm. */
  kind: string;
  /** Unique: the same promise made twice is one promise. */
  dedupe_key: string;
  ordering_key: string;
  payload: Json;
  /** waiting, delivered or failed (given up; may be replayed). */
  state: string;
  attempts: Generated<number>;
  /** Due from then on. Whoever takes it moves this past the deadline: a crash makes it due again. */
  next_attempt_at: TimeText;
  last_error: string | null;
  settled_at: TimeText | null;
  created_at: TimeText;
}

export interface AuditLogTable {
  id: Generated<number>;
  actor_id: number | null;
  action: string;
  /** What it was done to: `room:12`, `user:3`. */
  target: string;
  ip: string | null;
  /** Before and after of what changed. */
  diff: Json | null;
  created_at: TimeText;
}

export interface SettingsTable {
  key: string;
  value: Json;
  updated_at: TimeText;
}

export interface SitesTable {
  domain: string;
  name: string | null;
  allowed_origins: Json;
  /** What the site signs its visitors' identities with. Kept as it is: checking a signature needs it. */
  identity_secret: string | null;
  /** How the widget looks there; what is not in it is as everywhere. */
  theme: Json | null;
  policy: Json | null;
  /** When somebody is there. */
  hours: Json | null;
  created_at: TimeText;
  updated_at: TimeText;
}

export interface BlocksTable {
  id: string;
  /** ip, user or email. */
  kind: string;
  value: string;
  reason: string | null;
  blocked_by: number | null;
  /** Null: for good. */
  until: TimeText | null;
  created_at: TimeText;
}

export interface ApiKeysTable {
  id: string;
  api_key: string;
  /** SHA-256 in hexadecimal; null for a publishable key, which has no secret. */
  api_secret: string | null;
  name: string;
  is_active: Generated<Flag>;
  last_used_at: TimeText | null;
  created_at: TimeText;
  updated_at: TimeText;
  /** server or publishable. */
  kind: Generated<string>;
  allowed_origins: Json | null;
  scopes: Json | null;
  site_domain: string | null;
  rate_per_minute: number | null;
}
