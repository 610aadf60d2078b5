import { useQuery } from '@tanstack/react-query';
import type { DeskRoom } from '../desk/wire.ts';
import { Avatar } from '../frame/avatar.tsx';
import { Icon } from '../frame/icons.tsx';
import { useDesk, useLanguage, useSurroundings } from '../frame/surroundings.ts';
import type { TextName } from '../texts/texts.ts';

/** Who one talks to, and what one has talked about before. */
export function Details({ room, onClose }: { room: DeskRoom; onClose(): void }) {
  const { say, fullTime, day } = useLanguage();
  const { way } = useSurroundings();
  const { api } = useDesk();
  const { visitor } = room;
  const { data: earlier } = useQuery({
    queryKey: ['earlier', visitor.id],
    queryFn: async () => (await api.rooms({ user_id: visitor.id, per_page: 10 }, null)).rooms,
    enabled: visitor.id > 0,
  });
  const facts: [TextName, string | null][] = [
    ['email', visitor.email],
    ['phone', visitor.phone],
    ['site', room.site],
    ['category', room.category],
    ['began', room.createdAt === null ? null : fullTime(room.createdAt)],
  ];
  return (
    <aside aria-label={say('details')} className="details">
      <div className="flex justify-end p-2">
        <button
          type="button"
          className="button-quiet"
          aria-label={`${say('details')}: ${say('cancel')}`}
          onClick={onClose}
        >
          <Icon name="close" size={16} />
        </button>
      </div>
      <div className="grid justify-items-center gap-2 px-4 text-center">
        <Avatar id={visitor.id} name={visitor.name} size={56} />
        <h2 dir="auto" className="text-base font-semibold wrap-anywhere">
          {visitor.name}
        </h2>
        <p className="text-[13px] text-muted">{say(visitor.isVerified ? 'verified' : 'unverified')}</p>
      </div>
      <dl className="grid gap-2.5 p-4">
        {facts
          .filter(([, value]) => value)
          .map(([name, value]) => (
            <div key={name}>
              <dt className="text-[13px] text-muted">{say(name)}</dt>
              <dd dir="auto" className="wrap-anywhere">
                {value}
              </dd>
            </div>
          ))}
      </dl>
      <ul className="border-t border-line p-2">
        {(earlier ?? [])
          .filter(({ id }) => id !== room.id)
          .map((other) => (
            <li key={other.id}>
              <button type="button" className="menu-item w-full text-start" onClick={() => way.open(other.id)}>
                <span className="min-w-0 grow">
                  <span className="block truncate">{other.latest?.text || say('no messages')}</span>
                  <span className="text-[13px] text-muted">
                    {day(other.lastMessageAt, Date.now())} · {say(`status ${other.status}`)}
                  </span>
                </span>
              </button>
            </li>
          ))}
      </ul>
    </aside>
  );
}
