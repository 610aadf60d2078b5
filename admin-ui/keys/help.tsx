import { Dialog } from '../frame/dialog.tsx';
import { useLanguage, useSurroundings } from '../frame/surroundings.ts';
import { useStore } from '../frame/use-store.ts';
import { bindings, capsOf, nameOf } from './keys.ts';

/** Every key and what it does. */
export function KeyHelp({ onClose }: { onClose(): void }) {
  const { say } = useLanguage();
  const { looks } = useSurroundings();
  const hasSingleKeys = useStore(looks.state, (state) => state.hasSingleKeys);
  const actions = [...new Set(bindings.map(({ action }) => action))];
  const rows: [string, string][] = [
    ...actions.map((action): [string, string] => [capsOf(action) ?? '', nameOf(action, say)]),
    ['Enter', say('send')],
    ['Ctrl ⇧ Enter', say('send and resolve')],
  ];
  return (
    <Dialog label={say('keyboard')} className="w-[min(44rem,94vw)]" onClose={onClose}>
      <header className="flex items-center justify-between border-b border-line px-5 py-3">
        <h2 className="text-base font-semibold">{say('keyboard')}</h2>
        <button type="button" className="button-quiet" onClick={onClose}>
          {say('cancel')}
        </button>
      </header>
      <dl tabIndex={0} className="grid max-h-[65vh] gap-x-10 gap-y-0.5 overflow-auto px-5 py-3 sm:grid-cols-2">
        {rows.map(([caps, what]) => (
          <div key={what} className="flex items-center justify-between gap-3 py-1">
            <dt>{what}</dt>
            <dd>
              <kbd>{caps}</kbd>
            </dd>
          </div>
        ))}
      </dl>
      <label className="flex items-center gap-2 border-t border-line px-5 py-3">
        <input
          type="checkbox"
          checked={hasSingleKeys}
          onChange={(event) => looks.change({ hasSingleKeys: event.target.checked })}
        />
        {say('single keys')}
      </label>
    </Dialog>
  );
}
