import { useMemo, useState } from 'react';

export interface Selection {
  ids: ReadonlySet<number>;
  toggle(id: number): void;
  /** All from the one toggled last to this one. */
  reach(id: number): void;
  only(ids: readonly number[]): void;
  clear(): void;
}

/** Which rooms of the list are chosen to be treated together; what is no longer shown is not chosen either. */
export function useSelection(shown: readonly number[]): Selection {
  const [chosen, setIds] = useState<ReadonlySet<number>>(none);
  const [last, setLast] = useState<number | null>(null);
  return useMemo(() => {
    const ids = chosen.size === 0 ? chosen : new Set(shown.filter((id) => chosen.has(id)));
    const toggle = (id: number) => {
      setLast(id);
      setIds((before) => {
        const next = new Set(before);
        if (!next.delete(id)) next.add(id);
        return next;
      });
    };
    return {
      ids,
      toggle,
      reach(id) {
        const [from, to] = [shown.indexOf(last ?? id), shown.indexOf(id)];
        if (from < 0 || to < 0) return toggle(id);
        const between = shown.slice(Math.min(from, to), Math.max(from, to) + 1);
        setIds((before) => new Set([...before, ...between]));
      },
      only: (kept) => setIds(new Set(kept)),
      clear: () => setIds(none),
    };
  }, [chosen, last, shown]);
}

const none: ReadonlySet<number> = new Set();
