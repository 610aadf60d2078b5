import { type ChannelTraits, traitsOf } from './channel-name.ts';
import type { Frame } from './frames.ts';
import { type Member, Roster } from './roster.ts';
import type { Session } from './session.ts';

/** Who listens to a name: the sockets of this node, and how many the others have. */
export class Channel {
  readonly name: string;
  readonly traits: ChannelTraits;
  /** Each socket with the member it joined as; null: as nobody in particular. */
  readonly subscribers = new Map<Session, Member | null>();
  readonly roster: Roster | null;
  /** Subscriptions on other nodes, by node. */
  readonly remote = new Map<string, number>();

  constructor(name: string) {
    this.name = name;
    this.traits = traitsOf(name);
    this.roster = this.traits.presence ? new Roster() : null;
  }

  get subscriptionCount(): number {
    let count = this.subscribers.size;
    for (const theirs of this.remote.values()) count += theirs;
    return count;
  }

  get isOccupied(): boolean {
    return this.subscribers.size > 0 || this.remote.size > 0;
  }

  /** Sends to this node's subscribers, and says to how many. */
  send(frame: Frame, except?: Session): number {
    for (const session of this.subscribers.keys()) {
      if (session !== except) session.connection.send(frame);
    }
    return this.subscribers.size - (except && this.subscribers.has(except) ? 1 : 0);
  }
}
