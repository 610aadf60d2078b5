/**
 * In both databases a time is UTC text, `2026-01-02 10:00:00.000`; above this room it is epoch milliseconds. A column
 * made by Laravel in MySQL keeps whole seconds only, and gives the text without its fraction.
 */
export function toText(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace('T', ' ').slice(0, 23);
}

/** Null for null and for MySQL's "zero date", which is no moment at all. */
export function toMilliseconds(text: string | null): number | null {
  if (text === null) return null;
  const milliseconds = Date.parse(`${text.replace(' ', 'T')}Z`);
  return Number.isNaN(milliseconds) ? null : milliseconds;
}

export function toTextOrNull(milliseconds: number | null): string | null {
  return milliseconds === null ? null : toText(milliseconds);
}
