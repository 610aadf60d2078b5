import { entriesMessages } from './messages.ts';

const MAX_PART_LENGTH = 64 * 1024;

/** What this node holds and the others mirror, as JSON. */
export class Holdings {
  readonly #entries = new Map<string, string>();

  /** Answers the new value as JSON, `null` for none; undefined when it is what it was. */
  put(key: string, value: unknown): string | undefined {
    const json = JSON.stringify(value) ?? 'null';
    if (json === (this.#entries.get(key) ?? 'null')) return undefined;
    if (json === 'null') this.#entries.delete(key);
    else this.#entries.set(key, json);
    return json;
  }

  /** All of it, as of that turn of this node. */
  messages(nodeId: string, turn: number): Iterable<string> {
    return entriesMessages(nodeId, turn, this.#entries, MAX_PART_LENGTH);
  }
}
