import { useEffect } from 'react';
import { useDesk, useLanguage, useSurroundings } from './surroundings.ts';
import { useStore } from './use-store.ts';

/** Says that the server has another panel by now; when to take it is the agent's to say. */
export function NewVersion() {
  const { say } = useLanguage();
  const { shell } = useSurroundings();
  const isLive = useStore(useDesk().state, (state) => state.isLive);
  const hasNewer = useStore(shell.state, (state) => state.hasNewer);
  useEffect(() => {
    if (isLive) shell.look();
  }, [isLive, shell]);
  return (
    <div role="status" className="newer empty:hidden">
      {hasNewer && (
        <>
          {say('new version')}
          <button type="button" className="button ms-3" onClick={() => location.reload()}>
            {say('reload')}
          </button>
        </>
      )}
    </div>
  );
}
