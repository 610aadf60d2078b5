import { ConversationPane } from '../conversation/pane.tsx';
import { Boundary } from '../frame/boundary.tsx';
import { useLanguage, useSurroundings } from '../frame/surroundings.ts';
import { useStore } from '../frame/use-store.ts';
import { InboxPane } from './inbox-pane.tsx';

/** The list and the conversation side by side; on a phone, one of them. */
export function InboxPage() {
  const { say } = useLanguage();
  const { way } = useSurroundings();
  const roomId = useStore(way.state, (state) => state.roomId);
  return (
    <div className="inbox" data-shows={roomId === null ? 'list' : 'room'}>
      <a href="#conversation" className="skip">
        {say('skip to chat')}
      </a>
      <Boundary about="list">
        <InboxPane />
      </Boundary>
      <main id="conversation" tabIndex={-1} className="conversation-side">
        <Boundary about={roomId}>
          {roomId === null ? <Nothing /> : <ConversationPane key={roomId} roomId={roomId} />}
        </Boundary>
      </main>
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
