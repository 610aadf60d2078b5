import type { AdmissionRules } from './admission.ts';

/** One application: the credentials and rules of a namespace of channels. Nothing is shared between two apps. [P-1] */
export interface App {
  readonly id: string;
  readonly key: string;
  readonly secret: string;

  /** Globs matched against the host of the Origin header; `*` lets everybody in. */
  readonly allowedOrigins: readonly string[];
  readonly pingIntervalSeconds: number;
  readonly activityTimeoutSeconds: number;
  /** Sockets of this app over all nodes; null: no quota. */
  readonly maxConnections: number | null;
  /** Largest message a socket may send; 0: no limit. */
  readonly maxMessageBytes: number;
  readonly clientEvents: ClientEventRules;
  /** New sockets. */
  readonly handshakes: AdmissionRules;
  /** Events that come over HTTP. */
  readonly events: AdmissionRules;
  /** Messages of any kind a socket may send; null: no limit. */
  readonly rateLimit: RateLimitRules | null;

  /** Names of channels and events follow Pusher's rules; off: anything goes, as in Reverb. */
  readonly strictNames: boolean;
  readonly cacheTtlSeconds: number;
  readonly subscriptionCounts: boolean;
  readonly presence: PresenceLimits;
  /** 0: no limit. */
  readonly maxChannelsPerSocket: number;
  readonly maxWatchlist: number;
  /** A socket that has neither signed in nor joined a guarded channel by then is closed; 0: never. */
  readonly authorisationTimeoutSeconds: number;
}

export interface ClientEventRules {
  /** `members`: subscribers of the channel; `all`: any socket of the app; `none`: nobody. */
  readonly from: 'members' | 'all' | 'none';
  /** Also on channels that need no authorisation. */
  readonly onPublicChannels: boolean;
  /** 0: no limit. */
  readonly perSecond: number;
  readonly maxBytes: number;
}

export interface RateLimitRules {
  readonly maxAttempts: number;
  readonly decaySeconds: number;
  readonly terminateOnLimit: boolean;
}

export interface PresenceLimits {
  readonly maxMembers: number;
  readonly maxUserInfoBytes: number;
  readonly maxUserIdLength: number;
}
