import { randomUUID } from 'node:crypto';
import type { Selectable } from 'kysely';
import { fromJson, toJsonOrNull } from './json.ts';
import type { ApiKeysTable } from './schema-house.ts';
import { toMilliseconds, toText } from './time.ts';
import type { Db } from './upsert.ts';

/** How a program, or a site's page, says who it is. */
export interface ApiKey {
  id: string;
  key: string;
  /** SHA-256 in hexadecimal; null for a publishable key. */
  secretHash: string | null;
  name: string;
  isActive: boolean;
  kind: 'server' | 'publishable';
  allowedOrigins: string[];
  scopes: string[];
  siteDomain: string | null;
  ratePerMinute: number | null;
  lastUsedAt: number | null;
  createdAt: number | null;
}

export async function apiKeyByKey(db: Db, key: string): Promise<ApiKey | undefined> {
  const row = await db.selectFrom('api_keys').selectAll().where('api_key', '=', key).executeTakeFirst();
  return row && toApiKey(row);
}

export async function apiKeyById(db: Db, id: string): Promise<ApiKey | undefined> {
  const row = await db.selectFrom('api_keys').selectAll().where('id', '=', id).executeTakeFirst();
  return row && toApiKey(row);
}

export async function allApiKeys(db: Db): Promise<ApiKey[]> {
  return (await db.selectFrom('api_keys').selectAll().orderBy('created_at').orderBy('id').execute()).map(toApiKey);
}

export async function addApiKey(
  tx: Db,
  apiKey: Omit<ApiKey, 'id' | 'isActive' | 'lastUsedAt' | 'createdAt'>,
  now: number,
): Promise<ApiKey> {
  const id = randomUUID();
  await tx
    .insertInto('api_keys')
    .values({
      id,
      api_key: apiKey.key,
      api_secret: apiKey.secretHash,
      name: apiKey.name,
      kind: apiKey.kind,
      allowed_origins: toJsonOrNull(apiKey.allowedOrigins),
      scopes: toJsonOrNull(apiKey.scopes),
      site_domain: apiKey.siteDomain,
      rate_per_minute: apiKey.ratePerMinute,
      last_used_at: null,
      created_at: toText(now),
      updated_at: toText(now),
    })
    .execute();
  return { ...apiKey, id, isActive: true, lastUsedAt: null, createdAt: now };
}

export async function setApiKeyActive(tx: Db, id: string, isActive: boolean, now: number): Promise<boolean> {
  const change = { is_active: Number(isActive), updated_at: toText(now) };
  return (
    (await tx.updateTable('api_keys').set(change).where('id', '=', id).executeTakeFirstOrThrow()).numUpdatedRows > 0n
  );
}

export async function removeApiKey(tx: Db, id: string): Promise<boolean> {
  return (await tx.deleteFrom('api_keys').where('id', '=', id).executeTakeFirstOrThrow()).numDeletedRows > 0n;
}

export async function touchApiKey(db: Db, id: string, now: number): Promise<void> {
  await db
    .updateTable('api_keys')
    .set({ last_used_at: toText(now) })
    .where('id', '=', id)
    .execute();
}

function toApiKey(row: Selectable<ApiKeysTable>): ApiKey {
  return {
    id: row.id,
    key: row.api_key,
    secretHash: row.api_secret,
    name: row.name,
    isActive: Boolean(row.is_active),
    kind: row.kind as ApiKey['kind'],
    allowedOrigins: fromJson<string[]>(row.allowed_origins) ?? [],
    scopes: fromJson<string[]>(row.scopes) ?? [],
    siteDomain: row.site_domain,
    ratePerMinute: row.rate_per_minute,
    lastUsedAt: toMilliseconds(row.last_used_at),
    createdAt: toMilliseconds(row.created_at),
  };
}
