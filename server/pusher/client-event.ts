import { MAX_EVENT_NAME_LENGTH } from './channel-name.ts';
import { ERRORS, PusherError } from './errors.ts';
import type { Incoming } from './incoming.ts';
import { RateLimit } from './rate-limit.ts';
import type { Session } from './session.ts';

/** A whisper: `client-*` from one socket to the others of a channel. Any other name is ignored, as in Reverb. [P-13] */
export function relayClientEvent(session: Session, { event, channel, data, length }: Incoming, now: number): void {
  if (typeof channel !== 'string' || channel === '') throw new PusherError(ERRORS.invalidMessage);
  if (!event.startsWith('client-')) return;
  const { hub } = session;
  const { from, onPublicChannels, perSecond, maxBytes } = hub.app.clientEvents;
  const no = (error: readonly [number, string]) => new PusherError(error, { channel });

  if (from !== 'members' && from !== 'all') throw no(ERRORS.clientEventsDisabled);
  const member = hub.channels.membership(session, channel);
  if (member === undefined && from === 'members') throw no(ERRORS.notAMember);
  const traits = hub.channels.traitsOf(channel);
  if (!onPublicChannels && (!traits.guarded || traits.userId !== null)) throw no(ERRORS.clientEventOnPublicChannel);
  if (event.length > MAX_EVENT_NAME_LENGTH && hub.app.strictNames) throw no(ERRORS.clientEventName);
  // UTF-8 takes at most three bytes a unit and `1e20,` is written out in 22, so most messages need not be measured.
  if (maxBytes > 0 && 5 * length > maxBytes && sizeOf(data) > maxBytes) throw no(ERRORS.clientEventTooLarge);
  if (perSecond > 0) {
    session.clientEventLimit ??= new RateLimit(perSecond, 1);
    if (!session.clientEventLimit.allows(now)) throw no(ERRORS.clientEventRate);
  }
  hub.publish([channel], { from: 'client', event, data, userId: member?.id }, session.socketId);
}

function sizeOf(data: unknown): number {
  return data === undefined ? 0 : Buffer.byteLength(JSON.stringify(data));
}
