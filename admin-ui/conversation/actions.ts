import { useQueryClient } from '@tanstack/react-query';
import type { RoomStatus } from '../../client/chat/message.ts';
import { troubleFrom } from '../../client/chat/trouble.ts';
import { type DeskRoom, deskRoomFrom, type Priority, type WireTeamRoom } from '../desk/wire.ts';
import { useDesk, useLanguage, useSurroundings } from '../frame/surroundings.ts';
import { saidOf } from '../texts/trouble.ts';

export type RoomActions = ReturnType<typeof useRoomActions>;

/** What an agent does to a room. What did not work is told, and the room shown as it stands. */
export function useRoomActions(roomId: number) {
  const { say } = useLanguage();
  const { tell, keys, session } = useSurroundings();
  const { api, inbox, me } = useDesk();
  const queries = useQueryClient();

  async function change(what: string, body: object, method: 'POST' | 'PUT' = 'POST'): Promise<DeskRoom> {
    const path = `/api/admin/chat/rooms/${roomId}/${what}`;
    return deskRoomFrom((await api.call<{ room: WireTeamRoom }>(path, { method, body })).room);
  }
  async function act(work: Promise<DeskRoom>): Promise<boolean> {
    try {
      inbox.put(await work);
      void queries.invalidateQueries({ queryKey: ['history', roomId] });
      return true;
    } catch (error) {
      const trouble = troubleFrom(error);
      const { kind } = trouble;
      const winner = kind === 'conflict' ? await standing() : null;
      if (winner) tell(say('taken by', { name: winner }));
      else if (kind === 'forbidden') refused();
      else tell(saidOf(trouble, say));
      return false;
    }
  }
  /** Somebody was faster: who has it now. */
  async function standing(): Promise<string | null> {
    const room = await api.room(roomId).catch(() => null);
    if (room) inbox.put(room);
    return room?.assignee?.name ?? null;
  }
  /** Perhaps one may do less than when the page was opened, or nothing at all. */
  function refused(): void {
    tell(say('not allowed'));
    void session.check();
  }

  return {
    take: () => act(api.take(roomId)),
    takeOver: () => act(api.assign(roomId, me.id)),
    assign: (agent: number) => act(agent === me.id ? api.take(roomId) : api.assign(roomId, agent)),
    handOver: (agent: number, note: string) =>
      act(change('assign', { admin_id: agent, ...(note.trim() === '' ? {} : { note: note.trim() }) })),
    unassign: () => act(api.unassign(roomId)),
    resolve: () => act(api.resolve(roomId)),
    async resolveAndNext(): Promise<void> {
      // One step on before the list may let go of this one.
      keys.run('next chat');
      await act(api.resolve(roomId));
    },
    close: () => act(api.close(roomId)),
    reopen: () => act(api.reopen(roomId)),
    setStatus: (status: RoomStatus) => act(change('status', { status })),
    setPriority: (priority: Priority) => act(api.setPriority(roomId, priority)),
    setCategory: (category: string) => act(change('category', { category })),
    setLabels: (labels: readonly string[]) => act(change('labels', { labels }, 'PUT')),
    markUnread: () => act(api.markUnread(roomId)),
    snooze: (until: string | null) => act(api.snooze(roomId, until)),
  };
}
