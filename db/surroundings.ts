import { fromJson, toJsonOrNull } from './json.ts';
import { toText } from './time.ts';
import { type Db, engineOf, upsert } from './upsert.ts';

/** A page somebody was on; `at` is epoch milliseconds. */
export interface VisitedPage {
  url: string;
  title: string;
  at: number;
}

export interface Device {
  kind: 'phone' | 'tablet' | 'desktop';
  browser: string | null;
  os: string | null;
}

/** Where a visitor is, and with what. */
export interface Surroundings {
  /** The newest first. */
  pages: VisitedPage[];
  device: Device | null;
}

export const pagesAtMost = 20;
export const nowhere: Surroundings = { pages: [], device: null };

export async function surroundingsOf(db: Db, userId: number): Promise<Surroundings> {
  return (await rowsOf(db, [userId])).get(userId) ?? nowhere;
}

/** Changes them as they stand, held to the end of the transaction: of two tabs at once neither takes the other's back. */
export async function changeSurroundings(
  tx: Db,
  userId: number,
  change: (before: Surroundings) => Surroundings,
  now: number,
): Promise<void> {
  const key = { user_id: userId };
  // Makes the row when there is none, and changes nothing in one that is there.
  await upsert(
    tx,
    'desk_surroundings',
    ['user_id'],
    { ...key, pages: '[]', device: null, updated_at: toText(now) },
    key,
  );
  const after = change((await rowsOf(tx, [userId], true)).get(userId) ?? nowhere);
  await tx
    .updateTable('desk_surroundings')
    .set({
      pages: JSON.stringify(after.pages.slice(0, pagesAtMost)),
      device: toJsonOrNull(after.device),
      updated_at: toText(now),
    })
    .where('user_id', '=', userId)
    .execute();
}

/** What was the guest's is the user's, the newest first. */
export async function mergeSurroundings(tx: Db, guestId: number, userId: number, now: number): Promise<void> {
  const guest = (await rowsOf(tx, [guestId], true)).get(guestId);
  if (!guest) return;
  const merged = ({ pages, device }: Surroundings) => ({
    pages: [...guest.pages, ...pages].sort((a, b) => b.at - a.at),
    device: guest.device ?? device,
  });
  await changeSurroundings(tx, userId, merged, now);
  await eraseSurroundings(tx, [guestId]);
}

export async function eraseSurroundings(tx: Db, userIds: readonly number[]): Promise<void> {
  await tx.deleteFrom('desk_surroundings').where('user_id', 'in', userIds).execute();
}

async function rowsOf(db: Db, userIds: readonly number[], isHeld = false): Promise<Map<number, Surroundings>> {
  const rows = db.selectFrom('desk_surroundings').selectAll().where('user_id', 'in', userIds);
  const found = await (isHeld && engineOf(db) === 'mysql' ? rows.forUpdate() : rows).execute();
  return new Map(
    found.map((row) => [
      row.user_id,
      { pages: fromJson<VisitedPage[]>(row.pages) ?? [], device: fromJson(row.device) },
    ]),
  );
}
