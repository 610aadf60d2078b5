import { useEffect, useState } from 'react';
import type { Conversation, ConversationState } from '../chat/conversation.ts';
import type { Trouble } from '../chat/trouble.ts';
import type { VisitorState } from '../chat/visitor.ts';
import { useMaybeStore, useStore, useSurroundings } from './context.ts';

const phaseOf = (state: VisitorState) => state.phase;
const beginningOf = (state: VisitorState) => state.trouble;
const linkOf = (state: ConversationState) => state.link;
const troubleOf = (state: ConversationState) => state.trouble;
const retryAtOf = (state: ConversationState) => state.retryAt;
const queueOf = (state: ConversationState) => (state.room.status === 'open' ? state.room.queue : null);
const isResolved = (state: ConversationState) => state.room.status === 'resolved';

/** A hitch that passes by itself is not worth a word. */
const PATIENCE_MS = 2000;

/** What a person must know about the connection, told in one line. */
export function Bars({ conversation }: { conversation: Conversation | null }) {
  const { visitor, language } = useSurroundings();
  const { say } = language;
  const phase = useStore(visitor.state, phaseOf);
  const beginning = useStore(visitor.state, beginningOf);
  const link = useMaybeStore(conversation?.state, linkOf, 'live');
  const sending = useMaybeStore<ConversationState, Trouble | null>(conversation?.state, troubleOf, null);
  const retryAt = useMaybeStore<ConversationState, number | null>(conversation?.state, retryAtOf, null);
  const queue = useMaybeStore(conversation?.state, queueOf, null);
  const solved = useMaybeStore(conversation?.state, isResolved, false);
  const isOnline = useOnline();
  const trouble = sending ?? beginning;
  const isCutOff = useLasting(link === 'connecting' || link === 'waiting' || trouble !== null);
  const seconds = useCountdown(trouble?.kind === 'too-many' ? retryAt : null);

  if (phase === 'over') {
    return (
      <div className="bar" data-kind="trouble" role="alert">
        <span>{say('over')}</span>
        <button type="button" onClick={() => void visitor.restart()}>
          {say('restart')}
        </button>
      </div>
    );
  }
  const text = !isOnline
    ? say('offline')
    : trouble?.kind === 'too-many'
      ? say('slowDown', { n: seconds })
      : !isCutOff
        ? ''
        : trouble?.kind === 'broken'
          ? say('serverTrouble')
          : say('connecting');
  const wait = queue?.waitMinutes ? `, ${say('queueWait', { n: queue.waitMinutes })}` : '';
  return (
    <>
      <div className="bar" data-kind="trouble" role="status">
        {text}
      </div>
      <div className="bar" data-kind="news" role="status">
        {queue ? `${say('queue', { n: queue.position })}${wait}. ${say('queueHint')}` : solved ? say('resolved') : ''}
      </div>
    </>
  );
}

function useOnline(): boolean {
  const [isOnline, setOnline] = useState(navigator.onLine);
  useEffect(() => {
    const look = () => setOnline(navigator.onLine);
    addEventListener('online', look);
    addEventListener('offline', look);
    return () => {
      removeEventListener('online', look);
      removeEventListener('offline', look);
    };
  }, []);
  return isOnline;
}

function useLasting(isOn: boolean): boolean {
  const [isLasting, setLasting] = useState(false);
  useEffect(() => {
    if (!isOn) return setLasting(false);
    const timer = setTimeout(() => setLasting(true), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, [isOn]);
  return isLasting;
}

function useCountdown(until: number | null): number {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    if (until === null) return;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [until]);
  return until === null ? 0 : Math.max(0, Math.ceil((until - now) / 1000));
}
