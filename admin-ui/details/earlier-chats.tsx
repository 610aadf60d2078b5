import { useQuery } from '@tanstack/react-query';
import { useWords } from '../conversation/words.ts';
import type { DeskRoom } from '../desk/wire.ts';
import { useDesk, useLanguage, useSurroundings } from '../frame/surroundings.ts';

const NEWEST = 10;

/** What one has talked about before. */
export function EarlierChats({ room }: { room: DeskRoom }) {
  const { say, day } = useLanguage();
  const word = useWords();
  const { way } = useSurroundings();
  const { api, inbox } = useDesk();
  const { visitor } = room;
  const { data } = useQuery({
    queryKey: ['earlier', room.id],
    queryFn: async () => (await api.rooms({ user_id: visitor.id, per_page: NEWEST, sort: 'newest' }, null)).rooms,
    enabled: visitor.id > 0,
  });
  const others = data?.filter(({ id }) => id !== room.id);
  if (others?.length === 0) return <p className="px-4 pb-3 text-muted">{word('no earlier')}</p>;
  return (
    <ul className="px-2 pb-2">
      {others?.map((other) => (
        <li key={other.id}>
          <button
            type="button"
            className="menu-item w-full text-start"
            onClick={() => {
              inbox.put(other);
              way.open(other.id);
            }}
          >
            <span className="min-w-0 grow">
              <bdi className="block truncate">{other.latest?.text || say('no messages')}</bdi>
              <span className="text-[13px] text-muted">
                {day(other.lastMessageAt, Date.now())} · {say(`status ${other.status}`)}
              </span>
            </span>
          </button>
        </li>
      ))}
    </ul>
  );
}
