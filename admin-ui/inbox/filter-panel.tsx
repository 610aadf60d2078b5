import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useMemo, useState } from 'react';
import { useTeam } from '../frame/availability.ts';
import { useDesk, useLanguage, useSurroundings } from '../frame/surroundings.ts';
import { useStore } from '../frame/use-store.ts';
import { type Filter, priorities, searchOf, statuses } from './filter.ts';
import { useViews } from './views.ts';

interface Option {
  value: string;
  text: string;
}

/** Every filter there is, and a name for what is set. */
export function FilterPanel({ filter }: { filter: Filter }) {
  const { say } = useLanguage();
  const { way } = useSurroundings();
  const { api } = useDesk();
  const team = useTeam();
  const { data: labels = [] } = useQuery({ queryKey: ['labels'], queryFn: api.labels });
  const seen = useSeen();
  const set = (change: Partial<Filter>) => way.filter(change);
  return (
    <div className="grid gap-2 pt-2 text-[13px]">
      <fieldset className="flex flex-wrap gap-x-3 gap-y-1">
        <legend className="sr-only">{say('status')}</legend>
        {statuses.map((status) => (
          <Check
            key={status}
            text={say(`status ${status}`)}
            isSet={filter.statuses.includes(status)}
            onSet={(isSet) =>
              // A tab that is about states shows no others: who asks for some leaves it.
              set({
                tab: statuses.some((each) => each === filter.tab) ? 'all' : filter.tab,
                statuses: statuses.filter((each) => (each === status ? isSet : filter.statuses.includes(each))),
              })
            }
          />
        ))}
      </fieldset>
      <div className="flex flex-wrap gap-x-3 gap-y-1">
        <Check text={say('only unread')} isSet={filter.isUnread} onSet={(isUnread) => set({ isUnread })} />
        <Check text={say('only waiting')} isSet={filter.isWaiting} onSet={(isWaiting) => set({ isWaiting })} />
      </div>
      <div className="grid grid-cols-2 gap-2">
        <Choose
          label={say('priority')}
          any={say('any priority')}
          value={filter.priority}
          options={priorities.map((priority) => ({ value: priority, text: say(priority) }))}
          onChoose={(value) => set({ priority: priorities.find((each) => each === value) ?? null })}
        />
        <Choose
          label={say('assignee')}
          any={say('anybody')}
          value={filter.assignee === null ? null : String(filter.assignee)}
          options={team.map(({ id, name }) => ({ value: String(id), text: name }))}
          onChoose={(value) => set({ assignee: value === null ? null : Number(value) })}
        />
        <Choose
          label={say('label')}
          any={say('any label')}
          value={filter.label}
          options={labels.map(({ id, name }) => ({ value: id, text: name }))}
          onChoose={(label) => set({ label })}
        />
        <Choose
          label={say('category')}
          any={say('any category')}
          value={filter.category}
          options={seen.categories}
          onChoose={(category) => set({ category })}
        />
        <Choose
          label={say('site')}
          any={say('any site')}
          value={filter.site}
          options={seen.sites}
          onChoose={(site) => set({ site })}
        />
      </div>
      <SaveView search={searchOf(filter)} />
    </div>
  );
}

/** Categories and sites are whatever the rooms have: those we know of can be asked for. */
function useSeen(): { categories: Option[]; sites: Option[] } {
  const rooms = useStore(useDesk().inbox.state, (state) => state.rooms);
  return useMemo(() => {
    const [categories, sites] = [new Set<string>(), new Set<string>()];
    for (const { category, site } of rooms.values()) {
      if (category) categories.add(category);
      if (site) sites.add(site);
    }
    const options = (values: Set<string>) => [...values].sort().map((value) => ({ value, text: value }));
    return { categories: options(categories), sites: options(sites) };
  }, [rooms]);
}

function Check({ text, isSet, onSet }: { text: string; isSet: boolean; onSet(isSet: boolean): void }) {
  return (
    <label className="flex min-h-6 items-center gap-1.5">
      <input type="checkbox" checked={isSet} onChange={(event) => onSet(event.target.checked)} />
      {text}
    </label>
  );
}

interface ChooseProps {
  label: string;
  /** What none of the options is called. */
  any: string;
  value: string | null;
  options: readonly Option[];
  onChoose(value: string | null): void;
}

function Choose({ label, any, value, options, onChoose }: ChooseProps) {
  // What the address asks for is shown even if nothing of the kind is known.
  const isKnown = value === null || options.some((option) => option.value === value);
  return (
    <label className="grid min-w-0">
      <span className="sr-only">{label}</span>
      <select
        className="field px-2! py-1!"
        value={value ?? ''}
        onChange={(event) => onChoose(event.target.value || null)}
      >
        <option value="">{any}</option>
        {!isKnown && <option value={value}>{value}</option>}
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.text}
          </option>
        ))}
      </select>
    </label>
  );
}

function SaveView({ search }: { search: string }) {
  const { say } = useLanguage();
  const { views, save, replace } = useViews();
  const [name, setName] = useState('');
  const same = views.find((view) => view.name === name.trim());
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const given = name.trim();
    if (given === '') return;
    if (await (same ? replace(same, search) : save(given, search))) setName('');
  };
  return (
    <form className="flex gap-1.5" onSubmit={submit}>
      <input
        className="field min-w-0 grow px-2! py-1!"
        maxLength={128}
        value={name}
        aria-label={say('view name')}
        placeholder={say('view name')}
        onChange={(event) => setName(event.target.value)}
      />
      <button type="submit" className="button" disabled={name.trim() === ''}>
        {say(same ? 'replace view' : 'save view')}
      </button>
    </form>
  );
}
