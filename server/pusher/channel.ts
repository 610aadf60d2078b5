import { type ChannelTraits, traitsOf } from './channel-name.ts';
import type { Connection } from './connection.ts';
import type { Frame } from './frames.ts';
import { type Member, Roster } from './roster.ts';
import type { Session } from './session.ts';

/** Who listens to a name: the sockets of this node, and how many the others have. */
export class Channel {
  readonly name: string;
  /** As each of its frames ends. */
  readonly nameJson: string;
  readonly traits: ChannelTraits;
  /** Each socket with the member it joined as; null: as nobody in particular. */
  readonly #subscribers = new Map<Session, Member | null>();
  /** Their connections in a row, once they have been sent to and until one goes: the way to each from its session is longer. */
  #connections: Connection[] | null = null;
  readonly roster: Roster | null;
  /** Subscriptions on other nodes, by node. */
  readonly remote = new Map<string, number>();

  constructor(name: string) {
    this.name = name;
    this.nameJson = JSON.stringify(name);
    this.traits = traitsOf(name);
    this.roster = this.traits.presence ? new Roster() : null;
  }

  get subscriptionCount(): number {
    let count = this.#subscribers.size;
    for (const theirs of this.remote.values()) count += theirs;
    return count;
  }

  get isOccupied(): boolean {
    return this.#subscribers.size > 0 || this.remote.size > 0;
  }

  /** Sockets of this node. */
  get subscriberCount(): number {
    return this.#subscribers.size;
  }

  /** As whom a socket is here: null as nobody in particular, undefined when it is not. */
  memberOf(session: Session): Member | null | undefined {
    return this.#subscribers.get(session);
  }

  add(session: Session, member: Member | null): void {
    if (!this.#subscribers.has(session)) this.#connections?.push(session.connection);
    this.#subscribers.set(session, member);
  }

  remove(session: Session): void {
    if (this.#subscribers.delete(session)) this.#connections = null;
  }

  /** Sends to this node's subscribers, and says to how many. */
  send(frame: Frame, except?: Session): number {
    this.#connections ??= this.#listConnections();
    const connections = this.#connections;
    const left = except?.connection;
    for (const connection of connections) if (connection !== left) connection.send(frame);
    return connections.length - (except && this.#subscribers.has(except) ? 1 : 0);
  }

  #listConnections(): Connection[] {
    const connections: Connection[] = [];
    for (const { connection } of this.#subscribers.keys()) connections.push(connection);
    return connections;
  }
}
