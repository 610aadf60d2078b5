import { uuidv7 } from './ids.ts';
import { toText } from './time.ts';
import type { Db } from './upsert.ts';

/** A reply kept ready. Everybody's when it has neither site nor user, else that site's or that person's own. */
export interface CannedResponse {
  id: string;
  shortCode: string;
  text: string;
  siteDomain: string | null;
  userId: number | null;
}

/** What this person may use, by short code. `siteDomain` null: of all sites. */
export async function cannedResponsesFor(db: Db, userId: number, siteDomain: string | null): Promise<CannedResponse[]> {
  let rows = db
    .selectFrom('desk_canned_responses')
    .selectAll()
    .where(({ eb, or }) => or([eb('user_id', 'is', null), eb('user_id', '=', userId)]));
  if (siteDomain !== null) {
    rows = rows.where(({ eb, or }) => or([eb('site_domain', 'is', null), eb('site_domain', '=', siteDomain)]));
  }
  return (await rows.orderBy('short_code').orderBy('id').execute()).map(toCanned);
}

export async function cannedResponseById(db: Db, id: string): Promise<CannedResponse | undefined> {
  const row = await db.selectFrom('desk_canned_responses').selectAll().where('id', '=', id).executeTakeFirst();
  return row && toCanned(row);
}

export async function addCannedResponse(
  tx: Db,
  canned: Omit<CannedResponse, 'id'>,
  now: number,
): Promise<CannedResponse> {
  const id = uuidv7(now);
  const at = toText(now);
  await tx
    .insertInto('desk_canned_responses')
    .values({
      id,
      short_code: canned.shortCode,
      text: canned.text,
      site_domain: canned.siteDomain,
      user_id: canned.userId,
      created_at: at,
      updated_at: at,
    })
    .execute();
  return { ...canned, id };
}

export async function updateCannedResponse(
  tx: Db,
  id: string,
  changes: { shortCode?: string; text?: string },
  now: number,
): Promise<void> {
  await tx
    .updateTable('desk_canned_responses')
    .set({
      updated_at: toText(now),
      ...(changes.shortCode === undefined ? {} : { short_code: changes.shortCode }),
      ...(changes.text === undefined ? {} : { text: changes.text }),
    })
    .where('id', '=', id)
    .execute();
}

export async function removeCannedResponse(tx: Db, id: string): Promise<void> {
  await tx.deleteFrom('desk_canned_responses').where('id', '=', id).execute();
}

function toCanned(row: {
  id: string;
  short_code: string;
  text: string;
  site_domain: string | null;
  user_id: number | null;
}): CannedResponse {
  return { id: row.id, shortCode: row.short_code, text: row.text, siteDomain: row.site_domain, userId: row.user_id };
}
