/** So that a spreadsheet reads it as UTF-8. */
const BOM = '\uFEFF';

/** Rows of one kind, their fields as the columns; empty without any. Ends of lines are those of RFC 4180. */
export function csvOf(rows: readonly object[]): string {
  const columns = Object.keys(rows[0] ?? {});
  const lines = rows.map((row) => columns.map((column) => cellOf((row as Record<string, unknown>)[column])).join(','));
  return `${BOM}${[columns.join(','), ...lines].map((line) => `${line}\r\n`).join('')}`;
}

function cellOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number') return String(value);
  const text = String(value);
  // What a spreadsheet would take for a formula, somebody's name must not be.
  const harmless = /^[=+\-@\t\r\n]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
