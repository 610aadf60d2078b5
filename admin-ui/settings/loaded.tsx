import type { ReactNode } from 'react';
import { troubleFrom } from '../../client/chat/trouble.ts';
import { useLanguage } from '../frame/surroundings.ts';
import { saidOf } from '../texts/trouble.ts';

interface Asked<Data> {
  data: Data | undefined;
  error: unknown;
  refetch(): unknown;
}

/** What was asked for once it is there; until then that it comes, or why it does not. */
export function Loaded<Data>({ of, children }: { of: Asked<Data>; children(data: Data): ReactNode }) {
  const { say } = useLanguage();
  if (of.data !== undefined) return children(of.data);
  if (!of.error) return <p className="text-muted">{say('one moment')}</p>;
  return (
    <div role="alert" className="grid justify-items-start gap-2">
      <p className="text-bad">{saidOf(troubleFrom(of.error), say)}</p>
      <button type="button" className="button" onClick={() => of.refetch()}>
        {say('retry')}
      </button>
    </div>
  );
}
