import { Admission } from './admission.ts';
import type { App } from './app.ts';
import { traitsOf } from './channel-name.ts';
import { Channels } from './channels.ts';
import type { Connection } from './connection.ts';
import { ERRORS, PusherError } from './errors.ts';
import { EventCache } from './event-cache.ts';
import * as frames from './frames.ts';
import type { Observer } from './observer.ts';
import { originAllowed } from './origin.ts';
import type { Admitted, Fact, PeerMessage, Peers } from './peers.ts';
import { framesOf, type Publication } from './publication.ts';
import { Session } from './session.ts';
import { Signer } from './signature.ts';
import { newSocketId } from './socket-id.ts';
import { Tally } from './tally.ts';
import { Users } from './users.ts';

/** Everything of one app on this node: its sockets, channels and users, and what the other nodes hold of them. */
export class Hub {
  readonly app: App;
  readonly signer: Signer;
  readonly channels: Channels;
  readonly users: Users;
  readonly cache: EventCache;
  readonly observer: Observer;
  readonly sessions = new Map<string, Session>();
  /** Sockets, subscribed to something or not. */
  readonly connected: Tally;
  /** What may still be published over HTTP. */
  readonly publishing: Admission;
  readonly #handshakes: Admission;
  readonly #peers: Peers;

  constructor(app: App, peers: Peers, observer: Observer = {}) {
    this.app = app;
    this.signer = new Signer(app.key, app.secret);
    this.channels = new Channels(app, peers);
    this.users = new Users(peers);
    this.cache = new EventCache(app.cacheTtlSeconds);
    this.observer = observer;
    this.connected = new Tally((value) => peers.share({ kind: 'connected', value }));
    const telling = (what: Admitted) => (address: string, cost: number) =>
      peers.forward({ type: 'took', what, address, cost });
    this.publishing = new Admission(app.events, telling('events'));
    this.#handshakes = new Admission(app.handshakes, telling('handshakes'));
    this.#peers = peers;
  }

  /** Milliseconds that only go forward, whatever happens to the clock on the wall. */
  now(): number {
    return performance.now();
  }

  /** A socket came. Null when the app does not take it: it has been told why and closed. [P-2] */
  open(connection: Connection, origin: string | undefined, address: () => string): Session | null {
    const refusal = this.#whyNot(origin, address);
    if (refusal) {
      connection.send(frames.error(refusal));
      connection.close(refusal.code, refusal.message);
      return null;
    }
    const session = new Session(this, connection, this.#newSocketId(), this.now());
    this.sessions.set(session.socketId, session);
    this.connected.add(+1);
    connection.send(frames.connectionEstablished(session.socketId, this.app.activityTimeoutSeconds));
    this.observer.opened?.(session);
    return session;
  }

  /** Gives up all a socket held. */
  release(session: Session): void {
    for (const channel of session.channels) this.channels.leave(session, channel.name);
    this.users.signOut(session);
    this.sessions.delete(session.socketId);
    this.connected.add(-1);
  }

  /** To this node's sockets at once, to the other nodes' by the cluster. [P-14] */
  publish(channels: readonly string[], publication: Publication, exceptSocketId?: string): void {
    this.#deliver(channels, publication, exceptSocketId);
    if (exceptSocketId === undefined) this.#peers.forward({ type: 'event', channels, publication });
    else this.#peers.forward({ type: 'event', channels, publication, exceptSocketId });
  }

  /** Ends every socket of a user, on every node. */
  terminate(userId: string): void {
    this.#terminateHere(userId);
    this.#peers.forward({ type: 'terminate', userId });
  }

  /** Another node says something happened. */
  hear(message: PeerMessage): void {
    switch (message.type) {
      case 'event':
        return this.#deliver(message.channels, message.publication, message.exceptSocketId);
      case 'terminate':
        return this.#terminateHere(message.userId);
      case 'took': {
        const admission = message.what === 'events' ? this.publishing : this.#handshakes;
        return admission.tookElsewhere(message.address, this.now(), message.cost);
      }
    }
  }

  /** Another node holds something, or, when the value is null, no more. */
  learn(node: string, fact: Fact): void {
    switch (fact.kind) {
      case 'connected':
        return this.connected.learn(node, fact.value);
      case 'subscribed':
        return this.channels.subscribed.learn(node, fact.value);
      case 'user':
        if (fact.value) this.users.onlineOn(node, fact.userId);
        else this.users.offlineOn(node, fact.userId);
        return;
      case 'subscriptions':
        return this.channels.learnSubscriptions(node, fact.channel, fact.value, this.now());
      case 'member':
        return this.channels.learnMember(node, fact.channel, fact.userId, fact.value);
    }
  }

  /** The last event of a cache channel, as it was sent. */
  cachedFrame(channel: string): frames.Frame | undefined {
    return this.cache.frame(channel, this.now());
  }

  #whyNot(origin: string | undefined, address: () => string): PusherError | null {
    const handshakes = this.#handshakes;
    if (handshakes.isLimited && handshakes.take(address(), this.now()) > 0) {
      return new PusherError(ERRORS.tooManyHandshakes); // [P-22]
    }
    const { maxConnections, allowedOrigins } = this.app;
    if (maxConnections !== null && this.connected.total >= maxConnections) {
      return new PusherError(ERRORS.overQuota); // [Q-L]
    }
    return originAllowed(allowedOrigins, origin) ? null : new PusherError(ERRORS.originNotAllowed);
  }

  #newSocketId(): string {
    const id = newSocketId();
    return this.sessions.has(id) ? this.#newSocketId() : id;
  }

  #deliver(channels: readonly string[], publication: Publication, exceptSocketId: string | undefined): void {
    const except = exceptSocketId === undefined ? undefined : this.sessions.get(exceptSocketId);
    const frameFor = framesOf(publication);
    for (const name of channels) {
      const channel = this.channels.get(name);
      const { cached } = channel?.traits ?? traitsOf(name);
      if (!channel && !cached) continue;
      const frame = frameFor(channel?.nameJson ?? JSON.stringify(name));
      if (cached) this.cache.put(name, publication, this.now());
      const receivers = channel?.send(frame, except) ?? 0;
      this.observer.published?.(this, name, frame, receivers);
    }
  }

  #terminateHere(userId: string): void {
    for (const session of this.sessions.values()) {
      if (session.isOf(userId)) session.end(new PusherError(ERRORS.terminated));
    }
  }
}
