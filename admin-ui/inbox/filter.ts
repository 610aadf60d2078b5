import type { RoomStatus } from '../../client/chat/message.ts';
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
export const statuses: readonly RoomStatus[] = ['open', 'assigned', 'resolved', 'closed'];

/** Which rooms the list shows. All of it is in the address. */
export interface Filter {
  tab: Tab;
  /** Narrower than the tab; none: what the tab says. */
  statuses: readonly RoomStatus[];
  priority: Priority | null;
  assignee: number | null;
  category: string | null;
  site: string | null;
  /** A label's id. */
  label: string | null;
  isUnread: boolean;
  isWaiting: boolean;
  text: string;
}

export const noFilter: Filter = {
  tab: 'open',
  statuses: [],
  priority: null,
  assignee: null,
  category: null,
  site: null,
  label: null,
  isUnread: false,
  isWaiting: false,
  text: '',
};

/** What one may search for. */
export const SEARCH_AT_MOST = 200;

export function filterFrom(search: string): Filter {
  const asked = new URLSearchParams(search);
  const assignee = Number(asked.get('assignee'));
  const status = asked.get('status')?.split(',') ?? [];
  return {
    tab: tabs.find((tab) => tab === asked.get('tab')) ?? 'open',
    statuses: statuses.filter((each) => status.includes(each)),
    priority: priorities.find((priority) => priority === asked.get('priority')) ?? null,
    assignee: Number.isSafeInteger(assignee) && assignee > 0 ? assignee : null,
    category: asked.get('category')?.slice(0, 100) || null,
    site: asked.get('site')?.slice(0, 255) || null,
    label: asked.get('label')?.slice(0, 64) || null,
    isUnread: asked.get('unread') === '1',
    isWaiting: asked.get('waiting') === '1',
    text: asked.get('q')?.slice(0, SEARCH_AT_MOST) ?? '',
  };
}

export function searchOf(filter: Filter): string {
  const said = new URLSearchParams();
  if (filter.tab !== 'open') said.set('tab', filter.tab);
  if (filter.statuses.length > 0) said.set('status', filter.statuses.join(','));
  if (filter.priority) said.set('priority', filter.priority);
  if (filter.assignee) said.set('assignee', String(filter.assignee));
  if (filter.category) said.set('category', filter.category);
  if (filter.site) said.set('site', filter.site);
  if (filter.label) said.set('label', filter.label);
  if (filter.isUnread) said.set('unread', '1');
  if (filter.isWaiting) said.set('waiting', '1');
  if (filter.text) said.set('q', filter.text);
  return said.size > 0 ? `?${said}` : '';
}

/** How many of the filters are set, the tab and the search apart. */
export function countOf(filter: Filter): number {
  const { statuses: narrowed, priority, assignee, category, site, label, isUnread, isWaiting } = filter;
  return [narrowed.length > 0, priority, assignee, category, site, label, isUnread, isWaiting].filter(Boolean).length;
}

const ACTIVE: readonly RoomStatus[] = ['open', 'assigned'];

/** Which states a tab shows; null: all. */
function statusesOf(tab: Tab): readonly RoomStatus[] | null {
  switch (tab) {
    case 'unassigned':
    case 'mine':
    case 'urgent':
      return ACTIVE;
    case 'unread':
    case 'all':
      return null;
    default:
      return [tab];
  }
}

export function queryOf(filter: Filter): Query {
  const { tab, priority, assignee, category, site, label } = filter;
  const query: Query = { archived: 0, sort: 'waiting' };
  const shown = statusesOf(tab);
  const asked = filter.statuses.filter((status) => shown?.includes(status) ?? true);
  const narrowed = filter.statuses.length > 0 ? asked : shown;
  if (narrowed !== null && narrowed.length > 0) query.status = narrowed.join(',');
  if (tab === 'unassigned') query.unassigned = 1;
  if (tab === 'mine') query.mine = 1;
  if (tab === 'urgent') query.priority = 'urgent';
  if (tab === 'unread' || filter.isUnread) query.unread = 1;
  if (filter.isWaiting) query.needs_reply = 1;
  if (priority) query.priority = priority;
  if (assignee) query.assigned_to = assignee;
  if (category) query.category = category;
  if (site) query.site = site;
  if (label) query.label = label;
  return query;
}

export function isShown(room: DeskRoom, filter: Filter, myId: number): boolean {
  const { tab, statuses: narrowed, priority, assignee, category, site, label } = filter;
  return (
    !room.isArchived &&
    (statusesOf(tab)?.includes(room.status) ?? true) &&
    (narrowed.length === 0 || narrowed.includes(room.status)) &&
    (tab !== 'unassigned' || room.assignee === null) &&
    (tab !== 'mine' || room.assignee?.id === myId) &&
    (tab !== 'urgent' || room.priority === 'urgent') &&
    (tab !== 'unread' || room.unread > 0) &&
    (priority === null || room.priority === priority) &&
    (assignee === null || room.assignee?.id === assignee) &&
    (category === null || room.category === category) &&
    (site === null || room.site === site) &&
    (label === null || room.labels.some(({ id }) => id === label)) &&
    (!filter.isUnread || room.unread > 0) &&
    (!filter.isWaiting || room.waitingSince !== null)
  );
}

/** What is urgent and unread first, then who waits the longest, then what happened last: as the server sorts them. */
export function byNeed(a: DeskRoom, b: DeskRoom): number {
  const urgency = Number(isPressing(b)) - Number(isPressing(a));
  if (urgency !== 0) return urgency;
  const [since, other] = [a.waitingSince ?? Number.POSITIVE_INFINITY, b.waitingSince ?? Number.POSITIVE_INFINITY];
  if (since !== other) return since < other ? -1 : 1;
  return b.lastMessageAt - a.lastMessageAt || a.id - b.id;
}

function isPressing(room: DeskRoom): boolean {
  return room.priority === 'urgent' && room.unread > 0;
}
