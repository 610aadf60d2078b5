import { draftsOf as allDraftsOf, type Draft, draftOf, removeDraft, saveDraft } from '../../db/drafts.ts';
import { roomsByIds } from '../../db/rooms.ts';
import { type Caller, isPerson, type PersonCaller } from '../identity/caller.ts';
import { type DeskParts, type RoomRef, roomFor } from './access.ts';
import { textOf, wellFormed } from './input.ts';
import { filesAtMost, textCharactersAtMost } from './outgoing.ts';
import { standingOf, unauthorized } from './policy.ts';

/** A draft where it belongs, by what the room is called outside. */
export interface KeptDraft extends Omit<Draft, 'roomId'> {
  roomPublicId: number;
}

export interface Drafts {
  /** What the caller has begun to write in the room; null: nothing. */
  read(caller: Caller, ref: RoomRef): Promise<KeptDraft | null>;
  /** All of the caller's, for a list to mark. */
  list(caller: Caller): Promise<KeptDraft[]>;
  /** An empty one is none. */
  save(
    caller: Caller,
    ref: RoomRef,
    draft: { text: string; attachmentIds?: readonly string[]; isPrivate?: boolean },
  ): Promise<void>;
}

export function draftsOf(parts: DeskParts): Drafts {
  const { db, commit, now } = parts;

  function person(caller: Caller): PersonCaller {
    if (!isPerson(caller)) throw unauthorized();
    return caller;
  }

  return {
    async read(caller, ref) {
      const { userId } = person(caller);
      const room = await roomFor(parts, caller, ref, 'view');
      const draft = await draftOf(db, userId, room.id);
      return draft ? kept(draft, room.publicId) : null;
    },

    async list(caller) {
      const drafts = await allDraftsOf(db, person(caller).userId);
      const rooms = await roomsByIds(
        db,
        drafts.map((draft) => draft.roomId),
      );
      const publicIds = new Map(rooms.map((room) => [room.id, room.publicId]));
      return drafts.flatMap((draft) => {
        const publicId = publicIds.get(draft.roomId);
        return publicId === undefined ? [] : [kept(draft, publicId)];
      });
    },

    async save(caller, ref, asked) {
      const { userId } = person(caller);
      const room = await roomFor(parts, caller, ref, 'send');
      textOf('text', asked.text, textCharactersAtMost);
      // The space at the end is where the next word begins.
      const text = wellFormed(asked.text);
      const attachments = [...(asked.attachmentIds ?? [])].slice(0, filesAtMost);
      const isPrivate = (asked.isPrivate ?? false) && standingOf(caller, room) === 'team';
      await commit((tx) =>
        text.trim() === '' && attachments.length === 0
          ? removeDraft(tx, userId, room.id)
          : saveDraft(tx, { userId, roomId: room.id, text, attachments, isPrivate }, now()),
      );
    },
  };
}

/** By what its room is called outside. */
export function kept({ roomId: _, ...draft }: Draft, roomPublicId: number): KeptDraft {
  return { ...draft, roomPublicId };
}
