const UNITS = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
] as const;

/** How long, for an axis, where there is little room: “1.5 min”. */
export function shortDurationIn(locale: string): (seconds: number) => string {
  return (seconds) => {
    const [unit, size] = UNITS.find(([, size]) => seconds >= size) ?? ['second', 1];
    const format = { style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits: 1 } as const;
    return new Intl.NumberFormat(locale, format).format(seconds / size);
  };
}

/** How long, in its two largest units: “3 h 20 min”. */
export function durationIn(locale: string): (seconds: number) => string {
  const names = new Map(
    UNITS.map(([unit]) => [unit, new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'short' })]),
  );
  return (seconds) => {
    let left = Math.round(seconds);
    const parts: string[] = [];
    for (const [unit, size] of UNITS) {
      const count = Math.floor(left / size);
      left -= count * size;
      if (count > 0) parts.push(names.get(unit)?.format(count) ?? '');
      else if (parts.length > 0) break;
      if (parts.length === 2) break;
    }
    return parts.join(' ') || (names.get('second')?.format(0) ?? '0');
  };
}
