import { useEffect, useMemo, useState } from 'react';
import type { Opening } from '../desk/openings.ts';
import { useDesk } from '../frame/surroundings.ts';
import { type Draft, draftsOf } from './drafts.ts';

export const emptyDraft: Draft = { text: '', isNote: false };

/** What is in the field, and stays there whatever becomes of the page. */
export function useDraft(roomId: number, opening: Promise<Opening> | null) {
  const { api, me } = useDesk();
  const drafts = useMemo(() => draftsOf(api, roomId, me.id), [api, roomId, me.id]);
  const [draft, setDraft] = useState<Draft>(() => drafts.kept() ?? emptyDraft);
  useEffect(() => {
    void drafts.fetched(opening).then((there) => there && setDraft((now) => (now.text === '' ? there : now)));
    addEventListener('pagehide', drafts.tell);
    return () => {
      removeEventListener('pagehide', drafts.tell);
      drafts.tell();
    };
  }, [drafts, opening]);
  return {
    ...draft,
    write(next: Draft): void {
      setDraft(next);
      drafts.keep(next);
    },
  };
}
