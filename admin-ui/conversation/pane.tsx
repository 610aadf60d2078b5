import { useEffect, useState } from 'react';
import { troubleFrom } from '../../client/chat/trouble.ts';
import { useDesk, useLanguage, useSurroundings } from '../frame/surroundings.ts';
import { useStore } from '../frame/use-store.ts';
import { Composer } from './composer.tsx';
import { Details } from './details.tsx';
import { Head } from './head.tsx';
import { Log } from './log.tsx';

/** One room: what was said in it, what can be done with it, and a place to answer. */
export function ConversationPane({ roomId }: { roomId: number }) {
  const { say } = useLanguage();
  const { way } = useSurroundings();
  const desk = useDesk();
  const room = useStore(desk.inbox.state, (state) => state.rooms.get(roomId));
  const [conversation] = useState(() => desk.conversation(roomId));
  const [isGone, setGone] = useState(false);
  const [hasDetails, setDetails] = useState(desk.keeper.read('details') === 'true');

  useEffect(() => {
    desk.inbox.find(roomId).catch((error) => {
      const { kind } = troubleFrom(error);
      setGone(kind === 'missing' || kind === 'forbidden');
    });
  }, [desk, roomId]);

  if (isGone && !room) {
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
  const toggleDetails = () => {
    desk.keeper.write('details', String(!hasDetails));
    setDetails(!hasDetails);
  };
  return (
    <div className="flex h-full min-w-0">
      <section aria-label={say('conversation')} className="flex min-w-0 grow flex-col">
        <Head room={room} hasDetails={hasDetails} onDetails={toggleDetails} />
        <Log conversation={conversation} />
        <Composer room={room} conversation={conversation} />
      </section>
      {hasDetails && <Details room={room} onClose={toggleDetails} />}
    </div>
  );
}
