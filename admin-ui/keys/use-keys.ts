import { useEffect, useRef } from 'react';
import { useSurroundings } from '../frame/surroundings.ts';
import { useStore } from '../frame/use-store.ts';
import type { Action } from './bindings.ts';

/** What this part of the panel can do now; what is undefined it cannot. One that answers `false` has done nothing. */
export function useKeys(doers: Partial<Record<Action, (() => unknown) | undefined>>): void {
  const { keys } = useSurroundings();
  const latest = useRef(doers);
  useEffect(() => {
    latest.current = doers;
  });
  const names = (Object.keys(doers) as Action[]).filter((name) => doers[name]).join();
  useEffect(() => {
    if (names === '') return;
    const stops = (names.split(',') as Action[]).map((name) => keys.can(name, () => latest.current[name]?.()));
    return () => {
      for (const stop of stops) stop();
    };
  }, [keys, names]);
}

/** How the keys of actions are written, as they are bound now. */
export function useCaps(): (action: Action) => string | undefined {
  const { keys } = useSurroundings();
  useStore(keys.state, (state) => state.bindings);
  return keys.capsOf;
}
