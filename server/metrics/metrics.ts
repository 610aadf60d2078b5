import { Counter, collectDefaultMetrics, Gauge, type Metric, Registry } from 'prom-client';
import type { Cluster } from '../cluster/cluster.ts';
import type { Observer } from '../pusher/observer.ts';
import type { Pusher } from '../pusher/pusher.ts';
import { AppCounter, type AppCounts } from './app-counts.ts';
import { Latencies } from './latencies.ts';

/** Name, help and source of what each app counts. */
const APP_COUNTERS: readonly [string, string, keyof AppCounts][] = [
  ['antiphon_sockets_opened_total', 'Sockets that came.', 'opened'],
  ['antiphon_sockets_closed_total', 'Sockets that went.', 'closed'],
  ['antiphon_sockets_pruned_total', 'Sockets closed because they did not answer.', 'pruned'],
  ['antiphon_slow_readers_total', 'Sockets closed because they left too much unread.', 'overflowed'],
  ['antiphon_messages_received_total', 'Messages sockets sent.', 'received'],
  ['antiphon_received_bytes_total', 'Bytes of those messages.', 'receivedBytes'],
  ['antiphon_messages_refused_total', 'Messages answered with an error.', 'refused'],
  ['antiphon_events_published_total', 'Events put on a channel that was occupied here.', 'published'],
  ['antiphon_events_delivered_total', 'Events handed to sockets, each socket counted.', 'delivered'],
  ['antiphon_delivered_bytes_total', 'Bytes of those events.', 'deliveredBytes'],
];

/** Figures of something that is asked when Prometheus asks. */
export interface Reading {
  name: string;
  help: string;
  /** Undefined: cannot be said now. */
  read(): number | undefined | Promise<number | undefined>;
}

/** What Prometheus is told of this process. */
export class Metrics {
  readonly observer: Observer;
  readonly #registry = new Registry();
  readonly #counter = new AppCounter();
  readonly #latencies = new Latencies();

  constructor() {
    this.observer = this.#counter.observer;
    collectDefaultMetrics({ register: this.#registry });
    this.#registry.registerMetric(this.#latencies as unknown as Metric);
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  text(): Promise<string> {
    return this.#registry.metrics();
  }

  answered(door: string, status: number, seconds: number): void {
    this.#latencies.add(door, status, seconds);
  }

  /** A figure of another room; asked anew each time. */
  watch(reading: Reading): void {
    const gauge: Gauge = new Gauge({
      name: reading.name,
      help: reading.help,
      registers: [this.#registry],
      async collect() {
        const value = await reading.read();
        if (value === undefined) gauge.reset();
        else gauge.set(value);
      },
    });
  }

  watchApps(pusher: Pusher): void {
    for (const [name, help, field] of APP_COUNTERS) {
      const counter: Counter<'app'> = new Counter({
        name,
        help,
        labelNames: ['app'],
        registers: [this.#registry],
        collect: () => {
          counter.reset();
          for (const hub of pusher.hubs) counter.inc({ app: hub.app.id }, this.#counter.of(hub)[field]);
        },
      });
    }
    const sockets: Gauge<'app'> = new Gauge({
      name: 'antiphon_sockets',
      help: 'Sockets of this node.',
      labelNames: ['app'],
      registers: [this.#registry],
      collect() {
        for (const hub of pusher.hubs) sockets.set({ app: hub.app.id }, hub.sessions.size);
      },
    });
    const channels: Gauge<'app'> = new Gauge({
      name: 'antiphon_channels',
      help: 'Occupied channels, on this node or another.',
      labelNames: ['app'],
      registers: [this.#registry],
      collect() {
        for (const hub of pusher.hubs) channels.set({ app: hub.app.id }, hub.channels.count);
      },
    });
  }

  watchCluster(cluster: Cluster): void {
    this.watch({
      name: 'antiphon_cluster_reachable',
      help: '1 when the other nodes can be reached, or there can be none.',
      read: () => (cluster.trouble() === null ? 1 : 0),
    });
    this.watch({
      name: 'antiphon_cluster_waiting',
      help: 'Messages that wait until the other nodes can be reached.',
      read: () => cluster.unsaid().waiting,
    });
    this.watch({
      name: 'antiphon_cluster_dropped',
      help: 'Messages the other nodes never got, since the start: more waited than may.',
      read: () => cluster.unsaid().dropped,
    });
  }
}
