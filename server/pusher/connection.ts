import type { Frame } from './frames.ts';

/** Sends to many in one go. */
export interface Broadcaster {
  /** @param seats whom, each by his connection's seat; `except`: but for one of them, or null */
  broadcast(frame: Frame, seats: readonly number[], except: number | null): void;
}

/**
 * The port a door gives the core: anything that can be sent a frame. No method throws, whatever state the wire is in; any
 * of them may find the wire dead and say so by `session.closed()` before it returns.
 */
export interface Connection {
  /** Who sends to it together with others; null: nobody, it is always sent to by itself. */
  readonly broadcaster: Broadcaster | null;
  /** By which its broadcaster knows it. */
  readonly seat: number;
  /** Queues a frame. Frames leave in the order they were sent. */
  send(frame: Frame): void;
  /** Asks for a sign of life below the protocol (a WebSocket PING). */
  ping(): void;
  /** Ends the connection once what was sent is out; `code` and `reason` are what the client's library acts on. [P-8] */
  close(code: number, reason: string): void;
}
