import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { Availability, TeamMember } from '../desk/wire.ts';
import { useDesk, useLanguage, useSurroundings } from './surroundings.ts';

/** What one said of oneself on this device. */
const SAID = 'availability';

export const availabilities: readonly Availability[] = ['online', 'busy', 'offline'];

/** The team, kept up to date by what is heard of it. */
export function useTeam(): readonly TeamMember[] {
  const { api } = useDesk();
  const { data } = useQuery({ queryKey: ['team'], queryFn: api.team });
  return data ?? nobody;
}
const nobody: readonly TeamMember[] = [];

/** What one says of oneself, and how to say another. */
export function useAvailability() {
  const { say } = useLanguage();
  const { tell } = useSurroundings();
  const { api, me, keeper, onTeamChange } = useDesk();
  const queries = useQueryClient();
  const team = useTeam();
  const mine = team.find(({ id }) => id === me.id)?.availability ?? 'offline';
  const said = keeper.read(SAID);
  useEffect(() => onTeamChange(() => void queries.invalidateQueries({ queryKey: ['team'] })), [onTeamChange, queries]);
  const become = async (availability: Availability) => {
    try {
      await api.setAvailability(availability);
      keeper.write(SAID, availability);
      await queries.invalidateQueries({ queryKey: ['team'] });
    } catch {
      tell(say('failed action'));
    }
  };
  return {
    mine,
    /** The server took us for gone: not what we said of ourselves. */
    wasAway: mine === 'offline' && said !== null && said !== 'offline',
    /** Nobody else takes conversations. */
    isLast: team.every(({ id, availability }) => id === me.id || availability !== 'online'),
    become,
  };
}
