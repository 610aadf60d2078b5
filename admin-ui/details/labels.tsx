import { useQuery } from '@tanstack/react-query';
import type { RoomActions } from '../conversation/actions.ts';
import { useWords } from '../conversation/words.ts';
import type { DeskRoom } from '../desk/wire.ts';
import { Icon } from '../frame/icons.tsx';
import { Menu } from '../frame/menu.tsx';
import { useDesk } from '../frame/surroundings.ts';

/** What the team has put on the room. */
export function Labels({ room, actions }: { room: DeskRoom; actions: RoomActions }) {
  const word = useWords();
  const { api } = useDesk();
  const { data: labels = [] } = useQuery({ queryKey: ['labels'], queryFn: api.labels });
  const own = room.labels.map(({ id }) => id);
  const toggle = (id: string) =>
    void actions.setLabels(own.includes(id) ? own.filter((each) => each !== id) : [...own, id]);
  return (
    <section aria-label={word('labels')} className="flex flex-wrap items-center gap-1.5 px-4 pb-4">
      {room.labels.map(({ id, name, color }) => (
        <span key={id} className="room-label">
          <span className="label-dot" style={{ background: color }} />
          <bdi className="truncate">{name}</bdi>
          <button type="button" aria-label={word('take off label', { name })} onClick={() => toggle(id)}>
            <Icon name="close" size={12} />
          </button>
        </span>
      ))}
      <Menu
        label={word('put on label')}
        className="button"
        choices={labels.map(({ id, name, color }) => ({
          key: id,
          label: (
            <span className="flex min-w-0 items-center gap-2">
              <span className="label-dot" style={{ background: color }} />
              <bdi className="truncate">{name}</bdi>
            </span>
          ),
          isChosen: own.includes(id),
          choose: () => toggle(id),
        }))}
      >
        <Icon name="tag" size={15} />
        {word('labels')}
      </Menu>
    </section>
  );
}
