/** What a refused subscription is called in `pusher:subscription_error`. */
export type SubscriptionErrorType = 'AuthError' | 'InvalidChannel' | 'InvalidData' | 'LimitReached';

export interface PusherErrorContext {
  /** The channel the error is about; without it Echo's `.error()` never hears of it. [P-7] */
  channel?: string;
  subscription?: { type: SubscriptionErrorType; status: number };
}

/** "The protocol says no": one code and message, rendered as a frame by `frames.ts` and nowhere else. */
export class PusherError extends Error {
  readonly code: number;
  readonly context: PusherErrorContext;

  constructor([code, message]: readonly [number, string], context: PusherErrorContext = {}) {
    super(message);
    this.name = 'PusherError';
    this.code = code;
    this.context = context;
  }
}

/** Every error frame there is. [P-7] */
export const ERRORS = {
  unknownApp: [4001, 'Application does not exist'],
  overQuota: [4004, 'Application is over connection quota'],
  originNotAllowed: [4009, 'Origin not allowed'],
  unauthorized: [4009, 'Connection is unauthorized'],
  notAuthorizedInTime: [4009, 'Connection not authorized within timeout'],
  terminated: [4009, 'Connection terminated by the application'],
  notAMember: [4009, 'The client is not a member of the specified channel.'],
  slowReader: [4100, 'Connection does not read what it is sent'],
  tooManyHandshakes: [4100, 'Too many new connections; try again later'],
  shuttingDown: [4100, 'Server is restarting'],
  invalidMessage: [4200, 'Invalid message format'],
  invalidChannel: [4200, 'Invalid channel name'],
  pongTimeout: [4201, 'Pong reply not received in time'],
  clientEventsDisabled: [4301, 'The app does not have client messaging enabled.'],
  clientEventOnPublicChannel: [4301, 'Client events are only accepted on private and presence channels'],
  clientEventName: [4301, 'Client event name is too long'],
  clientEventTooLarge: [4301, 'Client event data is too large'],
  clientEventRate: [4301, 'Client event rate limit exceeded'],
  rateLimit: [4301, 'Rate limit exceeded'],
  watchlistTooLong: [4302, 'Watchlist is over its limit; the first entries are kept'],
  tooManyChannels: [4301, 'Connection is subscribed to too many channels'],
  presenceFull: [4301, 'Presence channel is over its member limit'],
  userIdTooLong: [4301, 'Presence user_id is too long'],
  userInfoTooLarge: [4301, 'Presence user_info is too large'],
} as const satisfies Record<string, readonly [number, string]>;

/**
 * The WebSocket close code that makes pusher-js do the right thing after an error that ends the socket. [P-8]
 * 4000–4099 it gives up, 4100–4199 it returns after a second, 4200–4299 at once; 4300 and over it would give up for
 * good, so an exhausted rate limit closes with 4100.
 */
export function closeCode(error: PusherError): number {
  return error.code >= 4300 ? 4100 : error.code;
}

/** The refusal of a subscription, told in both frames that clients listen for. [P-7] */
export function subscriptionRefusal(
  error: readonly [number, string],
  channel: string,
  type: SubscriptionErrorType,
  status: number,
): PusherError {
  return new PusherError(error, { channel, subscription: { type, status } });
}

export function overLimit(error: readonly [number, string], channel: string): PusherError {
  return subscriptionRefusal(error, channel, 'LimitReached', 403);
}
