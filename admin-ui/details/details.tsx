import type { Conversation } from '../../client/chat/conversation.ts';
import { useRoomActions } from '../conversation/actions.ts';
import { useWords } from '../conversation/words.ts';
import type { DeskRoom } from '../desk/wire.ts';
import { Avatar } from '../frame/avatar.tsx';
import { Icon } from '../frame/icons.tsx';
import { useLanguage } from '../frame/surroundings.ts';
import { BlockVisitor } from './block-visitor.tsx';
import { Contact } from './contact.tsx';
import { EarlierChats } from './earlier-chats.tsx';
import { History } from './history.tsx';
import { Labels } from './labels.tsx';
import { Notes } from './notes.tsx';
import { RoomFiles } from './room-files.tsx';
import { Section } from './section.tsx';
import { Surroundings } from './surroundings.tsx';

interface Props {
  room: DeskRoom;
  conversation: Conversation;
  /** What else there is to show is on its way. */
  isOpening: boolean;
  onClose(): void;
}

/** Who one talks to, and what is known of them and of this conversation. */
export default function Details({ room, conversation, isOpening, onClose }: Props) {
  const { say } = useLanguage();
  const word = useWords();
  const actions = useRoomActions(room.id);
  const { visitor } = room;
  return (
    <aside aria-label={say('details')} aria-busy={isOpening} className="details">
      <div className="flex justify-end p-2">
        <button
          type="button"
          className="button-quiet"
          aria-label={`${say('details')}: ${say('dismiss')}`}
          onClick={onClose}
        >
          <Icon name="close" size={16} />
        </button>
      </div>
      <div className="grid grid-cols-1 justify-items-center gap-2 px-4 pb-3 text-center">
        <Avatar id={visitor.id} name={visitor.name} size={56} />
        <h2 dir="auto" className="text-base font-semibold wrap-anywhere">
          {visitor.name}
        </h2>
        <p className="verified" data-is={visitor.isVerified}>
          <Icon name={visitor.isVerified ? 'check' : 'alert'} size={15} />
          {say(visitor.isVerified ? 'verified' : 'unverified')}
        </p>
      </div>
      <Contact room={room} actions={actions} />
      {!isOpening && (
        <>
          <Labels room={room} actions={actions} />
          <Surroundings roomId={room.id} />
          <Section name="earlier" title={word('earlier chats')}>
            <EarlierChats room={room} />
          </Section>
          <Section name="files" title={word('files')}>
            <RoomFiles roomId={room.id} />
          </Section>
          <Section name="notes" title={word('notes')}>
            <Notes conversation={conversation} />
          </Section>
          <Section name="history" title={word('history')}>
            <History roomId={room.id} />
          </Section>
          <BlockVisitor room={room} />
        </>
      )}
    </aside>
  );
}
