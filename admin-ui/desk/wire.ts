import type { Person, RoomStatus } from '../../client/chat/message.ts';
import { type Trouble, troubleOf } from '../../client/chat/trouble.ts';
import type { WireLabel, WireMessage, WireStats, WireTeamRoom, WireUser } from '../../server/doors/support-api/wire.ts';
import type {
  WireAgent,
  WireBulkResult,
  WireCannedResponse,
  WireSavedView,
} from '../../server/doors/support-api/wire-tools.ts';

/**
 * What travels and what is made of it. Nothing else of the panel spells as the wire does but the settings' forms and the
 * statistics' tables, whose fields are the wire's own.
 */

export type Priority = 'low' | 'normal' | 'high' | 'urgent';
export type Availability = 'online' | 'busy' | 'offline';

export interface Visitor {
  id: number;
  name: string;
  email: string | null;
  phone: string | null;
  isGuest: boolean;
  isVerified: boolean;
}

/** The last that was said in a room, as far as one line shows it. */
export interface Glimpse {
  text: string;
  authorId: number;
  isAgent: boolean;
  isDeleted: boolean;
  fileName: string | null;
  isNote: boolean;
}

/** A room as the list and the head of a conversation show it. Times are epoch milliseconds. */
export interface DeskRoom {
  id: number;
  visitor: Visitor;
  status: RoomStatus;
  priority: Priority;
  category: string | null;
  site: string | null;
  channel: string | null;
  assignee: Person | null;
  unread: number;
  /** Since when the visitor waits for an answer. */
  waitingSince: number | null;
  lastMessageAt: number;
  createdAt: number | null;
  snoozedUntil: number | null;
  latest: Glimpse | null;
  labels: readonly Label[];
  isArchived: boolean;
  /** The number of the newest message, and when this copy was true: an older copy never replaces a newer one. */
  lastSeq: number;
  updatedAt: number;
}

export interface Label {
  id: string;
  name: string;
  color: string;
}

export interface Me extends Person {
  role: WireUser['role'];
  site: string | null;
  /** A supervisor or an admin. */
  isLeading: boolean;
  isAdmin: boolean;
  seesAllSites: boolean;
}

export interface TeamMember extends Person {
  availability: Availability;
  /** What they said of themselves. */
  chosen: Availability;
  /** The server took them for gone: they are not what they said. */
  isAway: boolean;
  /** Whether it does so at all. */
  autoOffline: boolean;
}

export interface Stats {
  total: number;
  mine: number;
  /** Of the whole team; null: the server does not say. */
  agentsOnline: number | null;
  /** Since when the first in the queue waits. */
  longestWaitSince: number | null;
  open: number;
  assigned: number;
  unassigned: number;
  urgent: number;
  unread: number;
  resolved: number;
  closed: number;
}

export interface CannedReply {
  id: string;
  shortCode: string;
  text: string;
}

/** The room as an event about a message shows it. */
export type WireRoomGlimpse = Pick<WireTeamRoom, 'id' | 'status' | 'priority' | 'assigned_admin' | 'last_message_at'> &
  Pick<WireTeamRoom, 'unread_admin_count' | 'needs_reply_since' | 'last_seq'> & { user: Partial<WireUser> | null };

export type WireTeamMessage = WireMessage & { room?: WireRoomGlimpse };
export type { WireBulkResult, WireLabel, WireSavedView, WireTeamRoom, WireUser };

export function deskRoomFrom(wire: WireTeamRoom): DeskRoom {
  return {
    ...glimpsed(wire),
    category: wire.category,
    site: wire.site_domain,
    channel: wire.channel,
    createdAt: timeFrom(wire.created_at),
    snoozedUntil: timeFrom(wire.snoozed_until),
    latest: wire.latest_message && glimpseFrom(wire.latest_message),
    labels: wire.labels.map(labelFrom),
    isArchived: wire.archived_at !== null,
    updatedAt: timeFrom(wire.updated_at) ?? 0,
  };
}

