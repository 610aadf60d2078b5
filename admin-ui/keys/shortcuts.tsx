import { lazy, Suspense, useState } from 'react';
import { useSurroundings } from '../frame/surroundings.ts';
import { Palette } from './palette.tsx';
import { useKeys } from './use-keys.ts';

const KeyHelp = lazy(() => import('./help.tsx'));

/** What the keyboard does wherever one is. */
export function Shortcuts() {
  const { looks } = useSurroundings();
  const [shown, setShown] = useState<'palette' | 'keyboard' | null>(null);
  const hide = () => setShown(null);
  useKeys({
    palette: () => setShown('palette'),
    keyboard: () => setShown('keyboard'),
    'mute sound': () => looks.change({ hasSound: !looks.state.get().hasSound }),
  });
  return (
    <Suspense fallback={null}>
      {shown === 'palette' && <Palette onClose={hide} />}
      {shown === 'keyboard' && <KeyHelp onClose={hide} />}
    </Suspense>
  );
}
