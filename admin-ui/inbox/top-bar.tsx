import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { Availability } from '../desk/wire.ts';
import { Avatar } from '../frame/avatar.tsx';
import { Icon } from '../frame/icons.tsx';
import { type Choice, Menu } from '../frame/menu.tsx';
import { useDesk, useLanguage, useSurroundings } from '../frame/surroundings.ts';
import { useStore } from '../frame/use-store.ts';
import { languageNames, locales } from '../texts/texts.ts';

const availabilities: readonly Availability[] = ['online', 'busy', 'offline'];

/** Who works here, whether they take conversations, and how they like the panel. */
export function TopBar() {
  const { say } = useLanguage();
  const { looks, keys, session, tell } = useSurroundings();
  const { api, me, onTeamChange } = useDesk();
  const liked = useStore(looks.state, (state) => state);
  const queries = useQueryClient();
  const { data: team } = useQuery({ queryKey: ['team'], queryFn: api.team });
  const mine = team?.find(({ id }) => id === me.id)?.availability ?? 'offline';
  useEffect(() => onTeamChange(() => void queries.invalidateQueries({ queryKey: ['team'] })), [onTeamChange, queries]);

  const become = async (availability: Availability) => {
    try {
      await api.setAvailability(availability);
      await queries.invalidateQueries({ queryKey: ['team'] });
    } catch {
      tell(say('failed action'));
    }
  };
  const settings: (Choice | 'line')[] = [
    ...(['auto', 'light', 'dark'] as const).map((theme) => ({
      key: theme,
      label: say(`theme ${theme}`),
      isChosen: liked.theme === theme,
      choose: () => looks.change({ theme }),
    })),
    'line',
    ...(['comfortable', 'compact'] as const).map((density) => ({
      key: density,
      label: say(density),
      isChosen: liked.density === density,
      choose: () => looks.change({ density }),
    })),
    'line',
    ...locales.map((locale) => ({
      key: locale,
      label: languageNames[locale],
      isChosen: liked.locale === locale,
      choose: () => looks.change({ locale }),
    })),
    'line',
    {
      key: 'sound',
      label: say('sound'),
      isChosen: liked.hasSound,
      choose: () => looks.change({ hasSound: !liked.hasSound }),
    },
    { key: 'keys', label: say('keyboard'), keys: '?', choose: () => keys.run('keyboard') },
    { key: 'sign-out', label: say('sign-out'), choose: () => void session.leave() },
  ];
  return (
    <header className="flex items-center gap-2 px-3 py-2">
      <h1 className="grow truncate text-[15px] font-semibold">{say('chats')}</h1>
      <button
        type="button"
        className="button-quiet"
        title={say('palette')}
        aria-label={say('palette')}
        onClick={() => keys.run('palette')}
      >
        <Icon name="keyboard" />
      </button>
      <Menu label={say('settings')} className="button-quiet" choices={settings}>
        <Icon name="gear" />
      </Menu>
      <Menu
        label={`${me.name}, ${say('availability')}: ${say(mine)}`}
        className="relative cursor-pointer rounded-full"
        choices={availabilities.map((each) => ({
          key: each,
          label: (
            <span className="flex items-center gap-2">
              <span className="presence" data-is={each} />
              {say(each)}
            </span>
          ),
          isChosen: each === mine,
          choose: () => void become(each),
        }))}
      >
        <Avatar id={me.id} name={me.name} size={28} />
        <span className="presence absolute -end-0.5 -bottom-0.5 ring-2 ring-list" data-is={mine} />
      </Menu>
    </header>
  );
}
