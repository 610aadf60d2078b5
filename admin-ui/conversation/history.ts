import type { WireHistoryEntry } from '../../server/doors/support-api/wire-tools.ts';
import type { DeskApi } from '../desk/desk-api.ts';

export interface HistoryEntry {
  id: number;
  actor: { id: number; name: string } | null;
  at: number;
  /** What of the room became what; null: something else happened. */
  change: { what: string; from: unknown; to: unknown; because: string | null } | null;
  type: string;
}

/** What happened to a room, newest first. @throws Trouble */
export async function historyPage(
  api: DeskApi,
  roomId: number,
  before: number | null,
  limit: number,
): Promise<HistoryEntry[]> {
  const query = { limit, before: before ?? undefined };
  const { data } = await api.call<{ data: WireHistoryEntry[] }>(`/api/admin/chat/rooms/${roomId}/history`, { query });
  return data.map(historyFrom);
}

export function historyFrom({ id, type, actor, data: said, created_at: at }: WireHistoryEntry): HistoryEntry {
  return {
    ...{ id, type, actor, at: Date.parse(at) },
    change:
      typeof said.what === 'string'
        ? {
            what: said.what,
            from: said.from,
            to: said.to,
            because: typeof said.because === 'string' ? said.because : null,
          }
        : null,
  };
}
