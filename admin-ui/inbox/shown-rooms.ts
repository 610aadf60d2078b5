import { useMemo, useRef } from 'react';
import type { DeskRoom } from '../desk/wire.ts';
import { useDesk } from '../frame/surroundings.ts';
import { useStore } from '../frame/use-store.ts';
import { byNeed, type Filter, isShown } from './filter.ts';

/** The rooms of a filter in their order, as far as they are known for sure. */
export function useShownRooms(filter: Filter): readonly number[] {
  const { inbox, me } = useDesk();
  const { rooms, found, horizon } = useStore(inbox.state, (state) => state);
  const before = useRef<readonly DeskRoom[]>([]);
  return useMemo(() => {
    if (found !== null) {
      // Who searches looks for a room wherever it is.
      const wherever: Filter = { ...filter, tab: 'all' };
      const fits = (room: DeskRoom | undefined) => room !== undefined && isShown(room, wherever, me.id);
      return found.filter((id) => fits(rooms.get(id)));
    }
    // Sorting what is almost in order takes a fraction of sorting anew.
    const known = new Set<number>();
    const shown: DeskRoom[] = [];
    const add = (room: DeskRoom | undefined) => {
      if (!room || known.has(room.id) || !isShown(room, filter, me.id)) return;
      // Between what lies below the last page and that page there may be rooms we do not know.
      if (horizon !== null && byNeed(room, horizon) > 0) return;
      known.add(room.id);
      shown.push(room);
    };
    for (const { id } of before.current) add(rooms.get(id));
    for (const room of rooms.values()) add(room);
    before.current = shown.sort(byNeed);
    return shown.map(({ id }) => id);
  }, [rooms, found, horizon, filter, me.id]);
}
