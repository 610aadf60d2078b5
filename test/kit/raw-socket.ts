import { randomBytes } from 'node:crypto';
import { connect as overTcp, type Socket, type TcpSocketConnectOpts } from 'node:net';
import { connect as overTls } from 'node:tls';
import type { Test } from 'tap';
import { Bell, DEADLINE_MS, type Nothing } from './bell.ts';
import type { RunningServer } from './server.ts';

export const CONTINUATION = 0x0;
export const TEXT = 0x1;
export const BINARY = 0x2;
export const CLOSE = 0x8;
export const PING = 0x9;
export const PONG = 0xa;

export interface WireFrame {
  fin: boolean;
  /** The three reserved bits as a number from 0 to 7. */
  rsv: number;
  opcode: number;
  masked: boolean;
  payload: Buffer;
}

/** The bytes of a frame (RFC 6455 §5.2) exactly as described: a client's unless said otherwise, and as wrong as one likes. */
export function wireFrame(opcode: number, payload: Uint8Array | string = '', rules: Partial<WireFrame> = {}): Buffer {
  const { fin = true, rsv = 0, masked = true } = rules;
  const body = Buffer.from(payload as string);
  const head = Buffer.alloc(2 + (body.length > 65_535 ? 8 : body.length > 125 ? 2 : 0));
  head[0] = (fin ? 0x80 : 0) | (rsv << 4) | opcode;
  const maskBit = masked ? 0x80 : 0;
  if (body.length > 65_535) {
    head[1] = maskBit | 127;
    head.writeBigUInt64BE(BigInt(body.length), 2);
  } else if (body.length > 125) {
    head[1] = maskBit | 126;
    head.writeUInt16BE(body.length, 2);
  } else head[1] = maskBit | body.length;
  if (!masked) return Buffer.concat([head, body]);
  const mask = randomBytes(4);
  for (let index = 0; index < body.length; index++) body[index] = (body[index] ?? 0) ^ (mask[index % 4] ?? 0);
  return Buffer.concat([head, mask, body]);
}

/** The payload of a close frame. */
export function closeBody(code: number, reason: Uint8Array | string = ''): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(code);
  return Buffer.concat([bytes, Buffer.from(reason as string)]);
}

export interface HttpHead {
  status: number;
  /** All lines, the status line first. */
  lines: string[];
}

/** A client with nothing between it and the wire. */
export class RawSocket {
  readonly tcp: Socket;
  hasEnded = false;
  isClosed = false;
  #unread = Buffer.alloc(0);
  readonly #bell = new Bell();

  constructor(tcp: Socket) {
    this.tcp = tcp;
    tcp.setNoDelay();
    tcp.on('data', (chunk) => {
      this.#unread = Buffer.concat([this.#unread, chunk]);
      this.#bell.ring();
    });
    tcp.on('end', () => {
      this.hasEnded = true;
      this.#bell.ring();
    });
    tcp.on('close', () => {
      this.isClosed = true;
      this.#bell.ring();
    });
    tcp.on('error', () => {});
  }

  write(...parts: (Uint8Array | string)[]): void {
    this.tcp.write(Buffer.concat(parts.map((part) => Buffer.from(part as string))));
  }

  /** Each byte in a segment of its own, as far as that can be had. */
  async writeChopped(bytes: Uint8Array): Promise<void> {
    for (const byte of bytes) {
      await new Promise((resolve) => this.tcp.write(Buffer.of(byte), resolve));
      await new Promise(setImmediate);
    }
  }

  /** As long as the peer may still send. */
  until<Found>(what: string, look: () => Found | Nothing, deadlineMs = DEADLINE_MS): Promise<Found> {
    const tooLate = () => {
      const end = this.isClosed ? 'closed' : this.hasEnded ? 'ended by the peer' : 'open';
      return `no ${what} within ${deadlineMs} ms; ${end}, unread: ${this.#unread.toString('latin1')}`;
    };
    const lookOn = () => {
      const found = look();
      if (this.isClosed && (found === undefined || found === null || found === false)) throw new Error(tooLate());
      return found;
    };
    return this.#bell.until(lookOn, tooLate, deadlineMs);
  }

