import type { PusherError } from './errors.ts';
import type { MemberId } from './roster.ts';

/** One message to sockets. Built once per publish and shared by all who get it. */
export class Frame {
  readonly text: string;
  /** Known to be ASCII: nobody need look whether each of its characters is a byte. */
  readonly isAscii: boolean;
  /** What goes over the wire, kept here by the door that makes it. */
  wire: object | undefined;

  constructor(text: string, isAscii = false) {
    this.text = text;
    this.isAscii = isAscii;
    this.wire = undefined;
  }

  /** Of its text. */
  get byteLength(): number {
    return this.isAscii ? this.text.length : Buffer.byteLength(this.text);
  }
}

const json = JSON.stringify;

/** The server's own frames carry `data` as a JSON string: SDKs other than pusher-js insist on it. [P-4] */
function internal(event: string, data: string, channel?: string): Frame {
  // An empty channel name is left out, as Reverb does.
  const tail = channel ? `,"channel":${json(channel)}}` : '}';
  return new Frame(`{"event":"${event}","data":${json(data)}${tail}`);
}

/** {"event":"pusher:connection_established","data":"{\"socket_id\":\"1.2\",\"activity_timeout\":30}"} */
export function connectionEstablished(socketId: string, activityTimeoutSeconds: number): Frame {
  // Written out: it is made for every socket, and nothing in it needs escaping.
  const data = `{\\"socket_id\\":\\"${socketId}\\",\\"activity_timeout\\":${activityTimeoutSeconds}}`;
  return new Frame(`{"event":"pusher:connection_established","data":"${data}"}`, true);
}

/** {"event":"pusher:error","data":"{\"code\":4009,\"message\":\"Connection is unauthorized\"}","channel":"private-a"} */
export function error({ code, message, context }: PusherError): Frame {
  return internal('pusher:error', json({ code, message }), context.channel);
}

/** {"event":"pusher:subscription_error","data":"{\"type\":\"AuthError\",\"error\":\"…\",\"status\":401}","channel":"private-a"} */
export function subscriptionError(channel: string, type: string, message: string, status: number): Frame {
  return internal('pusher:subscription_error', json({ type, error: message, status }), channel);
}

/** {"event":"pusher_internal:subscription_succeeded","data":"{}","channel":"orders"} */
export function subscriptionSucceeded(channel: string, data = '{}'): Frame {
  return internal('pusher_internal:subscription_succeeded', data, channel);
}

/** {"event":"pusher_internal:member_added","data":"{\"user_id\":\"7\",\"user_info\":{\"name\":\"Ann\"}}","channel":"presence-a"} */
export function memberAdded(channel: string, id: MemberId, infoJson: string | undefined): Frame {
  const info = infoJson === undefined ? '' : `,"user_info":${infoJson}`;
  return internal('pusher_internal:member_added', `{"user_id":${json(id)}${info}}`, channel);
}

/** {"event":"pusher_internal:member_removed","data":"{\"user_id\":\"7\"}","channel":"presence-a"} */
export function memberRemoved(channel: string, id: MemberId): Frame {
  return internal('pusher_internal:member_removed', `{"user_id":${json(id)}}`, channel);
}

/** {"event":"pusher_internal:subscription_count","data":"{\"subscription_count\":3}","channel":"orders"} */
export function subscriptionCount(channel: string, count: number): Frame {
  return internal('pusher_internal:subscription_count', `{"subscription_count":${count}}`, channel);
}

/** {"event":"pusher:cache_miss","channel":"cache-a"} */
export function cacheMiss(channel: string): Frame {
  return new Frame(`{"event":"pusher:cache_miss","channel":${json(channel)}}`);
}

/** {"event":"pusher:pong"} */
export const PONG = new Frame('{"event":"pusher:pong"}');

/** {"event":"pusher:ping"} */
export const PING = new Frame('{"event":"pusher:ping"}');

/** {"event":"pusher:signin_success","data":"{\"user_data\":\"{\\\"id\\\":\\\"7\\\"}\"}"} */
export function signinSuccess(userData: string): Frame {
  return internal('pusher:signin_success', json({ user_data: userData }));
}

export interface WatchlistEvent {
  name: 'online' | 'offline';
  user_ids: string[];
}

/** {"event":"pusher_internal:watchlist_events","data":"{\"events\":[{\"name\":\"online\",\"user_ids\":[\"8\"]}]}"} */
export function watchlistEvents(events: WatchlistEvent[]): Frame {
  return internal('pusher_internal:watchlist_events', json({ events }));
}

const [EVENT, DATA, CHANNEL, END] = ['{"event":', ',"data":', ',"channel":', '}'];

/**
 * An event as its publisher sent it, one frame per channel; all that is put into it is JSON already.
 * From a server: {"event":"App\\Events\\Shipped","data":"{\"id\":1}","channel":"orders"}
 */
export function serverEvent(eventJson: string, dataJson: string, isAscii: boolean): (channelJson: string) => Frame {
  const head = EVENT + eventJson + DATA + dataJson + CHANNEL;
  return (channelJson) => new Frame(head + channelJson + END, isAscii);
}

/** From a client, `data` as the value it was: {"event":"client-typing","channel":"presence-a","data":{"on":true},"user_id":"7"} */
export function clientEvent(event: string, channelJson: string, data: unknown, userId: MemberId | undefined): Frame {
  const user = userId === undefined ? '' : `,"user_id":${json(userId)}`;
  return new Frame(`{"event":${json(event)},"channel":${channelJson},"data":${json(data) ?? 'null'}${user}}`);
}
