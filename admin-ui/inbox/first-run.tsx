import { type ReactNode, useState } from 'react';
import { Icon } from '../frame/icons.tsx';
import { useDesk, useLanguage, useSurroundings } from '../frame/surroundings.ts';
import { useStore } from '../frame/use-store.ts';

/** Before anybody has ever written: how visitors get to write, and whether the first message has arrived. */
export function FirstRun({ isNew, otherwise }: { isNew: boolean; otherwise: ReactNode }) {
  // Who was told what to do is told that it worked.
  const [wasNew, setWasNew] = useState(false);
  if (isNew && !wasNew) setWasNew(true);
  return isNew || wasNew ? <Welcome isWaiting={isNew} /> : otherwise;
}

function Welcome({ isWaiting }: { isWaiting: boolean }) {
  const { say } = useLanguage();
  const { way, tell } = useSurroundings();
  const { api, inbox } = useDesk();
  const first = useStore(inbox.state, (state) => state.rooms.values().next().value?.id ?? null);
  const code = `<script src="${api.base}/widget.js" async></script>`;
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(code);
      tell(say('copied'));
    } catch {
      tell(say('copy yourself'));
    }
  };
  return (
    <section className="mx-auto grid max-w-xl content-center gap-4 p-6 md:min-h-full">
      <h1 className="text-xl font-semibold">{say('first run')}</h1>
      <ol className="grid list-decimal gap-4 ps-5">
        <li>
          <p>{say('first run embed')}</p>
          <pre className="my-2 overflow-x-auto rounded-lg bg-soft p-3 text-[13px]">
            <code>{code}</code>
          </pre>
          <button type="button" className="button" onClick={() => void copy()}>
            <Icon name="copy" size={16} />
            {say('copy')}
          </button>
        </li>
        <li>{say('first run write')}</li>
      </ol>
      <div role="status" className="flex flex-wrap items-center gap-3 rounded-lg border border-line p-3">
        {isWaiting ? (
          <>
            <span className="size-2.5 animate-pulse rounded-full bg-accent" />
            {say('first run waiting')}
          </>
        ) : (
          <>
            <Icon name="check" />
            <span className="grow font-medium">{say('first run arrived')}</span>
            {first !== null && (
              <button type="button" className="button-main" onClick={() => way.open(first)}>
                {say('open chat')}
              </button>
            )}
          </>
        )}
      </div>
    </section>
  );
}
