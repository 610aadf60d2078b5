/** The days a report is about, `2026-01-31`, both included. */
export interface Period {
  from: string;
  to: string;
}

export const presets = ['today', 'yesterday', '7d', '28d', '90d', 'month', 'last-month'] as const;
export type Preset = (typeof presets)[number];

/** As many as a report may be about. */
export const DAYS_AT_MOST = 366;
const DAY_MS = 86_400_000;

/** What a preset means on the day that it is there now. */
export function periodOf(preset: Preset, today: string): Period {
  const [year, month] = today.split('-').map(Number) as [number, number];
  switch (preset) {
    case 'today':
      return { from: today, to: today };
    case 'yesterday':
      return { from: dayAfter(today, -1), to: dayAfter(today, -1) };
    case '7d':
      return { from: dayAfter(today, -6), to: today };
    case '28d':
      return { from: dayAfter(today, -27), to: today };
    case '90d':
      return { from: dayAfter(today, -89), to: today };
    case 'month':
      return { from: dayOf(Date.UTC(year, month - 1, 1)), to: today };
    case 'last-month':
      return { from: dayOf(Date.UTC(year, month - 2, 1)), to: dayOf(Date.UTC(year, month - 1, 0)) };
  }
}

/** What is wrong with it; undefined: nothing. */
export function faultIn({ from, to }: Period): 'backwards' | 'too long' | 'no day' | undefined {
  if (!isDay(from) || !isDay(to)) return 'no day';
  if (from > to) return 'backwards';
  return (Date.parse(to) - Date.parse(from)) / DAY_MS >= DAYS_AT_MOST ? 'too long' : undefined;
}

/** The day it is there. */
export function dayIn(timezone: string, at: number): string {
  const parts = new Intl.DateTimeFormat('en', { timeZone: timezone, year: 'numeric', month: '2-digit', day: '2-digit' })
    .formatToParts(at)
    .map(({ type, value }) => [type, value]);
  const { year, month, day } = Object.fromEntries(parts) as Record<string, string>;
  return `${year}-${month}-${day}`;
}

function dayAfter(day: string, days: number): string {
  return dayOf(Date.parse(day) + days * DAY_MS);
}

function dayOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

function isDay(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text));
}
