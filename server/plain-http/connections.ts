import { randomUUID } from 'node:crypto';
import { type Server, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { Server as TlsServer } from 'node:tls';
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

interface Open {
  /** A request that is not whole yet. */
  pending: Buffer | null;
  isServed: boolean;
  /** The sweep before something came last. */
  sweep: number;
}

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
  readonly #keepAliveSeconds: number;
  readonly #listeners: TakesSockets[];
  readonly #open = new Map<Socket, Open>();
  readonly #sweeper: NodeJS.Timeout;
  readonly #onData: (this: Socket, chunk: Buffer) => void;
  readonly #onClose: (this: Socket) => void;
  #sweeps = 0;
  #isClosed = false;
  #end = '';
  #lastEnd = '';

  constructor(server: Server, keepAliveSeconds: number, shortcuts: Shortcuts) {
    this.#server = server;
    this.#shortcuts = shortcuts;
    this.#keepAliveSeconds = keepAliveSeconds;
    const connections = this;
    this.#onData = function (chunk) {
      connections.#read(this, chunk);
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
    for (const [socket, { pending }] of this.#open) {
      if (pending) this.#handOver(socket, pending);
      else socket.destroy();
    }
  }

  #take(socket: Socket): void {
    if (this.#isClosed) return this.#give(socket);
    this.#open.set(socket, { pending: null, isServed: false, sweep: this.#sweeps });
    // Most become WebSockets with their first bytes: what those do without is listened for later.
    socket.on('data', this.#onData).on('error', ignore);
  }

  #read(socket: Socket, chunk: Buffer): void {
    // Behind the last request there is none (RFC 9112 §9.6).
    if (socket.writableEnded) return;
    const open = this.#open.get(socket) as Open;
    let bytes = open.pending ? Buffer.concat([open.pending, chunk]) : chunk;
    open.pending = null;
    open.sweep = this.#sweeps;
    let answers = '';
    let isLast = false;
    while (bytes.length > 0 && !isLast) {
      const head = readPlainHead(bytes);
      if (head === 'more') break;
      if (head?.method === 'GET') {
        const upgrade = answers === '' ? this.#shortcuts.upgrade(head, socket) : null;
        if (upgrade === null) return this.#handOver(socket, bytes, answers);
        this.#release(socket);
        return upgrade(bytes.subarray(head.length));
      }
      const answer = head && this.#shortcuts.post(head, socket);
      if (head === null || answer === null) return this.#handOver(socket, bytes, answers);
      const end = head.length + head.bodyLength;
      if (bytes.length < end) break;
      isLast = !head.isKeptAlive;
      answers += this.#written(answer(bytes.subarray(head.length, end)), isLast);
      bytes = end === bytes.length ? NOTHING : bytes.subarray(end);
    }
    // What may be the system's buffer for all that is read is not kept.
    if (bytes.length > 0 && !isLast) open.pending = Buffer.from(bytes);
    if (answers === '') return;
    if (!open.isServed) this.#listen(socket, open);
    const isAllOut = socket.write(answers);
    if (isLast) socket.end();
    else if (!isAllOut) this.#waitUntilRead(socket);
  }

  #listen(socket: Socket, open: Open): void {
    open.isServed = true;
    socket.on('end', socket.end).on('close', this.#onClose);
  }

  /** As Node writes it. */
  #written({ status, headers, text }: PlainAnswer, isLast: boolean): string {
    const lines = `x-request-id: ${randomUUID()}\r\n${headers}content-length: ${Buffer.byteLength(text)}\r\n`;
    const end = isLast ? this.#lastEnd : this.#end;
    return `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines}${end}${text}`;
  }

  /** How each head ends, for a second. */
  #writeEnds(): void {
    const date = `Date: ${new Date().toUTCString()}\r\nConnection: `;
    this.#end = `${date}keep-alive\r\nKeep-Alive: timeout=${this.#keepAliveSeconds}\r\n\r\n`;
    this.#lastEnd = `${date}close\r\n\r\n`;
  }

  /** Who does not read the answers is not asked for more. */
  #waitUntilRead(socket: Socket): void {
    socket.pause().once('drain', socket.resume);
  }

  #handOver(socket: Socket, bytes: Buffer, answers = ''): void {
    this.#release(socket);
    if (answers !== '') socket.write(answers);
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
    const { isServed } = this.#open.get(socket) as Open;
    this.#open.delete(socket);
    socket.off('data', this.#onData).off('error', ignore);
    if (isServed) socket.off('end', socket.end).off('close', this.#onClose);
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
