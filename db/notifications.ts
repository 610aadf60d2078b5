import { uuidv7 } from './ids.ts';
import { fromJson } from './json.ts';
import { toMilliseconds, toText } from './time.ts';
import type { Db } from './upsert.ts';

/** What somebody is told inside the app. */
export interface Notification {
  id: string;
  userId: number;
  type: string;
  data: Record<string, unknown>;
  readAt: number | null;
  createdAt: number;
}

/** The same for each of `userIds`, in one statement. */
export async function notifyUsers(
  tx: Db,
  userIds: readonly number[],
  notification: { type: string; data: object },
  now: number,
): Promise<void> {
  if (userIds.length === 0) return;
  const data = JSON.stringify(notification.data);
  const rows = userIds.map((userId) => ({
    id: uuidv7(now),
    user_id: userId,
    type: notification.type,
    data,
    read_at: null,
    created_at: toText(now),
  }));
  await tx.insertInto('desk_notifications').values(rows).execute();
}

/** Newest first; `beforeId` null: from the newest on. */
export async function notificationsOf(
  db: Db,
  userId: number,
  page: { beforeId: string | null; limit: number; isUnread?: true },
): Promise<Notification[]> {
  let rows = db.selectFrom('desk_notifications').selectAll().where('user_id', '=', userId);
  if (page.beforeId !== null) rows = rows.where('id', '<', page.beforeId);
  if (page.isUnread) rows = rows.where('read_at', 'is', null);
  return (await rows.orderBy('id', 'desc').limit(page.limit).execute()).map((row) => ({
    id: row.id,
    userId: row.user_id,
    type: row.type,
    data: fromJson(row.data) ?? {},
    readAt: toMilliseconds(row.read_at),
    createdAt: toMilliseconds(row.created_at) ?? 0,
  }));
}

export async function unreadNotifications(db: Db, userId: number): Promise<number> {
  const row = await db
    .selectFrom('desk_notifications')
    .select(({ fn }) => fn.countAll<number>().as('unread'))
    .where('user_id', '=', userId)
    .where('read_at', 'is', null)
    .executeTakeFirstOrThrow();
  return Number(row.unread);
}

/** One, or with `id` null all of the person's. Answers how many were unread. */
export async function readNotifications(tx: Db, userId: number, id: string | null, now: number): Promise<number> {
  let unread = tx
    .updateTable('desk_notifications')
    .set({ read_at: toText(now) })
    .where('user_id', '=', userId);
  if (id !== null) unread = unread.where('id', '=', id);
  return Number((await unread.where('read_at', 'is', null).executeTakeFirstOrThrow()).numUpdatedRows);
}

export async function pruneNotifications(tx: Db, before: number): Promise<void> {
  await tx.deleteFrom('desk_notifications').where('created_at', '<', toText(before)).execute();
}
