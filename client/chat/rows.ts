import type { Message } from './message.ts';
import type { Outgoing } from './sending.ts';
import type { Timeline } from './timeline.ts';

/** How far an own message has come. */
export type Progress = 'sent' | 'delivered' | 'read';

export type Row =
  | { kind: 'day'; key: string; at: number }
  | { kind: 'unread'; key: string; count: number }
  | {
      kind: 'message';
      key: string;
      message: Message;
      isMine: boolean;
      startsGroup: boolean;
      endsGroup: boolean;
      progress: Progress;
    }
  | { kind: 'outgoing'; key: string; outgoing: Outgoing };

/** Rows that are drawn, measured and left out together. */
export interface Block {
  key: string;
  rows: readonly Row[];
}

export interface RowsParts {
  timeline: Timeline;
  outgoing: readonly Outgoing[];
  isTeam: boolean;
  /** Messages after this place were unread when the room was opened; null: none were. */
  unreadAfter: number | null;
  unreadCount: number;
}

/** Messages of one author at most this far apart stand together. */
const GROUP_MS = 120_000;
const BLOCK_ROWS = 50;

/**
 * A room as it is shown: messages, day lines, and once the line above what is new. Rows and blocks that are as `before` are
 * the same objects, so that whoever draws them need not look inside.
 */
export function blocksOf(parts: RowsParts, before: readonly Block[] = []): Block[] {
  const known = new Map(before.map((block) => [block.key, block]));
  return newBlocksOf(parts).map((block) => kept(known.get(block.key), block));
}

function kept(before: Block | undefined, now: Block): Block {
  if (!before) return now;
  const rows = now.rows.map((row, index) => {
    const there = before.rows[index];
    return there && isSame(there, row) ? there : row;
  });
  const isAll = rows.length === before.rows.length && rows.every((row, index) => row === before.rows[index]);
  return isAll ? before : { key: now.key, rows };
}

function isSame(a: Row, b: Row): boolean {
  if (a.key !== b.key) return false;
  if (a.kind === 'message' && b.kind === 'message') {
    return (
      a.message === b.message &&
      a.progress === b.progress &&
      a.startsGroup === b.startsGroup &&
      a.endsGroup === b.endsGroup
    );
  }
  if (a.kind === 'outgoing' && b.kind === 'outgoing') return a.outgoing === b.outgoing;
  if (a.kind === 'unread' && b.kind === 'unread') return a.count === b.count;
  return a.kind === 'day' && b.kind === 'day' && a.at === b.at;
}

function newBlocksOf({ timeline, outgoing, isTeam, unreadAfter, unreadCount }: RowsParts): Block[] {
  const blocks: { key: string; rows: Row[] }[] = [];
  const { messages } = timeline;
  const readThrough = isTeam ? timeline.readByUser : timeline.readByTeam;
  const deliveredThrough = isTeam ? timeline.deliveredToUser : timeline.deliveredToTeam;
  let block: { key: string; rows: Row[] } | undefined;
  let hasUnreadLine = unreadAfter === null;
  for (let index = 0; index < messages.length; index += 1) {
    const message = messages[index] as Message;
    const [before, after] = [messages[index - 1], messages[index + 1]];
    // Blocks are cut at fixed places, so that older messages above do not change those that are there.
    const key = `block-${Math.floor(message.seq / BLOCK_ROWS)}`;
    if (block?.key !== key) {
      block = { key, rows: [] };
      blocks.push(block);
    }
    const isNewDay = !before || !isSameDay(before.sentAt, message.sentAt);
    if (isNewDay) block.rows.push({ kind: 'day', key: `day-${message.seq}`, at: message.sentAt });
    const isFirstUnread = !hasUnreadLine && message.seq > (unreadAfter ?? 0) && message.isAgent !== isTeam;
    if (isFirstUnread) {
      block.rows.push({ kind: 'unread', key: 'unread', count: unreadCount });
      hasUnreadLine = true;
    }
    block.rows.push({
      kind: 'message',
      key: message.clientId ?? `message-${message.id}`,
      message,
      isMine: message.isAgent === isTeam && message.type !== 'system',
      startsGroup: isNewDay || isFirstUnread || !isTogether(before, message),
      endsGroup: !after || !isTogether(message, after),
      progress:
        message.readAt !== null || message.seq <= readThrough
          ? 'read'
          : message.deliveredAt !== null || message.seq <= deliveredThrough
            ? 'delivered'
            : 'sent',
    });
  }
  if (outgoing.length > 0) {
    if (!block) {
      block = { key: 'block-0', rows: [] };
      blocks.push(block);
    }
    for (const entry of outgoing) block.rows.push({ kind: 'outgoing', key: entry.clientId, outgoing: entry });
  }
  return blocks;
}

function isTogether(a: Message, b: Message): boolean {
  return (
    a.author.id === b.author.id &&
    (a.type === 'system') === (b.type === 'system') &&
    a.isPrivate === b.isPrivate &&
    b.sentAt - a.sentAt <= GROUP_MS &&
    isSameDay(a.sentAt, b.sentAt)
  );
}

function isSameDay(a: number, b: number): boolean {
  return Math.abs(b - a) < 86_400_000 && new Date(a).getDate() === new Date(b).getDate();
}
