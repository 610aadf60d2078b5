import { isDuplicate } from './errors.ts';
import { fromJson } from './json.ts';
import { toText } from './time.ts';
import { type Db, upsert } from './upsert.ts';

export async function settingOf<Value>(db: Db, key: string): Promise<Value | null> {
  const row = await db.selectFrom('desk_settings').select('value').where('key', '=', key).executeTakeFirst();
  return row ? fromJson<Value>(row.value) : null;
}

export async function allSettings(db: Db): Promise<Map<string, unknown>> {
  const rows = await db.selectFrom('desk_settings').select(['key', 'value']).execute();
  return new Map(rows.map((row) => [row.key, fromJson(row.value)]));
}

export async function writeSetting(tx: Db, key: string, value: unknown, now: number): Promise<void> {
  const change = { value: JSON.stringify(value), updated_at: toText(now) };
  await upsert(tx, 'desk_settings', ['key'], { key, ...change }, change);
}

/** Answers whether it is new: of several who add it at once, one is told yes. One that is there stays as it is. */
export async function addSetting(tx: Db, key: string, value: unknown, now: number): Promise<boolean> {
  try {
    const row = { key, value: JSON.stringify(value), updated_at: toText(now) };
    await tx.insertInto('desk_settings').values(row).execute();
    return true;
  } catch (error) {
    // On both engines only the statement is undone, not the transaction.
    if (!isDuplicate(error)) throw error;
    return false;
  }
}

/** Answers whether it was there: of several who remove it at once, one is told yes. */
export async function removeSetting(tx: Db, key: string): Promise<boolean> {
  const { numDeletedRows } = await tx.deleteFrom('desk_settings').where('key', '=', key).executeTakeFirstOrThrow();
  return numDeletedRows > 0n;
}
