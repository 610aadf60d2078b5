import { type ClipboardEvent, type KeyboardEvent, useLayoutEffect, useRef } from 'react';
import type { Conversation } from '../chat/conversation.ts';
import type { VisitorState } from '../chat/visitor.ts';
import { useStore, useSurroundings } from './context.ts';
import type { PickedFiles } from './files.ts';
import { Icon } from './icons.tsx';
import { usePreview } from './preview.ts';

export interface ComposerProps {
  conversation: Conversation | null;
  picked: PickedFiles;
}

const draftOf = (state: VisitorState) => state.draft;
const MAX_CHARACTERS = 5000;
const COUNT_FROM = 4500;

export function Composer({ conversation, picked }: ComposerProps) {
  const { visitor, language } = useSurroundings();
  const { say } = language;
  const draft = useStore(visitor.state, draftOf);
  const field = useRef<HTMLTextAreaElement>(null);
  useLayoutEffect(() => {
    // As high as what is written; the style sheet sets the most.
    const element = field.current;
    if (!element || element.value !== draft) return;
    element.style.height = 'auto';
    element.style.height = `${element.scrollHeight}px`;
  }, [draft]);

  const left = MAX_CHARACTERS - draft.length;
  const maySend = left >= 0 && (draft.trim() !== '' || picked.files.length > 0);
  const send = () => {
    if (!maySend) return;
    void visitor.send(draft.trim(), picked.files);
    picked.clear();
    field.current?.focus();
  };
  const keyDown = (event: KeyboardEvent) => {
    // On a touch keyboard Enter is the only way to a new line; while a word is being composed it ends the word.
    const isPlain = event.key === 'Enter' && !event.shiftKey && !isComposing(event) && !hasTouchKeyboard();
    const isForced = event.key === 'Enter' && (event.ctrlKey || event.metaKey);
    if (!isPlain && !isForced) return;
    event.preventDefault();
    send();
  };
  const input = (text: string) => {
    visitor.setDraft(text);
    if (text.trim() === '') conversation?.typing.stopped();
    else conversation?.typing.keyPressed();
  };
  const paste = (event: ClipboardEvent) => {
    const files = Array.from(event.clipboardData?.files ?? []);
    if (files.length === 0) return;
    event.preventDefault();
    void picked.add(files);
  };
  const pick = (input: HTMLInputElement) => {
    void picked.add(input.files ?? []);
    input.value = '';
  };
  return (
    <div className="composer">
      {picked.files.length > 0 && (
        <ul className="picked">
          {picked.files.map((file) => (
            <PickedTile key={file.name + file.blob.size} file={file} onRemove={() => picked.remove(file)} />
          ))}
        </ul>
      )}
      <p className="problem" role="alert">
        {picked.problem || (left < 0 ? say('tooLong', { n: -left }) : '')}
      </p>
      <div className="composer-row">
        <label className="icon-button" data-tip={say('attach')}>
          <Icon name="clip" />
          <span className="unseen">{say('attach')}</span>
          <input type="file" multiple onChange={(event) => pick(event.currentTarget)} />
        </label>
        <label className="icon-button camera">
          <Icon name="camera" />
          <span className="unseen">{say('camera')}</span>
          <input type="file" accept="image/*" capture="environment" onChange={(event) => pick(event.currentTarget)} />
        </label>
        <textarea
          ref={field}
          rows={1}
          dir="auto"
          aria-label={say('write')}
          placeholder={say('write')}
          value={draft}
          enterKeyHint={hasTouchKeyboard() ? 'enter' : 'send'}
          onInput={(event) => input(event.currentTarget.value)}
          onKeyDown={keyDown}
          onPaste={paste}
          onBlur={() => conversation?.typing.stopped()}
        />
        <button type="button" className="send" aria-label={say('send')} disabled={!maySend} onClick={send}>
          <Icon name="send" />
        </button>
      </div>
      {left >= 0 && draft.length >= COUNT_FROM && <p className="counter">{say('left', { n: left })}</p>}
    </div>
  );
}

function hasTouchKeyboard(): boolean {
  return matchMedia('(pointer: coarse)').matches;
}

/** React hands out an event of its own, with the browser's inside; Preact the browser's. */
function isComposing(event: KeyboardEvent): boolean {
  return ((event.nativeEvent ?? event) as unknown as { isComposing: boolean }).isComposing;
}

function PickedTile({ file, onRemove }: { file: PickedFiles['files'][number]; onRemove(): void }) {
  const { say, size } = useSurroundings().language;
  const preview = usePreview(file);
  return (
    <li className="tile">
      {preview ? <img src={preview} alt="" /> : <Icon name="file" />}
      <span className="tile-name" dir="auto">
        {file.name}
      </span>
      <span className="tile-size" dir="auto">
        {size(file.blob.size)}
      </span>
      <button type="button" className="icon-button" aria-label={say('remove', { name: file.name })} onClick={onRemove}>
        <Icon name="close" />
      </button>
    </li>
  );
}
