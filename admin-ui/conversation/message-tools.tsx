import type { Message } from '../../client/chat/message.ts';
import { troubleFrom } from '../../client/chat/trouble.ts';
import { Icon } from '../frame/icons.tsx';
import { useDesk, useLanguage, useSurroundings } from '../frame/surroundings.ts';
import { saidOf } from '../texts/trouble.ts';
import { editing } from './editing.ts';
import { useWords } from './words.ts';

/** As long as the server takes corrections. */
const EDITABLE_MS = 600_000;

/** What one may still do about what was said: correct it for ten minutes, or take it back; supervisors, anybody's. */
export function MessageTools({ message, roomId }: { message: Message; roomId: number }) {
  const { say } = useLanguage();
  const { tell } = useSurroundings();
  const { api, me } = useDesk();
  const word = useWords();
  const isOwn = message.author.id === me.id;
  if (message.deletedAt !== null || (!isOwn && !me.isLeading)) return null;
  const isEditable = isOwn && Date.now() - message.sentAt < EDITABLE_MS;
  const remove = () => api.remove(roomId, message.id).catch((error) => tell(saidOf(troubleFrom(error), say)));
  const removing = isOwn ? say('delete message') : word('remove anothers', { name: message.author.name });
  return (
    <span className="message-tools">
      {isEditable && (
        <button
          type="button"
          className="button-quiet"
          aria-label={say('edit message')}
          title={say('edit message')}
          onClick={() => editing.set({ messageId: message.id })}
        >
          <Icon name="pen" size={15} />
        </button>
      )}
      <button
        type="button"
        className="button-quiet"
        aria-label={removing}
        title={removing}
        onClick={() => void remove()}
      >
        <Icon name="bin" size={15} />
      </button>
    </span>
  );
}
