import { availabilities, useAvailability } from './availability.ts';
import { Avatar } from './avatar.tsx';
import { Menu } from './menu.tsx';
import { useDesk, useLanguage, useSurroundings } from './surroundings.ts';

/** Who works here, and whether they take conversations. */
export function Availability() {
  const { say } = useLanguage();
  const { session } = useSurroundings();
  const { me } = useDesk();
  const { mine, become } = useAvailability();
  return (
    <Menu
      label={`${me.name}, ${say('availability')}: ${say(mine)}`}
      className="rail-link"
      choices={[
        ...availabilities.map((each) => ({
          key: each,
          label: (
            <span className="flex items-center gap-2">
              <span className="presence" data-is={each} />
              {say(each)}
            </span>
          ),
          isChosen: each === mine,
          choose: () => void become(each),
        })),
        'line' as const,
        { key: 'sign-out', label: say('sign-out'), choose: () => void session.leave() },
      ]}
    >
      <span className="relative inline-flex rounded-full">
        <Avatar id={me.id} name={me.name} size={30} />
        <span className="presence absolute -end-0.5 -bottom-0.5 ring-2 ring-soft" data-is={mine} />
      </span>
    </Menu>
  );
}
