import { hash, timingSafeEqual } from 'node:crypto';

/** Of SHA-256, in bytes. */
const BLOCK = 64;
const DIGEST = 32;
/** For what is signed in front of every request and subscription; longer texts find room of their own. */
const ROOM = 4096;

/** HMAC-SHA256 under an app's secret, as every Pusher library makes it: lower-case hex. [P-6] */
export class Signer {
  readonly #key: string;
  /** HMAC is two hashes (RFC 2104 §2), each behind the secret in another disguise. Made by hand it costs half of Node's. */
  readonly #inner = Buffer.alloc(BLOCK + ROOM);
  readonly #outer = Buffer.alloc(BLOCK + DIGEST);

  constructor(key: string, secret: string) {
    this.#key = key;
    const bytes = Buffer.from(secret);
    const short = bytes.length > BLOCK ? hash('sha256', bytes, 'buffer') : bytes;
    for (let at = 0; at < BLOCK; at++) {
      this.#inner[at] = (short[at] ?? 0) ^ 0x36;
      this.#outer[at] = (short[at] ?? 0) ^ 0x5c;
    }
  }

  sign(text: string): string {
    this.#outer.write(hash('sha256', this.#behindSecret(text), 'binary'), BLOCK, 'binary');
    return hash('sha256', this.#outer, 'hex');
  }

  #behindSecret(text: string): Buffer {
    // UTF-8 takes at most three bytes for each unit of a string.
    if (text.length * 3 > ROOM) return Buffer.concat([this.#inner.subarray(0, BLOCK), Buffer.from(text)]);
    return this.#inner.subarray(0, BLOCK + this.#inner.write(text, BLOCK));
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
