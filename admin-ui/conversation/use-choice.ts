import { useState } from 'react';

/**
 * A list above a field that keeps the focus: arrows walk through it, Enter or Tab chooses, Escape lets it be. `asked` is
 * what the list is for; null: it is not asked for.
 */
export function useChoice<Item>(asked: string | null, items: readonly Item[], choose: (item: Item) => void) {
  const [chosen, setChosen] = useState(0);
  const [left, setLeft] = useState<string | null>(null);
  const isOpen = asked !== null && left !== asked;
  const at = Math.min(chosen, Math.max(items.length - 1, 0));
  const take = (item: Item | undefined) => {
    if (item === undefined) return;
    setChosen(0);
    choose(item);
  };
  return {
    isOpen,
    items,
    at,
    take,
    /** Whether the key was for the list. */
    pressed(key: string): boolean {
      if (!isOpen) return false;
      if (key === 'Escape') setLeft(asked);
      else if ((key === 'ArrowDown' || key === 'ArrowUp') && items.length > 0) {
        setChosen((at + (key === 'ArrowDown' ? 1 : -1) + items.length) % items.length);
      } else if ((key === 'Enter' || key === 'Tab') && items.length > 0) take(items[at]);
      else return false;
      return true;
    },
  };
}
export type Choice<Item> = ReturnType<typeof useChoice<Item>>;
