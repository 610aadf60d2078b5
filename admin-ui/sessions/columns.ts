import type { DeskRoom } from '../desk/wire.ts';
import type { TextName } from '../texts/texts.ts';

/** `newest` and `oldest` the server sorts; by everything else what is loaded is sorted here. */
export type Column = 'name' | 'phone' | 'status' | 'message' | 'unread' | 'date';

export interface Order {
  column: Column;
  isDescending: boolean;
}

export const columns: readonly { column: Column; text: TextName }[] = [
  { column: 'name', text: 'name' },
  { column: 'phone', text: 'phone' },
  { column: 'status', text: 'status' },
  { column: 'message', text: 'last message' },
  { column: 'unread', text: 'tab unread' },
  { column: 'date', text: 'last activity' },
];

export function orderFrom(search: string): Order {
  const asked = new URLSearchParams(search).get('sort') ?? '-date';
  const name = asked.replace(/^-/, '');
  const found = columns.find(({ column }) => column === name);
  return found ? { column: found.column, isDescending: asked.startsWith('-') } : { column: 'date', isDescending: true };
}

export const wordOf = ({ column, isDescending }: Order) => (isDescending ? `-${column}` : column);

/** How the server is asked, so that the pages fit what is shown. */
export const sortOf = ({ column, isDescending }: Order) => (column === 'date' && !isDescending ? 'oldest' : 'newest');

/** In the order asked for; what is equal stays as it came. */
export function sorted(rooms: readonly DeskRoom[], { column, isDescending }: Order, locale: string): DeskRoom[] {
  const { compare } = new Intl.Collator(locale, { numeric: true, sensitivity: 'base' });
  const values: Record<Column, (room: DeskRoom) => string | number> = {
    name: ({ visitor }) => visitor.name,
    phone: ({ visitor }) => visitor.phone ?? '',
    status: ({ status }) => ['open', 'assigned', 'resolved', 'closed'].indexOf(status),
    message: ({ latest }) => latest?.text ?? '',
    unread: ({ unread }) => unread,
    date: ({ lastMessageAt }) => lastMessageAt,
  };
  const value = values[column];
  const sign = isDescending ? -1 : 1;
  return rooms.toSorted((a, b) => {
    const [left, right] = [value(a), value(b)];
    return sign * (typeof left === 'number' ? left - Number(right) : compare(left, String(right)));
  });
}
