import type { IncomingHttpHeaders } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyBaseLogger } from 'fastify';
import { ERRORS, PusherError } from '../../pusher/errors.ts';
import * as frames from '../../pusher/frames.ts';
import type { Pusher } from '../../pusher/pusher.ts';
import type { Session } from '../../pusher/session.ts';
import type { Outgoing } from '../../streams/outgoing.ts';
import type { Piece } from '../../streams/piece.ts';
import { broadcasterOf, SocketConnection, type SocketRules } from './socket.ts';

export interface ReceptionOptions {
  pusher: Pusher;
  maxUnreadBytes: number;
  outgoing: Outgoing;
  /** Nobody new is taken in: his socket would outlive the server's farewell to the others. */
  isDraining(): boolean;
  log: FastifyBaseLogger;
}

/** Who asks to be taken in. */
export interface Newcomer {
  key: string;
  origin: IncomingHttpHeaders['origin'];
  /** Where from; asked only where something depends on it. */
  address(): string;
  answer: Piece | null;
  rest: Buffer;
}

const CLOSE_TIMEOUT_MS = 5000;
const MESSAGE_BYTES_OF_NOBODY = 1024;

/** Where a WebSocket becomes a session of its app, or is told why not. [P-2] */
export class Reception {
  readonly pusher: Pusher;
  readonly isDraining: () => boolean;
  readonly #outgoing: Outgoing;
  readonly #rules: SocketRules;

  constructor({ pusher, maxUnreadBytes, outgoing, isDraining, log }: ReceptionOptions) {
    this.pusher = pusher;
    this.isDraining = isDraining;
    this.#outgoing = outgoing;
    const onSlowReader = (session: Session | null) => {
      log.warn({ socketId: session?.socketId, app: session?.hub.app.id }, 'closed a socket that does not read');
      if (session) session.hub.observer.overflowed?.(session);
    };
    const onError = (error: Error) => log.debug(error);
    const broadcaster = broadcasterOf(outgoing);
    this.#rules = { broadcaster, maxUnreadBytes, closeTimeoutMs: CLOSE_TIMEOUT_MS, onSlowReader, onError };
  }

  /**
   * @param stream has become a WebSocket
   * @param answer what the handshake is answered, unless that has been written already
   * @param rest what came behind the request
   */
  admit(stream: Socket, { key, origin, address, answer, rest }: Newcomer): void {
    const hub = this.pusher.byKey(key);
    const maxMessageBytes = hub ? hub.app.maxMessageBytes : MESSAGE_BYTES_OF_NOBODY;
    const connection = new SocketConnection(stream, this.#outgoing, this.#rules, maxMessageBytes);
    // What it is told first leaves together with the answer.
    if (answer) connection.owe(answer);
    const refusal = this.isDraining() ? ERRORS.shuttingDown : hub ? null : ERRORS.unknownApp;
    if (hub && !refusal) {
      connection.session = hub.open(connection, origin, address);
    } else if (refusal) {
      const error = new PusherError(refusal);
      connection.send(frames.error(error));
      connection.close(error.code, error.message);
    }
    if (rest.length > 0) connection.read(rest);
  }
}
