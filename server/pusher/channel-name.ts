/** What a channel's name says about it. [P-5] */
export interface ChannelTraits {
  /** Subscribing needs a signature. */
  readonly guarded: boolean;
  readonly presence: boolean;
  /** The last event is kept for whoever comes next. */
  readonly cached: boolean;
  /** `#server-to-user-ID`: the only user who may listen; else null. */
  readonly userId: string | null;
}

const SERVER_TO_USER = '#server-to-user-';
const CACHED = /^(?:cache|(?:private-|presence-|private-encrypted-)cache-)/;
const NAME = /^[A-Za-z0-9_\-=@,.;]+$/;
const MAX_NAME_LENGTH = 200;
export const MAX_EVENT_NAME_LENGTH = 200;

/** All there are but for users' own: shared, so that looking at those of many channels is looking at few things. */
const TRAITS: readonly ChannelTraits[] = Array.from({ length: 8 }, (_, bits) => ({
  guarded: (bits & 4) > 0,
  presence: (bits & 2) > 0,
  cached: (bits & 1) > 0,
  userId: null,
}));

/** The channel that only this user hears. */
export function channelOfUser(id: string): string {
  return SERVER_TO_USER + id;
}

/** Reverb's prefixes, with the dash missing where Reverb lets it [Q-U]; encrypted caches are Pusher's. */
export function traitsOf(name: string): ChannelTraits {
  if (name.startsWith(SERVER_TO_USER)) {
    return { guarded: true, presence: false, cached: false, userId: name.slice(SERVER_TO_USER.length) };
  }
  const presence = name.startsWith('presence');
  const guarded = presence || name.startsWith('private');
  return TRAITS[(guarded ? 4 : 0) + (presence ? 2 : 0) + (CACHED.test(name) ? 1 : 0)] as ChannelTraits;
}

/** Pusher's alphabet and length. A user's own channel may hold whatever his id does, such as `auth0|5f7c`. [P-5] */
export function isValidChannelName(name: string): boolean {
  if (name.length > MAX_NAME_LENGTH) return false;
  return name.startsWith(SERVER_TO_USER) ? name.length > SERVER_TO_USER.length : NAME.test(name);
}

export function isValidEventName(name: string): boolean {
  return name.length > 0 && name.length <= MAX_EVENT_NAME_LENGTH;
}
