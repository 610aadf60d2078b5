import { useEffect } from 'react';
import type { Conversation } from '../../client/chat/conversation.ts';
import { type Message, messageFrom } from '../../client/chat/message.ts';
import type { Outgoing } from '../../client/chat/sending.ts';
import { lastSeq } from '../../client/chat/timeline.ts';
import type { WireMessage } from '../../client/chat/wire.ts';

/** A message that was stopped because a colleague had answered before it came. */
export interface Stopped {
  outgoing: Outgoing;
  answers: readonly Message[];
  /** What the next attempt has to have seen. */
  lastSeq: number;
}

export function stoppedFrom(outgoing: Outgoing): Stopped | null {
  if (outgoing.failure?.kind !== 'conflict') return null;
  const said = outgoing.failure.answer as
    | { conflict?: string; messages?: WireMessage[]; last_seq?: number }
    | undefined;
  if (said?.conflict !== 'answered') return null;
  const answers = (said.messages ?? []).flatMap((wire) => messageFrom(wire) ?? []);
  return { outgoing, answers, lastSeq: Math.max(said.last_seq ?? 0, answers.at(-1)?.seq ?? 0) };
}

/** Sends it all the same: its writer has been told. */
export function sendAnyway(conversation: Conversation, { outgoing, lastSeq: answered }: Stopped): void {
  const seenThrough = Math.max(answered, lastSeq(conversation.state.get().timeline));
  void conversation.retry(outgoing.clientId, { seenThrough });
}

/** Runs once the message is stored; not at all when it is taken back. */
export function afterStored(conversation: Conversation, clientId: string, then: () => void): () => void {
  let hasWaited = false;
  const look = () => {
    const { timeline, outgoing } = conversation.state.get();
    const isStored = timeline.messages.some((message) => message.clientId === clientId);
    const isWaiting = outgoing.some((entry) => entry.clientId === clientId);
    hasWaited ||= isWaiting;
    if (isStored) then();
    if (isStored || (hasWaited && !isWaiting)) stop();
  };
  const stop = conversation.state.subscribe(look);
  look();
  return stop;
}

/** From where on a colleague's answer is news to whoever writes here: since they began to. */
export function useSeenThrough(conversation: Conversation, isWriting: boolean): { current: number | undefined } {
  const seen = seenBy(conversation);
  useEffect(() => {
    if (!isWriting) {
      seen.current = undefined;
      return;
    }
    const look = () => {
      const { hasLoaded, timeline } = conversation.state.get();
      if (hasLoaded) seen.current ??= lastSeq(timeline);
    };
    look();
    return conversation.state.subscribe(look);
  }, [conversation, isWriting, seen]);
  return seen;
}

/** Kept beside the conversation: going to another room and back is not having begun anew. */
const seenOf = new WeakMap<Conversation, { current: number | undefined }>();
function seenBy(conversation: Conversation): { current: number | undefined } {
  const seen = seenOf.get(conversation) ?? { current: undefined };
  seenOf.set(conversation, seen);
  return seen;
}
