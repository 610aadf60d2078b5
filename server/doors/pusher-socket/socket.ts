import { Socket } from 'node:net';
import type { Broadcaster, Connection } from '../../pusher/connection.ts';
import { ERRORS } from '../../pusher/errors.ts';
import type { Frame } from '../../pusher/frames.ts';
import type { Session } from '../../pusher/session.ts';
import { descriptorOf, NO_DESCRIPTOR } from '../../streams/descriptor.ts';
import type { Outgoing } from '../../streams/outgoing.ts';
import type { Piece } from '../../streams/piece.ts';
import { DirectReading } from '../../streams/reading.ts';
import { NO_SEAT, type Waiting } from '../../streams/seats.ts';
import { type FrameListener, FrameReader } from './frame-reader.ts';
import { closeFrame, pingFrame, pongFrame, wireOf } from './wire.ts';

/** Who says more in one go lets the others have their turn first. */
const MESSAGES_IN_ONE_GO = 64;

export interface SocketRules {
  /** Who sends to many of them. */
  broadcaster: Broadcaster;
  maxUnreadBytes: number;
  /** How long a peer that was told goodbye may take to go. */
  closeTimeoutMs: number;
  /** The peer left more than `maxUnreadBytes` unread and is being closed. */
  onSlowReader(session: Session | null): void;
  /** A breach of RFC 6455, or a connection that broke. */
  onError(error: Error): void;
}

/** For all connections of which `outgoing` keeps what they are owed. */
export function broadcasterOf(outgoing: Outgoing): Broadcaster {
  return { broadcast: (frame, seats, except) => outgoing.addAll(seats, wireOf(frame), except) };
}

/**
 * The core's connection, on a stream that has become a WebSocket: reads the frames of the client, and owes it frames, which
 * leave past the stream where that is empty.
 */
export class SocketConnection implements Connection, FrameListener, Waiting {
  session: Session | null = null;
  seat: number;
  readonly #stream: ConnectedStream;
  readonly #outgoing: Outgoing;
  readonly #rules: SocketRules;
  readonly #reader: FrameReader;
  /** The stream's own, until it is given back to the system. */
  #descriptor: number;
  #isOpen = true;
  #messagesInARow = 0;
  /** Runs while the peer owes its goodbye. */
  #farewell: NodeJS.Timeout | null = null;

