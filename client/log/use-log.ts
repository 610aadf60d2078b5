import { type RefObject, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import type { Conversation } from '../chat/conversation.ts';
import { type Block, blocksOf } from '../chat/rows.ts';
import type { Outgoing } from '../chat/sending.ts';
import { firstSeq, isFromOther, lastSeq, type Timeline, unreadBy } from '../chat/timeline.ts';

/** Whoever is this close to the end is reading along. */
const AT_END_PX = 80;
/** Older messages are asked for before their lack is seen. */
const NEAR_TOP_PX = 600;

export interface LogParts {
  /** Null: what there is has been written before there was a conversation. */
  conversation: Conversation | null;
  timeline: Timeline;
  outgoing: readonly Outgoing[];
  hasLoaded: boolean;
  isTeam: boolean;
  /** What scrolls. */
  scroller: RefObject<HTMLElement | null>;
  /** What is in it, when it may grow by itself: pictures that have come. */
  content?: RefObject<HTMLElement | null>;
}

export interface Log {
  blocks: readonly Block[];
  isAtEnd: boolean;
  /** How many messages have come since the end was left. */
  fresh: number;
  scrolled(): void;
  toEnd(): void;
}

/**
 * How a conversation is read: whoever is at its end stays there, whoever reads further up is not moved, what is looked at
 * is read, and a line stands above what was new.
 */
export function useLog(parts: LogParts): Log {
  const { conversation, timeline, outgoing, hasLoaded, isTeam, scroller, content } = parts;
  const [isAtEnd, setAtEnd] = useState(true);
  const seenThrough = useRef(0);
  const unread = useUnreadLine(parts);
  const drawn = useRef<readonly Block[]>([]);
  const blocks = useMemo(() => {
    const [unreadAfter, unreadCount] = [unread?.after ?? null, unread?.count ?? 0];
    drawn.current = blocksOf({ timeline, outgoing, isTeam, unreadAfter, unreadCount }, drawn.current);
    return drawn.current;
  }, [timeline, outgoing, isTeam, unread]);
  const toEnd = () => {
    const element = scroller.current;
    if (element) element.scrollTop = element.scrollHeight;
  };

  const before = useRef({ height: 0, first: 0, outgoing: 0 });
  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const { height, first, outgoing: sentBefore } = before.current;
    const now = { height: element.scrollHeight, first: firstSeq(timeline), outgoing: outgoing.length };
    const wasPrepended = first > 0 && now.first < first;
    if (now.outgoing > sentBefore || (isAtEnd && !wasPrepended)) element.scrollTop = now.height;
    else if (wasPrepended) element.scrollTop += now.height - height;
    before.current = { ...now, height: element.scrollHeight };
  });
  // A phone's keyboard and a growing field take room away, a picture that has come needs some: the end stays in sight.
  useEffect(() => {
    const observer = new ResizeObserver(() => {
      const element = scroller.current;
      if (isAtEnd && element) element.scrollTop = element.scrollHeight;
    });
    for (const watched of [scroller, content]) if (watched?.current) observer.observe(watched.current);
    return () => observer.disconnect();
  }, [isAtEnd, scroller, content]);

  useEffect(() => {
    if (!conversation || !isAtEnd || !hasLoaded) return;
    const look = () => {
      if (document.hidden) return;
      seenThrough.current = lastSeq(conversation.state.get().timeline);
      conversation.read();
    };
    look();
    const stop = conversation.state.subscribe(look);
    document.addEventListener('visibilitychange', look);
    return () => {
      stop();
      document.removeEventListener('visibilitychange', look);
    };
  }, [conversation, isAtEnd, hasLoaded]);

  // Whoever is still at the top when older ones have come wants more of them.
  const first = firstSeq(timeline);
  useEffect(() => {
    if (hasLoaded && first > 0 && (scroller.current?.scrollTop ?? 0) < NEAR_TOP_PX) void conversation?.loadOlder();
  }, [first, hasLoaded, conversation, scroller]);

  return {
    blocks,
    isAtEnd,
    fresh: isAtEnd ? 0 : newSince(timeline, seenThrough.current),
    scrolled() {
      const element = scroller.current;
      if (!element) return;
      setAtEnd(element.scrollHeight - element.scrollTop - element.clientHeight < AT_END_PX);
      if (element.scrollTop < NEAR_TOP_PX) void conversation?.loadOlder();
    },
    toEnd,
  };
}

/** The line above what is new is drawn once, when the room is opened, and stays until this side answers. */
function useUnreadLine({ conversation, hasLoaded, outgoing, isTeam }: LogParts) {
  const [unread, setUnread] = useState<{ after: number; count: number } | null>(null);
  useEffect(() => {
    if (!conversation || !hasLoaded) return;
    const { timeline } = conversation.state.get();
    const count = unreadBy(timeline, isTeam);
    if (count > 0) setUnread({ after: firstUnread(timeline, isTeam) - 1, count });
  }, [conversation, hasLoaded, isTeam]);
  const isAnswering = outgoing.length > 0;
  useEffect(() => {
    if (isAnswering) setUnread(null);
  }, [isAnswering]);
  return unread;
}

function firstUnread({ messages, readByTeam, readByUser }: Timeline, isTeam: boolean): number {
  const readThrough = isTeam ? readByTeam : readByUser;
  const first = messages.find(
    (message) => message.seq > readThrough && message.readAt === null && isFromOther(message, isTeam),
  );
  return first?.seq ?? 0;
}

function newSince({ messages }: Timeline, seq: number): number {
  let count = 0;
  for (let index = messages.length - 1; index >= 0 && (messages[index]?.seq ?? 0) > seq; index -= 1) {
    if (messages[index]?.type !== 'system') count += 1;
  }
  return count;
}
