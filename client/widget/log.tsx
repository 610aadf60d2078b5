import { type KeyboardEvent, useRef } from 'react';
import type { Conversation, ConversationState } from '../chat/conversation.ts';
import type { Outgoing } from '../chat/sending.ts';
import { emptyTimeline } from '../chat/timeline.ts';
import { useLog } from '../log/use-log.ts';
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
  const { blocks, isAtEnd, fresh, scrolled, toEnd } = useLog({
    conversation,
    timeline,
    outgoing,
    hasLoaded,
    isTeam: false,
    scroller,
    content,
  });

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
