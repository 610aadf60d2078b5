import { useState } from 'react';

export interface SteadyOrder {
  ids: readonly number[];
  /** How many are waiting to be shown. */
  newCount: number;
  /** Lets everything take its place. */
  settle(): void;
}

/**
 * While somebody points at the list, or is in it with the keyboard, nothing in it moves: what changed place stays, and
 * what is new waits. `about` is what the list shows: another filter is another list.
 */
export function useSteadyOrder(wanted: readonly number[], isHeld: boolean, about: string): SteadyOrder {
  const [held, setHeld] = useState<{ about: string; ids: readonly number[] }>({ about, ids: wanted });
  const isSame = held.ids.length === wanted.length && held.ids.every((id, index) => id === wanted[index]);
  const mayMove = !isHeld || held.about !== about || held.ids.length === 0;
  const settle = () => setHeld({ about, ids: wanted });
  if ((mayMove && !isSame) || held.about !== about) {
    settle();
    return { ids: wanted, newCount: 0, settle };
  }
  const there = new Set(held.ids);
  const lastHeld = held.ids.at(-1);
  const end = lastHeld === undefined ? -1 : wanted.indexOf(lastHeld);
  const fresh = wanted.filter((id) => !there.has(id));
  // Pages that were asked for by scrolling go to the end at once; nothing above them moves.
  const below = end < 0 ? [] : fresh.filter((id) => wanted.indexOf(id) > end);
  if (below.length > 0 && !mayMove) setHeld({ about, ids: [...held.ids, ...below] });
  return { ids: held.ids, newCount: fresh.length - below.length, settle };
}
