import type { Channel } from './channel.ts';
import * as frames from './frames.ts';

const EACH_CHANGE_UP_TO = 100;
const THEN_EVERY_MS = 5000;

/** `pusher_internal:subscription_count`: on every change of a small channel, of a large one every five seconds. [P-15] */
export class SubscriptionCounts {
  readonly #isOn: boolean;
  /** Large channels whose count changed, and when they were last told. */
  readonly #waiting = new Set<Channel>();
  readonly #toldAt = new Map<Channel, number>();

  constructor(isOn: boolean) {
    this.#isOn = isOn;
  }

  changed(channel: Channel, now: number): void {
    if (!this.#isOn || channel.traits.presence) return;
    if (channel.subscriptionCount <= EACH_CHANGE_UP_TO) this.#tell(channel);
    else if (now - (this.#toldAt.get(channel) ?? Number.NEGATIVE_INFINITY) >= THEN_EVERY_MS) this.#tell(channel, now);
    else this.#waiting.add(channel);
  }

  /** Called about once a second. */
  tellWaiting(now: number): void {
    for (const channel of this.#waiting) {
      if (now - (this.#toldAt.get(channel) ?? 0) >= THEN_EVERY_MS) this.#tell(channel, now);
    }
  }

  forget(channel: Channel): void {
    this.#waiting.delete(channel);
    this.#toldAt.delete(channel);
  }

  #tell(channel: Channel, now?: number): void {
    this.#waiting.delete(channel);
    if (now !== undefined) this.#toldAt.set(channel, now);
    channel.send(frames.subscriptionCount(channel.name, channel.subscriptionCount));
  }
}
