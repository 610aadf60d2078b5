import type { Channel } from './channel.ts';
import type { Connection } from './connection.ts';
import { closeCode, ERRORS, PusherError } from './errors.ts';
import * as frames from './frames.ts';
import type { Hub } from './hub.ts';
import { dispatch } from './incoming.ts';
import { RateLimit } from './rate-limit.ts';
import type { Member } from './roster.ts';

/** A user who signed in on a socket, and whom he watches. [P-12] */
export interface SignedInUser {
  readonly id: string;
  /** What presence channels tell of him where `channel_data` tells nothing. [P-9] */
  readonly member: Member;
  readonly watchlist: readonly string[];
}

/** One socket of one app, from its first frame to its last. */
export class Session {
  readonly hub: Hub;
  readonly connection: Connection;
  readonly socketId: string;
  readonly channels = new Set<Channel>();
  readonly openedAt: number;
  user: SignedInUser | null = null;
  /** Has signed in or joined a guarded channel. */
  isAuthorised = false;
  lastSeenAt: number;
  isPinged = false;
  /** The client answers below the protocol, so it is also asked there. [P-3] */
  usesControlFrames = false;
  clientEventLimit: RateLimit | null = null;
  #messageLimit: RateLimit | null = null;
  #isOpen = true;
  #isHandling = false;

  constructor(hub: Hub, connection: Connection, socketId: string, now: number) {
    this.hub = hub;
    this.connection = connection;
    this.socketId = socketId;
    this.openedAt = now;
    this.lastSeenAt = now;
  }

  /** A text or binary message arrived. Whatever it holds, the answer is a frame; only an exhausted limit may end the socket. */
  receive(text: string): void {
    if (!this.#isOpen) return;
    const now = this.hub.now();
    this.touch(now);
    this.hub.observer.received?.(this, text);
    this.#isHandling = true;
    try {
      if (!this.#mayCallNow(now)) return this.#refuseForRate();
      dispatch(this, text, now);
      this.hub.observer.handled?.(this);
    } catch (error) {
      this.#refuse(error as Error);
    } finally {
      this.#isHandling = false;
      if (!this.#isOpen) this.#giveUpAll();
    }
  }

  /** A PING or PONG frame arrived. */
  receiveControlFrame(): void {
    this.usesControlFrames = true;
    this.touch(this.hub.now());
  }

  /** Whether it is a user's: signed in as him, or on a channel as him. [Q-I] */
  isOf(userId: string): boolean {
    if (this.user?.id === userId) return true;
    for (const channel of this.channels) {
      const member = channel.memberOf(this);
      if (member && String(member.id) === userId) return true;
    }
    return false;
  }

  touch(now: number): void {
    this.lastSeenAt = now;
    this.isPinged = false;
  }

  ping(): void {
    this.isPinged = true;
    if (this.usesControlFrames) this.connection.ping();
    else this.connection.send(frames.PING);
    this.hub.observer.pinged?.(this);
  }

  /** Ends the socket from this side: the error frame first, then the close code its library acts on. [P-8] */
  end(error: PusherError): void {
    if (!this.#isOpen) return;
    this.connection.send(frames.error(error));
    this.connection.close(closeCode(error), error.message);
    this.closed();
  }

  /**
   * The socket is gone: everything it held is given up. Costs what the socket itself held. An answer may be the frame too
   * many that ends its own socket; then this waits until the message is handled, or half of what it began would stay.
   */
  closed(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    if (!this.#isHandling) this.#giveUpAll();
  }

  #giveUpAll(): void {
    this.hub.release(this);
    this.hub.observer.closed?.(this);
  }

  #mayCallNow(now: number): boolean {
    const rules = this.hub.app.rateLimit;
    if (!rules) return true;
    this.#messageLimit ??= new RateLimit(rules.maxAttempts, rules.decaySeconds);
    return this.#messageLimit.allows(now);
  }

  #refuseForRate(): void {
    const error = new PusherError(ERRORS.rateLimit);
    if (!this.hub.app.rateLimit?.terminateOnLimit) return this.#refuse(error);
    this.hub.observer.refused?.(this, error);
    this.end(error); // [Q-O]
  }

  /** A message error never ends the socket. A bug is told to the observer, not to the client. */
  #refuse(error: Error): void {
    this.hub.observer.refused?.(this, error);
    const told = error instanceof PusherError ? error : new PusherError(ERRORS.invalidMessage);
    this.connection.send(frames.error(told));
    const { channel, subscription } = told.context;
    if (channel !== undefined && subscription) {
      this.connection.send(frames.subscriptionError(channel, subscription.type, told.message, subscription.status));
    }
  }
}
