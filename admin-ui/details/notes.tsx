import type { Conversation } from '../../client/chat/conversation.ts';
import { hasOlder } from '../../client/chat/timeline.ts';
import { finding } from '../conversation/finding.ts';
import { useWords } from '../conversation/words.ts';
import { useLanguage } from '../frame/surroundings.ts';
import { useStore } from '../frame/use-store.ts';

/** What the team has noted, the newest first; a click leads to the place. */
export function Notes({ conversation }: { conversation: Conversation }) {
  const { day } = useLanguage();
  const word = useWords();
  const timeline = useStore(conversation.state, (state) => state.timeline);
  const notes = timeline.messages.filter(({ isPrivate, deletedAt }) => isPrivate && deletedAt === null).reverse();
  return (
    <div className="grid grid-cols-1 gap-1 px-2 pb-3">
      {notes.length === 0 && <p className="px-2 text-muted">{word('no notes')}</p>}
      <ul>
        {notes.map(({ id, text, author, sentAt }) => (
          <li key={id}>
            <button
              type="button"
              className="menu-item w-full text-start"
              onClick={() => finding.set({ messageId: id })}
            >
              <span className="min-w-0 grow">
                <bdi className="line-clamp-3 wrap-anywhere">{text}</bdi>
                <span className="text-[13px] text-muted">
                  <bdi>{author.name}</bdi> · {day(sentAt, Date.now())}
                </span>
              </span>
            </button>
          </li>
        ))}
      </ul>
      {hasOlder(timeline) && <p className="px-2 text-[13px] text-muted">{word('notes so far')}</p>}
    </div>
  );
}
