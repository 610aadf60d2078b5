import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { DeskRoom } from '../desk/wire.ts';
import { Avatar } from '../frame/avatar.tsx';
import { Icon } from '../frame/icons.tsx';
import { Menu } from '../frame/menu.tsx';
import { useDesk, useLanguage, useSurroundings } from '../frame/surroundings.ts';
import { useStore } from '../frame/use-store.ts';
import { priorities } from '../inbox/filter.ts';
import { capsOf } from '../keys/keys.ts';
import { useKeys } from '../keys/use-keys.ts';
import { snoozes, useRoomActions } from './actions.ts';

/** Whom one talks to, who else looks, and what can be done with the room. */
export function Head({ room, hasDetails, onDetails }: { room: DeskRoom; hasDetails: boolean; onDetails(): void }) {
  const { say, names } = useLanguage();
  const { way } = useSurroundings();
  const { api, me } = useDesk();
  const actions = useRoomActions(room.id);
  const others = useOthers(room.id);
  const { data: team = [] } = useQuery({ queryKey: ['team'], queryFn: api.team });
  const [open, setOpen] = useState<'assignee' | 'more' | null>(null);
  const isActive = room.status === 'open' || room.status === 'assigned';
  const isMine = room.assignee?.id === me.id;
  const opening = (menu: 'assignee' | 'more') => (isOpen: boolean) => setOpen(isOpen ? menu : null);

  useKeys({
    take: isMine ? undefined : actions.take,
    'assign to': () => setOpen('assignee'),
    resolve: isActive ? actions.resolve : undefined,
    'resolve and next': isActive ? actions.resolveAndNext : undefined,
    close: room.status === 'closed' ? undefined : actions.close,
    reopen: isActive ? undefined : actions.reopen,
    'mark unread': actions.markUnread,
    snooze: () => setOpen('more'),
    low: () => actions.setPriority('low'),
    normal: () => actions.setPriority('normal'),
    high: () => actions.setPriority('high'),
    urgent: () => actions.setPriority('urgent'),
  });

  return (
    <header className="head">
      <button type="button" className="button-quiet md:hidden" aria-label={say('back')} onClick={() => way.open(null)}>
        <Icon name="back" />
      </button>
      <button
        type="button"
        className="head-person"
        aria-expanded={hasDetails}
        title={say('details')}
        onClick={onDetails}
      >
        <Avatar id={room.visitor.id} name={room.visitor.name} size={32} />
        <span className="grid min-w-0 text-start">
          <span dir="auto" className="truncate text-start font-semibold">
            {room.visitor.name}
          </span>
          <span className="truncate text-[13px] text-muted">
            {[say(`status ${room.status}`), room.assignee?.name ?? say('nobody'), room.site]
              .filter(Boolean)
              .join(' · ')}
          </span>
        </span>
      </button>
      <span role="status" className="looking empty:hidden">
        {others.length > 0 && (
          <>
            <Icon name="eye" size={16} />
            <span>{say('looking', { names: names(others) })}</span>
          </>
        )}
      </span>
      <div className="flex shrink-0 items-center gap-1.5">
        {!isMine && isActive && (
          <button
            type="button"
            className={room.assignee ? 'button max-lg:hidden' : 'button-main max-sm:hidden'}
            title={capsOf('take')}
            onClick={actions.take}
          >
            {say('take')}
          </button>
        )}
        <Menu
          label={say('assignee')}
          className="button-quiet"
          isOpen={open === 'assignee'}
          onOpen={opening('assignee')}
          choices={[
            ...team.map((member) => ({
              key: String(member.id),
              label: (
                <span className="flex items-center gap-2">
                  <span className="presence" data-is={member.availability} />
                  {member.name}
                </span>
              ),
              isChosen: room.assignee?.id === member.id,
              choose: () => void actions.assign(member.id),
            })),
            ...(room.assignee
              ? ['line' as const, { key: 'nobody', label: say('unassign'), choose: () => void actions.unassign() }]
              : []),
          ]}
        >
          <Icon name="user" />
        </Menu>
        <Menu
          label={`${say('priority')}: ${say(room.priority)}`}
          className="button-quiet"
          choices={priorities.map((priority) => ({
            key: priority,
            label: say(priority),
            keys: capsOf(priority),
            isChosen: room.priority === priority,
            choose: () => void actions.setPriority(priority),
          }))}
        >
          <span className="priority" data-is={room.priority}>
            <Icon name={room.priority === 'urgent' ? 'alert' : 'flag'} />
          </span>
        </Menu>
        <button
          type="button"
          className="button"
          title={capsOf(isActive ? 'resolve' : 'reopen')}
          onClick={isActive ? actions.resolve : actions.reopen}
        >
          <Icon name={isActive ? 'check' : 'back'} size={16} />
          <span className="max-sm:sr-only">{say(isActive ? 'resolve' : 'reopen')}</span>
        </button>
        <Menu
          label={say('more')}
          className="button-quiet"
          isOpen={open === 'more'}
          onOpen={opening('more')}
          choices={[
            { key: 'details', label: say('details'), choose: onDetails },
            {
              key: 'unread',
              label: say('mark unread'),
              keys: capsOf('mark unread'),
              choose: () => void actions.markUnread(),
            },
            ...(room.status === 'closed'
              ? []
              : [{ key: 'close', label: say('close'), keys: capsOf('close'), choose: () => void actions.close() }]),
            'line',
            ...(Object.keys(snoozes) as (keyof typeof snoozes)[]).map((name) => ({
              key: name,
              label: name === 'snooze reply' ? `${say('snooze')}: ${say(name)}` : say(name),
              choose: () => void actions.snooze(snoozes[name]()),
            })),
            ...(room.snoozedUntil === null
              ? []
              : [{ key: 'wake', label: say('wake'), choose: () => void actions.snooze(null) }]),
          ]}
        >
          <Icon name="more" />
        </Menu>
      </div>
    </header>
  );
}

/** Colleagues who have this room open now. */
function useOthers(roomId: number): readonly string[] {
  const connection = useStore(useDesk().state, (state) => state.connection);
  const [others, setOthers] = useState<readonly string[]>([]);
  useEffect(() => {
    setOthers([]);
    return connection?.watch(roomId, setOthers);
  }, [connection, roomId]);
  return others;
}
