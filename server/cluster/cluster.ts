/** What a node can say to the others. Values are JSON; listeners are to be there before the start. */
export interface Cluster {
  readonly nodeId: string;
  /** There can be no others, so nobody need prepare what nobody will hear. */
  readonly isAlone: boolean;
  /** Tells the other nodes, never this one. Does not wait. What is published while they cannot be reached is bounded. */
  publish(topic: string, payload: unknown): void;
  onPublished(topic: string, listener: (payload: unknown, fromNode: string) => void): void;
  /** Replaces this node's entry under `key` in everybody's mirror; null: it is gone. */
  share(key: string, value: unknown): void;
  /** Another node's entry changed; `value` null: it is gone, or the node is. */
  onShared(listener: (nodeId: string, key: string, value: unknown) => void): void;
  /** What a node is told, besides the entries, that asks what this one holds: of what was said before it came, what still counts. */
  onAsked(source: () => Iterable<readonly [topic: string, payload: unknown]>): void;
  /** Another node's process is dead, which all hear so before its silence tells them. */
  declareGone(nodeId: string): void;
  /** Joins the others. Resolves when it takes part, or when it will keep on trying. */
  start(): Promise<void>;
  /** Takes its entries away and leaves. */
  stop(): Promise<void>;
  /** Null when all is well, else what is wrong. */
  trouble(): string | null;
  /** What could not be said: how many messages wait, and how many were dropped since the start. */
  unsaid(): { waiting: number; dropped: number };
}

/** Where a node tells its operator what it noticed. */
export interface ClusterLog {
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
}
