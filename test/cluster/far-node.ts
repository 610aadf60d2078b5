import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Test } from 'tap';
import type { Cluster } from '../../server/cluster/cluster.ts';
import { type RedisClusterConfig, redisCluster } from '../../server/cluster/redis.ts';
import { KeptLog } from './witness.ts';

/** What a test has a node in another process do. */
type Order = { node: number } & (
  | { do: 'make'; config: RedisClusterConfig; nodeId: string }
  | { do: 'publish'; topic: string; payload?: unknown }
  | { do: 'listen'; topic: string }
  | { do: 'share'; key: string; value: unknown }
  | { do: 'declareGone'; nodeId: string }
  | { do: 'start' | 'stop' }
);

/** What it tells of it. */
type Told = Published | Shared | Done;

interface Published {
  node: number;
  what: 'published';
  topic: string;
  payload?: unknown;
  from: string;
}

interface Shared {
  node: number;
  what: 'shared';
  key: string;
  value: unknown;
  from: string;
}

interface Done {
  node: number;
  what: 'done';
  trouble: string | null;
}

/** A process that lives as long as the test and has nodes in it. */
export class FarProcess {
  readonly #child: ChildProcess;
  readonly #nodes: FarNode[] = [];

  constructor(t: Test) {
    this.#child = fork(fileURLToPath(import.meta.url), ['serve'], { execArgv: ['--import', 'tsx'], env: {} });
    this.#child.on('message', (told: Told) => this.#nodes[told.node]?.hear(told));
    t.teardown(() => this.#child.kill('SIGKILL'));
  }

  node(config: RedisClusterConfig, nodeId: string): Cluster {
    const number = this.#nodes.length;
    const node = new FarNode(nodeId, (order) => this.#child.send({ node: number, ...order }));
    this.#nodes.push(node);
    this.#child.send({ node: number, do: 'make', config, nodeId } satisfies Order);
    return node;
  }
}

type Unaddressed<Kind> = Kind extends unknown ? Omit<Kind, 'node'> : never;

/** The port of a node as the others have it, at the end of a line to its process. */
class FarNode implements Cluster {
  readonly nodeId: string;
  readonly isAlone = false;
  readonly #order: (order: Unaddressed<Order>) => void;
  readonly #onPublished: [topic: string, listener: (payload: unknown, from: string) => void][] = [];
  readonly #onShared: ((from: string, key: string, value: unknown) => void)[] = [];
  readonly #onDone: (() => void)[] = [];
  #trouble: string | null = null;

  constructor(nodeId: string, order: (order: Unaddressed<Order>) => void) {
    this.nodeId = nodeId;
    this.#order = order;
  }

  publish(topic: string, payload: unknown): void {
    this.#order({ do: 'publish', topic, payload });
  }

  onPublished(topic: string, listener: (payload: unknown, from: string) => void): void {
    this.#onPublished.push([topic, listener]);
    this.#order({ do: 'listen', topic });
  }

  share(key: string, value: unknown): void {
    this.#order({ do: 'share', key, value });
  }

  onShared(listener: (from: string, key: string, value: unknown) => void): void {
    this.#onShared.push(listener);
  }

  onAsked(): void {
    throw new Error('not over this line');
  }

  declareGone(nodeId: string): void {
    this.#order({ do: 'declareGone', nodeId });
  }

  start(): Promise<void> {
    return this.#done('start');
  }

  stop(): Promise<void> {
    return this.#done('stop');
  }

  trouble(): string | null {
    return this.#trouble;
  }

  unsaid(): { waiting: number; dropped: number } {
    throw new Error('not over this line');
  }

  hear(told: Told): void {
    if (told.what === 'done') {
      this.#trouble = told.trouble;
      this.#onDone.shift()?.();
    } else if (told.what === 'shared') this.#tellShared(told);
    else this.#tellPublished(told);
  }

  #tellShared({ from, key, value }: Shared): void {
    for (const listener of this.#onShared) guarded(() => listener(from, key, value));
  }

  #tellPublished({ topic, payload, from }: Published): void {
    for (const [wanted, listener] of this.#onPublished) {
      // JSON between processes leaves out what is undefined; between nodes that is null.
      if (wanted === topic) guarded(() => listener(payload ?? null, from));
    }
  }

  #done(what: 'start' | 'stop'): Promise<void> {
    const done = new Promise<void>((resolve) => this.#onDone.push(resolve));
    this.#order({ do: what });
    return done;
  }
}

/** One listener's fault is its own. */
function guarded(listen: () => void): void {
  try {
    listen();
  } catch {
    // As the cluster itself does.
  }
}

function serve(tell: (told: Told) => void): void {
  const nodes: Cluster[] = [];
  const listening = new Set<string>();
  process.on('message', async (order: Order) => {
    const { node } = order;
    if (order.do === 'make') {
      const made = redisCluster(order.config, order.nodeId, new KeptLog());
      made.onShared((from, key, value) => tell({ node, what: 'shared', from, key, value }));
      nodes[node] = made;
      return;
    }
    const cluster = nodes[node] as Cluster;
    switch (order.do) {
      case 'publish':
        return cluster.publish(order.topic, order.payload);
      case 'share':
        return cluster.share(order.key, order.value);
      case 'declareGone':
        return cluster.declareGone(order.nodeId);
      case 'listen': {
        const { topic } = order;
        if (listening.has(`${node} ${topic}`)) return;
        listening.add(`${node} ${topic}`);
        return cluster.onPublished(topic, (payload, from) => tell({ node, what: 'published', topic, payload, from }));
      }
      case 'start':
        await cluster.start();
        return tell({ node, what: 'done', trouble: cluster.trouble() });
      case 'stop':
        await cluster.stop();
        return tell({ node, what: 'done', trouble: cluster.trouble() });
    }
  });
}

if (process.argv[2] === 'serve' && process.send) serve((told) => void process.send?.(told));
