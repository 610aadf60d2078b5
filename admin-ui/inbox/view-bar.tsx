import { useState } from 'react';
import type { View } from '../desk/wire.ts';
import { FormDialog } from '../frame/form-dialog.tsx';
import { Icon } from '../frame/icons.tsx';
import { Menu } from '../frame/menu.tsx';
import { useLanguage, useSurroundings } from '../frame/surroundings.ts';
import { useStore } from '../frame/use-store.ts';
import type { Action } from '../keys/keys.ts';
import { useKeys } from '../keys/use-keys.ts';
import { filterFrom, searchOf } from './filter.ts';
import { useViews } from './views.ts';

/** The filters one has named, a click or a number key away. */
export function ViewBar() {
  const { say } = useLanguage();
  const { way } = useSurroundings();
  const { views, rename, replace, remove } = useViews();
  const now = useStore(way.state, (state) => searchOf(state.filter));
  const [renamed, setRenamed] = useState<View | null>(null);
  const show = (view: View) => way.filter(filterFrom(view.search));
  useKeys(
    Object.fromEntries(
      views.slice(0, 9).map((view, index) => [`view ${index + 1}` as Action, () => show(view)] as const),
    ),
  );
  if (views.length === 0) return null;
  return (
    <nav aria-label={say('views')} className="views">
      {views.map((view, index) => (
        <span key={view.id} className="view" data-chosen={view.search === now}>
          <button type="button" aria-pressed={view.search === now} onClick={() => show(view)}>
            {index < 9 && <kbd>{index + 1}</kbd>}
            <bdi className="max-w-40 truncate">{view.name}</bdi>
          </button>
          <Menu
            label={`${say('more')}: ${view.name}`}
            className="view-more"
            choices={[
              { key: 'rename', label: say('rename'), choose: () => setRenamed(view) },
              ...(view.search === now
                ? []
                : [{ key: 'replace', label: say('replace view'), choose: () => void replace(view, now) }]),
              { key: 'remove', label: say('remove view'), choose: () => void remove(view) },
            ]}
          >
            <Icon name="more" size={14} />
          </Menu>
        </span>
      ))}
      {renamed && <Rename view={renamed} onClose={() => setRenamed(null)} onName={(name) => rename(renamed, name)} />}
    </nav>
  );
}

function Rename({ view, onClose, onName }: { view: View; onClose(): void; onName(name: string): Promise<boolean> }) {
  const { say } = useLanguage();
  const submit = async (form: FormData) => {
    const name = String(form.get('name')).trim();
    return name === '' || name === view.name || onName(name);
  };
  return (
    <FormDialog label={say('rename')} submit={say('save')} onSubmit={submit} onClose={onClose}>
      <label className="grid gap-1.5 font-medium">
        {say('view name')}
        <input className="field" name="name" required maxLength={128} defaultValue={view.name} />
      </label>
    </FormDialog>
  );
}
