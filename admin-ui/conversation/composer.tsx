import { type ClipboardEvent, type DragEvent, type KeyboardEvent, useEffect, useMemo, useRef, useState } from 'react';
import type { Conversation } from '../../client/chat/conversation.ts';
import type { OutgoingFile } from '../../client/chat/sending.ts';
import { newClientId } from '../desk/desk-api.ts';
import type { DeskRoom } from '../desk/wire.ts';
import { Icon } from '../frame/icons.tsx';
import { useDesk, useLanguage, useSurroundings } from '../frame/surroundings.ts';
import { useKeys } from '../keys/use-keys.ts';
import { useRoomActions } from './actions.ts';
import { CannedList } from './canned-list.tsx';
import { type Draft, draftsOf } from './drafts.ts';
import { editing } from './editing.ts';
import { useCanned } from './use-canned.ts';
import { useColleague } from './use-colleague.ts';

const MAX_TEXT = 5000;
const COUNTED_FROM = 4500;
const MAX_FILE_BYTES = 10 * 1024 * 1024;

export function Composer({ room, conversation }: { room: DeskRoom; conversation: Conversation }) {
  const { say } = useLanguage();
  const { way, tell } = useSurroundings();
  const { api, keeper, me } = useDesk();
  const actions = useRoomActions(room.id);
  const drafts = useMemo(() => draftsOf(keeper, api, room.id), [keeper, api, room.id]);
  const [draft, setDraft] = useState<Draft>(() => drafts.kept() ?? { text: '', isNote: false });
  const [files, setFiles] = useState<readonly OutgoingFile[]>([]);
  const [isResolving, setResolving] = useState(false);
  const field = useRef<HTMLTextAreaElement>(null);
  const picker = useRef<HTMLInputElement>(null);
  const { text, isNote } = draft;
  const colleague = useColleague(conversation, text !== '');
  const canned = useCanned(room.id, isNote ? '' : text, (said) => write({ text: said, isNote: false }));

  const write = (next: Draft) => {
    setDraft(next);
    drafts.keep(next);
  };
  useEffect(() => {
    void drafts.fetched().then((there) => there && setDraft((now) => (now.text === '' ? there : now)));
  }, [drafts]);
  useEffect(() => () => conversation.typing.stopped(), [conversation]);

  const focus = () => field.current?.focus();
  useKeys({
    'focus composer': focus,
    note: () => {
      write({ text, isNote: true });
      focus();
    },
    canned: () => {
      if (text === '') write({ text: '/', isNote: false });
      focus();
    },
    'edit last': () => {
      const last = conversation.state
        .get()
        .timeline.messages.findLast(
          ({ author, deletedAt, type }) => author.id === me.id && !deletedAt && type !== 'system',
        );
      if (last) editing.set({ messageId: last.id });
    },
    'leave composer': () => (document.activeElement === field.current ? field.current?.blur() : way.open(null)),
  });

  const isEmpty = text.trim() === '' && files.length === 0;
  const send = async (isLast: boolean, isSure = false) => {
    if (isEmpty || text.length > MAX_TEXT) return;
    if (colleague.name !== null && !isSure && !isNote) {
      setResolving(isLast);
      return colleague.ask();
    }
    colleague.forget();
    const entry = { clientId: newClientId(isNote), text: text.trim(), files };
    conversation.typing.stopped();
    write({ text: '', isNote: false });
    setFiles([]);
    await conversation.send(entry);
    if (isLast) await actions.resolve();
  };

  const add = (chosen: Iterable<File>) => {
    const all = [...chosen];
    const tooLarge = all.find(({ size }) => size > MAX_FILE_BYTES);
    if (tooLarge) tell(say('too large', { name: tooLarge.name }));
    const fitting = all.filter((file) => file !== tooLarge && file.size <= MAX_FILE_BYTES);
    setFiles((before) => [...before, ...fitting.map((file) => ({ name: file.name, type: file.type, blob: file }))]);
  };
  const pressed = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    const isHeld = event.ctrlKey || event.metaKey;
    if (!isHeld && !event.shiftKey && canned.pressed(event.key)) event.preventDefault();
    else if (event.key === 'Enter' && (isHeld || !event.shiftKey)) {
      event.preventDefault();
      void send(isHeld && event.shiftKey);
    }
  };
  const pasted = (event: ClipboardEvent) => {
    if (event.clipboardData.files.length === 0) return;
    event.preventDefault();
    add(event.clipboardData.files);
  };
  const dropped = (event: DragEvent) => {
    event.preventDefault();
    add(event.dataTransfer.files);
  };
  const kinds = [
    { is: false, name: say('reply') },
    { is: true, name: say('note') },
  ];
  const isMine = room.assignee?.id === me.id;

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping a file is one of several ways, the button is another
    <footer className="composer" data-note={isNote} onDragOver={(event) => event.preventDefault()} onDrop={dropped}>
      {!isMine && (
        <p className="px-1 text-[13px] text-muted">
          {room.assignee ? say('anothers', { name: room.assignee.name }) : say('not yours')}
        </p>
      )}
      {colleague.isAsking && (
        <div role="alert" className="asking">
          <span className="grow">{say('just answered', { name: colleague.name ?? '' })}</span>
          <button type="button" className="button" onClick={() => colleague.forget()}>
            {say('look first')}
          </button>
          <button type="button" className="button-main" onClick={() => void send(isResolving, true)}>
            {say('send anyway')}
          </button>
        </div>
      )}
      {canned.isOpen && <CannedList replies={canned.replies} chosen={canned.at} onChoose={canned.choose} />}
      <div className="composer-box">
        <textarea
          ref={field}
          dir="auto"
          rows={1}
          aria-label={say(isNote ? 'write note' : 'write reply')}
          placeholder={say(isNote ? 'write note' : 'write reply')}
          {...(canned.isOpen
            ? {
                role: 'combobox',
                'aria-expanded': true,
                'aria-controls': 'canned-list',
                'aria-activedescendant': `canned-${canned.at}`,
              }
            : {})}
          maxLength={MAX_TEXT}
          value={text}
          onChange={(event) => {
            write({ text: event.target.value, isNote });
            if (isNote) return;
            if (event.target.value === '') conversation.typing.stopped();
            else conversation.typing.keyPressed();
          }}
          onBlur={() => conversation.typing.stopped()}
          onKeyDown={pressed}
          onPaste={pasted}
        />
        {files.length > 0 && (
          <ul className="flex flex-wrap gap-1.5 px-3 pb-2">
            {files.map((file, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: two files may have one name
              <li key={index} className="file">
                <Icon name="clip" size={15} />
                <span className="truncate">{file.name}</span>
                <button
                  type="button"
                  className="button-quiet"
                  aria-label={say('remove file', { name: file.name })}
                  onClick={() => setFiles(files.filter((each) => each !== file))}
                >
                  <Icon name="close" size={13} />
                </button>
              </li>
            ))}
          </ul>
        )}
        <div className="flex items-center gap-1.5 p-1.5">
          {/* biome-ignore lint/a11y/useSemanticElements: a fieldset brings a look of its own */}
          <div role="group" aria-label={`${say('reply')}, ${say('note')}`} className="kinds">
            {kinds.map(({ is, name }) => (
              <button
                key={name}
                type="button"
                aria-pressed={is === isNote}
                onClick={() => {
                  write({ text, isNote: is });
                  focus();
                }}
              >
                {name}
              </button>
            ))}
          </div>
          <button
            type="button"
            className="button-quiet"
            aria-label={say('attach')}
            title={say('attach')}
            onClick={() => picker.current?.click()}
          >
            <Icon name="clip" />
          </button>
          <input
            ref={picker}
            type="file"
            multiple
            hidden
            aria-label={say('attach')}
            onChange={(event) => {
              add(event.target.files ?? []);
              event.target.value = '';
            }}
          />
          <span role="status" className="grow text-end text-[13px] text-muted">
            {text.length >= COUNTED_FROM && say('left characters', { n: MAX_TEXT - text.length })}
          </span>
          {!isNote && (
            <button
              type="button"
              className="button-quiet px-2 max-sm:hidden"
              disabled={isEmpty}
              title="Ctrl ⇧ Enter"
              onClick={() => void send(true)}
            >
              {say('send and resolve')}
            </button>
          )}
          <button
            type="button"
            className="button-main"
            disabled={isEmpty}
            title="Enter"
            onClick={() => void send(false)}
          >
            {say(isNote ? 'send note' : 'send')}
          </button>
        </div>
      </div>
    </footer>
  );
}
