import { randomUUID } from 'node:crypto';
import type { Selectable, Updateable } from 'kysely';
import { isDuplicate } from './errors.ts';
import { randomPublicId } from './ids.ts';
import { fromJson, toJsonOrNull } from './json.ts';
import type { RoomsTable } from './schema.ts';
import { toMilliseconds, toText } from './time.ts';
import { type Db, engineOf } from './upsert.ts';

export type RoomStatus = 'open' | 'assigned' | 'resolved' | 'closed';
export type RoomPriority = 'low' | 'normal' | 'high' | 'urgent';

/** A conversation. Times are epoch milliseconds. What the columns are for is said in schema.ts. */
export interface Room {
  /** The row's id: inside only. Outside a room is called by `publicId`. */
  id: number;
  publicId: number;
  uuid: string;
  userId: number;
  status: RoomStatus;
  assignedTo: number | null;
  priority: RoomPriority;
  category: string | null;
  lastMessageAt: number | null;
  assignedAt: number | null;
  resolvedAt: number | null;
  closedAt: number | null;
  unreadUserCount: number;
  unreadAdminCount: number;
  metadata: Record<string, unknown> | null;
  createdAt: number;
  updatedAt: number;
  siteDomain: string | null;
  channel: string;
  lastSeq: number;
  lastPublicSeq: number;
  /** When the newest message was sent; 0 when there is none. */
  lastSentAt: number;
  userReadSeq: number;
  adminReadSeq: number;
  needsReplySince: number | null;
  firstResponseAt: number | null;
  queuedAt: number | null;
  snoozedUntil: number | null;
  archivedAt: number | null;
  closedBy: number | null;
  subject: string | null;
  locale: string | null;
  openKey: string | null;
}

/** What may be changed in a room by hand; counters of messages change with the messages. */
export type RoomChanges = Partial<
  Omit<Room, 'id' | 'publicId' | 'uuid' | 'lastSeq' | 'lastPublicSeq' | 'lastSentAt' | 'createdAt' | 'updatedAt'>
>;

export async function roomById(db: Db, id: number): Promise<Room | undefined> {
  return firstMet(db, await db.selectFrom('support_chat_rooms').selectAll().where('id', '=', id).execute());
}

export async function roomsByIds(db: Db, ids: readonly number[]): Promise<Room[]> {
  if (ids.length === 0) return [];
  return meetRooms(db, await db.selectFrom('support_chat_rooms').selectAll().where('id', 'in', ids).execute());
}

/** The ids of all rooms of these visitors, in the order in which whoever holds several must hold them. */
export async function roomIdsOf(db: Db, userIds: readonly number[]): Promise<number[]> {
  const rooms = db.selectFrom('support_chat_rooms').select('id').where('user_id', 'in', userIds);
  return (await rooms.orderBy('id').execute()).map((room) => room.id);
}

export async function roomByPublicId(db: Db, publicId: number): Promise<Room | undefined> {
  return firstMet(
    db,
    await db.selectFrom('support_chat_rooms').selectAll().where('public_id', '=', publicId).execute(),
  );
}

export async function roomByUuid(db: Db, uuid: string): Promise<Room | undefined> {
  return firstMet(db, await db.selectFrom('support_chat_rooms').selectAll().where('uuid', '=', uuid).execute());
}

/** The room "get or create" last made for this key. */
export async function roomByOpenKey(db: Db, openKey: string): Promise<Room | undefined> {
  return firstMet(db, await db.selectFrom('support_chat_rooms').selectAll().where('open_key', '=', openKey).execute());
}

/** The room as it stands now, held to the end of the transaction: nobody changes it meanwhile. */
export async function holdRoom(tx: Db, id: number): Promise<Room | undefined> {
  const row = tx.selectFrom('support_chat_rooms').selectAll().where('id', '=', id);
  // SQLite has no such clause and needs none: its transactions hold the whole file.
  return firstMet(tx, await (engineOf(tx) === 'mysql' ? row.forUpdate() : row).execute());
}

/** The open or assigned room of this visitor that is newest; `siteDomain` null: of whatever site. */
export async function newestActiveRoomOf(db: Db, userId: number, siteDomain: string | null): Promise<Room | undefined> {
  let rows = db.selectFrom('support_chat_rooms').selectAll();
  rows = rows.where('user_id', '=', userId).where('is_active', '=', 1).where('archived_at', 'is', null);
  if (siteDomain !== null) rows = rows.where('site_domain', '=', siteDomain);
  return firstMet(db, await rows.orderBy('last_message_at', 'desc').orderBy('id', 'desc').limit(1).execute());
}

export interface NewRoom {
  userId: number;
  now: number;
  siteDomain: string | null;
  channel: string;
  category?: string | null;
  subject?: string | null;
  locale?: string | null;
  metadata?: Record<string, unknown> | null;
  /** Given by "get or create": a second room with the same key is a duplicate (`isDuplicate(error, 'open_key')`). */
  openKey?: string | null;
}

export async function createRoom(tx: Db, room: NewRoom): Promise<Room> {
  const now = toText(room.now);
  const insertion = await tx
    .insertInto('support_chat_rooms')
    .values({
      user_id: room.userId,
      status: 'open',
      priority: 'normal',
      category: room.category ?? 'general',
      last_message_at: now,
      queued_at: now,
      created_at: now,
      updated_at: now,
      public_id: randomPublicId(),
      uuid: randomUUID(),
      site_domain: room.siteDomain,
      channel: room.channel,
      subject: room.subject ?? null,
      locale: room.locale ?? null,
      metadata: toJsonOrNull(room.metadata),
      open_key: room.openKey ?? null,
    })
    .executeTakeFirstOrThrow();
  const created = await roomById(tx, Number(insertion.insertId));
  if (!created) throw new Error('The room that was just made is not there');
  return created;
}

