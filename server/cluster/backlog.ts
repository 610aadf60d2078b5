import { pairText } from './messages.ts';

/** How much may wait for the other nodes. */
export interface BacklogBounds {
  readonly messages: number;
  readonly bytes: number;
}

/** What goes out as one turn: entries first, so that who joins and speaks is seen joining before he speaks. */
export interface Batch {
  /** `["key",value]` by key: of several changes of an entry only the last is told. */
  readonly shares: Map<string, string>;
  /** `["topic",payload]` */
  readonly says: string[];
  bytes: number;
}

const MAX_BATCH_BYTES = 64 * 1024;

/** What waits to be told to the other nodes, in the order it happened. */
export class Backlog {
  readonly #bounds: BacklogBounds;
  #batches: Batch[] = [];
  #bytes = 0;
  #says = 0;
  #lostShares = false;
  /** Messages dropped so far because there was no more room. */
  dropped = 0;

  constructor(bounds: BacklogBounds) {
    this.#bounds = bounds;
  }

  get isEmpty(): boolean {
    return this.#batches.length === 0 && !this.#lostShares;
  }

  /** Messages that wait. */
  get waiting(): number {
    return this.#says;
  }

  say(topic: string, payloadJson: string): void {
    const text = pairText(topic, payloadJson);
    this.#says += 1;
    this.#openBatch(true).says.push(text);
    this.#grow(Buffer.byteLength(text));
  }

  share(key: string, valueJson: string): void {
    if (this.#lostShares) return;
    const text = pairText(key, valueJson);
    const { shares } = this.#openBatch(false);
    const replaced = shares.get(key);
    shares.set(key, text);
    this.#grow(Buffer.byteLength(text) - (replaced === undefined ? 0 : Buffer.byteLength(replaced)));
  }

  take(): Batch | undefined {
    const batch = this.#batches.shift();
    if (batch) {
      this.#bytes -= batch.bytes;
      this.#says -= batch.says.length;
    }
    return batch;
  }

  /** Whether changes of entries were dropped since the last call: only a snapshot tells them now. */
  takeLostShares(): boolean {
    const lost = this.#lostShares;
    this.#lostShares = false;
    return lost;
  }

  #openBatch(isForSay: boolean): Batch {
    const last = this.#batches.at(-1);
    if (last && last.bytes < MAX_BATCH_BYTES && (isForSay || last.says.length === 0)) return last;
    const batch: Batch = { shares: new Map(), says: [], bytes: 0 };
    this.#batches.push(batch);
    return batch;
  }

  #grow(bytes: number): void {
    (this.#batches.at(-1) as Batch).bytes += bytes;
    this.#bytes += bytes;
    if (this.#isOver()) this.#dropShares();
    while (this.#isOver()) this.#dropOldest();
  }

  #isOver(): boolean {
    return this.#says > this.#bounds.messages || this.#bytes > this.#bounds.bytes;
  }

  /** First goes what a snapshot can tell again. */
  #dropShares(): void {
    const sharing = this.#batches.filter(({ shares }) => shares.size > 0);
    if (sharing.length === 0) return;
    this.#lostShares = true;
    for (const batch of sharing) {
      const before = batch.bytes;
      batch.shares.clear();
      batch.bytes = batch.says.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
      this.#bytes += batch.bytes - before;
    }
    this.#batches = this.#batches.filter(({ says }) => says.length > 0);
  }

  #dropOldest(): void {
    const [oldest] = this.#batches;
    const text = oldest?.says.shift();
    if (!oldest || text === undefined) return;
    oldest.bytes -= Buffer.byteLength(text);
    this.#bytes -= Buffer.byteLength(text);
    this.#says -= 1;
    this.dropped += 1;
    if (oldest.says.length === 0) this.#batches.shift();
  }
}
