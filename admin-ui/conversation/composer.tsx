import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { flushSync } from 'react-dom';
import type { Conversation } from '../../client/chat/conversation.ts';
import { newClientId } from '../desk/desk-api.ts';
import type { Opening } from '../desk/openings.ts';
import type { DeskRoom } from '../desk/wire.ts';
import { useTeam } from '../frame/availability.ts';
import { Avatar } from '../frame/avatar.tsx';
import { Icon } from '../frame/icons.tsx';
import { useDesk, useLanguage, useSurroundings } from '../frame/surroundings.ts';
import { useStore } from '../frame/use-store.ts';
import { useCaps, useKeys } from '../keys/use-keys.ts';
import { useRoomActions } from './actions.ts';
import { afterStored, stoppedFrom, useSeenThrough } from './answered.ts';
import { AnsweredBar } from './answered-bar.tsx';
import { Banner } from './banner.tsx';
import { editing } from './editing.ts';
import { FileRow } from './file-row.tsx';
import { putting } from './putting.ts';
import { Suggestions, suggesting } from './suggestions.tsx';
import { useCanned } from './use-canned.ts';
import { emptyDraft, useDraft } from './use-draft.ts';
import type { useFiles } from './use-files.ts';
import { mentionedIn, useMentioning } from './use-mentioning.ts';
import { useWords } from './words.ts';

const MAX_TEXT = 5000;
const COUNTED_FROM = 4500;

interface Props {
  room: DeskRoom;
  conversation: Conversation;
  opening: Promise<Opening> | null;
  chosen: ReturnType<typeof useFiles>;
}

