import { createContext, useCallback, useContext, useRef, useSyncExternalStore } from 'react';
import type { Store } from '../chat/store.ts';
import type { Visitor } from '../chat/visitor.ts';
import type { WidgetSettings } from './settings.ts';
import type { Language } from './texts/texts.ts';

export interface Surroundings {
  visitor: Visitor;
  settings: WidgetSettings;
  language: Language;
}

export const SurroundingsContext = createContext<Surroundings | null>(null);

export function useSurroundings(): Surroundings {
  const surroundings = useContext(SurroundingsContext);
  if (!surroundings) throw new Error('outside of the widget');
  return surroundings;
}

/** What `pick` takes from a store. It is a function of the module, and answers the same while what it looks at is the same. */
export function useStore<Value, Picked>(store: Store<Value>, pick: (value: Value) => Picked): Picked {
  const { get, subscribe } = store;
  const read = useCallback(() => pick(get()), [pick, get]);
  return useSyncExternalStore(subscribe, read);
}

const nothing: Store<null> = { get: () => null, subscribe: () => () => {} };

/** The same for a store that may not be there yet. */
export function useMaybeStore<Value, Picked>(
  store: Store<Value> | undefined,
  pick: (value: Value) => Picked,
  otherwise: Picked,
): Picked {
  const fallback = useRef(otherwise);
  fallback.current = otherwise;
  const { get, subscribe }: Store<Value | null> = store ?? nothing;
  const read = useCallback(() => {
    const value = get();
    return value === null ? fallback.current : pick(value);
  }, [pick, get]);
  return useSyncExternalStore(subscribe, read);
}
