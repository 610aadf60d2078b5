import type { Selectable } from 'kysely';
import { fromJson, toJsonOrNull } from './json.ts';
import type { SitesTable } from './schema-house.ts';
import { toText } from './time.ts';
import { type Db, upsert } from './upsert.ts';

/** A web site the widget lives on. */
export interface Site {
  domain: string;
  name: string | null;
  /** Origins whose pages may open the widget; empty: the domain itself, over http or https. */
  allowedOrigins: string[];
  theme: Record<string, unknown> | null;
  policy: Record<string, unknown> | null;
}

export async function siteByDomain(db: Db, domain: string): Promise<Site | undefined> {
  const row = await db.selectFrom('desk_sites').selectAll().where('domain', '=', domain).executeTakeFirst();
  return row && toSite(row);
}

export async function allSites(db: Db): Promise<Site[]> {
  return (await db.selectFrom('desk_sites').selectAll().orderBy('domain').execute()).map(toSite);
}

/** What the site signs its visitors' identities with; null when it does not. Apart from `Site`, so that no list shows it. */
export async function identitySecretOf(db: Db, domain: string): Promise<string | null> {
  const row = await db
    .selectFrom('desk_sites')
    .select('identity_secret')
    .where('domain', '=', domain)
    .executeTakeFirst();
  return row?.identity_secret ?? null;
}

export async function setIdentitySecret(tx: Db, domain: string, secret: string | null, now: number): Promise<void> {
  await tx
    .updateTable('desk_sites')
    .set({ identity_secret: secret, updated_at: toText(now) })
    .where('domain', '=', domain)
    .execute();
}

/** Makes the site or changes it; the secret stays as it is. */
export async function saveSite(tx: Db, site: Site, now: number): Promise<void> {
  const change = {
    name: site.name,
    allowed_origins: JSON.stringify(site.allowedOrigins),
    theme: toJsonOrNull(site.theme),
    policy: toJsonOrNull(site.policy),
    updated_at: toText(now),
  };
  const row = { domain: site.domain, identity_secret: null, created_at: toText(now), ...change };
  await upsert(tx, 'desk_sites', ['domain'], row, change);
}

export async function removeSite(tx: Db, domain: string): Promise<void> {
  await tx.deleteFrom('desk_sites').where('domain', '=', domain).execute();
}

function toSite(row: Selectable<SitesTable>): Site {
  return {
    domain: row.domain,
    name: row.name,
    allowedOrigins: fromJson<string[]>(row.allowed_origins) ?? [],
    theme: fromJson(row.theme),
    policy: fromJson(row.policy),
  };
}
