import type { Query } from '../desk/desk-api.ts';
import type { DeskRoom, Priority } from '../desk/wire.ts';

export const tabs = [
  'open',
  'assigned',
  'unassigned',
  'mine',
  'urgent',
  'unread',
  'resolved',
  'closed',
  'all',
] as const;
export type Tab = (typeof tabs)[number];

export const priorities: readonly Priority[] = ['low', 'normal', 'high', 'urgent'];

/** Which rooms the list shows. All of it is in the address. */
export interface Filter {
  tab: Tab;
  priority: Priority | null;
  assignee: number | null;
  isUnread: boolean;
  isWaiting: boolean;
  text: string;
}

export const noFilter: Filter = {
  tab: 'open',
  priority: null,
  assignee: null,
  isUnread: false,
  isWaiting: false,
  text: '',
};

export function filterFrom(search: string): Filter {
  const asked = new URLSearchParams(search);
  const assignee = Number(asked.get('assignee'));
  return {
    tab: tabs.find((tab) => tab === asked.get('tab')) ?? 'open',
    priority: priorities.find((priority) => priority === asked.get('priority')) ?? null,
    assignee: Number.isSafeInteger(assignee) && assignee > 0 ? assignee : null,
    isUnread: asked.get('unread') === '1',
    isWaiting: asked.get('waiting') === '1',
    text: asked.get('q') ?? '',
  };
}

export function searchOf({ tab, priority, assignee, isUnread, isWaiting, text }: Filter): string {
  const said = new URLSearchParams();
  if (tab !== 'open') said.set('tab', tab);
  if (priority) said.set('priority', priority);
  if (assignee) said.set('assignee', String(assignee));
  if (isUnread) said.set('unread', '1');
  if (isWaiting) said.set('waiting', '1');
  if (text) said.set('q', text);
  return said.size > 0 ? `?${said}` : '';
}

/** The server's filters know one status at a time: what is urgent or mine is open or assigned. */
export function queriesOf(filter: Filter, myId: number): Query[] {
  const { tab, priority, assignee, isUnread, isWaiting } = filter;
  const common: Query = { archived: 0 };
  if (priority) common.priority = priority;
  if (assignee) common.assigned_to = assignee;
  if (isUnread || tab === 'unread') common.unread = 1;
  if (isWaiting) common.needs_reply = 1;
  switch (tab) {
    case 'open':
    case 'assigned':
    case 'resolved':
    case 'closed':
      return [{ ...common, status: tab }];
    case 'unassigned':
      return [{ ...common, status: 'open', unassigned: 1 }];
    case 'mine':
      return [
        { ...common, status: 'assigned', assigned_to: myId },
        { ...common, status: 'open', assigned_to: myId },
      ];
    case 'urgent':
      return [
        { ...common, status: 'open', priority: 'urgent' },
        { ...common, status: 'assigned', priority: 'urgent' },
      ];
    case 'unread':
    case 'all':
      return [common];
  }
}

export function isShown(room: DeskRoom, filter: Filter, myId: number): boolean {
  return (
    isInTab(room, filter.tab, myId) &&
    (filter.priority === null || room.priority === filter.priority) &&
    (filter.assignee === null || room.assignee?.id === filter.assignee) &&
    (!filter.isUnread || room.unread > 0) &&
    (!filter.isWaiting || room.waitingSince !== null)
  );
}

function isInTab(room: DeskRoom, tab: Tab, myId: number): boolean {
  const isActive = room.status === 'open' || room.status === 'assigned';
  switch (tab) {
    case 'unassigned':
      return isActive && room.assignee === null;
    case 'mine':
      return isActive && room.assignee?.id === myId;
    case 'urgent':
      return isActive && room.priority === 'urgent';
    case 'unread':
      return room.unread > 0;
    case 'all':
      return true;
    default:
      return room.status === tab;
  }
}

/** What is urgent and unread first, then who waits the longest, then what happened last. */
export function byNeed(a: DeskRoom, b: DeskRoom): number {
  const urgency = Number(isPressing(b)) - Number(isPressing(a));
  if (urgency !== 0) return urgency;
  const [since, other] = [a.waitingSince ?? Number.POSITIVE_INFINITY, b.waitingSince ?? Number.POSITIVE_INFINITY];
  if (since !== other) return since < other ? -1 : 1;
  return b.lastMessageAt - a.lastMessageAt || a.id - b.id;
}

function isPressing(room: DeskRoom): boolean {
  return room.priority === 'urgent' && room.unread > 0 && room.status !== 'closed' && room.status !== 'resolved';
}
