import { invalid } from './input.ts';
import { dayAfter, isDay, isTimezone, localTimeAt, momentOf, weekdayOf } from './local-time.ts';

/** When somebody is there to answer, by the clocks of one place. */
export interface Hours {
  timezone: string;
  /** Several a day are several entries; `day` 1 is Monday. `09:00`, and to the end of a day `24:00`. */
  weekly: { day: number; from: string; to: string }[];
  /** Days on which nobody is there, `2026-12-25`. */
  holidays: string[];
}

export interface Openness {
  isOpen: boolean;
  /** When somebody is there again; null while somebody is, or when nobody will be for more than a year. */
  opensAt: number | null;
}

/** Further ahead than the longest list of holidays. */
const daysLookedAhead = 400 + 7;

export function opennessAt(hours: Hours, now: number): Openness {
  const { timezone } = hours;
  const today = localTimeAt(timezone, now).day;
  const holidays = new Set(hours.holidays);
  for (let ahead = 0; ahead <= daysLookedAhead; ahead++) {
    const day = dayAfter(today, ahead);
    if (holidays.has(day)) continue;
    for (const { from, to } of shiftsOn(hours, weekdayOf(day))) {
      if (now >= momentOf(timezone, { day, minute: to }, 'later')) continue;
      const begins = momentOf(timezone, { day, minute: from });
      return begins <= now ? { isOpen: true, opensAt: null } : { isOpen: false, opensAt: begins };
    }
  }
  return { isOpen: false, opensAt: null };
}

/** @throws Refusal */
export function checkedHours(asked: Omit<Hours, 'holidays'> & { holidays?: string[] }): Hours {
  const { timezone, weekly, holidays = [] } = asked;
  if (!isTimezone(timezone)) throw invalid('hours.timezone', 'The timezone field must be like Europe/Kyiv.');
  for (const { day, from, to } of weekly) {
    if (!Number.isInteger(day) || day < 1 || day > 7) throw invalid('hours.weekly', 'A day is 1 (Monday) to 7.');
    const [begins, ends] = [minutesIn(from), minutesIn(to)];
    if (begins === null || ends === null) throw invalid('hours.weekly', 'A time is like 09:00, and at most 24:00.');
    if (begins >= ends) throw invalid('hours.weekly', 'What begins must end later, on the same day.');
  }
  for (const day of holidays) {
    if (!isDay(day)) throw invalid('hours.holidays', 'A holiday is a date like 2026-12-25.');
  }
  return {
    timezone,
    weekly: weekly.map(({ day, from, to }) => ({ day, from, to })),
    holidays: [...new Set(holidays)].sort(),
  };
}

function shiftsOn({ weekly }: Hours, weekday: number): { from: number; to: number }[] {
  return weekly
    .filter(({ day }) => day === weekday)
    .map(({ from, to }) => ({ from: minutesIn(from) ?? 0, to: minutesIn(to) ?? 0 }))
    .sort((a, b) => a.from - b.from);
}

function minutesIn(clock: string): number | null {
  const [, hours, minutes] = /^([01]\d|2[0-4]):([0-5]\d)$/.exec(clock) ?? [];
  const passed = Number(hours) * 60 + Number(minutes);
  return hours === undefined || passed > 24 * 60 ? null : passed;
}
