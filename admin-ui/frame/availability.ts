import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { Availability, TeamMember } from '../desk/wire.ts';
import { useDesk, useLanguage, useSurroundings } from './surroundings.ts';

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
  const { api, me, onTeamChange } = useDesk();
  const queries = useQueryClient();
  const mine = useTeam().find(({ id }) => id === me.id)?.availability ?? 'offline';
  useEffect(() => onTeamChange(() => void queries.invalidateQueries({ queryKey: ['team'] })), [onTeamChange, queries]);
  const become = async (availability: Availability) => {
    try {
      await api.setAvailability(availability);
      await queries.invalidateQueries({ queryKey: ['team'] });
    } catch {
      tell(say('failed action'));
    }
  };
  return { mine, become };
}
