import { type KeyboardEvent, lazy, Suspense, useState, useSyncExternalStore } from 'react';
import { useLanguage, useSurroundings } from '../frame/surroundings.ts';
import { useStore } from '../frame/use-store.ts';
import type { Line } from './plot.tsx';
import { useWords } from './words.ts';

const Plot = lazy(() => import('./plot.tsx'));

export interface ChartProps {
  label: string;
  kind: 'lines' | 'bars';
  names: readonly string[];
  lines: readonly Line[];
  steps: number[];
  write(value: number): string;
  /** The same for an axis; else as everywhere. */
  writeShort?(value: number): string;
}

/** A picture of numbers, through which one walks with the arrow keys; what is there is said. */
export function Chart({ label, kind, names, lines, steps, write, writeShort = write }: ChartProps) {
  const words = useWords();
  const { locale } = useLanguage();
  const [at, setAt] = useState<number | null>(null);
  const look = `${useTheme()} ${locale}`;
  const last = names.length - 1;
  const shown = at === null ? null : Math.min(at, last);
  const valueAt = (line: Line) => {
    const value = shown === null ? undefined : line.values[shown];
    return value === null || value === undefined ? '–' : write(value);
  };
  const pressed = (event: KeyboardEvent) => {
    const from = shown ?? (event.key === 'ArrowLeft' ? names.length : -1);
    const next = { ArrowRight: from + 1, ArrowLeft: from - 1, Home: 0, End: last }[event.key];
    if (event.key === 'Escape') setAt(null);
    if (next === undefined) return;
    event.preventDefault();
    // Here the arrows are not for the list of conversations.
    event.stopPropagation();
    setAt(Math.min(last, Math.max(0, next)));
  };
  const said =
    shown === null
      ? words('walk')
      : `${names[shown]}: ${lines.map((line) => `${line.label} ${valueAt(line)}`).join(', ')}`;
  return (
    <div className="grid gap-1">
      <div
        role="slider"
        tabIndex={0}
        className="chart"
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={last}
        aria-valuenow={shown ?? 0}
        aria-valuetext={said}
        onKeyDown={pressed}
        onBlur={() => setAt(null)}
      >
        <Suspense fallback={<div className="h-[220px]" />}>
          <Plot {...{ kind, names, lines, steps, look }} write={writeShort} at={shown} onAt={setAt} />
        </Suspense>
      </div>
      <ul className="legend" aria-hidden="true">
        {lines.map((line) => (
          <li key={line.label}>
            <span className="swatch" data-dashed={line.dash !== undefined} style={{ color: `var(${line.colour})` }} />
            {line.label}
            {shown !== null && <b>{valueAt(line)}</b>}
          </li>
        ))}
        <li className="ms-auto">{shown === null ? '' : names[shown]}</li>
      </ul>
    </div>
  );
}

const dark = matchMedia('(prefers-color-scheme: dark)');
const hearDark = (hear: () => void) => {
  dark.addEventListener('change', hear);
  return () => dark.removeEventListener('change', hear);
};

function useTheme(): string {
  const { looks } = useSurroundings();
  const chosen = useStore(looks.state, (state) => state.theme);
  const isDark = useSyncExternalStore(hearDark, () => dark.matches);
  return chosen === 'auto' ? String(isDark) : chosen;
}
