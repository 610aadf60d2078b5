import { type ChannelTraits, traitsOf } from './channel-name.ts';
import type { Frame } from './frames.ts';
import { Listeners } from './listeners.ts';
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
  /** Their connections, once they have been sent to and until one goes. */
  #listeners: Listeners | null = null;
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
    if (!this.#subscribers.has(session)) this.#listeners?.add(session.connection);
    this.#subscribers.set(session, member);
  }

  remove(session: Session): void {
    if (this.#subscribers.delete(session)) this.#listeners = null;
  }

  /** Sends to this node's subscribers, and says to how many. */
  send(frame: Frame, except?: Session): number {
    const count = this.#subscribers.size - (except && this.#subscribers.has(except) ? 1 : 0);
    this.#listeners ??= this.#gather();
    this.#listeners.send(frame, except?.connection);
    return count;
  }

  #gather(): Listeners {
    const listeners = new Listeners();
    for (const { connection } of this.#subscribers.keys()) listeners.add(connection);
    return listeners;
  }
}
