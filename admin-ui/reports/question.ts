import { dayIn, faultIn, type Period, type Preset, periodOf, presets } from './period.ts';

/** What the address asks a report about. */
export interface Question {
  /** Null: days of one's own choice. */
  preset: Preset | null;
  period: Period;
  timezone: string;
  site: string | null;
  fault: ReturnType<typeof faultIn>;
}

export function questionFrom(search: string, ownTimezone: string, now: number): Question {
  const asked = new URLSearchParams(search);
  const timezone = timezoneOr(asked.get('timezone'), ownTimezone);
  const today = dayIn(timezone, now);
  const isOwn = asked.has('from') || asked.has('to');
  const preset = isOwn ? null : (presets.find((each) => each === asked.get('period')) ?? '7d');
  const period = preset ? periodOf(preset, today) : { from: asked.get('from') ?? today, to: asked.get('to') ?? today };
  return { preset, period, timezone, site: asked.get('site'), fault: faultIn(period) };
}

function timezoneOr(asked: string | null, otherwise: string): string {
  try {
    if (asked !== null) new Intl.DateTimeFormat('en', { timeZone: asked });
    return asked ?? otherwise;
  } catch {
    return otherwise; // the address may say anything
  }
}