/**
 * Changes the room and answers whether it did: with `expecting`, only when these still stand (`assignedTo: null` lets
 * one of many takers win).
 */
export async function updateRoom(
  tx: Db,
  id: number,
  changes: RoomChanges,
  now: number,
  expecting: { status?: RoomStatus; assignedTo?: number | null } = {},
): Promise<boolean> {
  let update = tx
    .updateTable('support_chat_rooms')
    .set({ ...toRow(changes), updated_at: toText(now) })
    .where('id', '=', id);
  if (expecting.status !== undefined) update = update.where('status', '=', expecting.status);
  if (expecting.assignedTo === null) update = update.where('assigned_to', 'is', null);
  else if (expecting.assignedTo !== undefined) update = update.where('assigned_to', '=', expecting.assignedTo);
  const { numUpdatedRows } = await update.executeTakeFirstOrThrow();
  return numUpdatedRows > 0n;
}

/** Removes the room and all that hangs on it, except the audit log. The files of its attachments are the caller's. */
export async function deleteRoom(tx: Db, id: number): Promise<void> {
  for (const table of [
    'desk_room_reads',
    'desk_attachments',
    'desk_room_events',
    'desk_room_labels',
    'desk_drafts',
  ] as const) {
    await tx.deleteFrom(table).where('room_id', '=', id).execute();
  }
  await tx.deleteFrom('chat_typing_indicators').where('chat_room_id', '=', id).execute();
  await tx.deleteFrom('support_chat_messages').where('chat_room_id', '=', id).execute();
  await tx.deleteFrom('support_chat_rooms').where('id', '=', id).execute();
}

/** Every reading of rooms ends here: those a Laravel app inserted get the names they have outside, once and for all. */
export async function meetRooms(db: Db, rows: Selectable<RoomsTable>[]): Promise<Room[]> {
  return Promise.all(
    rows.map(async (row) => toRoom(row.public_id === null || row.uuid === null ? await named(db, row.id) : row)),
  );
}

async function firstMet(db: Db, rows: Selectable<RoomsTable>[]): Promise<Room | undefined> {
  return (await meetRooms(db, rows))[0];
}

async function named(db: Db, id: number): Promise<Selectable<RoomsTable>> {
  for (;;) {
    try {
      // Two readers at once: the second changes nothing, and both read what the first has written.
      const fresh = db.updateTable('support_chat_rooms').where('id', '=', id);
      await fresh.set({ public_id: randomPublicId() }).where('public_id', 'is', null).execute();
      await fresh.set({ uuid: randomUUID() }).where('uuid', 'is', null).execute();
      return await db.selectFrom('support_chat_rooms').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
    } catch (error) {
      if (!isDuplicate(error, 'public_id')) throw error;
    }
  }
}

const timeProperties = new Set<string>([
  'lastMessageAt',
  'assignedAt',
  'resolvedAt',
  'closedAt',
  'needsReplySince',
  'firstResponseAt',
  'queuedAt',
  'snoozedUntil',
  'archivedAt',
] satisfies (keyof RoomChanges)[]);

/** The columns of these changes. */
export function toRow(changes: RoomChanges): Updateable<RoomsTable> {
  const row: Record<string, unknown> = {};
  for (const [property, value] of Object.entries(changes)) {
    const column = property.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    if (property === 'metadata') row[column] = toJsonOrNull(value);
    else row[column] = typeof value === 'number' && timeProperties.has(property) ? toText(value) : value;
  }
  return row;
}

function toRoom(row: Selectable<RoomsTable>): Room {
  const createdAt = toMilliseconds(row.created_at) ?? toMilliseconds(row.last_message_at) ?? 0;
  return {
    id: row.id,
    publicId: row.public_id as number,
    uuid: row.uuid as string,
    userId: row.user_id,
    status: row.status as RoomStatus,
    assignedTo: row.assigned_to,
    priority: row.priority as RoomPriority,
    category: row.category,
    lastMessageAt: toMilliseconds(row.last_message_at),
    assignedAt: toMilliseconds(row.assigned_at),
    resolvedAt: toMilliseconds(row.resolved_at),
    closedAt: toMilliseconds(row.closed_at),
    unreadUserCount: row.unread_user_count,
    unreadAdminCount: row.unread_admin_count,
    metadata: fromJson(row.metadata),
    createdAt,
    updatedAt: toMilliseconds(row.updated_at) ?? createdAt,
    siteDomain: row.site_domain,
    channel: row.channel,
    lastSeq: row.last_seq,
    lastPublicSeq: row.last_public_seq,
    lastSentAt: row.last_sent_ms,
    userReadSeq: row.user_read_seq,
    adminReadSeq: row.admin_read_seq,
    needsReplySince: toMilliseconds(row.needs_reply_since),
    firstResponseAt: toMilliseconds(row.first_response_at),
    queuedAt: toMilliseconds(row.queued_at),
    snoozedUntil: toMilliseconds(row.snoozed_until),
    archivedAt: toMilliseconds(row.archived_at),
    closedBy: row.closed_by,
    subject: row.subject,
    locale: row.locale,
    openKey: row.open_key,
  };
}
