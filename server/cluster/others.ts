import type { ClusterLog } from './cluster.ts';
import type { Message, Said } from './messages.ts';
import { type Change, Mirror } from './mirror.ts';
import { Neighbours } from './neighbours.ts';

export type PublishedListener = (payload: unknown, fromNode: string) => void;
export type SharedListener = (nodeId: string, key: string, value: unknown) => void;

interface OthersSettings {
  silentAfterMs: number;
  askEveryMs: number;
  /** Asks a node for all it holds. */
  ask(node: string): void;
  log: ClusterLog;
}

const COMPLAIN_EVERY_MS = 60_000;

/** The other nodes and what they said, told to those who listen. */
export class Others {
  readonly #settings: OthersSettings;
  readonly #neighbours: Neighbours;
  readonly #mirror = new Mirror();
  readonly #topics = new Map<string, PublishedListener[]>();
  readonly #sharedListeners: SharedListener[] = [];
  /** Snapshots of which some parts have come. */
  readonly #parts = new Map<string, { turn: number; next: number; entries: Change[] }>();
  #complainedAt = Number.NEGATIVE_INFINITY;

  constructor(settings: OthersSettings) {
    this.#settings = settings;
    this.#neighbours = new Neighbours(settings.silentAfterMs);
  }

  get here(): string[] {
    return this.#neighbours.here;
  }

  onPublished(topic: string, listener: PublishedListener): void {
    this.#topics.set(topic, [...(this.#topics.get(topic) ?? []), listener]);
  }

  onShared(listener: SharedListener): void {
    this.#sharedListeners.push(listener);
  }

  /** False when it is to be ignored, since its node has left. */
  hear(message: Message, now: number): boolean {
    const { from } = message;
    if (!this.#neighbours.heard(from, now)) return false;
    if (message.type === 'hello' || message.type === 'beat') this.#neighbours.heardOf(from, message.turn);
    else if (message.type === 'turn') this.#take(message);
    else if (message.type === 'entries') this.#gather(message);
    else if (message.type === 'recall') this.#tellSaid(from, message.says);
    else if (message.type === 'bye') this.#leave(from);
    this.#askIfBehind(from, now);
    return true;
  }

  /** Something foreign was heard: told to the operator, but not each time. */
  ignore(text: string, now: number): void {
    if (now - this.#complainedAt < COMPLAIN_EVERY_MS) return;
    this.#complainedAt = now;
    this.#settings.log.warn({ message: text.slice(0, 100) }, 'Ignored a message that no node of ours sends');
  }

  /** Lets go of those who were not heard for too long, and asks again whom it is still behind. */
  review(now: number, lastListenedAt: number): void {
    for (const node of this.#neighbours.fallenSilent(lastListenedAt)) {
      this.#settings.log.warn({ node }, 'Another node fell silent');
      this.#forget(node);
    }
    for (const node of this.here) this.#askIfBehind(node, now);
  }

  /** Their silence until now means nothing. */
  excuse(now: number): void {
    this.#neighbours.excuse(now);
  }

  #take({ from, turn, shares, says }: Extract<Message, { type: 'turn' }>): void {
    const missing = this.#neighbours.took(from, turn);
    if (missing === null) return; // Sent again after the line broke, and heard before.
    if (missing > 0) this.#settings.log.warn({ node: from, missing }, 'Missed what another node said');
    this.#tellChanges(from, this.#mirror.apply(from, turn, shares));
    this.#tellSaid(from, says);
  }

  #gather({ from, turn, part, isLast, entries }: Extract<Message, { type: 'entries' }>): void {
    const begun = part === 0 ? { turn, next: 0, entries: [] } : this.#parts.get(from);
    if (begun?.turn !== turn || begun.next !== part) return;
    begun.next += 1;
    for (const entry of entries) begun.entries.push(entry);
    this.#parts.set(from, begun);
    if (!isLast) return;
    this.#parts.delete(from);
    this.#neighbours.heardOf(from, turn);
    this.#tellChanges(from, this.#mirror.replace(from, turn, begun.entries));
  }

  #leave(node: string): void {
    this.#neighbours.left(node);
    this.#forget(node);
  }

  #forget(node: string): void {
    this.#parts.delete(node);
    this.#tellChanges(node, this.#mirror.forget(node));
  }

  #askIfBehind(node: string, now: number): void {
    const { ask, askEveryMs } = this.#settings;
    if (this.#neighbours.shouldAsk(node, this.#mirror.versionOf(node), now, askEveryMs)) ask(node);
  }

  #tellSaid(node: string, says: readonly Said[]): void {
    for (const [topic, payload] of says) {
      for (const listener of this.#topics.get(topic) ?? []) this.#guard(() => listener(payload, node));
    }
  }

  #tellChanges(node: string, changes: readonly Change[]): void {
    for (const [key, value] of changes) {
      for (const listener of this.#sharedListeners) this.#guard(() => listener(node, key, value));
    }
  }

  /** What one listener makes of a message must not keep the others from it. */
  #guard(tell: () => void): void {
    try {
      tell();
    } catch (err) {
      this.#settings.log.error({ err }, 'A message of another node could not be handled');
    }
  }
}
