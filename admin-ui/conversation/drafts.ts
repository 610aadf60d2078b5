import { keeperOf } from '../../client/chat/keeping.ts';
import type { DeskApi } from '../desk/desk-api.ts';
import type { Opening } from '../desk/openings.ts';

export interface Draft {
  text: string;
  isNote: boolean;
}

/** How long after the last key the server is told. */
const TELL_AFTER_MS = 1500;

/** What one has begun to write in a room: kept here at once, and by the server so that it is there on other devices. */
export function draftsOf(api: DeskApi, roomId: number, userId: number) {
  const keeper = keeperOf(`antiphon.panel.draft.${userId}.`);
  const name = String(roomId);
  let telling: ReturnType<typeof setTimeout> | undefined;
  let untold: Draft | null = null;
  const kept = (): Draft | null => {
    const text = keeper.read(name);
    return text === null ? null : { text: text.slice(1), isNote: text.startsWith('n') };
  };
  function tell(): void {
    clearTimeout(telling);
    if (!untold) return;
    const { text, isNote } = untold;
    untold = null;
    const body = { text, is_private: isNote };
    // Whoever closes the page has not written in vain either.
    void api.call(`/api/chat/room/${roomId}/draft`, { method: 'PUT', body, keepalive: true }).catch(() => {});
  }
  return {
    kept,
    /** What was begun elsewhere, unless something was begun here; it comes with the room while that is being opened. */
    async fetched(opening: Promise<Opening> | null): Promise<Draft | null> {
      if (kept() !== null) return null;
      const draft = await (opening ? opening.then((opened) => opened.draft) : api.draft(roomId)).catch(() => null);
      return kept() === null ? draft : null;
    },
    keep({ text, isNote }: Draft): void {
      const isThere = text !== '' || isNote;
      keeper.write(name, isThere ? (isNote ? 'n' : 'r') + text : null);
      untold = { text, isNote };
      clearTimeout(telling);
      telling = setTimeout(tell, TELL_AFTER_MS);
    },
    tell,
  };
}
