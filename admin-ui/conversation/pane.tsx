import { useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import type { Conversation as OpenConversation } from '../../client/chat/conversation.ts';
import { troubleFrom } from '../../client/chat/trouble.ts';
import type { Opening } from '../desk/openings.ts';
import type { DeskRoom } from '../desk/wire.ts';
import { seedDetails } from '../details/seeding.ts';
import { Boundary } from '../frame/boundary.tsx';
import { useDesk, useLanguage, useSurroundings } from '../frame/surroundings.ts';
import { useStore } from '../frame/use-store.ts';
import { useKeys } from '../keys/use-keys.ts';
import './conversation.css';
import { Composer } from './composer.tsx';
import { Head } from './head.tsx';
import { Log } from './log.tsx';
import { useChangesByOthers } from './use-changes.ts';
import { useFiles } from './use-files.ts';

const Details = lazy(() => import('../details/details.tsx'));
const FindBar = lazy(() => import('./find-bar.tsx'));

/** One room: what was said in it, what can be done with it, and a place to answer. */
export function ConversationPane({ roomId }: { roomId: number }) {
  const { say } = useLanguage();
  const { way } = useSurroundings();
  const desk = useDesk();
  const queries = useQueryClient();
  const room = useStore(desk.inbox.state, (state) => state.rooms.get(roomId));
  // One request brings whatever of the room is not known here: each part takes its own from the answer.
  const [{ conversation, opening }] = useState(() => ({
    conversation: desk.conversation(roomId),
    opening: desk.opening(roomId),
  }));
  const [isOpening, setOpening] = useState(opening !== null);
  const [isGone, setGone] = useState(false);
  useEffect(() => {
    opening
      ?.then(
        (opened) => seedDetails(queries, opened),
        (error) => {
          const { kind } = troubleFrom(error);
          setGone(kind === 'missing' || kind === 'forbidden');
        },
      )
      .finally(() => setOpening(false));
  }, [opening, queries]);

  if (isGone) {
    return (
      <div role="alert" className="grid h-full place-content-center gap-3 p-6 text-center">
        <p>{say('room gone')}</p>
        <button type="button" className="button mx-auto" onClick={() => way.open(null)}>
          {say('back')}
        </button>
      </div>
    );
  }
  if (!room) return <p className="grid h-full place-content-center text-muted">{say('one moment')}</p>;
  return <Conversation room={room} conversation={conversation} opening={opening} isOpening={isOpening} />;
}

interface Props {
  room: DeskRoom;
  conversation: OpenConversation;
  opening: Promise<Opening> | null;
  isOpening: boolean;
}

function Conversation({ room, conversation, opening, isOpening }: Props) {
  const { say } = useLanguage();
  const { way } = useSurroundings();
  const desk = useDesk();
  const [hasDetails, setDetails] = useState(desk.hasDetails);
  const [isFinding, setFinding] = useState(false);
  const section = useRef<HTMLElement>(null);
  const chosen = useFiles(room.id);
  useChangesByOthers(room);

  const toggleDetails = () => {
    desk.showDetails(!hasDetails);
    setDetails(!hasDetails);
  };
  const stopFinding = () => {
    setFinding(false);
    section.current?.querySelector<HTMLElement>('.log')?.focus();
  };
  useKeys({
    details: toggleDetails,
    find() {
      // Whoever asks for it again wants the browser's own.
      if (section.current?.querySelector('.find-bar')?.contains(document.activeElement)) return false;
      setFinding(true);
      section.current?.querySelector<HTMLElement>('.find-bar input')?.focus();
    },
    'leave composer'() {
      const { activeElement } = document;
      if (activeElement instanceof HTMLElement && activeElement.closest('.composer')) activeElement.blur();
      else if (hasDetails) toggleDetails();
      else way.open(null);
    },
  });
  return (
    <div className="flex h-full min-w-0">
      <section
        ref={section}
        aria-label={say('conversation')}
        className="flex min-w-0 grow flex-col"
        {...chosen.dropping}
      >
        <Head room={room} hasDetails={hasDetails} onDetails={toggleDetails} onFind={() => setFinding(true)} />
        {isFinding && (
          <Suspense fallback={null}>
            <FindBar conversation={conversation} onClose={stopFinding} />
          </Suspense>
        )}
        <Log conversation={conversation} />
        <Composer room={room} conversation={conversation} opening={opening} chosen={chosen} />
      </section>
      {hasDetails && (
        <Boundary about={room.id}>
          <Suspense fallback={<aside className="details" aria-busy="true" aria-label={say('details')} />}>
            <Details room={room} conversation={conversation} isOpening={isOpening} onClose={toggleDetails} />
          </Suspense>
        </Boundary>
      )}
    </div>
  );
}
