import type { Message } from './message.ts';

/**
 * What is known of a room's messages. Pages, events and answers may be merged in any order, any number of times: the
 * result is the same, because a place (`seq`) holds one message and of two copies the newer stays.
 */
export interface Timeline {
  /** Ascending by `seq`, each `seq` once. There may be a hole; see `holeAfter`. */
  readonly messages: readonly Message[];
  /** Whether there is nothing before the first. */
  readonly hasStart: boolean;
  /** Changes to messages not loaded yet, by id: a page read before the change may still be under way. */
  readonly corrections: ReadonlyMap<number, Correction>;
  /** How far the team, and the visitor, have read. */
  readonly readByTeam: number;
  readonly readByUser: number;
  /** How far the other side's devices have received. */
  readonly deliveredToTeam: number;
  readonly deliveredToUser: number;
}

export type Correction = Message | { deletedAt: number };

/** How many corrections of messages never loaded are remembered. */
const MAX_CORRECTIONS = 500;

export const emptyTimeline: Timeline = {
  messages: [],
  hasStart: false,
  corrections: new Map(),
  readByTeam: 0,
  readByUser: 0,
  deliveredToTeam: 0,
  deliveredToUser: 0,
};

/** Takes in a page: of the newest, of those after a place, or of those before the first. */
export function withPage(timeline: Timeline, page: readonly Message[]): Timeline {
  const messages = page.reduce(placed, timeline.messages);
  return settled({ ...timeline, messages });
}

/** Takes in what has just been sent. What lies before the first loaded message is left to the page it belongs to. */
export function withNew(timeline: Timeline, message: Message): Timeline {
  const [first] = timeline.messages;
  if (first && message.seq < first.seq) return timeline;
  return settled({ ...timeline, messages: placed(timeline.messages, message) });
}

/** Takes in that a message was edited or deleted. */
export function withCorrection(timeline: Timeline, id: number, correction: Correction): Timeline {
  const corrections = new Map(timeline.corrections);
  const before = corrections.get(id);
  corrections.set(id, before ? newerCorrection(before, correction) : correction);
  for (const oldest of corrections.keys()) {
    if (corrections.size <= MAX_CORRECTIONS) break;
    corrections.delete(oldest);
  }
  return settled({ ...timeline, corrections });
}

/** Takes in that one side has read up to a place. Reading is never undone. */
export function withRead(timeline: Timeline, isTeam: boolean, seq: number): Timeline {
  const side = isTeam ? 'readByTeam' : 'readByUser';
  return timeline[side] >= seq ? timeline : { ...timeline, [side]: seq };
}

export function withDelivered(timeline: Timeline, isTeam: boolean, seq: number): Timeline {
  const side = isTeam ? 'deliveredToTeam' : 'deliveredToUser';
  return timeline[side] >= seq ? timeline : { ...timeline, [side]: seq };
}

export function withStart(timeline: Timeline): Timeline {
  return { ...timeline, hasStart: true };
}

export function firstSeq({ messages }: Timeline): number {
  return messages[0]?.seq ?? 0;
}

export function lastSeq({ messages }: Timeline): number {
  return messages.at(-1)?.seq ?? 0;
}

export function hasOlder(timeline: Timeline): boolean {
  return !timeline.hasStart && firstSeq(timeline) > 1;
}

/** The place after which something is missing, or null. A catch-up asks for what comes after it. */
export function holeAfter({ messages }: Timeline): number | null {
  const [first] = messages;
  const last = messages.at(-1);
  if (!first || !last || last.seq - first.seq === messages.length - 1) return null;
  // Up to the hole a message's place less its index is constant; after it, greater.
  let [low, high] = [0, messages.length - 1];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((messages[middle] as Message).seq - first.seq === middle) low = middle;
    else high = middle;
  }
  return (messages[low] as Message).seq;
}

/** Messages of the other side that this side has not read. Its own, notes and system lines do not count. */
export function unreadBy(timeline: Timeline, isTeam: boolean): number {
  const through = isTeam ? timeline.readByTeam : timeline.readByUser;
  let unread = 0;
  for (let index = timeline.messages.length - 1; index >= 0; index -= 1) {
    const message = timeline.messages[index] as Message;
    if (message.seq <= through) break;
    if (message.readAt === null && isFromOther(message, isTeam) && message.deletedAt === null) unread += 1;
  }
  return unread;
}

/** What comes after a place, in order. */
export function newerThan({ messages }: Timeline, seq: number): Message[] {
  const newer: Message[] = [];
  for (let index = messages.length - 1; index >= 0; index -= 1) {
    const message = messages[index] as Message;
    if (message.seq <= seq) break;
    newer.unshift(message);
  }
  return newer;
}

/** Said by the other side to this one. */
export function isFromOther(message: Message, isTeam: boolean): boolean {
  return message.isAgent !== isTeam && !message.isPrivate && message.type !== 'system';
}

function placed(messages: readonly Message[], message: Message): readonly Message[] {
  let index = messages.length;
  while (index > 0 && (messages[index - 1] as Message).seq > message.seq) index -= 1;
  const there = messages[index - 1];
  if (there?.seq !== message.seq) return messages.toSpliced(index, 0, message);
  const kept = newerOf(there, message);
  return kept === there ? messages : messages.with(index - 1, kept);
}

/** Of two copies: a deletion is for good, then the later change counts; marks once set stay. */
function newerOf(there: Message, came: Message): Message {
  const isLater =
    Number(came.deletedAt !== null) - Number(there.deletedAt !== null) || came.version - there.version || 0;
  const [kept, other] = isLater > 0 ? [came, there] : [there, came];
  const readAt = kept.readAt ?? other.readAt;
  const deliveredAt = kept.deliveredAt ?? other.deliveredAt;
  const clientId = kept.clientId ?? other.clientId;
  const isSame = kept.readAt === readAt && kept.deliveredAt === deliveredAt && kept.clientId === clientId;
  return isSame ? kept : { ...kept, readAt, deliveredAt, clientId };
}

function newerCorrection(before: Correction, came: Correction): Correction {
  if (!('seq' in before)) return before;
  return 'seq' in came ? newerOf(before, came) : came;
}

/** Lets corrections reach the messages that are there. */
function settled(timeline: Timeline): Timeline {
  if (timeline.corrections.size === 0) return timeline;
  let isChanged = false;
  const messages = timeline.messages.map((message) => {
    const correction = timeline.corrections.get(message.id);
    if (!correction) return message;
    const corrected = 'seq' in correction ? newerOf(message, correction) : buried(message, correction.deletedAt);
    isChanged ||= corrected !== message;
    return corrected;
  });
  return isChanged ? { ...timeline, messages } : timeline;
}

/** A tombstone: the place stays, what it said is gone. */
function buried(message: Message, deletedAt: number): Message {
  return message.deletedAt !== null ? message : { ...message, text: '', files: [], deletedAt };
}
