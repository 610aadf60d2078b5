import { useSyncExternalStore } from 'react';
import type { Store } from '../../client/chat/store.ts';

/** Draws again when what is picked changes. `pick` must answer the same object for the same state. */
export function useStore<Value, Picked>(store: Store<Value>, pick: (value: Value) => Picked): Picked {
  return useSyncExternalStore(store.subscribe, () => pick(store.get()));
}
