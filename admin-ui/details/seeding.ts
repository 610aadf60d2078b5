import type { QueryClient } from '@tanstack/react-query';
import { historyFrom } from '../conversation/history.ts';
import type { Opening } from '../desk/openings.ts';
import { deskRoomFrom, labelFrom } from '../desk/wire.ts';

/** What came with the opening of a room needs not be asked for by itself. */
export function seedDetails(queries: QueryClient, { room, details }: Opening): void {
  if (!details) return;
  const { visitor, earlier, files, history, block, labels } = details;
  const put = (key: readonly unknown[], data: unknown) => queries.setQueryData(key, data);
  put(['surroundings', room.id, room.lastMessageAt], visitor);
  put(['earlier', room.id], earlier.map(deskRoomFrom));
  put(['files', room.id], { pages: [files], pageParams: [undefined] });
  put(['history', room.id], { pages: [history.map(historyFrom)], pageParams: [null] });
  put(['block', room.visitor.id], block);
  put(['labels'], labels.map(labelFrom));
}
