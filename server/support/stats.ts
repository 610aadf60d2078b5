import { type RoomStats, roomStats } from '../../db/room-lists.ts';
import type { Caller } from '../identity/caller.ts';
import type { DeskParts } from './access.ts';
import { authorizeTeam, servedFrom } from './policy.ts';

export type { RoomStats };

export interface Stats {
  /** Of the rooms the caller looks after. */
  read(caller: Caller): Promise<RoomStats>;
}

interface Count {
  /** How much this node had written when it was made. */
  written: number;
  at: number;
  milliseconds: number;
  stats: Promise<RoomStats>;
}

/** What another node has written shows after that long at the latest. */
const freshMilliseconds = 1000;
/** Counting goes over all rooms: where that takes longer than this, it may take a tenth of the time and no more. */
const quickMilliseconds = 50;
const share = 10;

/** However many panels ask, and however many rooms there are, counting them never takes more than its share. */
export function statsOf(parts: DeskParts & { written: () => number }): Stats {
  const { db, now, written } = parts;
  const counts = new Map<string, Count>();

  function count(site: string | undefined): Count {
    const at = now();
    const counted: Count = { written: written(), at, milliseconds: 0, stats: roomStats(db, site) };
    const done = () => {
      counted.milliseconds = now() - at;
    };
    counted.stats.then(done, () => counts.delete(site ?? ''));
    counts.set(site ?? '', counted);
    return counted;
  }

  function isGood(counted: Count): boolean {
    const age = now() - counted.at;
    if (counted.milliseconds > quickMilliseconds && age < counted.milliseconds * share) return true;
    return counted.written === written() && age < freshMilliseconds;
  }

  return {
    async read(caller) {
      authorizeTeam(caller);
      const site = servedFrom(caller);
      const known = counts.get(site ?? '');
      return (known && isGood(known) ? known : count(site)).stats;
    },
  };
}
