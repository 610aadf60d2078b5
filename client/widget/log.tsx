import { type KeyboardEvent, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import type { Conversation, ConversationState } from '../chat/conversation.ts';
import { blocksOf } from '../chat/rows.ts';
import type { Outgoing } from '../chat/sending.ts';
import { emptyTimeline, firstSeq, isFromOther, lastSeq, type Timeline, unreadBy } from '../chat/timeline.ts';
import { BlockView, useNearness } from './block.tsx';
import { useMaybeStore, useSurroundings } from './context.ts';
import { Icon } from './icons.tsx';
import type { Picture } from './lightbox.tsx';

export interface LogProps {
  conversation: Conversation | null;
  /** Written before there is a conversation. */
  waiting: readonly Outgoing[];
  onPicture(picture: Picture): void;
}

const timelineOf = (state: ConversationState) => state.timeline;
const outgoingOf = (state: ConversationState) => state.outgoing;
const hasLoadedOf = (state: ConversationState) => state.hasLoaded;
const isLoadingOf = (state: ConversationState) => state.isLoadingOlder;
const skewOf = (state: ConversationState) => state.clockSkewMs;

/** Whoever is this close to the end is reading along. */
const AT_END_PX = 80;
/** Older messages are asked for before their lack is seen. */
const NEAR_TOP_PX = 600;

export function Log({ conversation, waiting, onPicture }: LogProps) {
  const { say } = useSurroundings().language;
  const timeline = useMaybeStore(conversation?.state, timelineOf, emptyTimeline);
  const sending = useMaybeStore(conversation?.state, outgoingOf, waiting);
  const outgoing = conversation ? sending : waiting;
  const hasLoaded = useMaybeStore(conversation?.state, hasLoadedOf, false);
  const isLoadingOlder = useMaybeStore(conversation?.state, isLoadingOf, false);
  const skewMs = useMaybeStore(conversation?.state, skewOf, 0);
  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const nearness = useNearness(scroller);
  const [isAtEnd, setAtEnd] = useState(true);
  const seenThrough = useRef(0);
  const [unread, setUnread] = useState<{ after: number; count: number } | null>(null);

  // The line above what is new is drawn once, when the room is opened, and stays until the visitor answers.
  useEffect(() => {
    if (!conversation || !hasLoaded) return;
    const now = conversation.state.get().timeline;
    const count = unreadBy(now, false);
    if (count > 0) setUnread({ after: firstUnread(now) - 1, count });
  }, [conversation, hasLoaded]);
  useEffect(() => {
    if (outgoing.length > 0) setUnread(null);
  }, [outgoing.length]);

  const blocks = useMemo(
    () =>
      blocksOf({
        timeline,
        outgoing,
        isTeam: false,
        unreadAfter: unread?.after ?? null,
        unreadCount: unread?.count ?? 0,
      }),
    [timeline, outgoing, unread],
  );

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
  // A phone's keyboard takes room away, a picture that has come needs some: the end stays in sight.
  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const observer = new ResizeObserver(() => {
      if (isAtEnd) element.scrollTop = element.scrollHeight;
    });
    observer.observe(element);
    if (content.current) observer.observe(content.current);
    return () => observer.disconnect();
  }, [isAtEnd]);

  useEffect(() => {
    if (!conversation || !isAtEnd) return;
    const look = () => {
      if (document.hidden || !conversation.state.get().hasLoaded) return;
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
  }, [conversation, isAtEnd]);

  const scrolled = () => {
    const element = scroller.current;
    if (!element) return;
    setAtEnd(element.scrollHeight - element.scrollTop - element.clientHeight < AT_END_PX);
    if (element.scrollTop < NEAR_TOP_PX) void conversation?.loadOlder();
  };
  // Whoever is still at the top when older ones have come wants more of them.
  const first = firstSeq(timeline);
  useEffect(() => {
    if (first > 0 && (scroller.current?.scrollTop ?? 0) < NEAR_TOP_PX) void conversation?.loadOlder();
  }, [first, conversation]);
  const toEnd = () => {
    const element = scroller.current;
    if (element) element.scrollTop = element.scrollHeight;
  };
  const fresh = isAtEnd ? 0 : newSince(timeline, seenThrough.current);

  return (
    <div className="log-frame">
      <div
        ref={scroller}
        className="log"
        role="log"
        aria-label={say('log')}
        aria-live={isLoadingOlder ? 'off' : 'polite'}
        aria-relevant="additions"
        aria-busy={isLoadingOlder || !hasLoaded}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        tabIndex={0}
        onScroll={scrolled}
        onKeyDown={moveFocus}
      >
        {isLoadingOlder && <div className="skeleton" aria-hidden="true" />}
        {!hasLoaded && outgoing.length === 0 && <div className="skeleton tall" aria-hidden="true" />}
        <div ref={content} className="log-content">
          {blocks.map((block) => (
            <BlockView
              key={block.key}
              block={block}
              nearness={nearness}
              conversation={conversation}
              skewMs={skewMs}
              onPicture={onPicture}
            />
          ))}
        </div>
      </div>
      {!isAtEnd && (
        <button type="button" className="pill" onClick={toEnd}>
          <Icon name="down" />
          {fresh > 0 ? say('newLine', { n: fresh }) : <span className="unseen">{say('toEnd')}</span>}
        </button>
      )}
    </div>
  );
}

function firstUnread({ messages, readByUser }: Timeline): number {
  return messages.find((each) => each.seq > readByUser && each.readAt === null && isFromOther(each, false))?.seq ?? 0;
}

function newSince({ messages }: Timeline, seq: number): number {
  let count = 0;
  for (let index = messages.length - 1; index >= 0 && (messages[index]?.seq ?? 0) > seq; index -= 1) {
    if (messages[index]?.isAgent) count += 1;
  }
  return count;
}

/** Arrows go from message to message, Home and End to the first and the last. */
function moveFocus(event: KeyboardEvent<HTMLDivElement>): void {
  const log = event.currentTarget;
  const articles = Array.from(log.querySelectorAll<HTMLElement>('article'));
  const active = (log.getRootNode() as ShadowRoot).activeElement;
  const at = articles.indexOf(active as HTMLElement);
  const last = articles.length - 1;
  const next = { ArrowUp: at < 0 ? last : at - 1, ArrowDown: at < 0 ? last : at + 1, Home: 0, End: last }[event.key];
  const target = next === undefined ? undefined : articles[next];
  if (!target || !(active === log || at >= 0)) return;
  event.preventDefault();
  target.focus();
}
