import { useInfiniteQuery } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import type { WireFile } from '../../server/doors/support-api/wire.ts';
import { useWords } from '../conversation/words.ts';
import { Icon } from '../frame/icons.tsx';
import { useDesk, useLanguage } from '../frame/surroundings.ts';
import { useStore } from '../frame/use-store.ts';

/** As many as come with the opening of a room. */
const PER_PAGE = 20;

/** Every file of the conversation, the newest first. */
export function RoomFiles({ roomId }: { roomId: number }) {
  const { size, day } = useLanguage();
  const word = useWords();
  const { api, inbox } = useDesk();
  const lastSeq = useStore(inbox.state, (state) => state.rooms.get(roomId)?.lastSeq);
  const { data, hasNextPage, fetchNextPage, refetch, isFetchingNextPage } = useInfiniteQuery({
    queryKey: ['files', roomId],
    queryFn: async ({ pageParam }) => {
      const query = { limit: PER_PAGE, before: pageParam };
      const path = `/api/chat/room/${roomId}/files`;
      return (await api.call<{ data: (WireFile & { created_at: string })[] }>(path, { query })).data;
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => (page.length === PER_PAGE ? page.at(-1)?.id : undefined),
  });
  const seen = useRef(lastSeq);
  useEffect(() => {
    if (seen.current === lastSeq) return;
    seen.current = lastSeq;
    // Another message may have brought a file.
    void refetch();
  }, [lastSeq, refetch]);
  const files = data?.pages.flat();
  if (files?.length === 0) return <p className="px-4 pb-3 text-muted">{word('no files')}</p>;
  return (
    <div className="grid grid-cols-1 gap-1 px-2 pb-3">
      <ul>
        {files?.map((file) => (
          <li key={file.id ?? file.url}>
            <a
              href={api.conversation.fileUrl(file.url)}
              target="_blank"
              rel="noopener noreferrer"
              className="menu-item w-full"
            >
              <Icon name="clip" size={15} />
              <bdi className="grow truncate">{file.name}</bdi>
              <span className="shrink-0 text-[13px] text-muted">
                {size(file.size)} · {day(Date.parse(file.created_at), Date.now())}
              </span>
            </a>
          </li>
        ))}
      </ul>
      {hasNextPage && (
        <button
          type="button"
          className="button mx-2 justify-self-start"
          disabled={isFetchingNextPage}
          onClick={() => void fetchNextPage()}
        >
          {word('more files')}
        </button>
      )}
    </div>
  );
}
