import type { App } from './app.ts';
import { Channel } from './channel.ts';
import { type ChannelTraits, traitsOf } from './channel-name.ts';
import { ERRORS, overLimit } from './errors.ts';
import * as frames from './frames.ts';
import type { Peers } from './peers.ts';
import type { Member } from './roster.ts';
import type { Session } from './session.ts';
import { SubscriptionCounts } from './subscription-counts.ts';
import { Tally } from './tally.ts';

/** An app's occupied channels, here or on another node: who joins and leaves, and who must hear of it. */
export class Channels {
  readonly counts: SubscriptionCounts;
  /** Sockets that are on at least one channel. */
  readonly subscribed: Tally;
  readonly #app: App;
  readonly #peers: Peers;
  readonly #channels = new Map<string, Channel>();
  #lastSucceeded: { name: string; frame: frames.Frame } | undefined;

  constructor(app: App, peers: Peers) {
    this.counts = new SubscriptionCounts(app.subscriptionCounts);
    this.subscribed = new Tally((value) => peers.share({ kind: 'subscribed', value }));
    this.#app = app;
    this.#peers = peers;
  }

  get(name: string): Channel | undefined {
    return this.#channels.get(name);
  }

  get count(): number {
    return this.#channels.size;
  }

  all(): Iterable<Channel> {
    return this.#channels.values();
  }

  traitsOf(name: string): ChannelTraits {
    return this.#channels.get(name)?.traits ?? traitsOf(name);
  }

  /** As whom a socket is on a channel: null as nobody in particular, undefined when it is not on it. */
  membership(session: Session, name: string): Member | null | undefined {
    return this.#channels.get(name)?.memberOf(session);
  }

  /** The socket takes part from here on; it may say so twice. Others hear of it before it does. [P-6] @throws PusherError */
  join(session: Session, name: string, member: Member | null): void {
    const channel = this.#channels.get(name) ?? new Channel(name);
    const { roster } = channel;
    const previous = channel.memberOf(session);
    this.#mustHaveRoom(session, channel, member);

    this.#channels.set(name, channel);
    channel.add(session, member);
    if (session.channels.size === 0) this.subscribed.add(+1);
    session.channels.add(channel);
    if (roster && !isSameMember(previous, member)) {
      if (previous) this.#removeMember(channel, previous, session);
      if (member) this.#addMember(channel, member, session);
    }
    session.connection.send(roster ? frames.subscriptionSucceeded(name, roster.toJson()) : this.#succeeded(name));
    if (channel.traits.cached) session.connection.send(session.hub.cachedFrame(name) ?? frames.cacheMiss(name));
    if (previous === undefined) this.#countChanged(channel, session);
  }

  /** Where many come to one channel after another, they share the frame. */
  #succeeded(name: string): frames.Frame {
    if (this.#lastSucceeded?.name !== name) this.#lastSucceeded = { name, frame: frames.subscriptionSucceeded(name) };
    return this.#lastSucceeded.frame;
  }

  leave(session: Session, name: string): void {
    const channel = this.#channels.get(name);
    const member = channel?.memberOf(session);
    if (!channel || member === undefined) return;
    channel.remove(session);
    session.channels.delete(channel);
    if (session.channels.size === 0) this.subscribed.add(-1);
    if (member) this.#removeMember(channel, member, session);
    this.#countChanged(channel, session);
    this.#forgetIfEmpty(channel);
  }

  /** Another node has so many subscriptions; null: none. */
  learnSubscriptions(node: string, name: string, count: number | null, now: number): void {
    const channel = this.#channels.get(name) ?? new Channel(name);
    if (count === null) channel.remote.delete(node);
    else channel.remote.set(node, count);
    this.#channels.set(name, channel);
    this.counts.changed(channel, now);
    this.#forgetIfEmpty(channel);
  }

  /** Another node has a member; null: no more. */
  learnMember(node: string, name: string, userId: string, member: Member | null): void {
    const channel = this.#channels.get(name) ?? new Channel(name);
    const { roster } = channel;
    if (!roster) return;
    this.#channels.set(name, channel);
    if (member) {
      if (roster.joinFrom(node, member)) channel.send(frames.memberAdded(name, member.id, member.infoJson));
    } else {
      const left = roster.leaveFrom(node, userId);
      if (left) channel.send(frames.memberRemoved(name, left.id));
    }
    this.#forgetIfEmpty(channel);
  }

  #mustHaveRoom(session: Session, channel: Channel, member: Member | null): void {
    const { maxChannelsPerSocket, presence } = this.#app;
    const { name, roster } = channel;
    if (maxChannelsPerSocket > 0 && session.channels.size >= maxChannelsPerSocket && !session.channels.has(channel)) {
      throw overLimit(ERRORS.tooManyChannels, name);
    }
    if (roster && member && !roster.has(member.id) && roster.size >= presence.maxMembers) {
      throw overLimit(ERRORS.presenceFull, name);
    }
  }

  #addMember(channel: Channel, member: Member, session: Session): void {
    const joined = channel.roster?.join(member);
    if (joined?.firstHere) this.#shareMember(channel, member, member);
    if (joined?.firstAnywhere) channel.send(frames.memberAdded(channel.name, member.id, member.infoJson), session);
  }

  #removeMember(channel: Channel, member: Member, session: Session): void {
    const left = channel.roster?.leave(member.id);
    if (left?.lastHere) this.#shareMember(channel, member, null);
    if (left?.gone) channel.send(frames.memberRemoved(channel.name, left.gone.id), session);
  }

  #shareMember({ name }: Channel, { id }: Member, value: Member | null): void {
    this.#peers.share({ kind: 'member', channel: name, userId: String(id), value });
  }

  #countChanged(channel: Channel, session: Session): void {
    const count = channel.subscriberCount;
    this.#peers.share({ kind: 'subscriptions', channel: channel.name, value: count > 0 ? count : null });
    this.counts.changed(channel, session.hub.now());
  }

  #forgetIfEmpty(channel: Channel): void {
    if (channel.isOccupied || (channel.roster && channel.roster.size > 0)) return;
    this.#channels.delete(channel.name);
    this.counts.forget(channel);
  }
}

function isSameMember(a: Member | null | undefined, b: Member | null): boolean {
  return a != null && b !== null && String(a.id) === String(b.id);
}
