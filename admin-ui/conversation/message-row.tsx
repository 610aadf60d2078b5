import { memo, useEffect, useState } from 'react';
import type { Conversation } from '../../client/chat/conversation.ts';
import { partsOf } from '../../client/chat/links.ts';
import type { Message, SentFile } from '../../client/chat/message.ts';
import type { Row } from '../../client/chat/rows.ts';
import type { Outgoing } from '../../client/chat/sending.ts';
import { isNoteId } from '../desk/desk-api.ts';
import { Icon } from '../frame/icons.tsx';
import { useDesk, useLanguage, useSurroundings } from '../frame/surroundings.ts';
import { useStore } from '../frame/use-store.ts';
import { EditField } from './edit-field.tsx';
import { editing } from './editing.ts';

type MessageRowProps = { row: Extract<Row, { kind: 'message' }>; roomId: number };

export const MessageRow = memo(function MessageRow({ row, roomId }: MessageRowProps) {
  const { say, time, fullTime } = useLanguage();
  const { api, me } = useDesk();
  const { message, isMine, startsGroup, endsGroup, progress } = row;
  const isEdited = useStore(editing, (state) => state.messageId === message.id);
  const { tell } = useSurroundings();
  if (message.type === 'system') {
    return (
      <p className="log-line" data-is="system">
        <span>{message.text}</span>
      </p>
    );
  }
  const isOwn = message.author.id === me.id;
  const mayCorrect = isOwn && message.deletedAt === null;
  const remove = () => api.remove(roomId, message.id).catch(() => tell(say('failed action')));
  return (
    <article
      className="message"
      data-side={isMine ? 'team' : 'visitor'}
      data-note={message.isPrivate}
      data-starts={startsGroup}
      aria-label={`${isOwn ? say('you') : message.author.name}, ${time(message.sentAt)}${message.isPrivate ? `, ${say('note')}` : ''}`}
    >
      {startsGroup && (
        <p className="message-by">
          {message.isPrivate && (
            <>
              <Icon name="note" size={13} />
              {say('note')} ·
            </>
          )}
          <span dir="auto">{isOwn ? say('you') : message.author.name}</span>
        </p>
      )}
      {isEdited ? (
        <EditField message={message} roomId={roomId} />
      ) : (
        <div className="bubble" dir="auto">
          {message.deletedAt !== null ? (
            <span className="italic text-muted">{say('message deleted')}</span>
          ) : (
            <>
              <Words text={message.text} />
              <Files files={message.files} />
            </>
          )}
        </div>
      )}
      {mayCorrect && !isEdited && (
        <span className="message-tools">
          <button
            type="button"
            className="button-quiet"
            aria-label={say('edit message')}
            title={say('edit message')}
            onClick={() => editing.set({ messageId: message.id })}
          >
            <Icon name="pen" size={15} />
          </button>
          <button
            type="button"
            className="button-quiet"
            aria-label={say('delete message')}
            title={say('delete message')}
            onClick={remove}
          >
            <Icon name="bin" size={15} />
          </button>
        </span>
      )}
      {endsGroup && (
        <p className="message-foot">
          {message.editedAt !== null && message.deletedAt === null && <span>{say('edited')}</span>}
          <time dateTime={new Date(message.sentAt).toISOString()} title={fullTime(message.sentAt)}>
            {time(message.sentAt)}
          </time>
          {isMine && !message.isPrivate && message.deletedAt === null && (
            <span className="progress" data-is={progress} title={say(progress)}>
              <Icon name={progress === 'sent' ? 'check' : 'checks'} size={15} />
              <span className="sr-only">{say(progress)}</span>
            </span>
          )}
        </p>
      )}
    </article>
  );
});

/** What is not with the server yet. */
export function OutgoingRow({ outgoing, conversation }: { outgoing: Outgoing; conversation: Conversation }) {
  const { say } = useLanguage();
  const part = useStore(conversation.state, (state) => state.progress.get(outgoing.clientId));
  const { clientId, failure, text, files } = outgoing;
  return (
    <article className="message" data-side="team" data-note={isNoteId(clientId)} data-outgoing aria-label={say('you')}>
      <div className="bubble" dir="auto">
        <Words text={text} />
        {files.map(({ name }, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: two files may have one name, and none moves
          <span key={index} className="file">
            <Icon name="clip" size={15} />
            <span className="truncate">{name}</span>
          </span>
        ))}
        {files.length > 0 && part !== undefined && part < 1 && (
          <progress className="mt-1 block w-full" value={part} aria-label={say('sending')} />
        )}
      </div>
      <p className="message-foot" role={failure ? 'alert' : undefined}>
        {failure ? (
          <>
            <span className="text-bad">{failure.reason ?? say('failed')}</span>
            <button type="button" className="link" onClick={() => void conversation.retry(clientId)}>
              {say('retry')}
            </button>
            <button type="button" className="link" onClick={() => void conversation.discard(clientId)}>
              {say('discard')}
            </button>
          </>
        ) : (
          <span title={say('sending')}>
            <Icon name="clock" size={14} />
            <span className="sr-only">{say('sending')}</span>
          </span>
        )}
      </p>
    </article>
  );
}

function Words({ text }: { text: Message['text'] }) {
  if (text === '') return null;
  return (
    <span className="words">
      {partsOf(text).map(({ text: part, href }, index) =>
        href === null ? (
          part
        ) : (
          // biome-ignore lint/suspicious/noArrayIndexKey: a text's parts do not move
          <a key={index} href={href} target="_blank" rel="noopener noreferrer nofollow">
            {part}
          </a>
        ),
      )}
    </span>
  );
}

const PICTURE = /^image\/(png|jpeg|gif|webp|avif)$/;

function Files({ files }: { files: readonly SentFile[] }) {
  const { size } = useLanguage();
  const { api } = useDesk();
  return files.map((file) => {
    const url = api.conversation.fileUrl(file.url);
    const isPicture = PICTURE.test(file.type);
    return (
      <a key={file.url} href={url} target="_blank" rel="noopener noreferrer" className={isPicture ? 'picture' : 'file'}>
        {isPicture ? (
          <Picture url={api.conversation.fileUrl(file.thumbnailUrl ?? file.url)} file={file} />
        ) : (
          <>
            <Icon name="clip" size={15} />
            <span className="truncate">{file.name}</span>
            <span className="shrink-0 text-muted">{size(file.sizeBytes)}</span>
          </>
        )}
      </a>
    );
  });
}

/** Takes its place before it is there, so that nothing moves when it comes. */
function Picture({ url, file }: { url: string; file: SentFile }) {
  const [isBroken, setBroken] = useState(false);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another address is another picture
  useEffect(() => setBroken(false), [url]);
  if (isBroken) return <span className="file">{file.name}</span>;
  return (
    <img
      src={url}
      alt={file.name}
      width={file.width ?? 240}
      height={file.height ?? 180}
      loading="lazy"
      onError={() => setBroken(true)}
    />
  );
}
