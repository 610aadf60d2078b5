import { useEffect, useId, useState } from 'react';
import { useWords, type WordName } from '../conversation/words.ts';
import { Dialog } from '../frame/dialog.tsx';
import { useLanguage, useSurroundings } from '../frame/surroundings.ts';
import { useStore } from '../frame/use-store.ts';
import './alerts.css';
import { Checklist } from './checklist.tsx';
import { askDesktopPermission, desktopPermission, showOnDesktop } from './desktop.ts';
import { MentionList } from './mention-list.tsx';
import { playSound } from './sound.ts';
import { wishes } from './wishes.ts';

/** How one is called, a way to try it, and what stands in its way. */
export default function AlertSettings({ onClose }: { onClose(): void }) {
  const { say } = useLanguage();
  const word = useWords();
  const { looks } = useSurroundings();
  const wished = useStore(wishes.state, (state) => state);
  const hasSound = useStore(looks.state, (state) => state.hasSound);
  const permission = usePermission();
  return (
    <Dialog label={say('alerts')} className="w-[min(34rem,94vw)]" onClose={onClose}>
      <header className="flex items-center justify-between gap-3 border-b border-line px-5 py-3">
        <h2 className="text-base font-semibold">{say('alerts')}</h2>
        <button type="button" className="button-quiet" onClick={onClose}>
          {say('dismiss')}
        </button>
      </header>
      <div className="grid max-h-[75vh] grid-cols-1 gap-5 overflow-auto px-5 py-4">
        <MentionList onFollow={onClose} />
        <fieldset className="grid min-w-0 grid-cols-1 gap-2.5">
          <legend className="mb-2 font-semibold">{say('sound')}</legend>
          <Switch name="sound on" isOn={hasSound} onChange={(on) => looks.change({ hasSound: on })} />
          <label className="flex flex-wrap items-center justify-between gap-2">
            {word('volume')}
            <input
              type="range"
              min="0"
              max="1"
              step="0.05"
              value={wished.volume}
              aria-valuetext={`${Math.round(wished.volume * 100)} %`}
              onChange={(event) => wishes.change({ volume: Number(event.target.value) })}
            />
          </label>
          <Choice
            name="when new"
            value={wished.whenNew}
            options={['repeat', 'once', 'never']}
            onChange={(whenNew) => wishes.change({ whenNew })}
          />
          <Choice
            name="when mine"
            value={wished.whenMine}
            options={['once', 'never']}
            onChange={(whenMine) => wishes.change({ whenMine })}
          />
          <Switch
            name="only hidden"
            isOn={wished.onlyHidden}
            onChange={(onlyHidden) => wishes.change({ onlyHidden })}
          />
          <span className="flex flex-wrap gap-2">
            <button type="button" className="button" onClick={() => playSound('new', wished.volume)}>
              {word('try sound new')}
            </button>
            <button type="button" className="button" onClick={() => playSound('mine', wished.volume)}>
              {word('try sound mine')}
            </button>
          </span>
        </fieldset>
        <fieldset className="grid min-w-0 grid-cols-1 gap-2.5">
          <legend className="mb-2 font-semibold">{word('on desktop')}</legend>
          <Switch name="desktop on" isOn={wished.hasDesktop} onChange={(hasDesktop) => wishes.change({ hasDesktop })} />
          <span className="flex flex-wrap gap-2">
            {permission.is === 'default' && (
              <button type="button" className="button-main" onClick={permission.ask}>
                {word('allow desktop')}
              </button>
            )}
            <button
              type="button"
              className="button"
              disabled={permission.is !== 'granted'}
              onClick={() =>
                showOnDesktop(word('try desktop'), { body: word('try desktop text'), tag: 'try' }, () => {})
              }
            >
              {word('try desktop')}
            </button>
          </span>
        </fieldset>
        <Checklist permission={permission.is} />
      </div>
    </Dialog>
  );
}

/** What the browser allows; it may be changed beside us, in its own settings. */
function usePermission() {
  const [is, setIs] = useState(desktopPermission);
  useEffect(() => {
    const look = () => setIs(desktopPermission());
    addEventListener('focus', look);
    return () => removeEventListener('focus', look);
  }, []);
  return { is, ask: () => void askDesktopPermission().then(setIs) };
}

function Switch({ name, isOn, onChange }: { name: WordName; isOn: boolean; onChange(isOn: boolean): void }) {
  const word = useWords();
  return (
    <label className="flex items-center gap-2">
      <input type="checkbox" checked={isOn} onChange={(event) => onChange(event.target.checked)} />
      {word(name)}
    </label>
  );
}

interface ChoiceProps<Option extends WordName> {
  name: WordName;
  value: Option;
  options: readonly Option[];
  onChange(option: Option): void;
}

function Choice<Option extends WordName>({ name, value, options, onChange }: ChoiceProps<Option>) {
  const word = useWords();
  const id = useId();
  return (
    <span className="flex flex-wrap items-center justify-between gap-2">
      <label htmlFor={id}>{word(name)}</label>
      <select
        id={id}
        className="field ms-auto w-auto! max-w-full"
        value={value}
        onChange={(event) => onChange(options.find((option) => option === event.target.value) ?? value)}
      >
        {options.map((option) => (
          <option key={option} value={option}>
            {word(option)}
          </option>
        ))}
      </select>
    </span>
  );
}
