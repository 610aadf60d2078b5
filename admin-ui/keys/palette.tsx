import { type KeyboardEvent, useState } from 'react';
import { Avatar } from '../frame/avatar.tsx';
import { Dialog } from '../frame/dialog.tsx';
import { useDesk, useLanguage, useSurroundings } from '../frame/surroundings.ts';
import { type Action, capsOf, nameOf } from './keys.ts';

const NOT_COMMANDS = new Set<Action>(['palette', 'next chat', 'previous chat', 'leave composer']);
const ROOMS_AT_MOST = 8;

interface Entry {
  key: string;
  text: string;
  caps: string | undefined;
  visitor: { id: number; name: string } | null;
  run(): void;
}

/** All that can be done here and everybody one can go to, by typing a part of the name. */
export function Palette({ onClose }: { onClose(): void }) {
  const { say } = useLanguage();
  const { keys, way } = useSurroundings();
  const { inbox } = useDesk();
  // What can be done is what could be done when it was opened: the dialog itself can do nothing of it.
  const [possible] = useState(() => keys.possible().filter((action) => !NOT_COMMANDS.has(action)));
  const [typed, setTyped] = useState('');
  const [at, setAt] = useState(0);
  const fits = (text: string) => text.toLocaleLowerCase().includes(typed.trim().toLocaleLowerCase());
  const commands = possible
    .map(
      (action): Entry => ({
        key: action,
        text: nameOf(action, say),
        caps: capsOf(action),
        visitor: null,
        run: () => keys.run(action),
      }),
    )
    .filter(({ text }) => fits(text));
  const rooms = [...inbox.state.get().rooms.values()]
    .filter(({ visitor }) => fits([visitor.name, visitor.email, visitor.phone].join(' ')))
    .sort((a, b) => b.lastMessageAt - a.lastMessageAt)
    .slice(0, ROOMS_AT_MOST)
    .map(
      ({ id, visitor }): Entry => ({
        key: `room-${id}`,
        text: visitor.name,
        caps: undefined,
        visitor,
        run: () => way.open(id),
      }),
    );
  const entries = typed.trim() === '' ? [...commands, ...rooms] : [...rooms, ...commands];
  const chosen = entries[Math.min(at, entries.length - 1)];

  const choose = (entry: Entry | undefined) => {
    if (!entry) return;
    onClose();
    // After the dialog has given the focus back.
    setTimeout(entry.run);
  };
  const pressed = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step !== 0) {
      event.preventDefault();
      setAt((Math.min(at, entries.length - 1) + step + entries.length) % entries.length || 0);
    } else if (event.key === 'Enter' && !event.nativeEvent.isComposing) {
      event.preventDefault();
      choose(chosen);
    }
  };
  return (
    <Dialog label={say('palette')} className="mt-[12vh] w-[min(36rem,94vw)]" onClose={onClose}>
      <input
        autoFocus
        role="combobox"
        aria-expanded="true"
        aria-controls="palette-list"
        aria-activedescendant={chosen ? `palette-${chosen.key}` : undefined}
        aria-label={say('palette hint')}
        placeholder={say('palette hint')}
        className="w-full border-b border-line bg-transparent px-5 py-3.5 text-base outline-none"
        value={typed}
        onChange={(event) => {
          setTyped(event.target.value);
          setAt(0);
        }}
        onKeyDown={pressed}
      />
      <div role="listbox" id="palette-list" aria-label={say('palette')} className="max-h-[50vh] overflow-auto p-1.5">
        {entries.length === 0 && <p className="p-4 text-center text-muted">{say('no command')}</p>}
        {entries.map((entry) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the field above has the keys
          // biome-ignore lint/a11y/useFocusableInteractive: pointed at by the field above
          <div
            key={entry.key}
            id={`palette-${entry.key}`}
            role="option"
            aria-selected={entry === chosen}
            ref={entry === chosen ? (element) => element?.scrollIntoView({ block: 'nearest' }) : undefined}
            className="menu-item aria-selected:bg-soft"
            onClick={() => choose(entry)}
          >
            {entry.visitor && <Avatar id={entry.visitor.id} name={entry.visitor.name} size={22} />}
            <span className="grow truncate">{entry.text}</span>
            {entry.caps && <kbd>{entry.caps}</kbd>}
          </div>
        ))}
      </div>
    </Dialog>
  );
}
