import { useRef } from 'react';
import type { Conversation } from '../../client/chat/conversation.ts';
import { useLog } from '../../client/log/use-log.ts';
import { Icon } from '../frame/icons.tsx';
import { useLanguage } from '../frame/surroundings.ts';
import { useStore } from '../frame/use-store.ts';
import { MessageRow, OutgoingRow } from './message-row.tsx';

export function Log({ conversation }: { conversation: Conversation }) {
  const { say, day, names } = useLanguage();
  const { timeline, outgoing, hasLoaded, typists, isLoadingOlder } = useStore(conversation.state, (state) => state);
  const scroller = useRef<HTMLDivElement>(null);
  const { blocks, isAtEnd, fresh, scrolled, toEnd } = useLog({
    conversation,
    timeline,
    outgoing,
    hasLoaded,
    isTeam: true,
    scroller,
  });

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
          onClick={toEnd}
        >
          <Icon name="down" size={14} />
          {fresh > 0 && say('new messages', { n: fresh })}
        </button>
      )}
    </div>
  );
}
