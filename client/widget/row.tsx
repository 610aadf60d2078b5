import type { Conversation, ConversationState } from '../chat/conversation.ts';
import { partsOf } from '../chat/links.ts';
import type { SentFile } from '../chat/message.ts';
import type { Row } from '../chat/rows.ts';
import type { Outgoing } from '../chat/sending.ts';
import { useMaybeStore, useSurroundings } from './context.ts';
import { Icon } from './icons.tsx';
import type { Picture } from './lightbox.tsx';
import { isPicture, usePreview } from './preview.ts';

const marks = { sent: 'tick', delivered: 'ticks', read: 'ticks' } as const;

export function MessageRow({ row, onPicture }: { row: Row & { kind: 'message' }; onPicture(picture: Picture): void }) {
  const { language } = useSurroundings();
  const { say } = language;
  const { message, isMine, startsGroup, endsGroup, progress } = row;
  const time = language.time(message.sentAt);
  if (message.type === 'system') {
    return (
      <p className="system" dir="auto">
        {message.text}
      </p>
    );
  }
  const isDeleted = message.deletedAt !== null;
  const author = isMine ? say('you') : message.author.name || say('someone');
  const said = isDeleted ? say('deleted') : message.text || message.files.map(({ name }) => name).join(', ');
  return (
    <article
      className="row"
      tabIndex={-1}
      aria-label={`${author}, ${time}: ${said}${isMine && !isDeleted ? ` (${say(progress)})` : ''}`}
      data-mine={isMine}
      data-starts={startsGroup}
    >
      {startsGroup && !isMine && (
        <span className="author" dir="auto">
          {author}
        </span>
      )}
      <div className="bubble" data-deleted={isDeleted}>
        {isDeleted ? <i>{say('deleted')}</i> : <Said text={message.text} files={message.files} onPicture={onPicture} />}
        {(endsGroup || isMine || message.editedAt !== null) && !isDeleted && (
          <span className="meta">
            {message.editedAt !== null && <span>{say('edited')}</span>}
            {endsGroup && (
              <time
                dir="auto"
                dateTime={new Date(message.sentAt).toISOString()}
                title={language.fullTime(message.sentAt)}
              >
                {time}
              </time>
            )}
            {isMine && (
              <span className="mark" data-progress={progress} title={say(progress)}>
                <Icon name={marks[progress]} />
              </span>
            )}
          </span>
        )}
      </div>
    </article>
  );
}

interface SaidProps {
  text: string;
  files: readonly SentFile[];
  onPicture(picture: Picture): void;
}

function Said({ text, files, onPicture }: SaidProps) {
  const { visitor, language } = useSurroundings();
  const { say, size } = language;
  const pictures = files.filter(({ type }) => isPicture(type));
  return (
    <>
      {pictures.map((file, index) => (
        <button
          key={file.url}
          type="button"
          className="picture"
          aria-label={say('view', { name: file.name })}
          onClick={() => onPicture({ files: pictures, index })}
        >
          <img
            src={visitor.api.fileUrl(file.thumbnailUrl ?? file.url)}
            alt={file.name}
            width={file.width ?? undefined}
            height={file.height ?? undefined}
            loading="lazy"
          />
        </button>
      ))}
      {files
        .filter(({ type }) => !isPicture(type))
        .map((file) => (
          <a
            key={file.url}
            className="tile"
            href={visitor.api.fileUrl(file.url)}
            download={file.name}
            target="_blank"
            rel="noopener noreferrer"
          >
            <Icon name="file" />
            <span className="tile-name" dir="auto">
              {file.name}
            </span>
            <span className="tile-size" dir="auto">
              {size(file.sizeBytes)}
            </span>
          </a>
        ))}
      {text && <Words text={text} />}
    </>
  );
}

/** Text as text: nothing in it is ever markup. */
function Words({ text }: { text: string }) {
  return (
    <span className="words" dir="auto">
      {partsOf(text).map(({ text: part, href }, index) =>
        href ? (
          // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one text never change places
          <a key={index} href={href} target="_blank" rel="noopener noreferrer nofollow">
            {part}
          </a>
        ) : (
          part
        ),
      )}
    </span>
  );
}

const progressOf = (state: ConversationState) => state.progress;
const none: ReadonlyMap<string, number> = new Map();

export function OutgoingRow({ outgoing, conversation }: { outgoing: Outgoing; conversation: Conversation | null }) {
  const { say } = useSurroundings().language;
  const progress = useMaybeStore(conversation?.state, progressOf, none).get(outgoing.clientId);
  const { clientId, text, files, failure } = outgoing;
  const reason =
    failure &&
    (failure.kind === 'too-large'
      ? say('refusedSize')
      : failure.kind === 'forbidden' || failure.kind === 'missing'
        ? say('refusedRight')
        : (failure.reason ?? say('refused')));
  const state = say(failure ? 'failed' : 'sending');
  return (
    <article
      className="row"
      tabIndex={-1}
      aria-label={`${say('you')}: ${text || files.map(({ name }) => name).join(', ')} (${state})`}
      data-mine="true"
      data-starts="true"
    >
      <div className="bubble" data-failed={failure !== null}>
        {files.map((file) => (
          <OutgoingTile key={file.name + file.blob.size} file={file} progress={failure ? undefined : progress} />
        ))}
        {text && <Words text={text} />}
        <span className="meta">
          {files.length > 0 && !failure && (
            <button type="button" className="text-button" onClick={() => void conversation?.discard(clientId)}>
              {say('cancel')}
            </button>
          )}
          <span className="mark" title={state}>
            <Icon name={failure ? 'alert' : 'clock'} />
          </span>
        </span>
      </div>
      {failure && (
        <div className="failure">
          <span role="alert">
            {state}. {reason}
          </span>
          <button type="button" className="text-button" onClick={() => void conversation?.retry(clientId)}>
            {say('retry')}
          </button>
          <button type="button" className="text-button" onClick={() => void conversation?.discard(clientId)}>
            {say('discard')}
          </button>
        </div>
      )}
    </article>
  );
}

function OutgoingTile({ file, progress }: { file: Outgoing['files'][number]; progress: number | undefined }) {
  const preview = usePreview(file);
  return (
    <span className="tile">
      {preview ? <img src={preview} alt="" /> : <Icon name="file" />}
      <span className="tile-name" dir="auto">
        {file.name}
      </span>
      {progress !== undefined && <progress value={progress} max={1} aria-label={file.name} />}
    </span>
  );
}
