import { type RoomStats, roomStats } from '../../db/room-stats.ts';
import type { Caller } from '../identity/caller.ts';
import type { DeskParts } from './access.ts';
import type { Availabilities } from './availability.ts';
import { authorizeTeam, servedFrom } from './policy.ts';

export interface DeskStats extends Omit<RoomStats, 'byAssignee'> {
  /** Open or assigned, and the caller's; and of these with something unread. */
  mine: number;
  mineUnread: number;
  agentsOnline: number;
}

export interface Stats {
  /** Of the rooms the caller looks after. */
  read(caller: Caller): Promise<DeskStats>;
}

export interface StatsParts extends DeskParts {
  /** How much this node has written so far. */
  written: () => number;
  countOnline: Availabilities['countOnline'];
}

interface Count {
  /** How much this node had written when it was made. */
  written: number;
  at: number;
  milliseconds: number;
  stats: Promise<RoomStats & { agentsOnline: number }>;
}

/** What another node has written shows after that long at the latest. */
const freshMilliseconds = 1000;
/** Counting goes over all rooms: where that takes longer than this, it may take a tenth of the time and no more. */
const quickMilliseconds = 50;
const share = 10;

/** However many panels ask, and however many rooms there are, counting them never takes more than its share. */
export function statsOf({ db, now, written, countOnline }: StatsParts): Stats {
  const counts = new Map<string, Count>();

  function count(site: string | undefined): Count {
    const at = now();
    const stats = roomStats(db, at, site).then(async (rooms) => ({ ...rooms, agentsOnline: await countOnline(site) }));
    const counted: Count = { written: written(), at, milliseconds: 0, stats };
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
      const { byAssignee, ...stats } = await (known && isGood(known) ? known : count(site)).stats;
      const mine = byAssignee.get(caller.userId);
      return { ...stats, mine: mine?.rooms ?? 0, mineUnread: mine?.unread ?? 0 };
    },
  };
}
