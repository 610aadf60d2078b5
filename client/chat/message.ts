import type { WireFile, WireMessage, WireRoom } from './wire.ts';

export type RoomStatus = 'open' | 'assigned' | 'resolved' | 'closed';

export interface Person {
  id: number;
  name: string;
  avatar: string | null;
}

export interface SentFile {
  url: string;
  name: string;
  type: string;
  sizeBytes: number;
  width: number | null;
  height: number | null;
  thumbnailUrl: string | null;
}

/** A message the server has stored. Times are epoch milliseconds by the server's clock. */
export interface Message {
  id: number;
  roomId: number;
  author: Person;
  text: string;
  type: 'text' | 'image' | 'file' | 'system';
  files: readonly SentFile[];
  isAgent: boolean;
  /** Its place in the room: 1, 2, 3 … without a gap. */
  seq: number;
  clientId: string | null;
  sentAt: number;
  /** When this copy was last changed; 0: the copy does not say. */
  version: number;
  deliveredAt: number | null;
  readAt: number | null;
  editedAt: number | null;
  deletedAt: number | null;
  isPrivate: boolean;
}

export interface Room {
  id: number;
  userId: number;
  status: RoomStatus;
  agent: Person | null;
  unreadByUser: number;
  unreadByTeam: number;
  queue: { position: number; waitMinutes: number | null } | null;
}

export interface MessagePage {
  messages: Message[];
  /** Whether there is more in the direction that was asked for; undefined: the server did not say. */
  hasMore: boolean | undefined;
}

/** Undefined for what is no message: a malformed frame must not take the conversation down. */
export function messageFrom(wire: WireMessage | null | undefined): Message | undefined {
  if (!wire || !isId(wire.id) || !isId(wire.seq) || !isId(wire.chat_room_id)) return undefined;
  const sentAt = timeFrom(wire.created_at);
  if (sentAt === null) return undefined;
  return {
    id: wire.id,
    roomId: wire.chat_room_id,
    author: { id: wire.user_id, name: String(wire.user?.name ?? ''), avatar: wire.user?.avatar ?? null },
    text: typeof wire.message === 'string' ? wire.message : '',
    type: wire.type === 'image' || wire.type === 'file' || wire.type === 'system' ? wire.type : 'text',
    files: Array.isArray(wire.attachments) ? wire.attachments.flatMap(fileFrom) : [],
    isAgent: Boolean(wire.is_admin),
    seq: wire.seq,
    clientId: wire.client_id ?? null,
    sentAt,
    version: timeFrom(wire.updated_at) ?? 0,
    deliveredAt: timeFrom(wire.delivered_at),
    readAt: timeFrom(wire.read_at),
    editedAt: timeFrom(wire.edited_at),
    deletedAt: timeFrom(wire.deleted_at),
    isPrivate: Boolean(wire.is_private),
  };
}

export function roomFrom(wire: WireRoom | null | undefined): Room | undefined {
  if (!wire || !isId(wire.id)) return undefined;
  const { assigned_admin: agent, queue } = wire;
  return {
    id: wire.id,
    userId: wire.user_id,
    status: statuses.find((status) => status === wire.status) ?? 'open',
    agent: agent ? { id: agent.id, name: String(agent.name), avatar: agent.avatar ?? null } : null,
    unreadByUser: wire.unread_user_count || 0,
    unreadByTeam: wire.unread_admin_count || 0,
    queue: queue ? { position: queue.position, waitMinutes: queue.wait_minutes ?? null } : null,
  };
}

const statuses: readonly RoomStatus[] = ['open', 'assigned', 'resolved', 'closed'];

function fileFrom(wire: WireFile): SentFile[] {
  if (!wire || typeof wire.url !== 'string') return [];
  return [
    {
      url: wire.url,
      name: String(wire.name ?? ''),
      type: String(wire.type ?? ''),
      sizeBytes: Number(wire.size) || 0,
      width: wire.width ?? null,
      height: wire.height ?? null,
      thumbnailUrl: wire.thumbnail_url ?? null,
    },
  ];
}

function isId(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0;
}

function timeFrom(text: string | null | undefined): number | null {
  const time = typeof text === 'string' ? Date.parse(text) : Number.NaN;
  return Number.isNaN(time) ? null : time;
}
