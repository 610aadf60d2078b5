import type { TeamMember } from '../desk/wire.ts';
import { useTeam } from '../frame/availability.ts';
import { useDesk } from '../frame/surroundings.ts';
import { useChoice } from './use-choice.ts';

const MEMBERS_AT_MOST = 8;

/** Colleagues while what stands before the caret is an @ and the beginning of a name. */
export function useMentioning(text: string | null, caret: number, put: (text: string, caret: number) => void) {
  const { me } = useDesk();
  const team = useTeam();
  const asked = text === null ? null : (/(?:^|\s)@([^\s@]*)$/.exec(text.slice(0, caret))?.[1] ?? null);
  const wanted = asked?.toLocaleLowerCase() ?? '';
  const members = team
    .filter(({ id, name }) => id !== me.id && ` ${name.toLocaleLowerCase()}`.includes(` ${wanted}`))
    .slice(0, MEMBERS_AT_MOST);
  const begin = caret - (asked?.length ?? 0);
  return useChoice(asked === null ? null : `${begin}:${asked}`, members, ({ name }) => {
    const said = `${(text ?? '').slice(0, begin)}${name} `;
    put(said + (text ?? '').slice(caret), said.length);
  });
}

/** Whom a note speaks to. */
export function mentionedIn(text: string, team: readonly TeamMember[]): number[] {
  return team.filter(({ name }) => name !== '' && text.includes(`@${name}`)).map(({ id }) => id);
}
