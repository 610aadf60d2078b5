import { isDeepStrictEqual } from 'node:util';

/** An entry as it is now; `value` null: it is gone. */
export type Change = readonly [key: string, value: unknown];

/** What one other node holds. */
interface Reflection {
  /** Of the last change applied. A node that never said a thing is at 0 and holds nothing. */
  version: number;
  readonly entries: Map<string, unknown>;
  /** Changes that came before the ones they build upon, by version. */
  readonly early: Map<number, readonly Change[]>;
  /** Of those, and of the turns they came in. */
  earlyCount: number;
}

/** While a large snapshot comes in, much may happen; one that never comes must not fill the memory. */
const MAX_EARLY = 100_000;

/**
 * What the other nodes hold, kept from what they say: numbered changes, each one more than the one before, and
 * snapshots, which say everything there is at a version. Every method answers what has thereby changed here.
 */
export class Mirror {
  readonly #nodes = new Map<string, Reflection>();

  versionOf(node: string): number {
    return this.#nodes.get(node)?.version ?? 0;
  }

  /** What is old is ignored. What comes too early waits for what is missing, or for a snapshot. */
  apply(node: string, version: number, changes: readonly Change[]): Change[] {
    const reflection = this.#reflectionOf(node);
    if (version <= reflection.version) return [];
    if (reflection.earlyCount >= MAX_EARLY) {
      reflection.early.clear();
      reflection.earlyCount = 0;
    }
    if (!reflection.early.has(version)) {
      reflection.early.set(version, changes);
      reflection.earlyCount += 1 + changes.length;
    }
    return takeDue(reflection);
  }

  /** An old snapshot is ignored: what was learnt since is newer. */
  replace(node: string, version: number, entries: readonly Change[]): Change[] {
    const reflection = this.#reflectionOf(node);
    if (version < reflection.version) return [];
    const missing = new Set(reflection.entries.keys());
    for (const [key] of entries) missing.delete(key);
    const changed = put(reflection, [...entries, ...[...missing].map((key): Change => [key, null])]);
    reflection.version = version;
    for (const early of reflection.early.keys()) {
      if (early <= version) takeEarly(reflection, early);
    }
    return changed.concat(takeDue(reflection));
  }

  /** The node is gone, and so is all it held. */
  forget(node: string): Change[] {
    const reflection = this.#nodes.get(node);
    this.#nodes.delete(node);
    return reflection ? [...reflection.entries.keys()].map((key) => [key, null]) : [];
  }

  #reflectionOf(node: string): Reflection {
    const known = this.#nodes.get(node);
    if (known) return known;
    const reflection: Reflection = { version: 0, entries: new Map(), early: new Map(), earlyCount: 0 };
    this.#nodes.set(node, reflection);
    return reflection;
  }
}

function takeDue(reflection: Reflection): Change[] {
  let changed: Change[] = [];
  for (;;) {
    const next = reflection.version + 1;
    const changes = takeEarly(reflection, next);
    if (!changes) return changed;
    reflection.version = next;
    changed = changed.concat(put(reflection, changes));
  }
}

function takeEarly(reflection: Reflection, version: number): readonly Change[] | undefined {
  const changes = reflection.early.get(version);
  if (changes && reflection.early.delete(version)) reflection.earlyCount -= 1 + changes.length;
  return changes;
}

/** Answers what was not so before. */
function put({ entries }: Reflection, changes: readonly Change[]): Change[] {
  return changes.filter(([key, value]) => {
    if (value === null) return entries.delete(key);
    if (isDeepStrictEqual(entries.get(key), value)) return false;
    entries.set(key, value);
    return true;
  });
}
