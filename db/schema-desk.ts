import type { Generated } from 'kysely';
import type { Flag, Json, TimeText } from './schema.ts';

/** How far each person has read, and received, each room: a `seq`. */
export interface RoomReadsTable {
  room_id: number;
  user_id: number;
  last_read_seq: Generated<number>;
  last_delivered_seq: Generated<number>;
  updated_at: TimeText;
}

export interface AttachmentsTable {
  id: string;
  room_id: number | null;
  message_id: number | null;
  uploader_id: number;
  /** Where the bytes are, relative to the storage. */
  disk_path: string;
  thumbnail_path: string | null;
  original_name: string;
  /** Told from the bytes, not from the name. */
  mime: string;
  size_bytes: number;
  sha256: string;
  width: number | null;
  height: number | null;
  /** pending (uploaded, in no message yet), attached or blocked. */
  state: string;
  created_at: TimeText;
}

/** What happened, in order: a room's history, and the feed that brings an inbox up to date. */
export interface RoomEventsTable {
  id: Generated<number>;
  room_id: number | null;
  type: string;
  actor_id: number | null;
  data: Json;
  created_at: TimeText;
}

/** Where a visitor is, and with what: one row for each, however many pages they see. */
export interface SurroundingsTable {
  user_id: number;
  /** The newest first, at most twenty. */
  pages: Json;
  device: Json | null;
  updated_at: TimeText;
}

export interface CannedResponsesTable {
  id: string;
  short_code: string;
  text: string;
  /** Both null: everybody's. */
  site_domain: string | null;
  user_id: number | null;
  created_at: TimeText;
  updated_at: TimeText;
}

export interface LabelsTable {
  id: string;
  name: string;
  color: string;
  created_at: TimeText;
}

export interface RoomLabelsTable {
  room_id: number;
  label_id: string;
  created_at: TimeText;
}

export interface SavedViewsTable {
  id: string;
  user_id: number;
  name: string;
  query: Json;
  position: Generated<number>;
  created_at: TimeText;
}

export interface DraftsTable {
  user_id: number;
  room_id: number;
  text: string;
  attachments: Json | null;
  is_private: Generated<Flag>;
  updated_at: TimeText;
}

export interface NotificationsTable {
  id: string;
  user_id: number;
  type: string;
  data: Json;
  read_at: TimeText | null;
  created_at: TimeText;
}
