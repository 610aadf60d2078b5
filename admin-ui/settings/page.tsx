import './settings.css';
import { Boundary } from '../frame/boundary.tsx';
import { Link } from '../frame/link.tsx';
import { useDesk, useLanguage, useSurroundings } from '../frame/surroundings.ts';
import { useStore } from '../frame/use-store.ts';
import { sections } from './sections.ts';
import { unsaved } from './unsaved.ts';
import { useWords } from './words.ts';

/** What the team, or one of them, has arranged. Which part is shown stands in the address. */
export default function Settings() {
  const { say } = useLanguage();
  const words = useWords();
  const { me } = useDesk();
  const { way } = useSurroundings();
  const asked = useStore(way.state, (state) => state.section);
  const changed = useStore(unsaved.state, (state) => state.byForm);
  const mine = sections.filter(({ isFor }) => isFor(me));
  const shown = asked === null ? mine[0] : mine.find(({ name }) => name === asked);
  const hasChanges = (section: string) => [...changed.keys()].some((form) => form.split(' ')[0] === section);
  return (
    <div className="settings">
      <div className="settings-side">
        <h1 className="px-2 pb-2 text-lg font-semibold">{say('settings')}</h1>
        <nav aria-label={say('settings')} className="settings-nav">
          {mine.map(({ name, title }) => (
            <Link
              key={name}
              href={way.hrefOf('settings', name)}
              aria-current={name === shown?.name ? 'page' : undefined}
              className="settings-link"
              onFollow={() => way.go('settings', name)}
            >
              {words(title)}
              {hasChanges(name) && (
                <span role="img" className="unsaved" aria-label={words('unsaved mark')} title={words('unsaved mark')} />
              )}
            </Link>
          ))}
        </nav>
      </div>
      <Boundary about={shown?.name} onRetry={() => location.reload()}>
        {shown ? (
          <section aria-labelledby="section" className="settings-main">
            <h2 id="section" className="text-xl font-semibold">
              {words(shown.title)}
            </h2>
            <shown.View />
          </section>
        ) : (
          <p className="settings-main text-muted">{words('not yours')}</p>
        )}
      </Boundary>
    </div>
  );
}
