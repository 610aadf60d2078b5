import { useState } from 'react';
import type { DeskRoom } from '../desk/wire.ts';
import { Avatar } from '../frame/avatar.tsx';
import { Icon } from '../frame/icons.tsx';
import { Menu } from '../frame/menu.tsx';
import { useDesk, useLanguage, useSurroundings } from '../frame/surroundings.ts';
import { useCaps, useKeys } from '../keys/use-keys.ts';
import { useRoomActions } from './actions.ts';
import { useAssigneeChoices, useMoreChoices, usePriorityChoices, useSnoozeChoices } from './choices.tsx';
import { RoomDialogs, type Shown } from './room-dialogs.tsx';
import { useOthers } from './use-others.ts';

type MenuName = 'assignee' | 'priority' | 'snooze' | 'more';

interface Props {
  room: DeskRoom;
  hasDetails: boolean;
  onDetails(): void;
  onFind(): void;
}

/** Whom one talks to, who else looks, and what can be done with the room. */
export function Head({ room, hasDetails, onDetails, onFind }: Props) {
  const { say, names } = useLanguage();
  const { way } = useSurroundings();
  const { me } = useDesk();
  const caps = useCaps();
  const actions = useRoomActions(room.id);
  const others = useOthers(room.id);
  const [open, setOpen] = useState<MenuName | null>(null);
  const [shown, setShown] = useState<Shown | null>(null);
  const isActive = room.status === 'open' || room.status === 'assigned';
  const isMine = room.assignee?.id === me.id;
  const opening = (menu: MenuName) => ({ isOpen: open === menu, onOpen: (is: boolean) => setOpen(is ? menu : null) });

  useKeys({
    take: isMine ? undefined : actions.take,
    'assign to': () => setOpen('assignee'),
    'hand over': () => setShown('hand over'),
    resolve: isActive ? actions.resolve : undefined,
    'resolve and next': isActive ? actions.resolveAndNext : undefined,
    close: room.status === 'closed' ? undefined : actions.close,
    reopen: isActive ? undefined : actions.reopen,
    'mark unread': actions.markUnread,
    snooze: () => setOpen('snooze'),
    low: () => actions.setPriority('low'),
    normal: () => actions.setPriority('normal'),
    high: () => actions.setPriority('high'),
    urgent: () => actions.setPriority('urgent'),
  });
  const assigneeChoices = useAssigneeChoices(room, actions, () => setShown('hand over'));
  const priorityChoices = usePriorityChoices(room, actions);
  const snoozeChoices = useSnoozeChoices(room, actions, () => setShown('snooze'));
  const moreChoices = useMoreChoices(room, actions, { onDetails, onFind });

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
            title={caps('take')}
            onClick={actions.take}
          >
            {say('take')}
          </button>
        )}
        <Menu label={say('assignee')} className="button-quiet" choices={assigneeChoices} {...opening('assignee')}>
          <Icon name="user" />
        </Menu>
        <Menu
          label={`${say('priority')}: ${say(room.priority)}`}
          className="button-quiet"
          choices={priorityChoices}
          {...opening('priority')}
        >
          <span className="priority" data-is={room.priority}>
            <Icon name={room.priority === 'urgent' ? 'alert' : 'flag'} />
          </span>
        </Menu>
        <Menu
          label={say('snooze')}
          className="button-quiet max-sm:sr-only"
          choices={snoozeChoices}
          {...opening('snooze')}
        >
          <span className="snooze" data-is={room.snoozedUntil !== null}>
            <Icon name="clock" />
          </span>
        </Menu>
        <button
          type="button"
          className="button"
          title={caps(isActive ? 'resolve' : 'reopen')}
          onClick={isActive ? actions.resolve : actions.reopen}
        >
          <Icon name={isActive ? 'check' : 'back'} size={16} />
          <span className="max-sm:sr-only">{say(isActive ? 'resolve' : 'reopen')}</span>
        </button>
        <Menu label={say('more')} className="button-quiet" choices={moreChoices} {...opening('more')}>
          <Icon name="more" />
        </Menu>
      </div>
      {shown && <RoomDialogs shown={shown} room={room} actions={actions} onClose={() => setShown(null)} />}
    </header>
  );
}
