import * as frames from './frames.ts';
import type { Peers } from './peers.ts';
import type { Session, SignedInUser } from './session.ts';

interface Whereabouts {
  readonly sessions: Set<Session>;
  /** Other nodes the user is signed in on. */
  readonly nodes: Set<string>;
}

/** Who is signed in, over all nodes, and who wants to know. [P-12] */
export class Users {
  readonly #peers: Peers;
  readonly #online = new Map<string, Whereabouts>();
  readonly #watchers = new Map<string, Set<Session>>();

  constructor(peers: Peers) {
    this.#peers = peers;
  }

  isOnline(id: string): boolean {
    return this.#online.has(id);
  }

  /** Again as the same user: he was online all the time, only the watchlist is new. */
  signIn(session: Session, user: SignedInUser): void {
    if (session.user?.id === user.id) this.#unwatch(session, session.user);
    else this.#enterAs(session, user);
    session.user = user;
    this.#watch(session, user.watchlist);
  }

  signOut(session: Session): void {
    const { user } = session;
    if (!user) return;
    session.user = null;
    this.#unwatch(session, user);
    const whereabouts = this.#online.get(user.id);
    if (!whereabouts?.sessions.delete(session) || whereabouts.sessions.size > 0) return;
    this.#peers.share({ kind: 'user', userId: user.id, value: null });
    this.#exitIfGone(user.id, whereabouts);
  }

  onlineOn(node: string, id: string): void {
    this.#enter(id).nodes.add(node);
  }

  offlineOn(node: string, id: string): void {
    const whereabouts = this.#online.get(id);
    if (whereabouts?.nodes.delete(node)) this.#exitIfGone(id, whereabouts);
  }

  #enterAs(session: Session, user: SignedInUser): void {
    this.signOut(session);
    const whereabouts = this.#enter(user.id);
    whereabouts.sessions.add(session);
    if (whereabouts.sessions.size === 1) this.#peers.share({ kind: 'user', userId: user.id, value: true });
  }

  #enter(id: string): Whereabouts {
    const known = this.#online.get(id);
    if (known) return known;
    const whereabouts: Whereabouts = { sessions: new Set(), nodes: new Set() };
    this.#online.set(id, whereabouts);
    this.#tellWatchers('online', id);
    return whereabouts;
  }

  #exitIfGone(id: string, { sessions, nodes }: Whereabouts): void {
    if (sessions.size > 0 || nodes.size > 0) return;
    this.#online.delete(id);
    this.#tellWatchers('offline', id);
  }

  #tellWatchers(name: 'online' | 'offline', id: string): void {
    const watchers = this.#watchers.get(id);
    if (!watchers) return;
    const frame = frames.watchlistEvents([{ name, user_ids: [id] }]);
    for (const session of watchers) session.connection.send(frame);
  }

  #unwatch(session: Session, { watchlist }: SignedInUser): void {
    for (const id of watchlist) {
      const watchers = this.#watchers.get(id);
      watchers?.delete(session);
      if (watchers?.size === 0) this.#watchers.delete(id);
    }
  }

  /** From now on the session hears of these, and at once how they stand. */
  #watch(session: Session, watchlist: readonly string[]): void {
    if (watchlist.length === 0) return;
    const online: string[] = [];
    const offline: string[] = [];
    for (const id of watchlist) {
      const watchers = this.#watchers.get(id) ?? new Set();
      this.#watchers.set(id, watchers.add(session));
      (this.#online.has(id) ? online : offline).push(id);
    }
    const events: frames.WatchlistEvent[] = [];
    if (online.length > 0) events.push({ name: 'online', user_ids: online });
    if (offline.length > 0) events.push({ name: 'offline', user_ids: offline });
    session.connection.send(frames.watchlistEvents(events));
  }
}
