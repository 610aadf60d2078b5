import type { Test } from 'tap';
import type { Cluster, ClusterLog } from '../../server/cluster/cluster.ts';

const DEADLINE_MS = 20_000;
const LOOK_EVERY_MS = 10;

/** Waits until `look` finds something; past the deadline it throws with what `printed` then says. */
export async function until<Found>(
  what: string,
  look: () => Found | undefined | null | false,
  printed: () => unknown,
  deadlineMs = DEADLINE_MS,
): Promise<Found> {
  const givesUpAt = performance.now() + deadlineMs;
  for (;;) {
    const found = look();
    if (found || found === 0) return found;
    if (performance.now() > givesUpAt) throw new Error(`${what}: did not come; what did: ${JSON.stringify(printed())}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

/** One node and all it learnt of the others, in order. */
export class Witness {
  readonly cluster: Cluster;
  /** `<node> <key>=<JSON>` and `<node> <topic>!<JSON>` */
  readonly notes: string[] = [];
  /** What is held elsewhere, by node and key, as it follows from the notes. */
  readonly held = new Map<string, unknown>();

  constructor(cluster: Cluster, topics: readonly string[] = ['news', 'end']) {
    this.cluster = cluster;
    for (const topic of topics) {
      cluster.onPublished(topic, (payload, node) => this.notes.push(`${node} ${topic}!${JSON.stringify(payload)}`));
    }
    cluster.onShared((node, key, value) => {
      this.notes.push(`${node} ${key}=${JSON.stringify(value)}`);
      if (value === null) this.held.delete(`${node} ${key}`);
      else this.held.set(`${node} ${key}`, value);
    });
  }

  async noted(note: string, deadlineMs?: number): Promise<void> {
    await this.until(note, () => this.notes.includes(note), deadlineMs);
  }

  until<Found>(what: string, look: () => Found | undefined | null | false, deadlineMs?: number): Promise<Found> {
    const printed = () => ({
      node: this.cluster.nodeId,
      notes: this.notes.slice(-50),
      trouble: this.cluster.trouble(),
    });
    return until(what, look, printed, deadlineMs);
  }

  /** Forgets the notes and returns them. */
  take(): string[] {
    return this.notes.splice(0);
  }

  /** When every other node is known to hear this one and is heard by it. */
  static async allMet(witnesses: readonly Witness[]): Promise<void> {
    for (const { cluster } of witnesses) cluster.share('met', true);
    for (const witness of witnesses) {
      for (const { cluster } of witnesses) {
        if (cluster !== witness.cluster)
          await witness.until('meeting', () => witness.held.has(`${cluster.nodeId} met`));
      }
    }
    for (const witness of witnesses) witness.take();
  }
}

/** Started, and stopped when the test ends. */
export async function started(t: Test, clusters: readonly Cluster[], topics?: readonly string[]): Promise<Witness[]> {
  const witnesses = clusters.map((cluster) => new Witness(cluster, topics));
  for (const { cluster } of witnesses) {
    t.teardown(() => cluster.stop());
    await cluster.start();
  }
  return witnesses;
}

/** Keeps what was logged. */
export class KeptLog implements ClusterLog {
  readonly lines: string[] = [];

  info(_details: object, message: string): void {
    this.lines.push(message);
  }

  warn(_details: object, message: string): void {
    this.lines.push(message);
  }

  error(_details: object, message: string): void {
    this.lines.push(message);
  }
}
