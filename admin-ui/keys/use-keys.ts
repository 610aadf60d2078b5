import { useEffect, useRef } from 'react';
import { useSurroundings } from '../frame/surroundings.ts';
import type { Action } from './keys.ts';

/** What this part of the panel can do now; what is undefined it cannot. */
export function useKeys(doers: Partial<Record<Action, (() => void) | undefined>>): void {
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
