import type { Cluster, ClusterLog } from './cluster.ts';

/** The entry of a node that is open to clients: true, or false when it is about to leave. */
export const OPEN = 'node:open';

const TOPIC = 'node:restart';

export interface RollingRestartParts {
  cluster: Cluster;
  log: ClusterLog;
  /** This node's turn has come: it is to leave, and somebody to start another in its place. */
  restart(): void;
  /** How long the nodes wait for one to leave, and for the next to come. */
  patienceMs: number;
}

/**
 * Nodes restart one after the other, in an order that all are told: each waits until those before it have gone and as
 * many others are open. Should one not come back, the rest stay as they are, since what keeps it away may keep away all.
 */
export class RollingRestart {
  readonly #parts: RollingRestartParts;
  readonly #others = new Map<string, boolean>();
  #order: readonly string[] | null = null;
  #deadline: NodeJS.Timeout | undefined;

  constructor(parts: RollingRestartParts) {
    this.#parts = parts;
    parts.cluster.onShared((node, key, value) => {
      if (key === OPEN) this.#learn(node, value);
    });
    parts.cluster.onPublished(TOPIC, (order) => {
      if (isOrder(order)) this.#begin(order);
    });
  }

  /** Whether others are there to take in those whom this node sends away. */
  get isRelieved(): boolean {
    return [...this.#others.values()].includes(true);
  }

  open(): void {
    this.#parts.cluster.share(OPEN, true);
  }

  leave(): void {
    this.#end();
    this.#parts.cluster.share(OPEN, false);
  }

  /** Every node that is open, this one last. */
  orderAll(): void {
    const { cluster } = this.#parts;
    const order = [...[...this.#others.keys()].sort(), cluster.nodeId];
    cluster.publish(TOPIC, order);
    this.#begin(order);
  }

  #learn(node: string, value: unknown): void {
    if (value === null) this.#others.delete(node);
    else this.#others.set(node, value === true);
    if (this.#order) this.#wait();
    this.#passOn();
  }

  #begin(order: readonly string[]): void {
    // Who came later is new already.
    if (!order.includes(this.#parts.cluster.nodeId)) return;
    this.#order = order;
    this.#wait();
    this.#passOn();
  }

  #passOn(): void {
    const order = this.#order;
    if (!order) return;
    const before = order.slice(0, order.indexOf(this.#parts.cluster.nodeId));
    if (before.some((node) => this.#others.has(node))) return;
    const newcomers = [...this.#others].filter(([node, isOpen]) => isOpen && !order.includes(node));
    if (newcomers.length < before.length) return;
    this.#end();
    this.#parts.restart();
  }

  #wait(): void {
    clearTimeout(this.#deadline);
    this.#deadline = setTimeout(() => {
      this.#parts.log.error({ order: this.#order }, 'A node did not come back: the others do not restart');
      this.#end();
    }, this.#parts.patienceMs).unref();
  }

  #end(): void {
    this.#order = null;
    clearTimeout(this.#deadline);
  }
}

function isOrder(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((node) => typeof node === 'string');
}
