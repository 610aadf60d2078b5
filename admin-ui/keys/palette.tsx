import { type KeyboardEvent, type ReactNode, useState } from 'react';
import { Dialog } from '../frame/dialog.tsx';
import { useLanguage } from '../frame/surroundings.ts';
import { type Entry, useEntries } from './entries.tsx';

/** All that can be done here and everybody one can go to, by typing a part of the name. */
export function Palette({ onClose }: { onClose(): void }) {
  const { say } = useLanguage();
  const [typed, setTyped] = useState('');
  const [at, setAt] = useState(0);
  const groups = useEntries(typed.trim());
  const entries = groups.flatMap((group) => group.entries);
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
        dir="auto"
        role="combobox"
        aria-expanded="true"
        aria-controls="palette-list"
        aria-activedescendant={chosen ? `palette-${chosen.key}` : undefined}
        aria-label={say('palette hint')}
        placeholder={say('palette hint')}
        maxLength={200}
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
        {groups.map(({ name, entries: own }) => (
          <Group key={name} name={name}>
            {own.map((entry) => (
              // biome-ignore lint/a11y/useKeyWithClickEvents: the field above has the keys
              // biome-ignore lint/a11y/useFocusableInteractive: pointed at by the field above
              <div
                key={entry.key}
                id={`palette-${entry.key}`}
                role="option"
                aria-selected={entry.key === chosen?.key}
                ref={entry.key === chosen?.key ? (element) => element?.scrollIntoView({ block: 'nearest' }) : undefined}
                className="menu-item aria-selected:bg-soft"
                onClick={() => choose(entry)}
              >
                {entry.picture}
                <bdi className="shrink-0 max-w-[60%] truncate">{entry.text}</bdi>
                <bdi className="grow truncate text-[13px] text-muted">{entry.more}</bdi>
                {entry.caps && <kbd>{entry.caps}</kbd>}
              </div>
            ))}
          </Group>
        ))}
      </div>
    </Dialog>
  );
}

function Group({ name, children }: { name: string; children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: options stand in groups, a fieldset is none
    <div role="group" aria-label={name}>
      <p aria-hidden="true" className="px-2.5 pt-2 pb-1 text-[12px] text-muted">
        {name}
      </p>
      {children}
    </div>
  );
}
