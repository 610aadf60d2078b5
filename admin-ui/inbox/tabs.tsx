import type { KeyboardEvent } from 'react';
import { useDesk, useLanguage, useSurroundings } from '../frame/surroundings.ts';
import { useStore } from '../frame/use-store.ts';
import { type Tab, tabs } from './filter.ts';

/** Which part of the rooms is shown, with how many there are in each. */
export function Tabs() {
  const { say, number } = useLanguage();
  const { way } = useSurroundings();
  const { inbox } = useDesk();
  const chosen = useStore(way.state, (state) => state.filter.tab);
  const stats = useStore(inbox.state, (state) => state.stats);
  const countOf = (tab: Tab) => stats?.[tab === 'all' ? 'total' : tab];

  const pressed = (event: KeyboardEvent<HTMLDivElement>) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const next = tabs[(tabs.indexOf(chosen) + step + tabs.length) % tabs.length] ?? chosen;
    way.filter({ tab: next });
    event.currentTarget.querySelector<HTMLElement>(`[data-tab=${next}]`)?.focus();
  };
  return (
    <div role="tablist" aria-label={say('chats')} className="tabs" onKeyDown={pressed}>
      {tabs.map((tab) => (
        <button
          key={tab}
          type="button"
          role="tab"
          data-tab={tab}
          aria-selected={tab === chosen}
          aria-controls="rooms"
          tabIndex={tab === chosen ? 0 : -1}
          className="tab"
          onClick={() => way.filter({ tab })}
        >
          {say(`tab ${tab}`)}
          <span className="tab-count">{number(countOf(tab) ?? 0)}</span>
        </button>
      ))}
    </div>
  );
}
