import { languageNames, locales } from '../texts/texts.ts';
import { Icon } from './icons.tsx';
import { type Choice, Menu } from './menu.tsx';
import { useLanguage, useSurroundings } from './surroundings.ts';
import { useStore } from './use-store.ts';

/** How one likes the panel on this device. */
export function Preferences() {
  const { say } = useLanguage();
  const { looks, keys } = useSurroundings();
  const liked = useStore(looks.state, (state) => state);
  const choices: (Choice | 'line')[] = [
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
  ];
  return (
    <Menu label={say('preferences')} className="rail-link" choices={choices}>
      <Icon name="sliders" size={20} />
    </Menu>
  );
}
