/** The calendar and the clock of a place. Intl knows their rules, and when these change. */

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** A day there, `2026-01-31`, and the minutes that the clock on the wall says have passed of it. */
export interface LocalTime {
  day: string;
  minute: number;
}

const formats = new Map<string, Intl.DateTimeFormat>();
const formatsAtMost = 100;

/** Whether there is such a place, as `Europe/Kyiv`. */
export function isTimezone(name: string): boolean {
  try {
    formatFor(name);
    return true;
  } catch {
    return false;
  }
}

export function localTimeAt(timezone: string, at: number): LocalTime {
  const wall = at + offsetAt(timezone, at);
  return { day: dayOf(wall), minute: Math.floor((wall % DAY) / MINUTE) };
}

/** By how much clocks there are ahead of UTC at a moment, in milliseconds. */
export function offsetAt(timezone: string, at: number): number {
  const parts: Record<string, number> = {};
  for (const { type, value } of formatFor(timezone).formatToParts(at)) parts[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(at / 1000) * 1000;
}

/**
 * When clocks there say this. Where they are put back it is that twice: the earlier moment is meant, unless the later is
 * asked for. What they skip is as much later as they skip.
 */
export function momentOf(timezone: string, { day, minute }: LocalTime, which: 'earlier' | 'later' = 'earlier'): number {
  const wall = startOfDay(day) + minute * MINUTE;
  const before = offsetAt(timezone, wall - DAY);
  const after = offsetAt(timezone, wall + DAY);
  const moments = [wall - before, wall - after].filter((at) => at + offsetAt(timezone, at) === wall);
  if (moments.length === 0) return wall - before;
  return which === 'earlier' ? Math.min(...moments) : Math.max(...moments);
}

/** The day that many days after. */
export function dayAfter(day: string, days = 1): string {
  return dayOf(startOfDay(day) + days * DAY);
}

/** How many days from the one to the other. */
export function daysBetween(from: string, to: string): number {
  return Math.round((startOfDay(to) - startOfDay(from)) / DAY);
}

/** 1 is Monday, 7 is Sunday. */
export function weekdayOf(day: string): number {
  return new Date(startOfDay(day)).getUTCDay() || 7;
}

/** Whether it is one of the calendar. */
export function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const at = startOfDay(text);
  return !Number.isNaN(at) && dayOf(at) === text;
}

function startOfDay(day: string): number {
  return Date.parse(`${day}T00:00:00Z`);
}

function dayOf(utc: number): string {
  return new Date(utc).toISOString().slice(0, 10);
}

function formatFor(timezone: string): Intl.DateTimeFormat {
  const known = formats.get(timezone);
  if (known) return known;
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: timezone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  if (formats.size >= formatsAtMost) formats.clear();
  formats.set(timezone, format);
  return format;
}
