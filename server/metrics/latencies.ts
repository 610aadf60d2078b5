/** From a tenth of a millisecond, which is what a publish takes, to what nobody waits for. */
const BOUNDS_SECONDS = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5];

const NAME = 'antiphon_http_request_seconds';

type Labels = Record<string, string | number>;

interface Series {
  /** How many took at most so long, and longer than the bound before; the last: longer than all bounds. */
  counts: number[];
  sum: number;
}

/**
 * How long requests took, by door and kind of status: a histogram as prom-client's registry reads it. To tell one of
 * prom-client's own is a thirtieth of all that is done for a publish.
 */
export class Latencies {
  readonly name = NAME;
  readonly help = 'Requests from their head to their answer, by door and kind of status.';
  readonly type = 'histogram';
  readonly aggregator = 'sum';
  readonly #byDoor = new Map<string, Map<number, Series>>();

  add(door: string, status: number, seconds: number): void {
    const series = this.#seriesOf(door, Math.floor(status / 100));
    let bucket = 0;
    while (bucket < BOUNDS_SECONDS.length && seconds > (BOUNDS_SECONDS[bucket] as number)) bucket += 1;
    series.counts[bucket] = (series.counts[bucket] as number) + 1;
    series.sum += seconds;
  }

  /** Asked by the registry. */
  async get() {
    const values = [];
    for (const [door, byStatus] of this.#byDoor) {
      for (const [kind, series] of byStatus) values.push(...valuesOf(series, { door, status: `${kind}xx` }));
    }
    return { name: NAME, help: this.help, type: this.type, aggregator: this.aggregator, values };
  }

  #seriesOf(door: string, kind: number): Series {
    const known = this.#byDoor.get(door)?.get(kind);
    if (known) return known;
    const series = { counts: [0, ...BOUNDS_SECONDS.map(() => 0)], sum: 0 };
    this.#byDoor.set(door, (this.#byDoor.get(door) ?? new Map()).set(kind, series));
    return series;
  }
}

/** As Prometheus counts: how many took at most so long. */
function valuesOf({ counts, sum }: Series, labels: Labels) {
  let count = 0;
  const buckets = counts.map((more, bucket) => {
    count += more;
    return { metricName: `${NAME}_bucket`, labels: { le: BOUNDS_SECONDS[bucket] ?? '+Inf', ...labels }, value: count };
  });
  return [
    ...buckets,
    { metricName: `${NAME}_sum`, labels, value: sum },
    { metricName: `${NAME}_count`, labels, value: count },
  ];
}