/** What an event says is newer; what it does not say stays. */
export function withMessage(room: DeskRoom | undefined, wire: WireTeamMessage & { room: WireRoomGlimpse }): DeskRoom {
  const said = glimpsed(wire.room);
  const visitor = room ? { ...room.visitor, name: said.visitor.name } : said.visitor;
  const rest = { category: null, site: null, channel: null, createdAt: null, snoozedUntil: null, labels: [] };
  const age = { isArchived: false, updatedAt: 0 };
  const isLatest = wire.seq === wire.room.last_seq;
  return { ...rest, ...age, ...room, ...said, visitor, latest: isLatest ? glimpseFrom(wire) : (room?.latest ?? null) };
}

function glimpsed(wire: WireRoomGlimpse) {
  return {
    id: wire.id,
    visitor: visitorFrom(wire.user),
    status: wire.status,
    priority: wire.priority,
    assignee: wire.assigned_admin && personFrom(wire.assigned_admin),
    unread: wire.unread_admin_count,
    waitingSince: timeFrom(wire.needs_reply_since),
    lastMessageAt: timeFrom(wire.last_message_at) ?? 0,
    lastSeq: wire.last_seq,
  };
}

function glimpseFrom(wire: WireMessage): Glimpse {
  return {
    text: wire.message ?? '',
    authorId: wire.user_id,
    isAgent: wire.is_admin,
    isDeleted: wire.deleted_at !== null && wire.deleted_at !== undefined,
    fileName: wire.attachments?.[0]?.name ?? null,
    isNote: wire.is_private ?? false,
  };
}

function visitorFrom(wire: Partial<WireUser> | null): Visitor {
  return {
    id: wire?.id ?? 0,
    name: wire?.name ?? '',
    email: wire?.email ?? null,
    phone: wire?.phone ?? null,
    isGuest: wire?.is_guest ?? false,
    isVerified: wire?.is_verified ?? false,
  };
}

export function personFrom({ id, name, avatar }: { id: number; name: string; avatar?: string | null }): Person {
  return { id, name, avatar: avatar ?? null };
}

export function memberFrom(wire: WireAgent): TeamMember {
  const { availability, chosen, auto_offline: autoOffline } = wire;
  return { ...personFrom(wire), availability, chosen, isAway: availability !== chosen, autoOffline };
}

export function meFrom(wire: WireUser): Me {
  const { role, site_domain: site } = wire;
  const isAdmin = role === 'admin';
  const isLeading = isAdmin || role === 'supervisor';
  return { ...personFrom(wire), role, site, isLeading, isAdmin, seesAllSites: isLeading || site === null };
}

/** As it was written down on this device; null for what an earlier version wrote. */
export function meFromKept(text: string | null): Me | null {
  const kept: unknown = text === null ? null : JSON.parse(text);
  const isWhole = typeof kept === 'object' && kept !== null && 'id' in kept && 'role' in kept && 'isAdmin' in kept;
  return isWhole ? (kept as Me) : null;
}

export function isOfTeam(wire: WireUser): boolean {
  return wire.is_admin || wire.role !== 'user';
}

export function statsFrom(wire: WireStats): Stats {
  const { total, open, assigned, unassigned, urgent, unread, resolved, closed } = wire;
  return {
    ...{ total, open, assigned, unassigned, urgent, unread, resolved, closed },
    mine: wire.mine ?? 0,
    agentsOnline: wire.agents_online ?? null,
    longestWaitSince: timeFrom(wire.longest_wait_since),
  };
}

export function labelFrom({ id, name, color }: WireLabel): Label {
  return { id, name, color };
}

/** A filter of the inbox with a name; `search` is what the address has for it. */
export interface View {
  id: string;
  name: string;
  search: string;
}

export function viewFrom({ id, name, query }: WireSavedView): View {
  return { id, name, search: typeof query.search === 'string' ? query.search : '' };
}

/** What became of one of many rooms. */
export interface Outcome {
  roomId: number;
  /** Why not; null: it is done. */
  trouble: Trouble | null;
}

export function outcomeFrom({ id, ok, status = 0, ...answer }: WireBulkResult): Outcome {
  return { roomId: id, trouble: ok ? null : troubleOf(status, answer, null) };
}

export function cannedFrom({ id, short_code: shortCode, text }: WireCannedResponse): CannedReply {
  return { id, shortCode, text };
}

function timeFrom(text: string | null | undefined): number | null {
  const time = text ? Date.parse(text) : Number.NaN;
  return Number.isNaN(time) ? null : time;
}
