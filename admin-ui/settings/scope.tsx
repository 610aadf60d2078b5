import { useSurroundings } from '../frame/surroundings.ts';
import { useStore } from '../frame/use-store.ts';
import { useSetting } from './settings-api.ts';
import { SiteChoice } from './site-choice.tsx';
import { useWords } from './words.ts';

/** The site whose settings are shown, as the address says; null: what holds for all that say nothing of their own. */
export function useScope(): string | null {
  const { way } = useSurroundings();
  return useStore(way.state, ({ search }) => new URLSearchParams(search).get('site'));
}

export function ScopeChoice() {
  const words = useWords();
  const { way } = useSurroundings();
  const scope = useScope();
  const { data: sites = [] } = useSetting('sites');
  if (sites.length === 0 && scope === null) return null;
  return (
    <div className="max-w-sm">
      <SiteChoice
        label={words('for which')}
        site={scope}
        hint={words(scope === null ? 'for all why' : 'for one why')}
        onChange={(site) => way.search({ site }, true)}
      />
    </div>
  );
}
