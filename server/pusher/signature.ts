import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto';

/** HMAC-SHA256 under an app's secret, as every Pusher library makes it: lower-case hex. [P-6] */
export class Signer {
  readonly #key: string;
  readonly #secret: KeyObject;

  constructor(key: string, secret: string) {
    this.#key = key;
    this.#secret = createSecretKey(secret, 'utf8');
  }

  sign(text: string): string {
    return createHmac('sha256', this.#secret).update(text).digest('hex');
  }

  /** Whether `signature` is the hex HMAC of `text`. Takes the same time wherever they differ. */
  verifies(text: string, signature: string): boolean {
    return equalInConstantTime(this.sign(text), signature);
  }

  /** Whether `auth` is `key:signature` of `text` with this app's own key. [Q-E] */
  authorises(text: string, auth: string): boolean {
    const colon = auth.indexOf(':');
    return colon >= 0 && auth.slice(0, colon) === this.#key && this.verifies(text, auth.slice(colon + 1));
  }

  /** The `auth` that a backend answers with for `text`. */
  auth(text: string): string {
    return `${this.#key}:${this.sign(text)}`;
  }
}

/** Compares two strings without telling, by the time it takes, where they first differ. */
export function equalInConstantTime(expected: string, given: string): boolean {
  const a = Buffer.from(expected);
  const b = Buffer.from(given);
  return a.length === b.length && timingSafeEqual(a, b);
}

/** What is signed for a guarded channel; `channelData` is the string exactly as the client sent it. */
export function channelAuthText(socketId: string, channel: string, channelData: string | undefined): string {
  return channelData ? `${socketId}:${channel}:${channelData}` : `${socketId}:${channel}`;
}

export function userAuthText(socketId: string, userData: string): string {
  return `${socketId}::user::${userData}`;
}
