import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import type { Conversation } from '../../client/chat/conversation.ts';
import { blocksOf } from '../../client/chat/rows.ts';
import { firstSeq, isFromOther, lastSeq, type Timeline, unreadBy } from '../../client/chat/timeline.ts';
import { Icon } from '../frame/icons.tsx';
import { useLanguage } from '../frame/surroundings.ts';
import { useStore } from '../frame/use-store.ts';
import { MessageRow, OutgoingRow } from './message-row.tsx';

/** Whoever is this close to the end is reading along. */
const AT_END_PX = 80;
/** Older messages are asked for before their lack is seen. */
const NEAR_TOP_PX = 600;

export function Log({ conversation }: { conversation: Conversation }) {
  const { say, day, names } = useLanguage();
  const { timeline, outgoing, hasLoaded, typists, isLoadingOlder } = useStore(conversation.state, (state) => state);
  const scroller = useRef<HTMLDivElement>(null);
  const [isAtEnd, setAtEnd] = useState(true);
  const [unread, setUnread] = useState<{ after: number; count: number } | null>(null);
  const seenThrough = useRef(0);

  // The line above what is new is drawn once, when the room is opened, and stays until one answers.
  useEffect(() => {
    if (!hasLoaded) return;
    const now = conversation.state.get().timeline;
    const count = unreadBy(now, true);
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
        isTeam: true,
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
  // A growing field to write in takes room away: the end stays in sight.
  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const observer = new ResizeObserver(() => {
      if (isAtEnd) element.scrollTop = element.scrollHeight;
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [isAtEnd]);

  useEffect(() => {
    if (!isAtEnd) return;
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
    if (element.scrollTop < NEAR_TOP_PX) void conversation.loadOlder();
  };
  const fresh = isAtEnd ? 0 : newSince(timeline, seenThrough.current);

  return (
    <div className="relative min-h-0 grow">
      <div
        ref={scroller}
        role="log"
        aria-label={say('messages')}
        aria-live="polite"
        aria-relevant="additions"
        aria-busy={!hasLoaded || isLoadingOlder}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        tabIndex={0}
        className="log"
        onScroll={scrolled}
      >
        <div className="log-inner">
          {blocks.map((block) => (
            <div key={block.key}>
              {block.rows.map((row) => {
                if (row.kind === 'day') {
                  return (
                    <p key={row.key} className="log-line">
                      <span>{day(row.at, Date.now())}</span>
                    </p>
                  );
                }
                if (row.kind === 'unread') {
                  return (
                    <p key={row.key} className="log-line" data-is="unread">
                      <span>{say('new messages', { n: row.count })}</span>
                    </p>
                  );
                }
                return row.kind === 'outgoing' ? (
                  <OutgoingRow key={row.key} outgoing={row.outgoing} conversation={conversation} />
                ) : (
                  <MessageRow key={row.key} row={row} roomId={conversation.id} />
                );
              })}
            </div>
          ))}
          <div role="status" className="typing empty:hidden">
            {typists.length > 0 && say('typing', { names: names(typists), n: typists.length })}
          </div>
        </div>
      </div>
      {!isAtEnd && (
        <button
          type="button"
          className="pill inset-be-3"
          aria-label={fresh > 0 ? say('new messages', { n: fresh }) : say('to newest')}
          onClick={() => {
            const element = scroller.current;
            if (element) element.scrollTop = element.scrollHeight;
          }}
        >
          <Icon name="down" size={14} />
          {fresh > 0 && say('new messages', { n: fresh })}
        </button>
      )}
    </div>
  );
}

function firstUnread(timeline: Timeline): number {
  const first = timeline.messages.find(
    (message) => message.seq > timeline.readByTeam && message.readAt === null && isFromOther(message, true),
  );
  return first?.seq ?? 0;
}

function newSince({ messages }: Timeline, seq: number): number {
  return messages.filter((message) => message.seq > seq && message.type !== 'system').length;
}
