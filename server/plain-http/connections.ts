import { randomUUID } from 'node:crypto';
import { type Server, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { Server as TlsServer } from 'node:tls';
import type { Outgoing } from '../streams/outgoing.ts';
import { Piece } from '../streams/piece.ts';
import { DirectReading } from '../streams/reading.ts';
import { PlainConnection } from './connection.ts';
import { type PlainHead, readPlainHead } from './head.ts';

export interface PlainAnswer {
  status: number;
  /** `name: value` each, with the end of its line. */
  headers: string;
  text: string;
}

export interface Shortcuts {
  /** What answers a POST, given its body; null: it is not for here. */
  post(head: PlainHead, socket: Socket): ((body: Buffer) => PlainAnswer) | null;
  /** What takes the socket over, given the bytes behind the request; null: it is not for here. */
  upgrade(head: PlainHead, socket: Socket): ((rest: Buffer) => void) | null;
}

type TakesSockets = (socket: Socket) => void;

const SWEEP_MS = 1000;
const NOTHING = Buffer.alloc(0);

/**
 * Connections before Node's HTTP server has them. A request that is plainly written and for one of the shortcuts is
 * answered from here, without the parser, objects and streams that cost more than all that is done for it. With the first
 * other byte, or when it is not whole after a second, the connection becomes Node's, with all that was not answered.
 */
export class PlainConnections {
  readonly #server: Server;
  readonly #shortcuts: Shortcuts;
  readonly #outgoing: Outgoing;
  readonly #keepAliveSeconds: number;
  readonly #listeners: TakesSockets[];
  readonly #open = new Map<Socket, PlainConnection>();
  readonly #sweeper: NodeJS.Timeout;
  readonly #reading: DirectReading;
  readonly #onEnd: (this: Socket) => void;
  readonly #onClose: (this: Socket) => void;
  #sweeps = 0;
  #isClosed = false;
  #usualEnd = '';
  #lastEnd = '';

  constructor(server: Server, keepAliveSeconds: number, outgoing: Outgoing, shortcuts: Shortcuts) {
    this.#server = server;
    this.#shortcuts = shortcuts;
    this.#outgoing = outgoing;
    this.#keepAliveSeconds = keepAliveSeconds;
    const connections = this;
    this.#reading = new DirectReading(function (chunk) {
      connections.#read(this, chunk);
    });
    this.#onEnd = function () {
      connections.#end(this, connections.#open.get(this) as PlainConnection);
    };
    this.#onClose = function () {
      connections.#open.delete(this);
    };
    const event = server instanceof TlsServer ? 'secureConnection' : 'connection';
    this.#listeners = server.listeners(event) as TakesSockets[];
    server.removeAllListeners(event).on(event, (socket: Socket) => this.#take(socket));
    this.#writeEnds();
    this.#sweeper = setInterval(() => this.#sweep(), SWEEP_MS).unref();
  }

  /** Lets go of those that nobody is being answered on; whoever comes from here on is Node's at once. */
  close(): void {
    this.#isClosed = true;
    clearInterval(this.#sweeper);
    for (const [socket, open] of this.#open) {
      if (open.pending) {
        this.#handOver(socket, open.pending);
      } else {
        open.flush();
        socket.destroy();
      }
    }
  }

  #take(socket: Socket): void {
    if (this.#isClosed) return this.#give(socket);
    this.#open.set(socket, new PlainConnection(socket, this.#outgoing, this.#sweeps));
    // Most become WebSockets with their first bytes: what those do without is listened for later.
    socket.on('error', ignore);
    this.#reading.begin(socket);
  }

  #read(socket: Socket, chunk: Buffer): void {
    // Behind the last request there is none (RFC 9112 §9.6).
    if (socket.writableEnded) return;
    const open = this.#open.get(socket) as PlainConnection;
    let bytes = open.pending ? Buffer.concat([open.pending, chunk]) : chunk;
    open.pending = null;
    open.sweep = this.#sweeps;
    let isLast = false;
    while (bytes.length > 0 && !isLast) {
      const head = readPlainHead(bytes);
      if (head === 'more') break;
      if (head?.method === 'GET') {
        const upgrade = this.#shortcuts.upgrade(head, socket);
        if (upgrade === null) return this.#handOver(socket, bytes);
        this.#release(socket);
        return upgrade(bytes.subarray(head.length));
      }
      const answer = head && this.#shortcuts.post(head, socket);
      if (head === null || answer === null) return this.#handOver(socket, bytes);
      const end = head.length + head.bodyLength;
      if (bytes.length < end) break;
      isLast = !head.isKeptAlive;
      if (!open.isServed) this.#listen(socket, open);
      open.answer(this.#written(answer(bytes.subarray(head.length, end)), isLast));
      bytes = end === bytes.length ? NOTHING : bytes.subarray(end);
    }
    if (isLast) this.#end(socket, open);
    // What may be the system's buffer for all that is read is not kept.
    else if (bytes.length > 0) open.pending = Buffer.from(bytes);
  }

  #listen(socket: Socket, open: PlainConnection): void {
    open.isServed = true;
    socket.on('end', this.#onEnd).on('close', this.#onClose);
  }

  /** As Node writes it. */
  #written({ status, headers, text }: PlainAnswer, isLast: boolean): Piece {
    const bytes = Buffer.byteLength(text);
    const lines = `x-request-id: ${randomUUID()}\r\n${headers}content-length: ${bytes}\r\n`;
    const head = `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines}${isLast ? this.#lastEnd : this.#usualEnd}`;
    return new Piece(head, text, bytes, bytes === text.length);
  }

  /** How each head ends, for a second. */
  #writeEnds(): void {
    const date = `Date: ${new Date().toUTCString()}\r\nConnection: `;
    this.#usualEnd = `${date}keep-alive\r\nKeep-Alive: timeout=${this.#keepAliveSeconds}\r\n\r\n`;
    this.#lastEnd = `${date}close\r\n\r\n`;
  }

  /** Who has said all is answered before our side ends. */
  #end(socket: Socket, open: PlainConnection): void {
    open.flush();
    socket.end();
  }

  #handOver(socket: Socket, bytes: Buffer): void {
    this.#release(socket);
    // Its stream flows already, and would not notice what is put back.
    socket.pause();
    if (bytes.length > 0) socket.unshift(bytes);
    this.#give(socket);
    socket.resume();
  }

  #give(socket: Socket): void {
    for (const listener of this.#listeners) listener.call(this.#server, socket);
  }

  #release(socket: Socket): void {
    const open = this.#open.get(socket) as PlainConnection;
    this.#open.delete(socket);
    // What comes next is behind what was answered here.
    open.flush();
    this.#reading.end(socket);
    socket.off('error', ignore);
    if (open.isServed) socket.off('end', this.#onEnd).off('close', this.#onClose);
  }

  #sweep(): void {
    this.#sweeps += 1;
    this.#writeEnds();
    for (const [socket, { pending, isServed, sweep }] of this.#open) {
      const seconds = this.#sweeps - sweep;
      if (socket.destroyed) this.#open.delete(socket);
      else if (socket.readableEnded) socket.destroy();
      else if (isServed && pending === null) {
        if (seconds > this.#keepAliveSeconds) socket.destroy();
      } else if (seconds > 1) {
        this.#handOver(socket, pending ?? NOTHING);
      }
    }
  }
}

/** `close` follows. */
function ignore(): void {}
