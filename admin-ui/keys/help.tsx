import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { useWords } from '../conversation/words.ts';
import { Dialog } from '../frame/dialog.tsx';
import { useLanguage, useSurroundings } from '../frame/surroundings.ts';
import { useStore } from '../frame/use-store.ts';
import { type Action, actions, type Chord, capsOf, chordOf, nameOf, ownerOf } from './bindings.ts';

/** Every key and what it does, and the way to have it otherwise. */
export default function KeyHelp({ onClose }: { onClose(): void }) {
  const { say } = useLanguage();
  const word = useWords();
  const { looks, keys } = useSurroundings();
  const hasSingleKeys = useStore(looks.state, (state) => state.hasSingleKeys);
  const { bindings, sendsOnEnter } = useStore(keys.state, (state) => state);
  const [changed, setChanged] = useState<Action | null>(null);
  return (
    // Escape ends the change of a key before it closes all of it.
    <Dialog
      label={say('keyboard')}
      className="w-[min(56rem,94vw)]"
      onClose={() => (changed === null ? onClose() : setChanged(null))}
    >
      <header className="flex items-center justify-between gap-3 border-b border-line px-5 py-3">
        <h2 className="text-base font-semibold">{say('keyboard')}</h2>
        <button type="button" className="button-quiet" onClick={onClose}>
          {say('dismiss')}
        </button>
      </header>
      <ul className="grid max-h-[65vh] gap-x-10 gap-y-0.5 overflow-auto px-5 py-3 sm:grid-cols-2">
        {actions.map((action) => (
          <li key={action} className="min-w-0">
            {changed === action ? (
              <Rebinding action={action} onDone={() => setChanged(null)} />
            ) : (
              <span className="flex min-h-8 items-center gap-2">
                <span className="min-w-0 grow">{nameOf(action, say)}</span>
                {bindings[action].map((chord) => (
                  <kbd key={chord}>{capsOf(chord)}</kbd>
                ))}
                <button
                  type="button"
                  className="link text-[13px]"
                  aria-label={word('change key of', { name: nameOf(action, say) })}
                  onClick={() => setChanged(action)}
                >
                  {word('change')}
                </button>
              </span>
            )}
          </li>
        ))}
      </ul>
      <footer className="grid gap-2 border-t border-line px-5 py-3">
        <label className="flex items-center gap-2">
          <input
            type="checkbox"
            checked={hasSingleKeys}
            onChange={(event) => looks.change({ hasSingleKeys: event.target.checked })}
          />
          {say('single keys')}
        </label>
        <label className="flex items-center gap-2">
          <input type="checkbox" checked={sendsOnEnter} onChange={(event) => keys.sendOnEnter(event.target.checked)} />
          {word('send on enter', { keys: capsOf('Control+Enter') ?? '' })}
        </label>
        <button type="button" className="button justify-self-start" onClick={keys.reset}>
          {word('reset keys')}
        </button>
      </footer>
    </Dialog>
  );
}

const HELD = /^(Control|Shift|Alt|Meta|OS|CapsLock)/;

/** Takes the next key. One that does something else is taken from there only when that is asked for. */
function Rebinding({ action, onDone }: { action: Action; onDone(): void }) {
  const { say } = useLanguage();
  const word = useWords();
  const { keys } = useSurroundings();
  const [chord, setChord] = useState<Chord | null>(null);
  const field = useRef<HTMLButtonElement>(null);
  useEffect(() => field.current?.focus(), []);
  const owner = chord === null ? null : ownerOf(keys.state.get().bindings, chord, action);
  const bind = (to: Chord) => {
    keys.bind(action, to);
    onDone();
  };
  const pressed = (event: KeyboardEvent) => {
    if (event.code === 'Tab' || (event.code === 'Escape' && action !== 'leave composer')) return;
    event.preventDefault();
    if (HELD.test(event.code) || event.nativeEvent.getModifierState('AltGraph')) return;
    const next = chordOf(event.nativeEvent);
    if (ownerOf(keys.state.get().bindings, next, action) === null) bind(next);
    else setChord(next);
  };
  return (
    <span className="grid gap-1.5 rounded-lg bg-soft p-2">
      <span className="flex items-center gap-2">
        <span className="grow">{nameOf(action, say)}</span>
        <button ref={field} type="button" className="button" onKeyDown={pressed}>
          {chord === null ? word('press a key') : capsOf(chord)}
        </button>
      </span>
      {chord !== null && owner !== null && (
        <span role="alert" className="flex flex-wrap items-center gap-2 text-[13px]">
          <span className="grow">{word('key taken', { keys: capsOf(chord) ?? '', name: nameOf(owner, say) })}</span>
          <button type="button" className="button-main" onClick={() => bind(chord)}>
            {word('take key')}
          </button>
        </span>
      )}
      <button type="button" className="link justify-self-start text-[13px]" onClick={onDone}>
        {say('cancel')}
      </button>
    </span>
  );
}
