import './sessions.css';
import { Boundary } from '../frame/boundary.tsx';
import { Icon } from '../frame/icons.tsx';
import { useDesk, useLanguage, useSurroundings } from '../frame/surroundings.ts';
import { useStore } from '../frame/use-store.ts';
import { Conversation } from '../inbox/conversation.tsx';
import { Erased } from '../inbox/page.tsx';
import { SessionTable } from './table.tsx';

/** All conversations there ever were as a table, and each of them as a page of its own. */
export default function Sessions() {
  const { say } = useLanguage();
  const { way } = useSurroundings();
  const { inbox } = useDesk();
  const roomId = useStore(way.state, (state) => state.roomId);
  const isErased = useStore(inbox.state, (state) => roomId !== null && state.gone.has(roomId));
  if (roomId === null) return <SessionTable />;
  return (
    <div className="flex h-full flex-col">
      <p className="border-b border-line px-2 py-1 max-md:hidden">
        <button type="button" className="button-quiet" onClick={() => way.open(null)}>
          <Icon name="back" size={16} />
          {say('back')}
        </button>
      </p>
      <div className="min-h-0 grow">
        <Boundary about={roomId}>{isErased ? <Erased /> : <Conversation roomId={roomId} />}</Boundary>
      </div>
    </div>
  );
}
