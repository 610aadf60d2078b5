import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { WebSocket } from 'ws';
import type { Connection } from '../../pusher/connection.ts';
import { ERRORS } from '../../pusher/errors.ts';
import type { Frame } from '../../pusher/frames.ts';
import type { Session } from '../../pusher/session.ts';
import type { Batch } from './batch.ts';
import { NO_DESCRIPTOR, type Outgoing, type Waiting } from './outgoing.ts';

/** A longer queue is written at once instead of at the end of the turn. */
const MAX_BYTES_PER_WRITE = 64 * 1024;
const TOO_BIG = 1009;
/** Who says more in one go lets the others have their turn first. */
const MESSAGES_IN_ONE_GO = 64;

/** A WebSocket of this door; ws makes one per handshake. */
export class PusherWebSocket extends WebSocket {
  connection: SocketConnection | undefined;

  /** What ws has to tell is taken as it comes: listeners, one per event, would cost each socket time and memory. */
  override emit(event: string | symbol, ...told: unknown[]): boolean {
    const { connection } = this;
    if (connection === undefined) return super.emit(event, ...told);
    switch (event) {
      case 'message':
        connection.takesTurn();
        connection.session?.receive((told[0] as Buffer).toString());
        break;
      case 'ping':
        connection.takesTurn();
        connection.session?.receiveControlFrame();
        connection.answerPing(told[0] as Buffer);
        break;
      case 'pong':
        connection.takesTurn();
        connection.session?.receiveControlFrame();
        break;
      case 'close':
        connection.session?.closed();
        break;
      case 'error':
        connection.rules.onError(told[0] as Error);
    }
    return true;
  }

  /** ws also closes by itself: as an answer to the peer's close frame or to a breach of RFC 6455. */
  override close(code?: number, reason?: string | Buffer): void {
    // What was sent before goes before: a close frame is the last (RFC 6455 §5.5.1).
    this.connection?.flush();
    // ws names no reason when it refuses a message for its size; Reverb does. [P-8]
    super.close(code, reason ?? (code === TOO_BIG ? 'Maximum message size exceeded' : undefined));
  }

  /**
   * Longer messages are refused from the header of the frame that makes them so. ws has one limit for all sockets of a
   * server and our apps have each their own, hence the reach into its receiver; a test notices if it moves.
   */
  limitMessages(bytes: number): void {
    (this as unknown as { _receiver: { _maxPayload: number } })._receiver._maxPayload = bytes;
  }
}

export interface SocketRules {
  maxUnreadBytes: number;
  /** The peer left more than `maxUnreadBytes` unread and is being closed. */
  onSlowReader(session: Session | null): void;
  /** A breach of RFC 6455, or a connection that broke: ws closes it. */
  onError(error: Error): void;
}

/**
 * The core's connection, on a WebSocket: control frames and closing through ws, ready frames straight to the stream or,
 * where that is empty, past it. Writing past ws is safe as long as it compresses nothing: only then does it keep frames
 * back in a queue of its own. Without compression each of its frames is on the stream, whole, when the call that sends
 * it returns.
 */
export class SocketConnection implements Connection, Waiting {
  session: Session | null = null;
  owed: Batch | null = null;
  readonly #ws: PusherWebSocket;
  readonly #stream: Socket;
  readonly #outgoing: Outgoing;
  readonly rules: SocketRules;
  readonly #descriptor: number;
  /** Perhaps: what was written to it last may have left since. At first it has the answer to the handshake. */
  #isStreamBusy = true;
  #messagesInARow = 0;

  constructor(ws: PusherWebSocket, stream: Socket, outgoing: Outgoing, rules: SocketRules) {
    this.#ws = ws;
    this.#stream = stream;
    this.#outgoing = outgoing;
    this.rules = rules;
    this.#descriptor = descriptorOf(stream);
    ws.connection = this;
  }

  send(frame: Frame): void {
    const owed = this.#outgoing.add(this, frame);
    if (owed.length >= MAX_BYTES_PER_WRITE) this.flush();
  }

  /** What has been read already is handled; what floods in behind it waits until the next turn. */
  takesTurn(): void {
    this.#messagesInARow += 1;
    if (this.#messagesInARow !== MESSAGES_IN_ONE_GO) return;
    this.#ws.pause();
    setImmediate(goOn, this);
  }

  readOn(): void {
    this.#messagesInARow = 0;
    this.#ws.resume();
  }

  ping(): void {
    this.flush();
    if (this.#ws.readyState !== WebSocket.OPEN) return;
    this.#ws.ping();
    this.#isStreamBusy = true;
  }

  close(code: number, reason: string): void {
    // A peer that ended its side may still leave ours unread; ws would wait for it for ever.
    if (this.#stream.readableEnded) this.#stream.destroy();
    else this.#ws.close(code, reason);
  }

  /** Asked for each socket that is written to: it looks at as little as says for sure that nothing is overtaken. */
  get descriptor(): number {
    if (this.#isStreamBusy) this.#isStreamBusy = this.#stream.writableLength > 0;
    const isIdle = !this.#isStreamBusy && hasHandle(this.#stream) && this.#ws.readyState === WebSocket.OPEN;
    return isIdle ? this.#descriptor : NO_DESCRIPTOR;
  }

  flush(): void {
    const { owed } = this;
    if (owed === null) return;
    this.owed = null;
    if (this.#mayWrite(owed.length)) this.write(owed.bytes());
  }

  write(bytes: Uint8Array): void {
    this.#stream.write(bytes);
    this.#isStreamBusy = true;
  }

  /** Answered here and not by ws, so that a pong takes its turn and counts as unread like everything else. */
  answerPing(payload: Buffer): void {
    this.flush();
    if (!this.#mayWrite(payload.length)) return;
    this.#ws.pong(payload);
    this.#isStreamBusy = true;
  }

  /** What the system takes at once is not unread; beyond that nothing is added to a queue that would get too long. [P-8] */
  #mayWrite(bytes: number): boolean {
    if (this.#ws.readyState !== WebSocket.OPEN) return false;
    const unread = this.#stream.writableLength;
    if (unread === 0 || unread + bytes <= this.rules.maxUnreadBytes) return true;
    this.rules.onSlowReader(this.session);
    this.#ws.close(...ERRORS.slowReader);
    this.session?.closed();
    return false;
  }
}

function goOn(connection: SocketConnection): void {
  connection.readOn();
}

/** Node's own object for the connection; gone from the moment its stream is destroyed and the descriptor closed. */
type WithHandle = Socket & { _handle: { fd?: unknown } | null };

function hasHandle(stream: Socket): boolean {
  return (stream as WithHandle)._handle !== null;
}

/** It stays the same as long as the stream is not destroyed. */
function descriptorOf(stream: Socket): number {
  if (stream instanceof TLSSocket) return NO_DESCRIPTOR;
  const fd = (stream as WithHandle)._handle?.fd;
  return typeof fd === 'number' ? fd : NO_DESCRIPTOR;
}
