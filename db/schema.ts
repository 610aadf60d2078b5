import type { Generated, GeneratedAlways } from 'kysely';
import type {
  AttachmentsTable,
  CannedResponsesTable,
  DraftsTable,
  LabelsTable,
  NotificationsTable,
  RoomEventsTable,
  RoomLabelsTable,
  RoomReadsTable,
  SavedViewsTable,
  SurroundingsTable,
} from './schema-desk.ts';
import type {
  ApiKeysTable,
  AuditLogTable,
  BlocksTable,
  OutboxTable,
  SettingsTable,
  SitesTable,
} from './schema-house.ts';

/**
 * The tables as the database has them. Those of a Laravel app keep its names and its columns; every column of ours in
 * them is nullable or has a default, so that the app can go on inserting rows without knowing of us. Tables of our own
 * begin with `desk_`, because that app may well have a `notifications` or `settings` table of its own.
 */
export interface Schema {
  users: UsersTable;
  personal_access_tokens: PersonalAccessTokensTable;
  support_chat_rooms: RoomsTable;
  support_chat_messages: MessagesTable;
  chat_typing_indicators: TypingIndicatorsTable;
  api_keys: ApiKeysTable;
  desk_room_reads: RoomReadsTable;
  desk_attachments: AttachmentsTable;
  desk_room_events: RoomEventsTable;
  desk_canned_responses: CannedResponsesTable;
  desk_labels: LabelsTable;
  desk_room_labels: RoomLabelsTable;
  desk_saved_views: SavedViewsTable;
  desk_drafts: DraftsTable;
  desk_surroundings: SurroundingsTable;
  desk_notifications: NotificationsTable;
  desk_outbox: OutboxTable;
  desk_audit_log: AuditLogTable;
  desk_settings: SettingsTable;
  desk_sites: SitesTable;
  desk_blocks: BlocksTable;
}

/** 0 or 1. */
export type Flag = number;
/** UTC, `2026-01-02 10:00:00.000`; see time.ts. */
export type TimeText = string;
/** A JSON document as text. */
export type Json = string;

export interface UsersTable {
  id: Generated<number>;
  name: string;
  /** Laravel's column is NOT NULL and unique; guests have a made-up address there, see users.ts. */
  email: string;
  phone: string | null;
  avatar: string | null;
  /** A hash; empty for those who cannot log in with a password. */
  password: string;
  is_admin: Generated<Flag>;
  role: Generated<string>;
  created_at: TimeText | null;
  updated_at: TimeText | null;

  uuid: string | null;
  is_guest: Generated<Flag>;
  /** When the site vouched for who this is. */
  verified_at: TimeText | null;
  /** The site whose visitor or agent this is; null: of every site. */
  site_domain: string | null;
  /** What the site calls this person; unique within the site. */
  external_id: string | null;
  /** What a visitor said to be reached at: a claim, so it must not take the place of an account's address. */
  contact_email: string | null;
  /** The user this guest turned out to be. */
  merged_into: number | null;
  locale: string | null;
  timezone: string | null;
  last_seen_at: TimeText | null;
  blocked_at: TimeText | null;
  anonymised_at: TimeText | null;
  metadata: Json | null;
  /** Name and address, folded for search; null in rows the app wrote, until first met. */
  name_folded: string | null;
  phone_digits: string | null;
}

export interface PersonalAccessTokensTable {
  id: Generated<number>;
  tokenable_type: string;
  tokenable_id: number;
  name: string;
  /** SHA-256 of the plain part, in hexadecimal. */
  token: string;
  abilities: Json | null;
  last_used_at: TimeText | null;
  expires_at: TimeText | null;
  created_at: TimeText | null;
  updated_at: TimeText | null;
}

export interface RoomsTable {
  id: Generated<number>;
  user_id: number;
  /** open, assigned, resolved or closed. */
  status: Generated<string>;
  assigned_to: number | null;
  /** low, normal, high or urgent. */
  priority: Generated<string>;
  category: string | null;
  /** Newest first is the order of every list. Ours are born with their time of creation in it. */
  last_message_at: TimeText | null;
  assigned_at: TimeText | null;
  resolved_at: TimeText | null;
  closed_at: TimeText | null;
  unread_user_count: Generated<number>;
  unread_admin_count: Generated<number>;
  metadata: Json | null;
  created_at: TimeText | null;
  updated_at: TimeText | null;

  /** What the room is called outside; null in rows the app inserted, until first met. */
  public_id: number | null;
  uuid: string | null;
  site_domain: string | null;
  /** Where it began: widget, polling, socketio, telegram or api. */
  channel: Generated<string>;
  last_seq: Generated<number>;
  last_public_seq: Generated<number>;
  /** `sent_at` of the newest message in epoch milliseconds: what the next one must be later than. */
  last_sent_ms: Generated<number>;
  /** How far the visitor, and the team, have read: a `seq`. */
  user_read_seq: Generated<number>;
  admin_read_seq: Generated<number>;
  /** The oldest visitor message nobody has answered. */
  needs_reply_since: TimeText | null;
  first_response_at: TimeText | null;
  queued_at: TimeText | null;
  snoozed_until: TimeText | null;
  archived_at: TimeText | null;
  closed_by: number | null;
  subject: string | null;
  locale: string | null;
  /** `site:user` while this is the room that "get or create" finds: unique, so that two at once make one room. */
  open_key: string | null;
  /** Computed by the database, right also after the app's own writes: open or assigned; unread by the team. */
  is_active: GeneratedAlways<Flag>;
  is_unread: GeneratedAlways<Flag>;
}

export interface MessagesTable {
  id: Generated<number>;
  chat_room_id: number;
  user_id: number;
  message: string;
  /** text, image, file or system. */
  type: Generated<string>;
  attachments: Json | null;
  is_admin: Generated<Flag>;
  read_at: TimeText | null;
  created_at: TimeText | null;
  updated_at: TimeText | null;

  uuid: string | null;
  /** 1, 2, 3 … within the room without a gap, in the order of commits; null in rows the app inserted, until adopted. */
  seq: number | null;
  /** The same count over what the visitor may see: null for private notes, which must not even show as a gap. */
  public_seq: number | null;
  /** When it was sent, with milliseconds, later than the one before: `created_at` has whole seconds in Laravel's table. */
  sent_at: TimeText | null;
  client_id: string | null;
  payload_hash: string | null;
  is_private: Generated<Flag>;
  reply_to_id: number | null;
  delivered_at: TimeText | null;
  edited_at: TimeText | null;
  deleted_at: TimeText | null;
  /** widget, admin, api, socketio, telegram, system or laravel (adopted). */
  source: string | null;
  metadata: Json | null;
  message_folded: string | null;
}

export interface TypingIndicatorsTable {
  id: Generated<number>;
  chat_room_id: number;
  user_id: number;
  expires_at: TimeText;
  created_at: TimeText | null;
  updated_at: TimeText | null;
}
