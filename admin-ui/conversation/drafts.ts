import type { Keeper } from '../../client/chat/keeping.ts';
import type { DeskApi } from '../desk/desk-api.ts';

export interface Draft {
  text: string;
  isNote: boolean;
}

/** How long after the last key the server is told. */
const TELL_AFTER_MS = 1500;

/** What one has begun to write in a room: kept here at once, and by the server so that it is there on other devices. */
export function draftsOf(keeper: Keeper, api: DeskApi, roomId: number) {
  const name = `draft.${roomId}`;
  let telling: ReturnType<typeof setTimeout> | undefined;
  const kept = (): Draft | null => {
    const text = keeper.read(name);
    return text === null ? null : { text: text.slice(1), isNote: text.startsWith('n') };
  };
  return {
    kept,
    /** What was begun elsewhere, unless something was begun here. */
    async fetched(): Promise<Draft | null> {
      const draft = await api.draft(roomId).catch(() => null);
      return kept() === null ? draft : null;
    },
    keep({ text, isNote }: Draft): void {
      const isThere = text !== '' || isNote;
      keeper.write(name, isThere ? (isNote ? 'n' : 'r') + text : null);
      clearTimeout(telling);
      telling = setTimeout(() => void api.keepDraft(roomId, text, isNote).catch(() => {}), TELL_AFTER_MS);
    },
  };
}
