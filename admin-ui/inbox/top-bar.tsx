import { Icon } from '../frame/icons.tsx';
import { useLanguage, useSurroundings } from '../frame/surroundings.ts';

/** What the list is, and the way to all that can be done. */
export function TopBar() {
  const { say } = useLanguage();
  const { keys } = useSurroundings();
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
    </header>
  );
}
