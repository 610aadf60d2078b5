import type { Trouble } from '../../client/chat/trouble.ts';
import { useDesk, useLanguage, useSurroundings } from '../frame/surroundings.ts';
import { useStore } from '../frame/use-store.ts';
import { saidOf } from '../texts/trouble.ts';
import { countOf, noFilter } from './filter.ts';

/** What stands where rooms are not: not yet, none, or not to be had. */

export function LoadTrouble({ trouble }: { trouble: Trouble }) {
  const { say } = useLanguage();
  const { way } = useSurroundings();
  const { inbox } = useDesk();
  return (
    <div role="alert" className="grid gap-2 p-4 text-center text-muted">
      <p>{saidOf(trouble, say)}</p>
      {trouble.requestId && <p className="text-xs break-all">{say('request', { id: trouble.requestId })}</p>}
      <button type="button" className="button mx-auto" onClick={() => void inbox.load(way.state.get().filter)}>
        {say('retry')}
      </button>
    </div>
  );
}

export function Skeleton() {
  return (
    <div aria-hidden="true" className="grid gap-4 p-4">
      {[70, 45, 60, 52].map((width) => (
        <div key={width} className="flex animate-pulse items-center gap-3">
          <span className="size-9 rounded-full bg-soft" />
          <span className="h-3 rounded bg-soft" style={{ inlineSize: `${width}%` }} />
        </div>
      ))}
    </div>
  );
}

export function Empty() {
  const { say } = useLanguage();
  const { way } = useSurroundings();
  const filter = useStore(way.state, (state) => state.filter);
  const isFiltered = filter.text !== '' || countOf(filter) > 0;
  return (
    <div className="grid justify-items-center gap-1 px-4 py-14 text-center">
      <p className="font-medium">{say('empty list')}</p>
      {isFiltered ? (
        <button type="button" className="button mt-2" onClick={() => way.filter({ ...noFilter, tab: 'all' })}>
          {say('clear filters')}
        </button>
      ) : (
        <p className="text-muted">{say('empty hint')}</p>
      )}
    </div>
  );
}
