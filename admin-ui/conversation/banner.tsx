import type { DeskRoom } from '../desk/wire.ts';
import { useDesk, useLanguage } from '../frame/surroundings.ts';
import { useRoomActions } from './actions.ts';
import { useWords } from './words.ts';

/** Says whose conversation it is, to whoever is about to answer in it. */
export function Banner({ room }: { room: DeskRoom }) {
  const { say } = useLanguage();
  const word = useWords();
  const { me } = useDesk();
  const actions = useRoomActions(room.id);
  const { assignee } = room;
  if (assignee?.id === me.id) return null;
  return (
    <p className="banner" data-is={assignee ? 'anothers' : 'nobodys'}>
      <span className="min-w-0">{assignee ? say('anothers', { name: assignee.name }) : say('not yours')}</span>
      {assignee && (
        <button type="button" className="link shrink-0" onClick={() => void actions.takeOver()}>
          {word('take over')}
        </button>
      )}
    </p>
  );
}
