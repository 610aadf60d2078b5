import { useEffect, useState } from 'react';
import { useDesk } from '../frame/surroundings.ts';
import { useStore } from '../frame/use-store.ts';

/** Colleagues who have this room open now. */
export function useOthers(roomId: number): readonly string[] {
  const connection = useStore(useDesk().state, (state) => state.connection);
  const [others, setOthers] = useState<readonly string[]>([]);
  useEffect(() => {
    setOthers([]);
    return connection?.watch(roomId, setOthers);
  }, [connection, roomId]);
  return others;
}
