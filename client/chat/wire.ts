import type {
  WireMessage as StoredMessage,
  WireRoom as WholeRoom,
  WireAuthor,
} from '../../server/doors/support-api/wire.ts';

export type { WireFile } from '../../server/doors/support-api/wire.ts';

/** What travels, as far as this side reads it. The only file here that spells as the wire does. */

type Always =
  | 'id'
  | 'chat_room_id'
  | 'user_id'
  | 'message'
  | 'type'
  | 'attachments'
  | 'is_admin'
  | 'created_at'
  | 'seq';
type RestOnly = 'updated_at' | 'read_at' | 'delivered_at' | 'edited_at' | 'deleted_at' | 'client_id' | 'is_private';

/** A message as a REST answer shows it; the event `message.sent` leaves some of it out. */
export type WireMessage = Pick<StoredMessage, Always> &
  Partial<Pick<StoredMessage, RestOnly>> & { user?: Omit<WireAuthor, 'is_admin'> | null };

type Shown = 'id' | 'user_id' | 'status' | 'unread_user_count' | 'unread_admin_count' | 'assigned_admin';
export type WireRoom = Pick<WholeRoom, Shown> & Partial<Pick<WholeRoom, 'queue'>>;

export interface WirePage {
  data: WireMessage[];
  meta?: { last_seq?: number; has_more?: boolean; unread?: number };
}

export interface WireSession {
  user: WireAuthor;
  /** Shown once; null: go on with the token that was shown. */
  token: string | null;
  is_verified: boolean;
}

export interface WireTyping {
  user_id: number;
  user_name: string;
  is_typing: boolean;
}

export interface WireRead {
  reader_id: number;
  is_admin: boolean;
  last_read_seq: number;
}

export interface WireDelivered {
  reader_id: number;
  is_admin: boolean;
  last_delivered_seq: number;
}
