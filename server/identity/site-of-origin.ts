import { allSites } from '../../db/sites.ts';
import type { Db } from '../../db/upsert.ts';

/**
 * The site whose page sends this; undefined when that page may not open the widget. As long as no sites are written
 * down any page may, and its host is the site. `host` is the name this server was called by.
 */
export async function siteOfOrigin(db: Db, origin: string | undefined, host: string): Promise<string | undefined> {
  // Not a page of elsewhere, or no page at all.
  if (origin === undefined) return host;
  if (!URL.canParse(origin)) return undefined;
  const { hostname } = new URL(origin);
  if (hostname === host) return host;
  const sites = await allSites(db);
  if (sites.length === 0) return hostname;
  const site = sites.find(({ domain, allowedOrigins }) =>
    allowedOrigins.length > 0 ? allowedOrigins.includes(origin) : domain === hostname,
  );
  return site?.domain;
}
