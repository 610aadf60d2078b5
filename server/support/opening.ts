import { type Attachment, attachmentsOfRoom } from '../../db/attachments.ts';
import { type Block, blockOf } from '../../db/blocks.ts';
import { draftOf } from '../../db/drafts.ts';
import { allLabels, type Label } from '../../db/labels.ts';
import { messagesBetween } from '../../db/messages.ts';
import { listRooms } from '../../db/room-lists.ts';
import type { Caller, PersonCaller } from '../identity/caller.ts';
import { type DeskParts, type RoomRef, roomFor, withAdopted } from './access.ts';
import { cardOf, cardsOf, type RoomCard } from './cards.ts';
import { type KeptDraft, kept } from './drafts.ts';
import { type HistoryEntry, historyOf } from './feed.ts';
import { shown, type TeamMessage } from './message.ts';
import { authorizeTeam } from './policy.ts';
import type { Room } from './room.ts';
import { seenBy } from './rooms.ts';
import { type Whereabout, whereaboutOf } from './surroundings.ts';

/** All that one of the team needs to be in a room. */
export interface Opening {
  card: RoomCard;
  /** The newest, notes included, ascending. */
  messages: TeamMessage[];
  /** Whether there are older ones. */
  hasMore: boolean;
  /** What the caller has begun to write. */
  draft: KeptDraft | null;
  /** Null: not asked for. */
  details: RoomDetails | null;
}

/** What stands beside the conversation: the first of each, newest first. */
export interface RoomDetails {
  visitor: Whereabout;
  /** Other conversations of the visitor that the caller sees in lists. */
  earlier: RoomCard[];
  files: Attachment[];
  history: HistoryEntry[];
  /** Whether the visitor is shut out now. */
  block: Block | null;
  /** All there are, to put on it. */
  labels: Label[];
}

export interface Openings {
  /** @throws Refusal `not-found`, `forbidden` to whoever may not see the team's side of the room */
  of(caller: Caller, ref: RoomRef, asked?: { details?: boolean }): Promise<Opening>;
}

const newestMessages = 50;
const earlierRooms = 10;
const newestFiles = 20;
const newestHistory = 50;

/** One look at the room decides whether the caller may; all that is in it is then read side by side. */
export function openingsOf(parts: DeskParts): Openings {
  const { db, now } = parts;

  async function newestOf({ id, lastSeq }: Room): Promise<TeamMessage[]> {
    const from = Math.max(1, lastSeq - newestMessages + 1);
    return lastSeq === 0 ? [] : shown(db, await messagesBetween(db, id, 'team', from, lastSeq));
  }

  async function detailsOf(caller: PersonCaller, room: Room): Promise<RoomDetails> {
    const rooms = seenBy(caller, { userId: room.userId });
    const [visitor, all, files, history, block, labels] = await Promise.all([
      whereaboutOf(db, room),
      listRooms(db, rooms, { limit: earlierRooms, order: 'newest' }),
      attachmentsOfRoom(db, room.id, null, newestFiles),
      historyOf(db, room.id, null, newestHistory),
      blockOf(db, 'user', String(room.userId)),
      allLabels(db),
    ]);
    const others = all.filter(({ id }) => id !== room.id);
    const earlier = await cardsOf(db, await withAdopted(parts, others));
    const isShutOut = block && (block.until === null || block.until > now());
    return { visitor, earlier, files, history, block: isShutOut ? block : null, labels };
  }

  return {
    async of(caller, ref, { details: hasDetails = false } = {}) {
      const found = await roomFor(parts, caller, ref, 'manage');
      authorizeTeam(caller);
      const [room = found] = await withAdopted(parts, [found]);
      const [card, messages, draft, details] = await Promise.all([
        cardOf(db, room),
        newestOf(room),
        draftOf(db, caller.userId, room.id),
        hasDetails ? detailsOf(caller, room) : null,
      ]);
      const hasMore = room.lastSeq > newestMessages;
      return { card, messages, hasMore, draft: draft ? kept(draft, room.publicId) : null, details };
    },
  };
}
