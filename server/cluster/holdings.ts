import { entriesMessages, recallMessages, type Said } from './messages.ts';

const MAX_PART_LENGTH = 64 * 1024;

/** What this node holds and the others mirror, as JSON. */
export class Holdings {
  readonly #entries = new Map<string, string>();
  readonly #recalls: (() => Iterable<Said>)[] = [];

  /** Answers the new value as JSON, `null` for none; undefined when it is what it was. */
  put(key: string, value: unknown): string | undefined {
    const json = JSON.stringify(value) ?? 'null';
    if (json === (this.#entries.get(key) ?? 'null')) return undefined;
    if (json === 'null') this.#entries.delete(key);
    else this.#entries.set(key, json);
    return json;
  }

  /** Told after the entries. */
  addRecall(source: () => Iterable<Said>): void {
    this.#recalls.push(source);
  }

  /**
   * All of it, as of that turn of this node. It may be read slowly: an entry that changes meanwhile is told as it is
   * then, and again by the turn in which it changed.
   */
  *messages(nodeId: string, turn: number): Generator<string> {
    yield* entriesMessages(nodeId, turn, this.#entries, MAX_PART_LENGTH);
    for (const recall of this.#recalls) yield* recallMessages(nodeId, recall(), MAX_PART_LENGTH);
  }
}
