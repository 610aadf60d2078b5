import type { Test } from 'tap';
import { type ClientOptions, WebSocket } from 'ws';
import { channelAuthText, userAuthText } from '../../server/pusher/signature.ts';
import { Bell, DEADLINE_MS, type Nothing } from './bell.ts';
import type { RunningServer } from './server.ts';

export interface SentFrame {
  event: string;
  channel?: string;
  data?: unknown;
  [key: string]: unknown;
}

export interface Closed {
  code: number;
  reason: string;
}

/** A bare WebSocket client that keeps every frame as it came. */
export class TestSocket {
  readonly ws: WebSocket;
  /** Raw texts not yet taken. */
  readonly inbox: string[] = [];
  readonly pings: string[] = [];
  readonly pongs: string[] = [];
  closed: Closed | null = null;
  socketId = '';
  readonly #bell = new Bell();

  constructor(url: string, options: ClientOptions = {}) {
    this.ws = new WebSocket(url, options);
    this.ws.on('message', (data) => {
      this.inbox.push(String(data));
      this.#bell.ring();
    });
    this.ws.on('ping', (data) => {
      this.pings.push(String(data));
      this.#bell.ring();
    });
    this.ws.on('pong', (data) => {
      this.pongs.push(String(data));
      this.#bell.ring();
    });
    this.ws.on('close', (code, reason) => {
      this.closed = { code, reason: String(reason) };
      this.#bell.ring();
    });
    this.ws.on('error', () => {});
  }

  /** Waits until `look` finds something; past the deadline it throws with what did arrive. */
  until<Found>(what: string, look: () => Found | Nothing, deadlineMs = DEADLINE_MS): Promise<Found> {
    const tooLate = () =>
      `no ${what} within ${deadlineMs} ms; waiting: ${JSON.stringify(this.inbox)}, closed: ${JSON.stringify(this.closed)}`;
    return this.#bell.until(look, tooLate, deadlineMs);
  }

  /** The next frame, as text. */
  next(deadlineMs?: number): Promise<string> {
    return this.until('frame', () => this.inbox.shift(), deadlineMs);
  }

  /** Takes frames until one has this event, and returns it with `data` as it stood on the wire. */
  async nextEvent(event: string, deadlineMs?: number): Promise<SentFrame> {
    for (;;) {
      const frame = JSON.parse(await this.until(`frame ${event}`, () => this.inbox.shift(), deadlineMs)) as SentFrame;
      if (frame.event === event) return frame;
    }
  }

  /** Everything that came before the answer to a ping sent now: what is not in it was not sent. */
  async drained(): Promise<string[]> {
    this.send({ event: 'pusher:ping', data: {} });
    const frames: string[] = [];
    for (;;) {
      const text = await this.next();
      if (text === '{"event":"pusher:pong"}') return frames;
      frames.push(text);
    }
  }

  untilClosed(deadlineMs?: number): Promise<Closed> {
    return this.until('close', () => this.closed, deadlineMs);
  }

  send(message: unknown): void {
    this.ws.send(typeof message === 'string' ? message : JSON.stringify(message));
  }
}

/** Connects, waits for `connection_established` and is cut off when the test ends. */
export async function connect(
  t: Test,
  server: RunningServer,
  options: ClientOptions & { url?: string } = {},
): Promise<TestSocket> {
  const socket = openSocket(t, options.url ?? server.socketUrl, options);
  const { data } = await socket.nextEvent('pusher:connection_established');
  socket.socketId = JSON.parse(data as string).socket_id;
  return socket;
}

/** Connects without waiting for anything. */
export function openSocket(t: Test, url: string, options: ClientOptions = {}): TestSocket {
  const socket = new TestSocket(url, options);
  t.teardown(() => socket.ws.terminate());
  return socket;
}

/** These frames and no others: texts to the letter, patterns where something in a frame cannot be known. */
export function sameFrames(t: Test, frames: string[], expected: (string | RegExp)[], message?: string): void {
  const found = frames.map((frame, index) => {
    const pattern = expected[index];
    return pattern instanceof RegExp && pattern.test(frame) ? String(pattern) : frame;
  });
  t.same(found, expected.map(String), message ?? 'these frames and no others');
}

/** What a client sends to subscribe, signed as a backend would. */
export function subscribeMessage(server: RunningServer, socket: TestSocket, channel: string, member?: unknown): object {
  const channelData = member === undefined ? undefined : JSON.stringify(member);
  const auth = server.signer.auth(channelAuthText(socket.socketId, channel, channelData));
  return { event: 'pusher:subscribe', data: { auth, channel, ...(channelData ? { channel_data: channelData } : {}) } };
}

/** Subscribes and returns the answer. */
export async function subscribe(
  server: RunningServer,
  socket: TestSocket,
  channel: string,
  member?: unknown,
): Promise<SentFrame> {
  socket.send(subscribeMessage(server, socket, channel, member));
  return socket.nextEvent('pusher_internal:subscription_succeeded');
}

export async function signIn(
  server: RunningServer,
  socket: TestSocket,
  user: { id: string; [claim: string]: unknown },
): Promise<SentFrame> {
  const userData = JSON.stringify(user);
  const auth = server.signer.auth(userAuthText(socket.socketId, userData));
  socket.send({ event: 'pusher:signin', data: { auth, user_data: userData } });
  return socket.nextEvent('pusher:signin_success');
}
