import { useQuery } from '@tanstack/react-query';
import { Icon } from '../frame/icons.tsx';
import { type Choice, Menu } from '../frame/menu.tsx';
import { useDesk, useLanguage, useSurroundings } from '../frame/surroundings.ts';
import { useStore } from '../frame/use-store.ts';
import { priorities } from './filter.ts';

/** A search, and filters that combine with each other and with the tab. */
export function FilterBar() {
  const { say } = useLanguage();
  const { way } = useSurroundings();
  const { api } = useDesk();
  const { tab, ...filter } = useStore(way.state, (state) => state.filter);
  const { data: team = [] } = useQuery({ queryKey: ['team'], queryFn: api.team });
  const set = (change: Parameters<typeof way.filter>[0]) => () => way.filter(change);

  const choices: (Choice | 'line')[] = [
    {
      key: 'unread',
      label: say('only unread'),
      isChosen: filter.isUnread,
      choose: set({ isUnread: !filter.isUnread }),
    },
    {
      key: 'waiting',
      label: say('only waiting'),
      isChosen: filter.isWaiting,
      choose: set({ isWaiting: !filter.isWaiting }),
    },
    'line',
    ...[null, ...priorities].map((priority) => ({
      key: `priority-${priority}`,
      label: priority ? say(priority) : say('any priority'),
      isChosen: filter.priority === priority,
      choose: set({ priority }),
    })),
    'line',
    ...[null, ...team].map((member) => ({
      key: `member-${member?.id}`,
      label: member?.name ?? say('anybody'),
      isChosen: filter.assignee === (member?.id ?? null),
      choose: set({ assignee: member?.id ?? null }),
    })),
  ];
  const set_ = [filter.isUnread, filter.isWaiting, filter.priority, filter.assignee].filter(Boolean).length;
  return (
    <div className="flex items-center gap-1.5 px-3 pb-2">
      <label className="search">
        <Icon name="search" size={16} />
        <span className="sr-only">{say('search')}</span>
        <input
          type="search"
          id="search"
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
      <Menu label={say('filters')} className="button-quiet relative" choices={choices}>
        <Icon name="filter" />
        {set_ > 0 && <span className="dot-count">{set_}</span>}
      </Menu>
      {set_ > 0 && (
        <button
          type="button"
          className="button-quiet"
          title={say('clear filters')}
          aria-label={say('clear filters')}
          onClick={set({ isUnread: false, isWaiting: false, priority: null, assignee: null })}
        >
          <Icon name="close" size={16} />
        </button>
      )}
    </div>
  );
}
