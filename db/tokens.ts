import type { Selectable } from 'kysely';
import { fromJson } from './json.ts';
import type { PersonalAccessTokensTable } from './schema.ts';
import { toMilliseconds, toText, toTextOrNull } from './time.ts';
import type { Db } from './upsert.ts';

/** A token as Sanctum keeps it: the row knows only the SHA-256 of what its owner holds. Times are epoch milliseconds. */
export interface Token {
  id: number;
  /** The model the owner is of; only users' tokens say who somebody is here. */
  ownerType: string;
  ownerId: number;
  name: string;
  hash: string;
  abilities: string[];
  lastUsedAt: number | null;
  expiresAt: number | null;
  createdAt: number | null;
}

export async function addToken(
  tx: Db,
  token: {
    ownerType: string;
    ownerId: number;
    name: string;
    hash: string;
    abilities: string[];
    expiresAt: number | null;
  },
  now: number,
): Promise<number> {
  const { insertId } = await tx
    .insertInto('personal_access_tokens')
    .values({
      tokenable_type: token.ownerType,
      tokenable_id: token.ownerId,
      name: token.name,
      token: token.hash,
      abilities: JSON.stringify(token.abilities),
      last_used_at: null,
      expires_at: toTextOrNull(token.expiresAt),
      created_at: toText(now),
      updated_at: toText(now),
    })
    .executeTakeFirstOrThrow();
  return Number(insertId);
}

export async function tokenById(db: Db, id: number): Promise<Token | undefined> {
  const row = await db.selectFrom('personal_access_tokens').selectAll().where('id', '=', id).executeTakeFirst();
  return row && toToken(row);
}

export async function tokenByHash(db: Db, hash: string): Promise<Token | undefined> {
  const row = await db.selectFrom('personal_access_tokens').selectAll().where('token', '=', hash).executeTakeFirst();
  return row && toToken(row);
}

export async function tokensOf(db: Db, ownerTypes: readonly string[], ownerId: number): Promise<Token[]> {
  const rows = db.selectFrom('personal_access_tokens').selectAll().where('tokenable_type', 'in', ownerTypes);
  return (await rows.where('tokenable_id', '=', ownerId).orderBy('id').execute()).map(toToken);
}

export async function touchToken(db: Db, id: number, now: number): Promise<void> {
  await db
    .updateTable('personal_access_tokens')
    .set({ last_used_at: toText(now) })
    .where('id', '=', id)
    .execute();
}

export async function deleteToken(tx: Db, id: number): Promise<void> {
  await tx.deleteFrom('personal_access_tokens').where('id', '=', id).execute();
}

export async function deleteTokensOf(tx: Db, ownerTypes: readonly string[], ownerId: number): Promise<void> {
  const rows = tx.deleteFrom('personal_access_tokens').where('tokenable_type', 'in', ownerTypes);
  await rows.where('tokenable_id', '=', ownerId).execute();
}

function toToken(row: Selectable<PersonalAccessTokensTable>): Token {
  return {
    id: row.id,
    ownerType: row.tokenable_type,
    ownerId: row.tokenable_id,
    name: row.name,
    hash: row.token,
    abilities: fromJson<string[]>(row.abilities) ?? [],
    lastUsedAt: toMilliseconds(row.last_used_at),
    expiresAt: toMilliseconds(row.expires_at),
    createdAt: toMilliseconds(row.created_at),
  };
}
