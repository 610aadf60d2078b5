import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyBaseLogger } from 'fastify';
import { ERRORS, PusherError } from '../../pusher/errors.ts';
import * as frames from '../../pusher/frames.ts';
import type { Pusher } from '../../pusher/pusher.ts';
import type { Session } from '../../pusher/session.ts';
import { Outgoing, type Sender } from './outgoing.ts';
import { type PusherWebSocket, SocketConnection, type SocketRules } from './socket.ts';

export interface ReceptionOptions {
  pusher: Pusher;
  maxUnreadBytes: number;
  sender: Sender;
  /** Nobody new is taken in: his socket would outlive the server's farewell to the others. */
  isDraining(): boolean;
  log: FastifyBaseLogger;
}

/** Where a WebSocket becomes a session of its app, or is told why not. [P-2] */
export class Reception {
  readonly pusher: Pusher;
  readonly isDraining: () => boolean;
  readonly #outgoing: Outgoing;
  readonly #rules: SocketRules;

  constructor({ pusher, maxUnreadBytes, sender, isDraining, log }: ReceptionOptions) {
    this.pusher = pusher;
    this.isDraining = isDraining;
    this.#outgoing = new Outgoing(sender);
    const onSlowReader = (session: Session | null) => {
      log.warn({ socketId: session?.socketId, app: session?.hub.app.id }, 'closed a socket that does not read');
      if (session) session.hub.observer.overflowed?.(session);
    };
    this.#rules = { maxUnreadBytes, onSlowReader, onError: (error) => log.debug(error) };
  }

  /** `socket` is what `ws` stands on; it and the request's headers are all that is kept or looked at. */
  admit(ws: PusherWebSocket, socket: Socket, key: string, { headers }: IncomingMessage, address: () => string): void {
    const hub = this.pusher.byKey(key);
    const connection = new SocketConnection(ws, socket, this.#outgoing, this.#rules);
    const refusal = this.isDraining() ? ERRORS.shuttingDown : hub ? null : ERRORS.unknownApp;
    if (hub && !refusal) {
      ws.limitMessages(hub.app.maxMessageBytes);
      connection.session = hub.open(connection, headers.origin, address);
    } else if (refusal) {
      const error = new PusherError(refusal);
      connection.send(frames.error(error));
      connection.close(error.code, error.message);
    }
    // What it is told first leaves together with the answer to the handshake.
    connection.flush();
  }
}
