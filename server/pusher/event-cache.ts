import type { Frame } from './frames.ts';
import { copyOf, framesOf, kept, type Publication } from './publication.ts';

export interface CachedEvent {
  /** Frames are made anew: the bytes of one would keep a whole slab of Node's buffer pool alive for each channel. */
  readonly publication: Publication;
  readonly expiresAt: number;
}

export interface RecalledEvent {
  channel: string;
  publication: Publication;
  ageMs: number;
}

/** An app whose backend names a cache channel per visitor must not fill the memory: the oldest are dropped. */
const MAX_CHANNELS = 10_000;
/** By how much two nodes may have heard the same event, or their clocks may be, apart. */
const SLACK_MS = 1000;

/** The last event of each cache channel, kept for its time whether or not anybody listens. [P-11] */
export class EventCache {
  readonly #ttlMs: number;
  /** Oldest first, since every put moves its channel to the end and all live equally long. */
  readonly #events = new Map<string, CachedEvent>();

  constructor(ttlSeconds: number) {
    this.#ttlMs = ttlSeconds * 1000;
  }

  /** The latest events, up to so many bytes, oldest first. */
  recall(maxBytes: number, now: number): RecalledEvent[] {
    const recalled: RecalledEvent[] = [];
    let bytes = 0;
    for (const [channel, { publication, expiresAt }] of [...this.#events].reverse()) {
      bytes += Buffer.byteLength(frameOf(channel, publication).text);
      if (expiresAt <= now || bytes > maxBytes) break;
      recalled.push({ channel, publication, ageMs: this.#ttlMs - (expiresAt - now) });
    }
    return recalled.reverse();
  }

  /** What another node recalls, unless what is known here is as new. */
  restore({ channel, publication, ageMs }: RecalledEvent, now: number): void {
    const known = this.get(channel, now);
    const expiresAt = now + this.#ttlMs - ageMs;
    if (expiresAt <= now || (known && known.expiresAt >= expiresAt - SLACK_MS)) return;
    this.put(channel, publication, now - ageMs);
  }

  put(channel: string, publication: Publication, now: number): void {
    this.#events.delete(channel);
    this.#events.set(copyOf(channel), { publication: kept(publication), expiresAt: now + this.#ttlMs });
    if (this.#events.size > MAX_CHANNELS) this.#events.delete(this.#events.keys().next().value as string);
  }

  get(channel: string, now: number): CachedEvent | undefined {
    const cached = this.#events.get(channel);
    return cached && cached.expiresAt > now ? cached : undefined;
  }

  /** As it was sent. */
  frame(channel: string, now: number): Frame | undefined {
    const cached = this.get(channel, now);
    return cached && frameOf(channel, cached.publication);
  }

  dropExpired(now: number): void {
    for (const [channel, { expiresAt }] of this.#events) {
      if (expiresAt > now) return;
      this.#events.delete(channel);
    }
  }
}

function frameOf(channel: string, publication: Publication): Frame {
  return framesOf(publication)(JSON.stringify(channel));
}
