import { type MouseEvent, memo } from 'react';
import type { DeskRoom } from '../desk/wire.ts';
import { Avatar } from '../frame/avatar.tsx';
import { useNow } from '../frame/clock.ts';
import { Icon } from '../frame/icons.tsx';
import { useDesk, useLanguage, useSurroundings } from '../frame/surroundings.ts';

const MINUTE_MS = 60_000;
/** From when a wait is long, and too long. */
const LONG_MS = 5 * MINUTE_MS;
const TOO_LONG_MS = 15 * MINUTE_MS;

/** One room in the list. How long its visitor has waited is what one sees first. */
interface Props {
  room: DeskRoom;
  isOpen: boolean;
  /** To be treated with others. */
  isChosen: boolean;
  /** Rooms of several sites stand in the list. */
  hasSites: boolean;
  onToggle(id: number): void;
  onReach(id: number): void;
}

export const RoomRow = memo(function RoomRow({ room, isOpen, isChosen, hasSites, onToggle, onReach }: Props) {
  const { say, number, span, fullTime } = useLanguage();
  const { way } = useSurroundings();
  const { me } = useDesk();
  const now = useNow();
  const isActive = room.status === 'open' || room.status === 'assigned';
  const waitMs = isActive && room.waitingSince !== null ? now - room.waitingSince : null;
  const wait = waitMs === null ? null : waitMs >= TOO_LONG_MS ? 'too-long' : waitMs >= LONG_MS ? 'long' : 'short';
  const open = (event: MouseEvent) => {
    if (event.metaKey || event.ctrlKey) return;
    event.preventDefault();
    if (event.shiftKey) onReach(room.id);
    else way.open(room.id);
  };
  return (
    <>
      <input
        type="checkbox"
        className="room-choose"
        aria-label={say('choose chat with', { name: room.visitor.name })}
        checked={isChosen}
        onChange={(event) => {
          if ((event.nativeEvent as PointerEvent).shiftKey) onReach(room.id);
          else onToggle(room.id);
        }}
      />
      <a
        href={way.href(room.id)}
        aria-current={isOpen ? 'page' : undefined}
        data-chosen={isChosen || undefined}
        data-unread={room.unread > 0}
        className="room-row"
        onClick={open}
      >
        <Avatar id={room.visitor.id} name={room.visitor.name} />
        <span className="min-w-0 grow">
          <span className="flex items-baseline gap-2">
            <span dir="auto" className="room-name grow truncate">
              {room.visitor.name}
            </span>
            {wait !== null ? (
              <span className="wait" data-is={wait} title={say('waits', { time: span(waitMs ?? 0) })}>
                <Icon name="clock" size={13} />
                <span className="sr-only">{say('waits', { time: '' })}</span>
                {span(waitMs ?? 0)}
              </span>
            ) : (
              <time
                className="shrink-0 text-xs text-muted"
                dateTime={new Date(room.lastMessageAt).toISOString()}
                title={fullTime(room.lastMessageAt)}
              >
                {span(now - room.lastMessageAt)}
              </time>
            )}
          </span>
          <span className="flex items-center gap-1.5">
            <span dir="auto" className="room-glimpse grow truncate">
              {glimpse()}
            </span>
            {room.priority === 'urgent' || room.priority === 'high' ? (
              <span className="chip" data-is={room.priority}>
                <Icon name={room.priority === 'urgent' ? 'alert' : 'flag'} size={12} />
                {say(room.priority)}
              </span>
            ) : null}
            {hasSites && room.site && (
              <span className="chip max-w-28 truncate" title={room.site}>
                {room.site}
              </span>
            )}
            {room.labels.slice(0, 2).map((label) => (
              <span key={label.id} className="chip label" style={{ '--label': label.color } as object}>
                <span className="truncate">{label.name}</span>
              </span>
            ))}
            {!isActive && <span className="chip">{say(`status ${room.status}`)}</span>}
            {room.assignee && (
              <span title={room.assignee.name}>
                <span className="sr-only">
                  {say('assignee')}: {room.assignee.name}
                </span>
                <Avatar id={room.assignee.id} name={room.assignee.name} size={18} />
              </span>
            )}
            {room.unread > 0 && (
              <span className="unread-count" title={say('unread', { n: room.unread })}>
                <span aria-hidden="true">{room.unread > 99 ? '99+' : number(room.unread)}</span>
                <span className="sr-only">{say('unread', { n: room.unread })}</span>
              </span>
            )}
          </span>
        </span>
      </a>
    </>
  );

  function glimpse(): string {
    const { latest } = room;
    if (!latest) return say('no messages');
    if (latest.isDeleted) return say('message deleted');
    const said = latest.text || latest.fileName || '';
    const what = latest.isNote ? '📝 ' : latest.fileName !== null ? '📎 ' : '';
    return latest.authorId === me.id ? `${say('you')}: ${what}${said}` : what + said;
  }
});
