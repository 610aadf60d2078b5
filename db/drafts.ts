import { fromJson, toJsonOrNull } from './json.ts';
import { toMilliseconds, toText } from './time.ts';
import { type Db, upsert } from './upsert.ts';

/** What somebody has begun to write in a room and not sent: one per person and room. */
export interface Draft {
  roomId: number;
  userId: number;
  text: string;
  /** Ids of uploaded files. */
  attachments: string[];
  isPrivate: boolean;
  updatedAt: number;
}

export async function draftOf(db: Db, userId: number, roomId: number): Promise<Draft | undefined> {
  return (await draftsWhere(db, userId, roomId))[0];
}

export async function draftsOf(db: Db, userId: number): Promise<Draft[]> {
  return draftsWhere(db, userId);
}

export async function saveDraft(tx: Db, draft: Omit<Draft, 'updatedAt'>, now: number): Promise<void> {
  const change = {
    text: draft.text,
    attachments: draft.attachments.length > 0 ? toJsonOrNull(draft.attachments) : null,
    is_private: Number(draft.isPrivate),
    updated_at: toText(now),
  };
  await upsert(
    tx,
    'desk_drafts',
    ['user_id', 'room_id'],
    { user_id: draft.userId, room_id: draft.roomId, ...change },
    change,
  );
}

export async function removeDraft(tx: Db, userId: number, roomId: number): Promise<void> {
  await tx.deleteFrom('desk_drafts').where('user_id', '=', userId).where('room_id', '=', roomId).execute();
}

async function draftsWhere(db: Db, userId: number, roomId?: number): Promise<Draft[]> {
  let rows = db.selectFrom('desk_drafts').selectAll().where('user_id', '=', userId);
  if (roomId !== undefined) rows = rows.where('room_id', '=', roomId);
  return (await rows.execute()).map((row) => ({
    roomId: row.room_id,
    userId: row.user_id,
    text: row.text,
    attachments: fromJson<string[]>(row.attachments) ?? [],
    isPrivate: Boolean(row.is_private),
    updatedAt: toMilliseconds(row.updated_at) ?? 0,
  }));
}
