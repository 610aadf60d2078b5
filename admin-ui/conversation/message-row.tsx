import { Fragment, memo, useEffect, useRef, useState } from 'react';
import type { Conversation } from '../../client/chat/conversation.ts';
import { partsOf } from '../../client/chat/links.ts';
import type { Message, SentFile } from '../../client/chat/message.ts';
import type { Row } from '../../client/chat/rows.ts';
import type { Outgoing } from '../../client/chat/sending.ts';
import { isNoteId } from '../desk/desk-api.ts';
import { useTeam } from '../frame/availability.ts';
import { Icon } from '../frame/icons.tsx';
import { useDesk, useLanguage } from '../frame/surroundings.ts';
import { useStore } from '../frame/use-store.ts';
import { saidOf } from '../texts/trouble.ts';
import { stoppedFrom } from './answered.ts';
import { EditField } from './edit-field.tsx';
import { editing } from './editing.ts';
import { finding } from './finding.ts';
import { MessageTools } from './message-tools.tsx';

type MessageRowProps = { row: Extract<Row, { kind: 'message' }>; roomId: number };

export const MessageRow = memo(function MessageRow({ row, roomId }: MessageRowProps) {
  const { say, time, fullTime } = useLanguage();
  const { me } = useDesk();
  const { message, isMine, startsGroup, endsGroup, progress } = row;
  const isEdited = useStore(editing, (state) => state.messageId === message.id);
  const isFound = useStore(finding, (state) => state.messageId === message.id);
  const place = useRef<HTMLElement>(null);
  useEffect(() => {
    if (isFound) place.current?.scrollIntoView({ block: 'center' });
  }, [isFound]);
  if (message.type === 'system') {
    return (
      <p className="log-line" data-is="system">
        <span>{message.text}</span>
      </p>
    );
  }
  const isOwn = message.author.id === me.id;
  return (
    <article
      className="message"
      data-side={isMine ? 'team' : 'visitor'}
      data-note={message.isPrivate}
      data-starts={startsGroup}
      data-found={isFound || undefined}
      ref={place}
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
              <Words text={message.text} isNote={message.isPrivate} />
              <Files files={message.files} />
            </>
          )}
        </div>
      )}
      {!isEdited && <MessageTools message={message} roomId={roomId} />}
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
        <Words text={text} isNote={isNoteId(clientId)} />
        {files.map(({ name }, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: two files may have one name, and none moves
          <span key={index} className="file">
            <Icon name="clip" size={15} />
            <span className="truncate">{name}</span>
          </span>
        ))}
        {files.length > 0 && !failure && (
          <span className="mt-1 flex items-center gap-2">
            <progress className="min-w-0 grow" value={part ?? 0} aria-label={say('sending')} />
            <button type="button" className="link" onClick={() => void conversation.discard(clientId)}>
              {say('cancel')}
            </button>
          </span>
        )}
      </div>
      <p className="message-foot" role={failure ? 'alert' : undefined}>
        {failure ? (
          <>
            <span className="text-bad">
              {say('failed')}: {saidOf(failure, say)}
            </span>
            {/* What a colleague's answer has stopped is decided above the field. */}
            {stoppedFrom(outgoing) === null && (
              <>
                <button type="button" className="link" onClick={() => void conversation.retry(clientId)}>
                  {say('retry')}
                </button>
                <button type="button" className="link" onClick={() => void conversation.discard(clientId)}>
                  {say('discard')}
                </button>
              </>
            )}
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

function Words({ text, isNote }: { text: Message['text']; isNote: boolean }) {
  if (text === '') return null;
  return (
    <span className="words">
      {partsOf(text).map(({ text: part, href }, index) =>
        href === null ? (
          // biome-ignore lint/suspicious/noArrayIndexKey: a text's parts do not move
          <Fragment key={index}>{isNote ? <Spoken text={part} /> : part}</Fragment>
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

/** Colleagues a note speaks to stand out. */
function Spoken({ text }: { text: string }) {
  const names = useTeam()
    .map(({ name }) => `@${name}`)
    .filter((name) => name !== '@' && text.includes(name))
    .sort((a, b) => b.length - a.length);
  if (names.length === 0) return text;
  const parts = text.split(
    new RegExp(`(${names.map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|')})`),
  );
  return parts.map((part, index) =>
    index % 2 === 1 ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: a text's parts do not move
      <b key={index} className="mention">
        {part}
      </b>
    ) : (
      part
    ),
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