  /** `maxMessageBytes` 0: any length. */
  constructor(stream: Socket, outgoing: Outgoing, rules: SocketRules, maxMessageBytes: number) {
    this.#stream = stream;
    this.#outgoing = outgoing;
    this.#rules = rules;
    this.#reader = new FrameReader(this, maxMessageBytes);
    this.#descriptor = descriptorOf(stream);
    this.seat = outgoing.sit(this, this.#descriptor);
    this.#noticeUnwritten();
    this.#stream[CONNECTION] = this;
    if (this.#descriptor !== NO_DESCRIPTOR) this.#stream._destroy = destroy;
    reading.begin(stream);
    stream.on('end', onEnd).on('error', onError).on('close', onClosed);
  }

  get broadcaster(): Broadcaster {
    return this.#rules.broadcaster;
  }

  /** Bytes have come. */
  read(chunk: Buffer): void {
    this.#reader.read(chunk);
  }

  onMessage(text: string): void {
    this.#takeTurn();
    this.session?.receive(text);
  }

  onPing(payload: Buffer): void {
    this.#takeTurn();
    this.session?.receiveControlFrame();
    // It takes its turn behind what is owed, and counts as unread like everything else.
    this.flush();
    if (this.#mayWrite(payload.length)) this.write(pongFrame(payload));
  }

  onPong(): void {
    this.#takeTurn();
    this.session?.receiveControlFrame();
  }

  /** Answered in kind (RFC 6455 §5.5.1), unless it is the answer. */
  onClose(code: number | null, reason: string): void {
    this.#sayGoodbye(code, reason);
    this.#hangUp();
  }

  onBreach(code: number, reason: string): void {
    this.#rules.onError(new Error(reason));
    this.#sayGoodbye(code, reason);
    this.#hangUp();
  }

  /** The peer ended its side without a word. What it asked before is answered before ours ends. */
  onEnd(): void {
    this.flush();
    this.#isOpen = false;
    this.letGoOfDescriptor();
    this.#stream.end();
  }

  onClosed(): void {
    this.#isOpen = false;
    if (this.#farewell) clearTimeout(this.#farewell);
    this.session?.closed();
    this.#outgoing.leave(this.seat);
    this.seat = NO_SEAT;
  }

  onError(error: Error): void {
    this.#isOpen = false;
    this.#rules.onError(error);
  }

  send(frame: Frame): void {
    this.owe(wireOf(frame));
  }

  owe(piece: Piece): void {
    if (this.#isOpen) this.#outgoing.add(this.seat, piece);
  }

  ping(): void {
    this.flush();
    if (this.#isOpen) this.write(pingFrame);
  }

  close(code: number, reason: string): void {
    // A peer that ended its side may still leave ours unread; its goodbye would never come.
    if (this.#stream.readableEnded) giveUp(this.#stream);
    else this.#sayGoodbye(code, reason);
  }

  readOn(): void {
    this.#messagesInARow = 0;
    this.#stream.resume();
  }

  flush(): void {
    const batch = this.#outgoing.take(this.seat);
    if (batch && this.#mayWrite(batch.length)) this.write(batch.bytes());
  }

  /** Nothing may overtake what of it the system does not take at once. */
  write(bytes: Uint8Array): void {
    this.#stream.write(bytes);
    this.#noticeUnwritten();
  }

  /** Nothing is written past the stream any more. */
  letGoOfDescriptor(): void {
    this.#descriptor = NO_DESCRIPTOR;
    this.#noticeUnwritten();
  }

  #noticeUnwritten(): void {
    const isEmpty = this.#stream.writableLength === 0;
    this.#outgoing.setDescriptor(this.seat, isEmpty ? this.#descriptor : NO_DESCRIPTOR);
  }

  /** What has been read already is handled; what floods in behind it waits until the next turn. */
  #takeTurn(): void {
    this.#messagesInARow += 1;
    if (this.#messagesInARow !== MESSAGES_IN_ONE_GO) return;
    this.#stream.pause();
    setImmediate(readOn, this);
  }

  /** The last frame, behind all that is owed (RFC 6455 §5.5.1). */
  #sayGoodbye(code: number | null, reason: string): void {
    this.flush();
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.letGoOfDescriptor();
    this.write(closeFrame(code, reason));
    this.#farewell = setTimeout(giveUp, this.#rules.closeTimeoutMs, this.#stream).unref();
  }

  /** Both have said goodbye, or nothing the peer says is heard any more. */
  #hangUp(): void {
    reading.end(this.#stream);
    this.#stream.resume().end();
  }

  /** What the system takes at once is not unread; beyond that nothing is added to a queue that would get too long. [P-8] */
  #mayWrite(bytes: number): boolean {
    if (!this.#isOpen) return false;
    const unread = this.#stream.writableLength;
    if (unread === 0 || unread + bytes <= this.#rules.maxUnreadBytes) return true;
    this.#rules.onSlowReader(this.session);
    this.#sayGoodbye(...ERRORS.slowReader);
    this.session?.closed();
    return false;
  }
}

const CONNECTION = Symbol('connection');

type ConnectedStream = Socket & { [CONNECTION]?: SocketConnection };

/* One function for all sockets: each of its own would cost every one of them memory. */

function onData(this: ConnectedStream, chunk: Buffer): void {
  this[CONNECTION]?.read(chunk);
}

const reading = new DirectReading(onData);

function onEnd(this: ConnectedStream): void {
  this[CONNECTION]?.onEnd();
}

function onError(this: ConnectedStream, error: Error): void {
  this[CONNECTION]?.onError(error);
}

function onClosed(this: ConnectedStream): void {
  this[CONNECTION]?.onClosed();
}

/** Closes the descriptor: the next connection may get the same. */
function destroy(this: ConnectedStream, error: Error | null, callback: (error?: Error | null) => void): void {
  this[CONNECTION]?.letGoOfDescriptor();
  Socket.prototype._destroy.call(this, error, callback);
}

function readOn(connection: SocketConnection): void {
  connection.readOn();
}

/** Without an error of ours Node makes one for each write that waits: with hundreds of sockets, a tenth of a second for all others. */
const NOT_READ = new Error('closed without having read all');

function giveUp(stream: Socket): void {
  stream.destroy(NOT_READ);
}
