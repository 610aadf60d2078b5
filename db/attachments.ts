import type { Selectable } from 'kysely';
import { uuidv7 } from './ids.ts';
import type { AttachmentsTable } from './schema-desk.ts';
import { toMilliseconds, toText } from './time.ts';
import type { Db } from './upsert.ts';

/** An uploaded file; the bytes are elsewhere, at `diskPath`. */
export interface Attachment {
  id: string;
  roomId: number | null;
  messageId: number | null;
  uploaderId: number;
  diskPath: string;
  thumbnailPath: string | null;
  originalName: string;
  mime: string;
  sizeBytes: number;
  sha256: string;
  /** Pixels, of images. */
  width: number | null;
  height: number | null;
  state: 'pending' | 'attached' | 'blocked';
  createdAt: number;
}

/** A file that has arrived and is in no message yet; `roomId` null when it was sent ahead of any room. */
export async function addAttachment(
  tx: Db,
  file: Omit<Attachment, 'id' | 'messageId' | 'state' | 'createdAt'>,
  now: number,
): Promise<Attachment> {
  const id = uuidv7(now);
  await tx
    .insertInto('desk_attachments')
    .values({
      id,
      room_id: file.roomId,
      message_id: null,
      uploader_id: file.uploaderId,
      disk_path: file.diskPath,
      thumbnail_path: file.thumbnailPath,
      original_name: file.originalName,
      mime: file.mime,
      size_bytes: file.sizeBytes,
      sha256: file.sha256,
      width: file.width,
      height: file.height,
      state: 'pending',
      created_at: toText(now),
    })
    .execute();
  return { ...file, id, messageId: null, state: 'pending', createdAt: now };
}

export async function attachmentById(db: Db, id: string): Promise<Attachment | undefined> {
  const row = await db.selectFrom('desk_attachments').selectAll().where('id', '=', id).executeTakeFirst();
  return row && toAttachment(row);
}

export async function attachmentsByIds(db: Db, ids: readonly string[]): Promise<Attachment[]> {
  if (ids.length === 0) return [];
  return (await db.selectFrom('desk_attachments').selectAll().where('id', 'in', ids).execute()).map(toAttachment);
}

/** A room's files, newest first; `beforeId` null: from the newest on. */
export async function attachmentsOfRoom(
  db: Db,
  roomId: number,
  beforeId: string | null,
  limit: number,
): Promise<Attachment[]> {
  let rows = db
    .selectFrom('desk_attachments')
    .selectAll()
    .where('room_id', '=', roomId)
    .where('state', '=', 'attached');
  if (beforeId !== null) rows = rows.where('id', '<', beforeId);
  return (await rows.orderBy('id', 'desc').limit(limit).execute()).map(toAttachment);
}

/** Puts the uploader's pending files into a message. Answers how many it did: one that is in a message already stays there. */
export async function attachToMessage(
  tx: Db,
  ids: readonly string[],
  message: { id: number; roomId: number; userId: number },
): Promise<number> {
  if (ids.length === 0) return 0;
  const { numUpdatedRows } = await tx
    .updateTable('desk_attachments')
    .set({ message_id: message.id, room_id: message.roomId, state: 'attached' })
    .where('id', 'in', ids)
    .where('uploader_id', '=', message.userId)
    .where('state', '=', 'pending')
    .executeTakeFirstOrThrow();
  return Number(numUpdatedRows);
}

/** Pending since before then: uploaded, and never sent; and those that were let go. */
export async function abandonedAttachments(db: Db, before: number, limit: number): Promise<Attachment[]> {
  const files = db.selectFrom('desk_attachments').selectAll().orderBy('created_at').limit(limit);
  const pending = await files.where('state', '=', 'pending').where('created_at', '<', toText(before)).execute();
  const blocked = await files.where('state', '=', 'blocked').execute();
  return [...blocked, ...pending].map(toAttachment);
}

/** What these people have uploaded and not sent; nobody keeps more than a day of that. */
export async function pendingFilesOf(db: Db, uploaderIds: readonly number[]): Promise<Attachment[]> {
  const pending = db.selectFrom('desk_attachments').selectAll().where('state', '=', 'pending');
  const rows = await pending.where('uploader_id', 'in', uploaderIds).orderBy('created_at').execute();
  return rows.map(toAttachment);
}

/**
 * Lets the files of a message, or of a whole room, go: from now on nobody sees them, and their bytes may be removed.
 * Of those named by id only what is in no message.
 */
export async function releaseAttachments(
  tx: Db,
  of: { messageId: number } | { roomId: number } | { ids: readonly string[] },
): Promise<void> {
  const files = tx.updateTable('desk_attachments').set({ state: 'blocked', room_id: null, message_id: null });
  if ('ids' in of) {
    if (of.ids.length > 0) await files.where('id', 'in', of.ids).where('state', '=', 'pending').execute();
  } else if ('messageId' in of) await files.where('message_id', '=', of.messageId).execute();
  else await files.where('room_id', '=', of.roomId).execute();
}

/** Whose bytes, or whose thumbnail's, lie there. */
export async function attachmentByPath(db: Db, path: string): Promise<Attachment | undefined> {
  // Both names begin alike and go on with a dot; '/' is the character after it.
  const stem = path.replace(/(\.thumb)?\.[^./]*$/, '');
  const row = await db
    .selectFrom('desk_attachments')
    .selectAll()
    .where('disk_path', '>=', `${stem}.`)
    .where('disk_path', '<', `${stem}/`)
    .executeTakeFirst();
  return row && [row.disk_path, row.thumbnail_path].includes(path) ? toAttachment(row) : undefined;
}

export async function attachmentsOfMessage(db: Db, messageId: number): Promise<Attachment[]> {
  return (
    await db.selectFrom('desk_attachments').selectAll().where('message_id', '=', messageId).orderBy('id').execute()
  ).map(toAttachment);
}

/** Removes the rows; the bytes are the caller's to remove, afterwards. */
export async function removeAttachments(tx: Db, ids: readonly string[]): Promise<void> {
  if (ids.length > 0) await tx.deleteFrom('desk_attachments').where('id', 'in', ids).execute();
}

function toAttachment(row: Selectable<AttachmentsTable>): Attachment {
  return {
    id: row.id,
    roomId: row.room_id,
    messageId: row.message_id,
    uploaderId: row.uploader_id,
    diskPath: row.disk_path,
    thumbnailPath: row.thumbnail_path,
    originalName: row.original_name,
    mime: row.mime,
    sizeBytes: row.size_bytes,
    sha256: row.sha256,
    width: row.width,
    height: row.height,
    state: row.state as Attachment['state'],
    createdAt: toMilliseconds(row.created_at) ?? 0,
  };
}
