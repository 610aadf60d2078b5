import type { Channel } from './channel.ts';
import type { Hub } from './hub.ts';
import { eventOf } from './publication.ts';

/** What may be asked of a channel in `info`. Names that mean nothing here are passed over, as Reverb does. [P-16] */
export interface ChannelInfo {
  occupied?: boolean;
  user_count?: number;
  subscription_count?: number;
  cache?: CachedInfo;
}

/** What Reverb answers (`event`, `data`, `channel`) and what Pusher answers (`data`, `ttl`) in one. [Q-V] */
export interface CachedInfo {
  event: string;
  data: unknown;
  channel: string;
  ttl: number;
}

/**
 * Of any channel, occupied or not: an empty one has counts of 0. Sockets on presence channels are counted only
 * with `countsPresenceSockets`, as Pusher does and Reverb does not.
 */
export function channelInfo(
  hub: Hub,
  name: string,
  wanted: readonly string[],
  countsPresenceSockets = false,
): ChannelInfo {
  const channel = hub.channels.get(name);
  const { presence, cached } = hub.channels.traitsOf(name);
  const info: ChannelInfo = {};
  if (wanted.includes('occupied')) info.occupied = channel?.isOccupied ?? false;
  if (wanted.includes('user_count') && presence) info.user_count = channel?.roster?.size ?? 0;
  if (wanted.includes('subscription_count') && (!presence || countsPresenceSockets)) {
    info.subscription_count = channel?.subscriptionCount ?? 0;
  }
  if (wanted.includes('cache') && cached) {
    const cache = cachedInfo(hub, name);
    if (cache) info.cache = cache;
  }
  return info;
}

function cachedInfo(hub: Hub, channel: string): CachedInfo | undefined {
  const now = hub.now();
  const cached = hub.cache.get(channel, now);
  if (!cached) return undefined;
  const { event, data } = eventOf(cached.publication);
  return { event, data, channel, ttl: Math.ceil((cached.expiresAt - now) / 1000) };
}

/** Occupied channels, here or on any node. */
export function* occupiedChannels(hub: Hub, prefix: string): Iterable<Channel> {
  for (const channel of hub.channels.all()) {
    if (channel.isOccupied && channel.name.startsWith(prefix)) yield channel;
  }
}
