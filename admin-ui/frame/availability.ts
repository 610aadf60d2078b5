import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { Person } from '../../client/chat/message.ts';
import type { Availability, TeamMember } from '../desk/wire.ts';
import { useDesk, useLanguage, useSurroundings } from './surroundings.ts';

export const availabilities: readonly Availability[] = ['online', 'busy', 'offline'];

/** The team, kept up to date by what is heard of it. */
export function useTeam(): readonly TeamMember[] {
  const { api, state } = useDesk();
  // While events come by themselves, nothing of it grows old.
  const staleTime = () => (state.get().isLive ? Number.POSITIVE_INFINITY : 60_000);
  const { data } = useQuery({ queryKey: ['team'], queryFn: api.team, staleTime });
  return data ?? nobody;
}
const nobody: readonly TeamMember[] = [];

/** What one says of oneself, and how to say another. */
export function useAvailability() {
  const { say } = useLanguage();
  const { tell } = useSurroundings();
  const { api, me, onTeamChange } = useDesk();
  const queries = useQueryClient();
  const team = useTeam();
  const presence = team.find(({ id }) => id === me.id) ?? unknown;
  useEffect(() => onTeamChange(() => void queries.invalidateQueries({ queryKey: ['team'] })), [onTeamChange, queries]);
  return {
    mine: presence.availability,
    presence,
    /** Nobody else takes conversations. */
    isLast: team.every(({ id, availability }) => id === me.id || availability !== 'online'),
    async become(availability: Availability, autoOffline?: boolean): Promise<void> {
      try {
        await api.setAvailability(availability, autoOffline);
        await queries.invalidateQueries({ queryKey: ['team'] });
      } catch {
        tell(say('failed action'));
      }
    },
  };
}
const unknown: Omit<TeamMember, keyof Person> = {
  availability: 'offline',
  chosen: 'offline',
  isAway: false,
  autoOffline: true,
};

/** How they are called, in words that tell who said so. */
export function useAvailabilityWord() {
  const { say } = useLanguage();
  return ({ availability, isAway }: Pick<TeamMember, 'availability' | 'isAway'>) =>
    say(isAway ? 'away by itself' : availability);
}
