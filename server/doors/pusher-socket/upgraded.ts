import type { Socket } from 'node:net';

/**
 * What ws makes of a stream whose handshake it has answered. It does the handshakes that come through Fastify, and nothing
 * after them: a connection of ours takes over from here.
 */
export class Upgraded {
  stream: Socket | null = null;
  /** What came behind the request. */
  rest: Buffer = Buffer.alloc(0);

  /** Called by ws. */
  setSocket(stream: Socket, rest: Buffer): void {
    // Until here it had to become a WebSocket in time; from here on silence has a meaning of its own. [P-3]
    stream.setTimeout(0);
    this.stream = stream;
    this.rest = rest;
  }

  /** The plugin listens for errors, which the connection hears of from the stream. */
  on(): this {
    return this;
  }
}