  /** The head of an HTTP answer. */
  async head(deadlineMs?: number): Promise<HttpHead> {
    const text = await this.until('HTTP head', () => this.#takeHead(), deadlineMs);
    const lines = text.split('\r\n');
    return { status: Number(lines[0]?.split(' ')[1]), lines };
  }

  /** So many bytes as they came. */
  take(bytes: number): Promise<Buffer> {
    return this.until(`${bytes} bytes`, () => {
      if (this.#unread.length < bytes) return null;
      const taken = this.#unread.subarray(0, bytes);
      this.#unread = this.#unread.subarray(bytes);
      return taken;
    });
  }

  frame(deadlineMs?: number): Promise<WireFrame> {
    return this.until('frame', () => this.#takeFrame(), deadlineMs);
  }

  /** The next frame's payload, which must be a text's. */
  async text(): Promise<string> {
    const { opcode, payload } = await this.frame();
    if (opcode !== TEXT) throw new Error(`not a text frame: opcode ${opcode}, ${payload.toString('latin1')}`);
    return payload.toString();
  }

  /** Waits until the peer has ended its side and returns what it had sent before and nobody has read. */
  async rest(deadlineMs?: number): Promise<Buffer> {
    await this.until('end', () => this.hasEnded || this.isClosed, deadlineMs);
    return this.#unread;
  }

  #takeHead(): string | null {
    const end = this.#unread.indexOf('\r\n\r\n');
    if (end < 0) return null;
    const head = this.#unread.toString('latin1', 0, end);
    this.#unread = this.#unread.subarray(end + 4);
    return head;
  }

  #takeFrame(): WireFrame | null {
    const bytes = this.#unread;
    if (bytes.length < 2) return null;
    const [first, second] = bytes as unknown as [number, number];
    const short = second & 0x7f;
    const start = short === 127 ? 10 : short === 126 ? 4 : 2;
    if (bytes.length < start) return null;
    const length = short === 127 ? Number(bytes.readBigUInt64BE(2)) : short === 126 ? bytes.readUInt16BE(2) : short;
    if (bytes.length < start + length) return null;
    this.#unread = bytes.subarray(start + length);
    return {
      fin: (first & 0x80) !== 0,
      rsv: (first >> 4) & 7,
      opcode: first & 0xf,
      masked: (second & 0x80) !== 0,
      payload: bytes.subarray(start, start + length),
    };
  }
}

/** A TCP or TLS connection and nothing more; cut off when the test ends. */
export async function connectRaw(
  t: Test,
  { port, config }: Pick<RunningServer, 'port'> & Partial<RunningServer>,
  options: Partial<TcpSocketConnectOpts> = {},
): Promise<RawSocket> {
  const isSecure = config?.listen.tls;
  const where = { host: '127.0.0.1', port, ...options };
  const tcp = isSecure ? overTls({ ...where, rejectUnauthorized: false }) : overTcp(where);
  const socket = new RawSocket(tcp);
  t.teardown(() => tcp.destroy());
  await new Promise((resolve) => tcp.once(isSecure ? 'secureConnect' : 'connect', resolve));
  return socket;
}

/** The lines of a good handshake; `undefined` leaves one out. */
export function handshake(
  path: string,
  headers: Record<string, string | undefined> = {},
  requestLine = `GET ${path} HTTP/1.1`,
): string {
  const all: Record<string, string | undefined> = {
    Host: 'localhost',
    Upgrade: 'websocket',
    Connection: 'Upgrade',
    'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Version': '13',
    ...headers,
  };
  const lines = Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [`${name}: ${value}`]));
  return [requestLine, ...lines, '', ''].join('\r\n');
}

/** Connected, upgraded and greeted. */
export async function openRaw(
  t: Test,
  server: RunningServer,
  { path = `/app/${server.app.key}`, ...options }: Partial<TcpSocketConnectOpts> & { path?: string } = {},
): Promise<RawSocket> {
  const socket = await connectRaw(t, server, options);
  socket.write(handshake(path));
  const { status, lines } = await socket.head();
  if (status !== 101) throw new Error(`no upgrade: ${lines.join(' | ')}`);
  await socket.text();
  return socket;
}