/** Where one answers, or notes something for the team. */
export function Composer({ room, conversation, opening, chosen }: Props) {
  const { say } = useLanguage();
  const word = useWords();
  const { keys, session } = useSurroundings();
  const { me } = useDesk();
  const caps = useCaps();
  const team = useTeam();
  const actions = useRoomActions(room.id);
  const sendsOnEnter = useStore(keys.state, (state) => state.sendsOnEnter);
  const outgoing = useStore(conversation.state, (state) => state.outgoing);
  const { text, isNote, write } = useDraft(room.id, opening);
  const { files } = chosen;
  const [caret, setCaret] = useState(text.length);
  const field = useRef<HTMLTextAreaElement>(null);
  const picker = useRef<HTMLInputElement>(null);
  const seenThrough = useSeenThrough(conversation, text !== '' && !isNote);

  const focus = () => field.current?.focus();
  const canned = useCanned(room.id, isNote ? '' : text, (said) => {
    write({ text: said, isNote: false });
    focus();
  });
  const mentioning = useMentioning(isNote ? text : null, caret, (said, at) => {
    // At once: the next key is perhaps on its way already.
    flushSync(() => {
      write({ text: said, isNote: true });
      setCaret(at);
    });
    field.current?.setSelectionRange(at, at);
  });
  const list = canned.isOpen ? canned : mentioning;
  const stopped = outgoing.map(stoppedFrom).find((each) => each !== null);

  useEffect(() => () => conversation.typing.stopped(), [conversation]);
  // Perhaps one may do less than when the page was opened, or nothing at all.
  const isForbidden = outgoing.some(({ failure }) => failure?.kind === 'forbidden');
  useEffect(() => {
    if (isForbidden) void session.check();
  }, [isForbidden, session]);
  const take = useRef(canned.write);
  useEffect(() => {
    take.current = canned.write;
  });
  useEffect(() => putting.take({ canned: ({ reply }) => void take.current(reply) }), []);

  const isEmpty = text.trim() === '' && files.length === 0;
  const send = async (isLast: boolean) => {
    if (isEmpty || text.length > MAX_TEXT) return;
    const clientId = newClientId(isNote);
    const about = isNote ? { mentions: mentionedIn(text, team) } : { seenThrough: seenThrough.current };
    conversation.typing.stopped();
    write(emptyDraft);
    chosen.put([]);
    if (isLast) afterStored(conversation, clientId, () => void actions.resolve());
    await conversation.send({ clientId, text: text.trim(), files, ...withoutUndefined(about) });
  };
  const become = (note: boolean) => {
    conversation.typing.stopped();
    write({ text, isNote: note });
    focus();
  };

  useKeys({
    'focus composer': focus,
    note: () => become(true),
    canned: () => {
      if (text === '') write({ text: '/', isNote: false });
      focus();
    },
    'send and resolve': () => (document.activeElement === field.current && !isNote ? void send(true) : false),
    'edit last': () => {
      const last = conversation.state
        .get()
        .timeline.messages.findLast(
          ({ author, deletedAt, type }) => author.id === me.id && !deletedAt && type !== 'system',
        );
      if (last) editing.set({ messageId: last.id });
    },
  });

  const pressed = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    const isHeld = event.ctrlKey || event.metaKey;
    if (!isHeld && !event.shiftKey && list.pressed(event.key)) event.preventDefault();
    else if (event.key === 'Enter' && !event.shiftKey && (isHeld || sendsOnEnter)) {
      event.preventDefault();
      void send(false);
    }
  };
  const kinds = [
    { is: false, name: say('reply') },
    { is: true, name: say('note') },
  ];

  return (
    <footer className="composer" data-note={isNote}>
      <Banner room={room} />
      {stopped && (
        <AnsweredBar
          conversation={conversation}
          stopped={stopped}
          onTakeBack={(back, files) => {
            write({ text: text === '' ? back : `${back}\n${text}`, isNote: false });
            chosen.put([...files, ...chosen.files]);
            focus();
          }}
        />
      )}
      {canned.isOpen && (
        <Suggestions
          label={say('canned')}
          choice={canned}
          none={say('no canned')}
          draw={(reply) => (
            <>
              <code className="shrink-0 text-[13px] text-muted">/{reply.shortCode}</code>
              <span className="grow truncate">{reply.text}</span>
            </>
          )}
        >
          {canned.preview !== null && (
            <p dir="auto" className="suggestion-preview">
              <span className="sr-only">{word('preview')}: </span>
              {canned.preview}
            </p>
          )}
        </Suggestions>
      )}
      {mentioning.isOpen && (
        <Suggestions
          label={word('mention whom')}
          choice={mentioning}
          none={word('no colleague')}
          draw={({ id, name }) => (
            <>
              <Avatar id={id} name={name} size={22} />
              <bdi className="grow truncate">{name}</bdi>
            </>
          )}
        />
      )}
      <div className="composer-box">
        <textarea
          ref={field}
          dir="auto"
          rows={1}
          aria-label={say(isNote ? 'write note' : 'write reply')}
          placeholder={say(isNote ? 'write note' : 'write reply')}
          {...suggesting(list)}
          maxLength={MAX_TEXT}
          value={text}
          onChange={(event) => {
            write({ text: event.target.value, isNote });
            setCaret(event.target.selectionStart);
            if (event.target.value === '') conversation.typing.stopped();
            else conversation.typing.keyPressed(isNote);
          }}
          onSelect={(event) => setCaret(event.currentTarget.selectionStart)}
          onBlur={() => conversation.typing.stopped()}
          onKeyDown={pressed}
          onPaste={chosen.pasted}
        />
        {files.length > 0 && <FileRow files={files} onRemove={chosen.remove} />}
        <div className="flex flex-wrap items-center gap-1.5 p-1.5">
          {/* biome-ignore lint/a11y/useSemanticElements: a fieldset brings a look of its own */}
          <div role="group" aria-label={`${say('reply')}, ${say('note')}`} className="kinds">
            {kinds.map(({ is, name }) => (
              <button key={name} type="button" aria-pressed={is === isNote} onClick={() => become(is)}>
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
              chosen.add(event.target.files ?? []);
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
              title={caps('send and resolve')}
              onClick={() => void send(true)}
            >
              {say('send and resolve')}
            </button>
          )}
          <button
            type="button"
            className="button-main ms-auto"
            disabled={isEmpty}
            title={sendsOnEnter ? 'Enter' : 'Ctrl Enter'}
            onClick={() => void send(false)}
          >
            {say(isNote ? 'send note' : 'send')}
          </button>
        </div>
      </div>
    </footer>
  );
}

function withoutUndefined({ mentions, seenThrough }: { mentions?: number[]; seenThrough?: number | undefined }) {
  return { ...(mentions ? { mentions } : {}), ...(seenThrough === undefined ? {} : { seenThrough }) };
}
