import { timingSafeEqual } from 'node:crypto';
import {
  type ApiKey,
  addApiKey,
  allApiKeys,
  apiKeyById,
  apiKeyByKey,
  removeApiKey,
  setApiKeyActive,
  touchApiKey,
} from '../../db/api-keys.ts';
import { addAuditEntry } from '../../db/audit.ts';
import type { Db } from '../../db/upsert.ts';
import type { Commit, Tx } from '../outbox/commit.ts';
import { Refusal } from '../refusal.ts';
import { type ApiKeyCaller, type Caller, isAdmin, type PersonCaller, unauthorized } from './caller.ts';
import { randomSecret, sha256 } from './tokens.ts';
import { Checked } from './validation.ts';

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

export type ApiKeyAsked = Pick<NewApiKey, 'name' | 'kind' | 'siteDomain' | 'allowedOrigins'>;

/** The keys of programs and pages, an admin's to give and take. */
export interface ApiKeys {
  list(caller: Caller): Promise<ApiKey[]>;
  /** The secret (null for a publishable key) is shown this once. */
  add(caller: Caller, asked: ApiKeyAsked): Promise<{ apiKey: ApiKey; secret: string | null }>;
  remove(caller: Caller, id: string): Promise<void>;
  /** Switches it off, or on again. */
  toggle(caller: Caller, id: string): Promise<ApiKey>;
}

export function apiKeysOf({ db, commit, now = Date.now }: { db: Db; commit: Commit; now?: () => number }): ApiKeys {
  const audited = (tx: Tx, admin: PersonCaller, action: string, id: string) =>
    addAuditEntry(tx, { actorId: admin.userId, action, target: `api-key:${id}` }, now());

  return {
    async list(caller) {
      if (!isAdmin(caller)) throw unauthorized();
      return allApiKeys(db);
    },

    async add(caller, asked) {
      if (!isAdmin(caller)) throw unauthorized();
      const checked = new Checked({ name: asked.name });
      const name = checked.text('name', { most: 255 });
      // Anybody can read it in the page: where it may be shown from is all that guards it.
      if (asked.kind === 'publishable' && asked.allowedOrigins.length === 0) {
        checked.fail('allowed_origins', 'A publishable key needs the origins of its pages.', { rule: 'required' });
      }
      checked.done();
      return commit(async (tx) => {
        const wanted = { ...asked, name, scopes: ['chat'], ratePerMinute: null };
        const made = await createApiKey(tx, wanted, now());
        await audited(tx, caller, 'api-key.added', made.apiKey.id);
        return made;
      });
    },

    async remove(caller, id) {
      if (!isAdmin(caller)) throw unauthorized();
      await commit(async (tx) => {
        if (!(await removeApiKey(tx, id))) throw keyNotFound();
        await audited(tx, caller, 'api-key.removed', id);
      });
    },

    async toggle(caller, id) {
      if (!isAdmin(caller)) throw unauthorized();
      return commit(async (tx) => {
        const before = await apiKeyById(tx, id);
        if (!before) throw keyNotFound();
        const isActive = !before.isActive;
        await setApiKeyActive(tx, id, isActive, now());
        await audited(tx, caller, isActive ? 'api-key.switched-on' : 'api-key.switched-off', id);
        return { ...before, isActive };
      });
    },
  };
}

function keyNotFound(): Refusal {
  return new Refusal('not-found', 'API key not found.');
}
