import { Boundary } from '../frame/boundary.tsx';
import { useDesk, useLanguage, useSurroundings } from '../frame/surroundings.ts';
import { useStore } from '../frame/use-store.ts';
import { Conversation } from './conversation.tsx';
import { FirstRun } from './first-run.tsx';
import { InboxPane } from './inbox-pane.tsx';

/** The list and the conversation side by side; on a phone, one of them. */
export function InboxPage() {
  const { way } = useSurroundings();
  const { inbox } = useDesk();
  const roomId = useStore(way.state, (state) => state.roomId);
  const isErased = useStore(inbox.state, (state) => roomId !== null && state.gone.has(roomId));
  const isNew = useStore(inbox.state, (state) => state.stats?.total === 0);
  return (
    <div className="inbox" data-shows={roomId === null && !isNew ? 'list' : 'room'}>
      <Boundary about="list">
        <InboxPane />
      </Boundary>
      <main id="conversation" tabIndex={-1} className="conversation-side">
        <Boundary about={roomId}>
          {roomId === null ? (
            <FirstRun isNew={isNew} otherwise={<Nothing />} />
          ) : isErased ? (
            <Erased />
          ) : (
            <Conversation roomId={roomId} />
          )}
        </Boundary>
      </main>
    </div>
  );
}

export function Erased() {
  const { say } = useLanguage();
  const { way } = useSurroundings();
  return (
    <div role="alert" className="grid h-full place-content-center gap-3 p-6 text-center">
      <p>{say('room erased')}</p>
      <button type="button" className="button mx-auto" onClick={() => way.open(null)}>
        {say('back')}
      </button>
    </div>
  );
}

function Nothing() {
  const { say } = useLanguage();
  return (
    <div className="grid h-full place-content-center gap-1 p-6 text-center">
      <h1 className="text-lg font-semibold">{say('nothing open')}</h1>
      <p className="text-muted">{say('nothing open hint')}</p>
    </div>
  );
}
