import { useEffect, useRef } from 'react';
import type { DeskRoom } from '../desk/wire.ts';
import { useAvailabilityWord, useTeam } from '../frame/availability.ts';
import type { Choice } from '../frame/menu.tsx';
import { useLanguage } from '../frame/surroundings.ts';
import { priorities, statuses } from '../inbox/filter.ts';
import { useCaps } from '../keys/use-keys.ts';
import type { RoomActions } from './actions.ts';
import { putting } from './putting.ts';
import { snoozeNames, snoozes } from './snoozing.ts';
import { useWords } from './words.ts';

type Choices = readonly (Choice | 'line')[];

export function useAssigneeChoices(room: DeskRoom, actions: RoomActions, onHandOver: () => void): Choices {
  const { say } = useLanguage();
  const caps = useCaps();
  const team = useTeam();
  const wordFor = useAvailabilityWord();
  const assign = useRef(actions.assign);
  useEffect(() => {
    assign.current = actions.assign;
  });
  useEffect(() => putting.take({ assign: ({ agent }) => void assign.current(agent) }), []);
  return [
    ...team.map((member) => ({
      key: String(member.id),
      label: (
        <span className="flex items-center gap-2">
          <span className="presence" data-is={member.availability} />
          <bdi>{member.name}</bdi>
          <span className={member.isAway ? 'text-[13px] text-muted' : 'sr-only'}>{wordFor(member)}</span>
        </span>
      ),
      isChosen: room.assignee?.id === member.id,
      choose: () => void actions.assign(member.id),
    })),
    'line',
    { key: 'hand over', label: `${say('hand over')}…`, keys: caps('hand over'), choose: onHandOver },
    ...(room.assignee ? [{ key: 'nobody', label: say('unassign'), choose: () => void actions.unassign() }] : []),
  ];
}

export function usePriorityChoices(room: DeskRoom, actions: RoomActions): Choices {
  const { say } = useLanguage();
  const caps = useCaps();
  return priorities.map((priority) => ({
    key: priority,
    label: say(priority),
    keys: caps(priority),
    isChosen: room.priority === priority,
    choose: () => void actions.setPriority(priority),
  }));
}

export function useSnoozeChoices(room: DeskRoom, actions: RoomActions, onOther: () => void): Choices {
  const { say, fullTime } = useLanguage();
  const word = useWords();
  const nameOf = (name: (typeof snoozeNames)[number]) => (name === 'snooze month' ? word(name) : say(name));
  return [
    ...snoozeNames.map((name) => ({
      key: name,
      label: nameOf(name),
      choose: () => void actions.snooze(snoozes[name]()),
    })),
    { key: 'other', label: word('snooze other'), choose: onOther },
    ...(room.snoozedUntil === null
      ? []
      : [
          'line' as const,
          {
            key: 'wake',
            label:
              room.snoozedUntil < Date.UTC(3000, 0)
                ? word('wake before', { time: fullTime(room.snoozedUntil) })
                : say('wake'),
            choose: () => void actions.snooze(null),
          },
        ]),
  ];
}

export function useMoreChoices(
  room: DeskRoom,
  actions: RoomActions,
  { onDetails, onFind }: { onDetails(): void; onFind(): void },
): Choices {
  const { say } = useLanguage();
  const caps = useCaps();
  return [
    { key: 'details', label: say('details'), keys: caps('details'), choose: onDetails },
    { key: 'find', label: say('find'), keys: caps('find'), choose: onFind },
    {
      key: 'unread',
      label: say('mark unread'),
      keys: caps('mark unread'),
      choose: () => void actions.markUnread(),
    },
    'line',
    ...statuses.map((status) => ({
      key: status,
      label: `${say('status')}: ${say(`status ${status}`)}`,
      isChosen: room.status === status,
      choose: () => void actions.setStatus(status),
    })),
    'line',
    ...(room.status === 'closed'
      ? []
      : [{ key: 'close', label: say('close'), keys: caps('close'), choose: () => void actions.close() }]),
  ];
}
