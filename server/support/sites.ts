import { randomBytes } from 'node:crypto';
import { addAuditEntry } from '../../db/audit.ts';
import { settingOf, writeSetting } from '../../db/settings.ts';
import { allSites, removeSite, saveSite, setIdentitySecret } from '../../db/sites.ts';
import type { Db } from '../../db/upsert.ts';
import type { Caller } from '../identity/caller.ts';
import type { Tx } from '../outbox/commit.ts';
import { Refusal } from '../refusal.ts';
import type { DeskParts } from './access.ts';
import { checkedHours, type Hours } from './hours.ts';
import { invalid, lineOf } from './input.ts';
import { checkedLook, type Look } from './look.ts';
import { adminAbout } from './person.ts';

/** What holds where nothing else is said. */
export interface WidgetDefaults {
  look: Look;
  hours: Hours | null;
}

/** Of one site; null: as everywhere. */
export interface SiteSettings {
  name: string | null;
  /** Origins whose pages may open the widget; empty: the domain itself. */
  allowedOrigins: string[];
  look: Look | null;
  hours: Hours | null;
}

export interface Site extends SiteSettings {
  domain: string;
  hasIdentitySecret: boolean;
}

/** Everything here is an admin's. */
export interface Sites {
  defaults(caller: Caller): Promise<WidgetDefaults>;
  setDefaults(caller: Caller, changes: Partial<WidgetDefaults>): Promise<WidgetDefaults>;
  list(caller: Caller): Promise<Site[]>;
  /** Makes the site, or changes in it what is given. */
  save(caller: Caller, domain: string, changes: Partial<SiteSettings>): Promise<Site>;
  remove(caller: Caller, domain: string): Promise<void>;
  /** A new secret to sign visitors' identities with; shown this once, and what was signed with an earlier one is refused. */
  renewIdentitySecret(caller: Caller, domain: string): Promise<string>;
  removeIdentitySecret(caller: Caller, domain: string): Promise<void>;
}

const lookKey = 'widget.look';
const hoursKey = 'widget.hours';

export async function widgetDefaults(db: Db): Promise<WidgetDefaults> {
  return { look: (await settingOf<Look>(db, lookKey)) ?? {}, hours: await settingOf<Hours>(db, hoursKey) };
}

export function sitesOf({ db, commit, now }: DeskParts): Sites {
  const audited = (tx: Tx, actorId: number, action: string, target: string, diff: object | null = null) =>
    addAuditEntry(tx, { actorId, action, target, diff }, now());

  const setSecret = async (caller: Caller, asked: string, secret: string | null) => {
    const { userId } = adminAbout(caller);
    const domain = domainIn(asked);
    const action = secret === null ? 'site.secret-removed' : 'site.secret-renewed';
    await commit(async (tx) => {
      if (!(await setIdentitySecret(tx, domain, secret, now()))) throw siteNotFound();
      await audited(tx, userId, action, `site:${domain}`);
    });
  };

  return {
    async defaults(caller) {
      adminAbout(caller);
      return widgetDefaults(db);
    },

    async setDefaults(caller, { look, hours }) {
      const { userId } = adminAbout(caller);
      const changes = {
        ...(look === undefined ? {} : { look: checkedLook(look) }),
        ...(hours === undefined ? {} : { hours: hours && checkedHours(hours) }),
      };
      return commit(async (tx) => {
        if (changes.look) await writeSetting(tx, lookKey, changes.look, now());
        if (changes.hours !== undefined) await writeSetting(tx, hoursKey, changes.hours, now());
        await audited(tx, userId, 'widget.changed', 'widget', changes);
        return widgetDefaults(tx);
      });
    },

    async list(caller) {
      adminAbout(caller);
      return (await allSites(db)) as Site[];
    },

    async save(caller, asked, { name, allowedOrigins, look, hours }) {
      const { userId } = adminAbout(caller);
      const domain = domainIn(asked);
      const changes = {
        ...(name === undefined ? {} : { name: name && (lineOf('name', name, 255) || null) }),
        ...(allowedOrigins === undefined ? {} : { allowedOrigins: checkedOrigins(allowedOrigins) }),
        ...(look === undefined ? {} : { look: look && { ...checkedLook(look) } }),
        ...(hours === undefined ? {} : { hours: hours && { ...checkedHours(hours) } }),
      };
      return commit(async (tx) => {
        await saveSite(tx, domain, changes, now());
        await audited(tx, userId, 'site.saved', `site:${domain}`, changes);
        const saved = (await allSites(tx)).find((site) => site.domain === domain);
        if (!saved) throw siteNotFound();
        return saved as Site;
      });
    },

    async remove(caller, asked) {
      const { userId } = adminAbout(caller);
      const domain = domainIn(asked);
      await commit(async (tx) => {
        if (!(await removeSite(tx, domain))) throw siteNotFound();
        await audited(tx, userId, 'site.removed', `site:${domain}`);
      });
    },

    async renewIdentitySecret(caller, domain) {
      const secret = randomBytes(32).toString('base64url');
      await setSecret(caller, domain, secret);
      return secret;
    },

    removeIdentitySecret: (caller, domain) => setSecret(caller, domain, null),
  };
}

/** As pages' origins name it: in lower case, without port. @throws Refusal */
function domainIn(asked: string): string {
  const text = asked.trim();
  const url = URL.canParse(`https://${text}`) ? new URL(`https://${text}`) : undefined;
  if (!url || url.host !== text.toLowerCase() || url.port !== '') {
    throw invalid('domain', 'The domain field must be a host name, like shop.example.');
  }
  return url.hostname;
}

/** @throws Refusal */
export function checkedOrigins(asked: readonly string[]): string[] {
  const origins = asked.map((text) => {
    const trimmed = text.trim().replace(/\/$/, '');
    const origin = URL.canParse(trimmed) ? new URL(trimmed).origin : 'null';
    if (origin === 'null' || origin !== trimmed.toLowerCase()) {
      throw invalid('allowed_origins', 'An origin is like https://shop.example, without a path.');
    }
    return origin;
  });
  return [...new Set(origins)];
}

function siteNotFound(): Refusal {
  return new Refusal('not-found', 'Site not found.');
}
