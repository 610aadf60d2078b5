import { lazy, Suspense } from 'react';
import type { DeskRoom } from '../desk/wire.ts';
import type { RoomActions } from './actions.ts';

const HandOver = lazy(() => import('./hand-over.tsx'));
const SnoozeUntil = lazy(() => import('./snooze-until.tsx'));

export type Shown = 'hand over' | 'snooze';

interface Props {
  shown: Shown;
  room: DeskRoom;
  actions: RoomActions;
  onClose(): void;
}

/** What has to be said before it is done. */
export function RoomDialogs({ shown, ...rest }: Props) {
  return (
    <Suspense fallback={null}>{shown === 'hand over' ? <HandOver {...rest} /> : <SnoozeUntil {...rest} />}</Suspense>
  );
}
