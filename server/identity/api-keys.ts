import { timingSafeEqual } from 'node:crypto';
import { type ApiKey, addApiKey, apiKeyByKey, touchApiKey } from '../../db/api-keys.ts';
import type { Db } from '../../db/upsert.ts';
import type { ApiKeyCaller } from './caller.ts';
import { randomSecret, sha256 } from './tokens.ts';

/** What a request showed. */
export interface ShownKey {
  key: string;
  secret: string | undefined;
  /** The `Origin` header of a browser's request. */
  origin: string | undefined;
}

/** Who shows this key; undefined when it is unknown, switched off, or shown without what it needs. */
export async function identifyApiKey(db: Db, shown: ShownKey, now: number): Promise<ApiKeyCaller | undefined> {
  const apiKey = await apiKeyByKey(db, shown.key);
  if (!apiKey?.isActive || !holds(apiKey, shown)) return undefined;
  if (apiKey.lastUsedAt === null || apiKey.lastUsedAt < now - 60_000) await touchApiKey(db, apiKey.id, now);
  return {
    kind: 'api-key',
    keyId: apiKey.id,
    name: apiKey.name,
    siteDomain: apiKey.siteDomain,
    isPublishable: apiKey.kind === 'publishable',
    scopes: apiKey.scopes,
  };
}

/** A secret key needs its secret. A publishable one has none to keep: it needs to come from a page of its site. */
function holds(apiKey: ApiKey, { secret, origin }: ShownKey): boolean {
  if (apiKey.kind === 'publishable') return origin !== undefined && apiKey.allowedOrigins.includes(origin);
  if (apiKey.secretHash === null || !secret) return false;
  // Both hashed once more: equal lengths, whatever somebody wrote into the column.
  return timingSafeEqual(Buffer.from(sha256(apiKey.secretHash)), Buffer.from(sha256(sha256(secret))));
}

export interface NewApiKey {
  name: string;
  kind: ApiKey['kind'];
  siteDomain: string | null;
  allowedOrigins: string[];
  scopes: string[];
  ratePerMinute: number | null;
}

/** Makes a key; its secret (null for a publishable one) is answered this once and kept as a hash. */
export async function createApiKey(
  tx: Db,
  wanted: NewApiKey,
  now: number,
): Promise<{ apiKey: ApiKey; secret: string | null }> {
  const secret = wanted.kind === 'server' ? `sk_${randomSecret(40)}` : null;
  const key = `pk_${randomSecret(32)}`;
  const apiKey = await addApiKey(tx, { ...wanted, key, secretHash: secret && sha256(secret) }, now);
  return { apiKey, secret };
}
