import 'uplot/dist/uPlot.min.css';
import { useEffect, useRef } from 'react';
import uPlot from 'uplot';

export interface Line {
  label: string;
  values: readonly (number | null)[];
  /** A name of the panel's colours. */
  colour: string;
  /** Lines are told apart by more than their colour. */
  dash?: number[];
}

interface Props {
  kind: 'lines' | 'bars';
  /** Of the points, from left to right. */
  names: readonly string[];
  lines: readonly Line[];
  /** What may stand between two lines of the grid. */
  steps: number[];
  write(value: number): string;
  /** The point that is looked at; null: none. */
  at: number | null;
  onAt(at: number | null): void;
  /** Drawn anew when this changes. */
  look: string;
}

const HEIGHT = 220;
const DAY_STEPS = [1, 2, 3, 7, 14, 28, 56, 112];
const POINTS_SHOWN_UP_TO = 62;

/** Lines or bars over points that have names. What it shows can be read elsewhere: it is a picture. */
export default function Plot({ kind, names, lines, steps, write, at, onAt, look }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const latest = useRef({ write, onAt });
  latest.current = { write, onAt };
  const data = JSON.stringify([names, lines.map(({ values }) => values)]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: `data` and `look` stand for the rest
  useEffect(() => {
    const element = place.current;
    if (!element) return;
    const colours = coloursAt(element);
    const axis = { stroke: colours('--muted'), font: '12px system-ui', ticks: { show: false } };
    const grid = { stroke: colours('--line'), width: 1 };
    const drawn = new uPlot(
      {
        width: Math.max(160, element.clientWidth),
        height: HEIGHT,
        legend: { show: false },
        cursor: { y: false, drag: { setScale: false, x: false, y: false }, points: { show: kind === 'lines' } },
        scales: {
          x: { time: false, range: [-0.5, names.length - 0.5] },
          y: { range: (_plot, _least, most) => [0, Math.max(most ?? 0, steps[0] ?? 1) * 1.08] },
        },
        axes: [
          {
            ...axis,
            grid: { show: false },
            incrs: DAY_STEPS,
            size: 26,
            space: 64,
            values: (_plot, at) => at.map((each) => names[each] ?? ''),
          },
          {
            ...axis,
            grid,
            incrs: steps,
            size: 62,
            values: (_plot, at) => at.map((each) => latest.current.write(each)),
          },
        ],
        series: [{}, ...lines.map((line, index) => seriesOf(line, index, { kind, colours, count: names.length }))],
        hooks: {
          setCursor: [
            (self) =>
              latest.current.onAt(
                self.cursor.left === undefined || self.cursor.left < 0 ? null : (self.cursor.idx ?? null),
              ),
          ],
        },
      },
      [names.map((_, index) => index), ...lines.map(({ values }) => [...values])],
      element,
    );
    plot.current = drawn;
    const sized = new ResizeObserver(() =>
      drawn.setSize({ width: Math.max(160, element.clientWidth), height: HEIGHT }),
    );
    sized.observe(element);
    return () => {
      sized.disconnect();
      drawn.destroy();
      plot.current = null;
    };
  }, [kind, data, look]);

  useEffect(() => {
    const drawn = plot.current;
    if (!drawn || (drawn.cursor.idx ?? null) === at) return;
    drawn.setCursor(at === null ? { left: -10, top: -10 } : { left: drawn.valToPos(at, 'x'), top: 0 }, false);
  }, [at]);

  return <div ref={place} aria-hidden="true" style={{ minBlockSize: HEIGHT }} />;
}

function seriesOf(
  { label, colour, dash }: Line,
  index: number,
  { kind, colours, count }: { kind: Props['kind']; colours(name: string): string; count: number },
): uPlot.Series {
  const stroke = colours(colour);
  if (kind === 'bars') {
    const bars = uPlot.paths.bars?.({ size: [0.38, 40], align: index === 0 ? -1 : 1 });
    return { label, stroke, fill: stroke, width: 0, points: { show: false }, ...(bars ? { paths: bars } : {}) };
  }
  return {
    label,
    stroke,
    width: 2,
    ...(dash ? { dash } : {}),
    points: { show: count <= POINTS_SHOWN_UP_TO, size: 6, fill: stroke },
  };
}

/** What the panel's colours are here and now: a canvas knows nothing of style sheets. */
function coloursAt(element: HTMLElement): (name: string) => string {
  const probe = document.createElement('span');
  return (name) => {
    element.append(probe);
    probe.style.color = `var(${name})`;
    const colour = getComputedStyle(probe).color;
    probe.remove();
    return colour;
  };
}
