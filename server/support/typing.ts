import type { Caller } from '../identity/caller.ts';
import { isPerson } from '../identity/caller.ts';
import { type DeskParts, type RoomRef, roomFor } from './access.ts';
import { standingOf } from './policy.ts';

/** Somebody began to type, goes on, or stopped. Crosses to other nodes as it is. */
export interface TypingNotice {
  /** The row's id, and what the room is called outside. */
  roomId: number;
  roomPublicId: number;
  roomUuid: string;
  userId: number;
  name: string;
  isAdmin: boolean;
  isTyping: boolean;
  /** A note: only the team may know. */
  isPrivate: boolean;
  exceptSocket: string | null;
}

export interface Typing {
  /** As often as the client likes: equal states are said again only when the others would forget. */
  set(
    caller: Caller,
    ref: RoomRef,
    isTyping: boolean,
    options?: { isPrivate?: boolean; exceptSocket?: string | null },
  ): Promise<void>;
  /** Who types in the room now, for doors that are polled; notes are left out. */
  typists(roomId: number): { userId: number; name: string; isAdmin: boolean }[];
  /** What another node's visitors and agents do: so that `typists` knows of it here. */
  heard(notice: TypingNotice): void;
  /** A message has come: nobody needs to be told that its author has stopped. */
  sent(roomId: number, userId: number): void;
  /** Says of those who fell silent that they stopped; for the wiring to call every second. */
  sweep(): void;
}

interface State extends TypingNotice {
  expiresAt: number;
  saidAt: number;
  /** Typed on another node, which will say itself when it stops. */
  isElsewhere: boolean;
}

interface Entry {
  notice: Omit<TypingNotice, 'isTyping' | 'isPrivate' | 'exceptSocket'>;
  until: number;
}

/** How long somebody is taken to be typing who says nothing more. */
export const typingSeconds = 5;
/** Deployed pages take the words away after two seconds without news: who goes on is said to, a little sooner. */
const sayAgainMilliseconds = 1800;
const statesAtMost = 20_000;
const entriesAtMost = 20_000;
const entrySeconds = 60;

/** `announce` is called at once, and goes around the database: what is lost is forgotten in five seconds anyway. */
export function typingOf(parts: DeskParts & { announceTyping: (notice: TypingNotice) => void }): Typing {
  const { now, announceTyping } = parts;
  const states = new Map<string, State>();
  /** Who may enter which room, so that a key stroke costs no query. */
  const entries = new Map<string, Entry>();

  async function entryOf(caller: Caller, ref: RoomRef): Promise<Entry['notice']> {
    const key = `${isPerson(caller) ? `${caller.userId}.${caller.tokenId}` : caller.keyId}:${ref}`;
    const known = entries.get(key);
    if (known && known.until > now()) return known.notice;
    const room = await roomFor(parts, caller, ref, 'send');
    const notice = {
      roomId: room.id,
      roomPublicId: room.publicId,
      roomUuid: room.uuid,
      userId: isPerson(caller) ? caller.userId : room.userId,
      name: caller.name,
      isAdmin: standingOf(caller, room) === 'team',
    };
    keep(entries, key, { notice, until: now() + entrySeconds * 1000 }, entriesAtMost);
    return notice;
  }

  return {
    async set(caller, ref, isTyping, { isPrivate = false, exceptSocket = null } = {}) {
      const who = await entryOf(caller, ref);
      const key = `${who.roomId}:${who.userId}`;
      const before = states.get(key);
      if (!isTyping) {
        if (!before) return;
        states.delete(key);
        announceTyping({ ...who, isTyping: false, isPrivate: before.isPrivate, exceptSocket });
        return;
      }
      const notice = { ...who, isTyping: true, isPrivate: isPrivate && who.isAdmin, exceptSocket };
      const isNews = !before || before.isPrivate !== notice.isPrivate || before.saidAt <= now() - sayAgainMilliseconds;
      // From a reply to a note: the visitor is told that it stopped, and no more.
      if (before && notice.isPrivate && !before.isPrivate)
        announceTyping({ ...notice, isTyping: false, isPrivate: false });
      const saidAt = isNews ? now() : before.saidAt;
      const state = { ...notice, expiresAt: now() + typingSeconds * 1000, saidAt, isElsewhere: false };
      keep(states, key, state, statesAtMost);
      if (isNews) announceTyping(notice);
    },

    typists(roomId) {
      const typing = [...states.values()].filter((state) => state.roomId === roomId && !state.isPrivate);
      return typing
        .filter((state) => state.expiresAt > now())
        .map(({ userId, name, isAdmin }) => ({ userId, name, isAdmin }));
    },

    heard(notice) {
      const key = `${notice.roomId}:${notice.userId}`;
      if (!notice.isTyping) states.delete(key);
      else {
        const expiresAt = now() + typingSeconds * 1000;
        keep(states, key, { ...notice, expiresAt, saidAt: now(), isElsewhere: true }, statesAtMost);
      }
    },

    sent(roomId, userId) {
      states.delete(`${roomId}:${userId}`);
    },

    sweep() {
      for (const [key, { expiresAt, saidAt, isElsewhere, ...notice }] of states) {
        // Kept in the order of their last sign of life: the first that is alive ends it.
        if (expiresAt > now()) break;
        states.delete(key);
        if (!isElsewhere) announceTyping({ ...notice, isTyping: false, exceptSocket: null });
      }
    },
  };
}

/** As the newest; beyond the bound the oldest goes. */
function keep<Value>(map: Map<string, Value>, key: string, value: Value, atMost: number): void {
  map.delete(key);
  map.set(key, value);
  if (map.size <= atMost) return;
  const oldest = map.keys().next();
  if (!oldest.done) map.delete(oldest.value);
}
