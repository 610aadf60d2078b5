/** A value that tells when it changes; what `useSyncExternalStore` wants. */
export interface Store<Value> {
  get(): Value;
  subscribe(hear: () => void): () => void;
}

export interface WritableStore<Value> extends Store<Value> {
  set(change: Partial<Value>): void;
}

export function storeOf<Value extends object>(initial: Value): WritableStore<Value> {
  let value = initial;
  const listeners = new Set<() => void>();
  return {
    get: () => value,
    subscribe(hear) {
      listeners.add(hear);
      return () => listeners.delete(hear);
    },
    set(change) {
      if (Object.entries(change).every(([name, next]) => value[name as keyof Value] === next)) return;
      value = { ...value, ...change };
      for (const hear of listeners) hear();
    },
  };
}
