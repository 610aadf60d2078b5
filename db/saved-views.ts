import { uuidv7 } from './ids.ts';
import { fromJson } from './json.ts';
import { toText } from './time.ts';
import type { Db } from './upsert.ts';

/** A filter of the inbox somebody gave a name. */
export interface SavedView {
  id: string;
  userId: number;
  name: string;
  query: Record<string, unknown>;
  position: number;
}

export async function savedViewsOf(db: Db, userId: number): Promise<SavedView[]> {
  const rows = db
    .selectFrom('desk_saved_views')
    .selectAll()
    .where('user_id', '=', userId)
    .orderBy('position')
    .orderBy('id');
  return (await rows.execute()).map((row) => ({
    id: row.id,
    userId: row.user_id,
    name: row.name,
    query: fromJson(row.query) ?? {},
    position: row.position,
  }));
}

export async function addSavedView(tx: Db, view: Omit<SavedView, 'id'>, now: number): Promise<SavedView> {
  const id = uuidv7(now);
  const { userId, name, query, position } = view;
  await tx
    .insertInto('desk_saved_views')
    .values({ id, user_id: userId, name, query: JSON.stringify(query), position, created_at: toText(now) })
    .execute();
  return { id, ...view };
}

export async function changeSavedView(
  tx: Db,
  id: string,
  { name, query }: Partial<Pick<SavedView, 'name' | 'query'>>,
): Promise<void> {
  const changes = {
    ...(name === undefined ? {} : { name }),
    ...(query === undefined ? {} : { query: JSON.stringify(query) }),
  };
  if (Object.keys(changes).length === 0) return;
  await tx.updateTable('desk_saved_views').set(changes).where('id', '=', id).execute();
}

/** Answers whether this person had it. */
export async function removeSavedView(tx: Db, userId: number, id: string): Promise<boolean> {
  const view = tx.deleteFrom('desk_saved_views').where('id', '=', id).where('user_id', '=', userId);
  return (await view.executeTakeFirstOrThrow()).numDeletedRows > 0n;
}
