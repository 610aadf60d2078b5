import { useWords } from '../conversation/words.ts';
import { useLanguage, useSurroundings } from '../frame/surroundings.ts';
import { type Mention, useMentions } from './mentions.ts';

/** Where colleagues want one to look. Following is having seen it. */
export function MentionList({ onFollow }: { onFollow(): void }) {
  const { time, day } = useLanguage();
  const word = useWords();
  const { way } = useSurroundings();
  const { mentions, markRead } = useMentions();
  if (mentions.length === 0) return null;
  const follow = (mention: Mention) => {
    void markRead(mentions.filter(({ roomId }) => roomId === mention.roomId));
    onFollow();
    way.open(mention.roomId);
  };
  return (
    <section aria-labelledby="mentions">
      <div className="mb-1 flex flex-wrap items-center justify-between gap-2">
        <h3 id="mentions" className="font-semibold">
          {word('mentions')}
        </h3>
        <button type="button" className="link text-[13px]" onClick={() => void markRead(mentions)}>
          {word('all seen')}
        </button>
      </div>
      <ul>
        {mentions.map((mention) => (
          <li key={mention.id}>
            <button type="button" className="menu-item w-full text-start" onClick={() => follow(mention)}>
              <span className="min-w-0 grow">
                <bdi className="block truncate">
                  {mention.name}: {mention.text}
                </bdi>
                <span className="text-[13px] text-muted">
                  {day(mention.at, Date.now())}, {time(mention.at)}
                </span>
              </span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
