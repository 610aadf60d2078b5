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
  /** How the widget looks there, and when somebody is there; null: as everywhere. */
  look: Record<string, unknown> | null;
  hours: Record<string, unknown> | null;
  /** Whether it signs who its visitors are. The secret itself is in no list. */
  hasIdentitySecret: boolean;
}

export type SiteChanges = Partial<Omit<Site, 'domain' | 'hasIdentitySecret'>>;

export async function siteByDomain(db: Db, domain: string): Promise<Site | undefined> {
  const row = await db.selectFrom('desk_sites').selectAll().where('domain', '=', domain).executeTakeFirst();
  return row && toSite(row);
}

export async function allSites(db: Db): Promise<Site[]> {
  return (await db.selectFrom('desk_sites').selectAll().orderBy('domain').execute()).map(toSite);
}

/** What the site signs its visitors' identities with; null when it does not. */
export async function identitySecretOf(db: Db, domain: string): Promise<string | null> {
  const row = await db
    .selectFrom('desk_sites')
    .select('identity_secret')
    .where('domain', '=', domain)
    .executeTakeFirst();
  return row?.identity_secret ?? null;
}

/** Answers whether there is such a site. */
export async function setIdentitySecret(tx: Db, domain: string, secret: string | null, now: number): Promise<boolean> {
  const change = tx.updateTable('desk_sites').set({ identity_secret: secret, updated_at: toText(now) });
  return (await change.where('domain', '=', domain).executeTakeFirstOrThrow()).numUpdatedRows > 0n;
}

/** Makes the site, or changes in it what is given: two at once, each about something else, both have their way. */
export async function saveSite(tx: Db, domain: string, changes: SiteChanges, now: number): Promise<void> {
  const change = {
    ...(changes.name === undefined ? {} : { name: changes.name }),
    ...(changes.allowedOrigins === undefined ? {} : { allowed_origins: JSON.stringify(changes.allowedOrigins) }),
    ...(changes.look === undefined ? {} : { theme: toJsonOrNull(changes.look) }),
    ...(changes.hours === undefined ? {} : { hours: toJsonOrNull(changes.hours) }),
    updated_at: toText(now),
  };
  const nothing = { name: null, allowed_origins: '[]', identity_secret: null, theme: null, policy: null, hours: null };
  await upsert(tx, 'desk_sites', ['domain'], { ...nothing, ...change, domain, created_at: toText(now) }, change);
}

/** Answers whether it was there. */
export async function removeSite(tx: Db, domain: string): Promise<boolean> {
  const site = tx.deleteFrom('desk_sites').where('domain', '=', domain);
  return (await site.executeTakeFirstOrThrow()).numDeletedRows > 0n;
}

function toSite(row: Selectable<SitesTable>): Site {
  return {
    domain: row.domain,
    name: row.name,
    allowedOrigins: fromJson<string[]>(row.allowed_origins) ?? [],
    look: fromJson(row.theme),
    hours: fromJson(row.hours),
    hasIdentitySecret: row.identity_secret !== null,
  };
}
