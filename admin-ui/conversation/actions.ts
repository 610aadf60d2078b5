import { troubleFrom } from '../../client/chat/trouble.ts';
import type { DeskRoom, Priority } from '../desk/wire.ts';
import { useDesk, useLanguage, useSurroundings } from '../frame/surroundings.ts';

export type RoomActions = ReturnType<typeof useRoomActions>;

/** What an agent does to a room. What did not work is told, and the room shown as it stands. */
export function useRoomActions(roomId: number) {
  const { say } = useLanguage();
  const { tell, keys } = useSurroundings();
  const { api, inbox, me } = useDesk();

  async function act(work: Promise<DeskRoom>): Promise<boolean> {
    try {
      inbox.put(await work);
      return true;
    } catch (error) {
      const { kind, reason } = troubleFrom(error);
      const winner = kind === 'conflict' ? await standing() : null;
      if (winner) tell(say('taken by', { name: winner }));
      else if (kind === 'forbidden') tell(say('not allowed'));
      else tell(reason ?? say(kind === 'offline' ? 'unreachable' : 'failed action'));
      return false;
    }
  }
  /** Somebody was faster: who has it now. */
  async function standing(): Promise<string | null> {
    const room = await api.room(roomId).catch(() => null);
    if (room) inbox.put(room);
    return room?.assignee?.name ?? null;
  }

  return {
    take: () => act(api.take(roomId)),
    assign: (agent: number) => act(agent === me.id ? api.take(roomId) : api.assign(roomId, agent)),
    unassign: () => act(api.unassign(roomId)),
    resolve: () => act(api.resolve(roomId)),
    async resolveAndNext(): Promise<void> {
      // One step on before the list may let go of this one.
      keys.run('next chat');
      await act(api.resolve(roomId));
    },
    close: () => act(api.close(roomId)),
    reopen: () => act(api.reopen(roomId)),
    setPriority: (priority: Priority) => act(api.setPriority(roomId, priority)),
    markUnread: () => act(api.markUnread(roomId)),
    snooze: (until: string | null) => act(api.snooze(roomId, until)),
  };
}

const HOUR_MS = 3_600_000;
const MORNING_HOUR = 9;

/** Moments one puts a room off to, in the agent's own time. */
export const snoozes = {
  'snooze reply': () => 'reply',
  'snooze hour': () => new Date(Date.now() + HOUR_MS).toISOString(),
  'snooze tomorrow': () => morning(1),
  'snooze week': () => morning((8 - new Date().getDay()) % 7 || 7),
};

function morning(daysOn: number): string {
  const at = new Date();
  at.setDate(at.getDate() + daysOn);
  at.setHours(MORNING_HOUR, 0, 0, 0);
  return at.toISOString();
}
