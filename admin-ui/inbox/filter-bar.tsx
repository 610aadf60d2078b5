import { useState } from 'react';
import { Icon } from '../frame/icons.tsx';
import { useLanguage, useSurroundings } from '../frame/surroundings.ts';
import { useStore } from '../frame/use-store.ts';
import { useKeys } from '../keys/use-keys.ts';
import { countOf, noFilter, SEARCH_AT_MOST } from './filter.ts';
import { FilterPanel } from './filter-panel.tsx';

/** A search, and filters that combine with each other and with the tab. */
export function FilterBar() {
  const { say } = useLanguage();
  const { way } = useSurroundings();
  const filter = useStore(way.state, (state) => state.filter);
  const [isOpen, setOpen] = useState(false);
  const count = countOf(filter);
  const focusSearch = () => document.getElementById('search')?.focus();
  useKeys({ search: focusSearch });
  return (
    <search aria-label={say('filters')} className="px-3 pb-2">
      <div className="flex items-center gap-1.5">
        <label className="search">
          <Icon name="search" size={16} />
          <span className="sr-only">{say('search')}</span>
          <input
            type="search"
            id="search"
            maxLength={SEARCH_AT_MOST}
            value={filter.text}
            placeholder={say('search')}
            onChange={(event) => way.filter({ text: event.target.value }, false)}
            onKeyDown={(event) => {
              if (event.key !== 'Escape' || filter.text === '') return;
              event.preventDefault();
              way.filter({ text: '' }, false);
            }}
          />
        </label>
        <button
          type="button"
          className="button-quiet relative"
          aria-expanded={isOpen}
          aria-controls="filters"
          aria-label={count > 0 ? `${say('filters')} (${count})` : say('filters')}
          title={say('filters')}
          onClick={() => setOpen(!isOpen)}
        >
          <Icon name="filter" />
          {count > 0 && <span className="dot-count">{count}</span>}
        </button>
        {count > 0 && (
          <button
            type="button"
            className="button-quiet"
            title={say('clear filters')}
            aria-label={say('clear filters')}
            onClick={() => way.filter({ ...noFilter, tab: filter.tab, text: filter.text })}
          >
            <Icon name="close" size={16} />
          </button>
        )}
      </div>
      <div id="filters" hidden={!isOpen}>
        {isOpen && <FilterPanel filter={filter} />}
      </div>
    </search>
  );
}
