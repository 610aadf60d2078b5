import type { Hours } from './settings-api.ts';

export interface Shift {
  from: string;
  to: string;
}

/** Hours as a form shows them: a week of days, Monday first, each with the stretches somebody is there. */
export interface HoursForm {
  isSet: boolean;
  timezone: string;
  week: readonly (readonly Shift[])[];
  holidays: readonly string[];
}

const WORKDAY: Shift = { from: '09:00', to: '18:00' };
/** How a clock that has no 24:00 shows the end of a day. */
const MIDNIGHT = '00:00';
export const ownTimezone = () => Intl.DateTimeFormat().resolvedOptions().timeZone;

export function formOf(hours: Hours | null): HoursForm {
  if (hours === null) {
    const week = [1, 2, 3, 4, 5, 6, 7].map((day) => (day <= 5 ? [WORKDAY] : []));
    return { isSet: false, timezone: ownTimezone(), week, holidays: [] };
  }
  const week = [1, 2, 3, 4, 5, 6, 7].map((day) =>
    hours.weekly
      .filter((shift) => shift.day === day)
      .map(({ from, to }) => ({ from, to: to === '24:00' ? MIDNIGHT : to }))
      .sort((a, b) => a.from.localeCompare(b.from)),
  );
  return { isSet: true, timezone: hours.timezone, week, holidays: hours.holidays ?? [] };
}

export function hoursOf({ isSet, timezone, week, holidays }: HoursForm): Hours | null {
  if (!isSet) return null;
  const weekly = week.flatMap((shifts, index) =>
    shifts.map(({ from, to }) => ({ day: index + 1, from, to: to === MIDNIGHT ? '24:00' : to })),
  );
  return { timezone, weekly, holidays: [...holidays] };
}

/** The first day, 0 to 6, on which something ends before it begins, or two stretches overlap; undefined: none. */
export function wrongDay(week: HoursForm['week']): number | undefined {
  const at = week.findIndex((shifts) => {
    const sorted = shifts
      .map(({ from, to }) => ({ from, to: to === MIDNIGHT ? '24:00' : to }))
      .sort((a, b) => a.from.localeCompare(b.from));
    return sorted.some(({ from, to }, index) => {
      const before = sorted[index - 1];
      return from === '' || to === '' || from >= to || (before !== undefined && from < before.to);
    });
  });
  return at === -1 ? undefined : at;
}

/** What somebody who adds a stretch probably means. */
export function nextShift(shifts: readonly Shift[]): Shift {
  const last = shifts.at(-1);
  if (!last) return WORKDAY;
  return last.to < '20:00' && last.to !== MIDNIGHT ? { from: last.to, to: '20:00' } : { from: '', to: '' };
}
