import { useEffect, useRef, useState } from 'react';
import type { Conversation, ConversationState } from '../chat/conversation.ts';
import type { Room } from '../chat/message.ts';
import { useMaybeStore, useSurroundings } from './context.ts';
import { awaySentence } from './hours.ts';
import { Icon } from './icons.tsx';
import { useSound } from './sound-switch.ts';

export interface HeaderProps {
  conversation: Conversation | null;
  room: Room | null;
  onClose(): void;
}

const skewOf = (state: ConversationState) => state.clockSkewMs;

/** Who is on the other side, and what to expect of them. */
export function Header({ conversation, room, onClose }: HeaderProps) {
  const { visitor, settings, language } = useSurroundings();
  const { say } = language;
  const [isMenuOpen, setMenuOpen] = useState(false);
  const [hasSound, setSound] = useSound();
  const menu = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (isMenuOpen) menu.current?.querySelector('button')?.focus();
  }, [isMenuOpen]);

  const { hours, replyMinutes } = settings;
  const skewMs = useMaybeStore(conversation?.state, skewOf, 0);
  const now = useMinutes(hours != null && !hours.isOpen) + skewMs;
  const agent = room?.status === 'assigned' ? room.agent : null;
  const expectation =
    (hours && awaySentence(hours, language, now)) ??
    (agent
      ? say('withYou', { name: agent.name })
      : replyMinutes
        ? say('replyTime', { n: replyMinutes })
        : say('subtitle'));
  const avatar = agent?.avatar ? visitor.api.fileUrl(agent.avatar) : null;
  return (
    <header className="header">
      <span className="avatar" aria-hidden="true">
        {avatar ? (
          <img src={avatar} alt="" />
        ) : agent ? (
          agent.name.slice(0, 1).toLocaleUpperCase()
        ) : (
          <Icon name="chat" />
        )}
      </span>
      <div className="header-text">
        <h2 className="panel-title" tabIndex={-1} dir="auto">
          {settings.title ?? say('title')}
        </h2>
        <p dir="auto">{expectation}</p>
      </div>
      <button
        type="button"
        className="icon-button"
        aria-label={say('menu')}
        aria-expanded={isMenuOpen}
        onClick={() => setMenuOpen(!isMenuOpen)}
      >
        <Icon name="menu" />
      </button>
      <button type="button" className="icon-button" aria-label={say('close')} onClick={onClose}>
        <Icon name="close" />
      </button>
      {isMenuOpen && (
        // biome-ignore lint/a11y/noStaticElementInteractions: Escape belongs to the menu while the focus is in it
        <div
          ref={menu}
          className="menu"
          onKeyDown={(event) => {
            if (event.key !== 'Escape') return;
            event.stopPropagation();
            setMenuOpen(false);
            (event.currentTarget.previousElementSibling?.previousElementSibling as HTMLElement | null)?.focus();
          }}
        >
          <button type="button" role="switch" aria-checked={hasSound} onClick={() => setSound(!hasSound)}>
            <span>{say('sound')}</span>
            <span className="switch" aria-hidden="true" />
          </button>
          {conversation && room && room.status !== 'closed' && (
            <button
              type="button"
              onClick={() => {
                setMenuOpen(false);
                void conversation.close();
              }}
            >
              {say('end')}
            </button>
          )}
        </div>
      )}
    </header>
  );
}

/** The time, drawn anew every minute while it is shown. */
function useMinutes(isShown: boolean): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    if (!isShown) return;
    const timer = setInterval(() => setNow(Date.now()), 60_000);
    return () => clearInterval(timer);
  }, [isShown]);
  return now;
}
