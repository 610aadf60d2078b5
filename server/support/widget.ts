import { repliesIn } from '../../db/replies.ts';
import { siteByDomain } from '../../db/sites.ts';
import type { DeskParts } from './access.ts';
import { medianOf } from './durations.ts';
import { type Openness, opennessAt } from './hours.ts';
import type { Look } from './look.ts';
import { type Site, widgetDefaults } from './sites.ts';

/** The visitors' widget as pages of a site show it now. */
export interface ShownWidget {
  look: Look;
  /** Null: nobody has said when somebody is there. */
  hours: (Openness & { timezone: string }) | null;
}

export interface Widget {
  /** `site` undefined: a page of nowhere, which sees what all sites have. */
  shownOn(site: string | undefined): Promise<ShownWidget>;
}

const measuredMilliseconds = 7 * 24 * 60 * 60 * 1000;
const freshMilliseconds = 10 * 60 * 1000;
const repliesMeasured = 1000;
const sitesRemembered = 1000;
/** Fewer say nothing about the next one. */
const repliesNeeded = 5;

export function widgetOf({ db, now }: DeskParts): Widget {
  const measured = new Map<string, { at: number; minutes: Promise<number | undefined> }>();

  async function measure(siteDomain: string | undefined): Promise<number | undefined> {
    const stretch = { from: now() - measuredMilliseconds, to: now(), ...(siteDomain ? { siteDomain } : {}) };
    const first = (await repliesIn(db, stretch, repliesMeasured)).filter((reply) => reply.isFirst);
    const median = medianOf(first.map((reply) => reply.tookMilliseconds));
    return median === null || first.length < repliesNeeded ? undefined : Math.max(1, Math.round(median / 60_000));
  }

  /** However many pages ask, once in a while. */
  function usualMinutes(site: string | undefined): Promise<number | undefined> {
    const key = site ?? '';
    const known = measured.get(key);
    if (known && now() - known.at < freshMilliseconds) return known.minutes;
    if (measured.size >= sitesRemembered) measured.clear();
    const minutes = measure(site);
    measured.set(key, { at: now(), minutes });
    minutes.catch(() => measured.delete(key));
    return minutes;
  }

  return {
    async shownOn(domain) {
      const defaults = await widgetDefaults(db);
      const site = domain === undefined ? undefined : ((await siteByDomain(db, domain)) as Site | undefined);
      const look: Look = { ...defaults.look, ...site?.look };
      if (look.replyMinutes === undefined) {
        const replyMinutes = await usualMinutes(site?.domain);
        if (replyMinutes !== undefined) look.replyMinutes = replyMinutes;
      }
      const hours = site?.hours ?? defaults.hours;
      return { look, hours: hours && { ...opennessAt(hours, now()), timezone: hours.timezone } };
    },
  };
}
