import type { Figure } from './crowd.ts';

export interface Row {
  what: string;
  unit: string;
  name: string;
  ours: readonly Figure[];
  beside: string;
  theirs: readonly Figure[];
  /** What the median of the ratios may be at most. */
  atMost?: number;
}

const WIDTHS = [34, 24, 30, 28, 16, 6];
const HEAD = ['', 'here: median', 'beside: median', 'ratio: min – median – max', 'to reach', 'load'];

/** Prints ratios as they are measured and remembers which are too high. */
export class Table {
  readonly missed: string[] = [];

  head(): void {
    this.#print(HEAD);
  }

  row({ what, unit, name, ours, beside, theirs, atMost }: Row): void {
    const ratios = ours.map(({ value }, index) => value / (theirs[index]?.value as number));
    const ratio = median(ratios);
    this.#print([
      what,
      `${name} ${show(median(ours.map(({ value }) => value)))} ${unit}`,
      `${beside} ${show(median(theirs.map(({ value }) => value)))} ${unit}`,
      [Math.min(...ratios), ratio, Math.max(...ratios)].map((each) => each.toFixed(2)).join(' – '),
      this.#judge(`${what}, ${name} to ${beside}`, ratio, atMost),
      percent(Math.max(...[...ours, ...theirs].map(({ loadShare }) => loadShare))),
    ]);
  }

  /** A figure that is judged by itself. */
  alone(what: string, unit: string, name: string, values: readonly number[], atMost?: number): void {
    const middle = median(values);
    const spread = [Math.min(...values), middle, Math.max(...values)].map(show).join(' – ');
    this.#print([what, `${name} ${show(middle)} ${unit}`, '', spread, this.#judge(what, middle, atMost), '']);
  }

  #judge(what: string, value: number, atMost: number | undefined): string {
    if (atMost === undefined) return '';
    const isReached = value <= atMost;
    if (!isReached) this.missed.push(`${what}: ${value.toFixed(2)} instead of ${atMost}`);
    return `≤ ${atMost}  ${isReached ? 'reached' : 'MISSED'}`;
  }

  #print(columns: readonly string[]): void {
    process.stdout.write(
      `${columns
        .map((column, index) => column.padEnd(WIDTHS[index] ?? 0))
        .join(' ')
        .trimEnd()}\n`,
    );
  }
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[(values.length - 1) >> 1] ?? Number.NaN;
}

/** Three digits. */
function show(value: number): string {
  return Math.abs(value) >= 100 ? String(Math.round(value)) : value.toPrecision(3);
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
