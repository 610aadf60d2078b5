import { type DragEvent, type KeyboardEvent, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { Conversation, ConversationState } from '../chat/conversation.ts';
import type { VisitorState } from '../chat/visitor.ts';
import { Bars } from './bars.tsx';
import { Composer } from './composer.tsx';
import { useMaybeStore, useStore, useSurroundings } from './context.ts';
import { usePickedFiles } from './files.ts';
import { Header } from './header.tsx';
import { Home } from './home.tsx';
import { Lightbox, type Picture } from './lightbox.tsx';
import { Log } from './log.tsx';
import { trapFocus, useFullScreen } from './phone.ts';
import { Prechat, useAsked } from './prechat.tsx';

export interface PanelProps {
  conversation: Conversation | null;
  isPhone: boolean;
  onClose(): void;
}

const waitingOf = (state: VisitorState) => state.waiting;
const phaseOf = (state: VisitorState) => state.phase;
const roomOf = (state: ConversationState) => state.room;
const typistsOf = (state: ConversationState) => state.typists;
const isEmptyNow = (state: ConversationState) =>
  state.hasLoaded && state.timeline.messages.length === 0 && state.outgoing.length === 0;
const nobody: readonly string[] = [];

export function Panel({ conversation, isPhone, onClose }: PanelProps) {
  const { visitor, settings, language } = useSurroundings();
  const { say } = language;
  const panel = useRef<HTMLDivElement>(null);
  const waiting = useStore(visitor.state, waitingOf);
  const phase = useStore(visitor.state, phaseOf);
  const room = useMaybeStore(conversation?.state, roomOf, null);
  const typists = useMaybeStore(conversation?.state, typistsOf, nobody);
  const isRoomEmpty = useMaybeStore(conversation?.state, isEmptyNow, true);
  const [asked, answer] = useAsked();
  const [picture, setPicture] = useState<Picture | null>(null);
  const [isDragged, setDragged] = useState(false);
  const picked = usePickedFiles();
  useFullScreen(isPhone, panel, onClose);
  const closePicture = useCallback(() => setPicture(null), []);

  const isEmpty = isRoomEmpty && waiting.length === 0;
  const isClosed = room?.status === 'closed';
  const asks = isEmpty && phase === 'ready' && asked.length > 0;
  const view = asks ? 'prechat' : isEmpty ? 'home' : 'chatting';
  // The place to write is where people want to be; on a phone its keyboard would cover the greeting.
  useEffect(() => {
    const first = panel.current?.querySelector<HTMLElement>(isPhone ? '.panel-title' : 'textarea, form input');
    (first ?? panel.current?.querySelector<HTMLElement>('.panel-title'))?.focus({ preventScroll: true });
  }, [isPhone]);

  const keyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape' && !event.defaultPrevented) onClose();
    else if (isPhone) trapFocus(event, panel.current);
    // The page's own shortcuts are not meant for what is typed here.
    event.stopPropagation();
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setDragged(false);
    void picked.add(event.dataTransfer?.files ?? []);
  };
  const typing = useMemo(() => {
    const [name] = typists;
    return typists.length > 1
      ? say('typingMany')
      : name === undefined
        ? ''
        : say('typing', { name: name || say('someone') });
  }, [typists, say]);

  return (
    <div
      ref={panel}
      id="panel"
      className="panel"
      role="dialog"
      aria-modal={isPhone || undefined}
      aria-label={settings.title ?? say('title')}
      data-state={phase === 'over' ? 'over' : isClosed ? 'closed' : view}
      onKeyDown={keyDown}
      onDragOver={(event) => {
        event.preventDefault();
        setDragged(true);
      }}
      onDragLeave={(event) => {
        if (!panel.current?.contains(event.relatedTarget as Node | null)) setDragged(false);
      }}
      onDrop={drop}
    >
      <Header conversation={conversation} room={room} onClose={onClose} />
      <Bars conversation={conversation} />
      {view === 'prechat' ? (
        <Prechat fields={asked} onAnswer={answer} />
      ) : view === 'home' ? (
        <Home onTopic={(topic) => void visitor.send(topic)} />
      ) : (
        <Log conversation={conversation} waiting={waiting} onPicture={setPicture} />
      )}
      <div className="typing" role="status">
        {typing && (
          <>
            <span className="dots" aria-hidden="true">
              <i />
              <i />
              <i />
            </span>
            <span dir="auto">{typing}</span>
          </>
        )}
      </div>
      {view !== 'prechat' &&
        (isClosed ? (
          <div className="ended">
            <p>{say('closed')}</p>
            <button type="button" className="primary" onClick={() => visitor.startAnew()}>
              {say('anew')}
            </button>
          </div>
        ) : (
          <Composer conversation={conversation} picked={picked} />
        ))}
      {isDragged && <div className="drop">{say('drop')}</div>}
      {picture && <Lightbox picture={picture} onClose={closePicture} />}
    </div>
  );
}
