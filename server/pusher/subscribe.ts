import type { PresenceLimits } from './app.ts';
import { isValidChannelName } from './channel-name.ts';
import { ERRORS, overLimit, PusherError, subscriptionRefusal } from './errors.ts';
import type { Payload } from './incoming.ts';
import { type Member, memberOf } from './roster.ts';
import type { Session } from './session.ts';
import { channelAuthText } from './signature.ts';

/** `pusher:subscribe` `{channel, auth?, channel_data?}` [P-6] */
export function subscribe(session: Session, { channel, auth, channel_data: channelData }: Payload): void {
  const name = channelNameIn(channel);
  const { hub } = session;
  if (hub.app.strictNames && !isValidChannelName(name)) {
    throw subscriptionRefusal(ERRORS.invalidChannel, name, 'InvalidChannel', 400);
  }
  if (!isAbsentOrString(auth) || !isAbsentOrString(channelData)) throw malformed(name);
  const identity = channelData ? identityIn(channelData, name) : null;
  const { guarded, userId } = hub.channels.traitsOf(name);
  if (userId !== null) {
    if (session.user?.id !== userId) throw unauthorized(name); // [Q-E]
  } else if (guarded) {
    const text = channelAuthText(session.socketId, name, channelData ?? undefined);
    if (!auth || !hub.signer.authorises(text, auth)) throw unauthorized(name);
  }
  if (guarded) session.isAuthorised = true;
  hub.channels.join(session, name, memberAs(session, name, identity));
}

/** `pusher:unsubscribe` `{channel}`: never answered, whatever it names. */
export function unsubscribe(session: Session, { channel }: Payload): void {
  session.hub.channels.leave(session, channelNameIn(channel));
}

/** Numbers are taken as names, as Reverb does. [Q-D] */
function channelNameIn(value: unknown): string {
  if (typeof value === 'number') return String(value);
  if (typeof value !== 'string') throw new PusherError(ERRORS.invalidMessage);
  return value;
}

function isAbsentOrString(value: unknown): value is string | null | undefined {
  return value === undefined || value === null || typeof value === 'string';
}

/** `channel_data` is JSON of an object; PHP writes an empty one as `[]`. */
function identityIn(channelData: string, channel: string): Payload {
  let identity: unknown;
  try {
    identity = JSON.parse(channelData);
  } catch {
    throw malformed(channel);
  }
  if (typeof identity !== 'object' || identity === null) throw malformed(channel);
  return identity as Payload;
}

/**
 * Who joins: on a presence channel the user who signed in, if `channel_data` names nobody, since pusher-js then counts on
 * it [P-9]; null: the socket listens without being a member. [Q-F]
 */
function memberAs(session: Session, channel: string, identity: Payload | null): Member | null {
  const { app, channels } = session.hub;
  const { guarded, presence, userId } = channels.traitsOf(channel);
  // Where nothing was signed, anybody could claim to be anybody. [Q-S]
  if (!guarded || userId !== null) return null;
  const named = identity && memberFrom(identity, channel);
  if (!presence) return named;
  const member = named ?? session.user?.member ?? null;
  if (member) mustFit(member, channel, app.presence);
  return member;
}

function memberFrom({ user_id: id, user_info: info }: Payload, channel: string): Member | null {
  if (id === undefined || id === null || id === '') return null;
  if (typeof id !== 'string' && typeof id !== 'number') throw malformed(channel);
  return memberOf(id, info);
}

function mustFit({ id, infoJson }: Member, channel: string, limits: PresenceLimits): void {
  if (String(id).length > limits.maxUserIdLength) throw overLimit(ERRORS.userIdTooLong, channel);
  if (infoJson !== undefined && Buffer.byteLength(infoJson) > limits.maxUserInfoBytes) {
    throw overLimit(ERRORS.userInfoTooLarge, channel);
  }
}

function unauthorized(channel: string): PusherError {
  return subscriptionRefusal(ERRORS.unauthorized, channel, 'AuthError', 401);
}

/** The channel is known, so its `.error()` hears of it too. [P-7] */
function malformed(channel: string): PusherError {
  return subscriptionRefusal(ERRORS.invalidMessage, channel, 'InvalidData', 400);
}
