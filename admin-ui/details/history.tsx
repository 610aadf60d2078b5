import { useInfiniteQuery } from '@tanstack/react-query';
import { changeText } from '../conversation/change-text.ts';
import { historyPage } from '../conversation/history.ts';
import { useWords } from '../conversation/words.ts';
import { useTeam } from '../frame/availability.ts';
import { useDesk, useLanguage } from '../frame/surroundings.ts';

/** As many as come with the opening of a room. */
const PER_PAGE = 50;

/** Who did what to the room, the newest first. */
export function History({ roomId }: { roomId: number }) {
  const language = useLanguage();
  const word = useWords();
  const team = useTeam();
  const { api } = useDesk();
  const { data, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery({
    queryKey: ['history', roomId],
    queryFn: ({ pageParam }) => historyPage(api, roomId, pageParam, PER_PAGE),
    initialPageParam: null as number | null,
    getNextPageParam: (page) => (page.length === PER_PAGE ? page.at(-1)?.id : undefined),
  });
  const entries = data?.pages.flat().map((entry) => ({ ...entry, text: changeText(entry, { word, language, team }) }));
  return (
    <div className="grid grid-cols-1 gap-2 px-4 pb-3">
      <ol className="grid grid-cols-1 gap-1.5">
        {entries
          ?.filter(({ text }) => text !== '')
          .map(({ id, text, at }) => (
            <li key={id}>
              <span dir="auto" className="block wrap-anywhere">
                {text}
              </span>
              <time dateTime={new Date(at).toISOString()} className="text-[13px] text-muted">
                {language.fullTime(at)}
              </time>
            </li>
          ))}
      </ol>
      {hasNextPage && (
        <button
          type="button"
          className="button justify-self-start"
          disabled={isFetchingNextPage}
          onClick={() => void fetchNextPage()}
        >
          {word('earlier history')}
        </button>
      )}
    </div>
  );
}
