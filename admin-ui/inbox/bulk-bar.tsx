import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { troubleFrom } from '../../client/chat/trouble.ts';
import type { Outcome } from '../desk/wire.ts';
import { useTeam } from '../frame/availability.ts';
import { Icon } from '../frame/icons.tsx';
import { Menu } from '../frame/menu.tsx';
import { useDesk, useLanguage, useSurroundings } from '../frame/surroundings.ts';
import { saidOf } from '../texts/trouble.ts';
import { priorities } from './filter.ts';
import type { Selection } from './selection.ts';

/** What is done to all chosen rooms at once; each of them says by itself whether it could be done. */
export function BulkBar({ selection }: { selection: Selection }) {
  const { say } = useLanguage();
  const { tell } = useSurroundings();
  const { api, inbox, me } = useDesk();
  const queries = useQueryClient();
  const team = useTeam();
  const { data: labels = [] } = useQuery({ queryKey: ['labels'], queryFn: api.labels });
  const [isBusy, setBusy] = useState(false);
  const [failures, setFailures] = useState<readonly Outcome[]>([]);
  const count = selection.ids.size;

  const run =
    (action: string, what: object = {}) =>
    async () => {
      setBusy(true);
      setFailures([]);
      try {
        const outcomes = await api.bulk([...selection.ids], action, what);
        const failed = outcomes.filter(({ trouble }) => trouble !== null);
        tell(say('n done', { n: outcomes.length - failed.length }));
        setFailures(failed);
        // What could not be done stays chosen, to be tried otherwise.
        selection.only(failed.map(({ roomId }) => roomId));
        await Promise.all([inbox.catchUp(), queries.invalidateQueries({ queryKey: ['earlier'] })]);
      } catch (error) {
        tell(saidOf(troubleFrom(error), say));
      } finally {
        setBusy(false);
      }
    };
  const doneBy = (action: string, what?: object) => () => void run(action, what)();
  if (count === 0) return null;
  return (
    <section aria-label={say('chosen chats')} className="bulk" aria-busy={isBusy}>
      <div className="flex items-center gap-1">
        <output className="grow font-medium">{say('n chosen', { n: count })}</output>
        <button
          type="button"
          className="button-quiet"
          title={say('choose none')}
          aria-label={say('choose none')}
          onClick={selection.clear}
        >
          <Icon name="close" size={16} />
        </button>
      </div>
      <div className="flex flex-wrap items-center gap-1">
        <Menu
          label={say('assignee')}
          className="button-quiet"
          choices={[
            { key: 'me', label: say('take'), choose: doneBy('assign', { admin_id: me.id }) },
            ...team
              .filter(({ id }) => id !== me.id)
              .map(({ id, name }) => ({
                key: String(id),
                label: name,
                choose: doneBy('assign', { admin_id: id }),
              })),
            'line',
            { key: 'nobody', label: say('unassign'), choose: doneBy('unassign') },
          ]}
        >
          <Icon name="user" />
        </Menu>
        <Menu
          label={say('priority')}
          className="button-quiet"
          choices={priorities.map((priority) => ({
            key: priority,
            label: say(priority),
            choose: doneBy('priority', { priority }),
          }))}
        >
          <Icon name="flag" />
        </Menu>
        {labels.length > 0 && (
          <Menu
            label={say('label')}
            className="button-quiet"
            choices={labels.map(({ id, name }) => ({
              key: id,
              label: name,
              choose: doneBy('label', { labels: [id] }),
            }))}
          >
            <Icon name="tag" />
          </Menu>
        )}
        <button
          type="button"
          className="button-quiet"
          title={say('mark read')}
          aria-label={say('mark read')}
          onClick={doneBy('read')}
        >
          <Icon name="checks" />
        </button>
        <button type="button" className="button ms-auto" disabled={isBusy} onClick={doneBy('resolve')}>
          <Icon name="check" size={16} />
          {say('resolve')}
        </button>
      </div>
      {failures.length > 0 && (
        <div role="alert">
          <p className="font-medium">{say('n refused', { n: failures.length })}</p>
          <ul className="max-h-32 overflow-auto">
            {failures.map(({ roomId, trouble }) => (
              <li key={roomId}>
                <bdi>{inbox.state.get().rooms.get(roomId)?.visitor.name ?? roomId}</bdi>
                {trouble && `: ${saidOf(trouble, say)}`}
              </li>
            ))}
          </ul>
        </div>
      )}
    </section>
  );
}
