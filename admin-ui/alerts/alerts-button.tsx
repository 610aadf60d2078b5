import { Icon } from '../frame/icons.tsx';
import { useLanguage, useSurroundings } from '../frame/surroundings.ts';
import { useStore } from '../frame/use-store.ts';
import { useMentions } from './mentions.ts';

/** The way to the alerts, and how many colleagues want one to look. */
export function AlertsButton() {
  const { say, number } = useLanguage();
  const { keys, looks } = useSurroundings();
  const hasSound = useStore(looks.state, (state) => state.hasSound);
  const { mentions } = useMentions();
  const count = mentions.length;
  return (
    <button
      type="button"
      className="rail-link"
      title={say('alerts')}
      aria-label={count > 0 ? `${say('alerts')}, ${say('n mentions', { n: count })}` : say('alerts')}
      onClick={() => keys.run('alerts')}
    >
      <Icon name={hasSound ? 'bell' : 'bell off'} size={20} />
      {count > 0 && <span className="dot-count">{number(count)}</span>}
    </button>
  );
}
