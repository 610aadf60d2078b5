import type { Language } from './texts/texts.ts';

/** When somebody is there; `opensAt`: when somebody is there again (ISO 8601), null when nobody knows. */
export interface Hours {
  isOpen: boolean;
  opensAt: string | null;
  /** Of the team, as `Europe/Kyiv`. */
  timezone: string;
}

const DAY_MS = 86_400_000;

/** Null while somebody is there; else what time it is where the team is, and from when they reply. */
export function awaySentence({ isOpen, opensAt, timezone }: Hours, language: Language, now: number): string | null {
  const { say, locale } = language;
  const opens = Date.parse(opensAt ?? '');
  if (isOpen || opens <= now) return null;
  if (Number.isNaN(opens)) return say('away');
  const format = (options: Intl.DateTimeFormatOptions) => {
    const formatter = formatterOf(locale, timezone, options);
    return (at: number) => formatter.format(at);
  };
  const time = format({ hour: '2-digit', minute: '2-digit' });
  const date = format({ dateStyle: 'long' });
  const values = { now: time(now), place: placeOf(language, timezone), time: time(opens) };
  if (date(opens) === date(now)) return say('awayToday', values);
  const day =
    date(opens) === date(now + DAY_MS)
      ? new Intl.RelativeTimeFormat(locale, { numeric: 'auto' }).format(1, 'day')
      : opens - now < 6 * DAY_MS
        ? format({ weekday: 'long' })(opens)
        : date(opens);
  return say('awayUntil', { ...values, time: `${day}, ${values.time}` });
}

/** A zone nobody knows is no reason to say nothing: the times are then the visitor's own. */
function formatterOf(locale: string, timeZone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat(locale, { ...options, timeZone });
  } catch {
    return new Intl.DateTimeFormat(locale, options);
  }
}

/** Browsers know zones by the name of their country, in every language, though not how it bends in a sentence. */
function placeOf({ say, locale }: Language, timezone: string): string {
  if (/^Europe\/K(yiv|iev)$/.test(timezone)) return say('inKyiv');
  const parts = formatterOf(locale, timezone, { timeZoneName: 'shortGeneric' }).formatToParts();
  return `(${parts.find(({ type }) => type === 'timeZoneName')?.value})`;
}
