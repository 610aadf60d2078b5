/**
 * The way to the other nodes: Redis, or anything else that carries text. What one node sends is heard by all, itself
 * included, in the order it was sent; what goes to one node is heard by that one, in order with the rest.
 */
export interface Line {
  /** Resolves once it is handed over; rejects when the line is lost, and then it may have been heard or not. */
  send(text: string, toNode?: string): Promise<void>;
  /** Never throws. Nothing is heard afterwards. */
  close(): void;
}

export interface LineListener {
  heard(text: string): void;
  /** Called once, and not after `close()`: the line is of no more use. */
  lost(reason: Error): void;
}

/** Rejects when the others cannot be reached within its own deadline. Resolves when this node hears and is heard. */
export type OpenLine = (nodeId: string, listener: LineListener) => Promise<Line>;
