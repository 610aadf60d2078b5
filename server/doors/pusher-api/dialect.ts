import type { IncomingHttpHeaders } from 'node:http';
import { type ChannelInfo, channelInfo } from '../../pusher/channel-info.ts';
import type { Hub } from '../../pusher/hub.ts';

/**
 * Where Pusher and Reverb answer differently, whose answer the caller was written for [P-20]: Pusher's libraries name
 * themselves in a header and get Pusher's; everybody else gets Reverb's.
 */
export type Dialect = 'pusher' | 'reverb';

export function dialectOf(headers: IncomingHttpHeaders): Dialect {
  return headers['x-pusher-library'] === undefined ? 'reverb' : 'pusher';
}

export function infoIn(dialect: Dialect, hub: Hub, channel: string, wanted: readonly string[]): ChannelInfo {
  return channelInfo(hub, channel, wanted, dialect === 'pusher');
}
