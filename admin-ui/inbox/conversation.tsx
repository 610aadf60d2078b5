import { lazy, Suspense } from 'react';

const load = () => import('../conversation/pane.tsx');
const Pane = lazy(async () => ({ default: (await load()).ConversationPane }));

/** A conversation; its code comes after the list's, and is there before anybody has chosen a room. */
export function Conversation({ roomId }: { roomId: number }) {
  return (
    <Suspense>
      <Pane key={roomId} roomId={roomId} />
    </Suspense>
  );
}

setTimeout(() => void load().catch(() => {}));
