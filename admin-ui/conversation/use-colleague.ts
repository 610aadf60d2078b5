import { useEffect, useState } from 'react';
import type { Conversation } from '../../client/chat/conversation.ts';
import { lastSeq } from '../../client/chat/timeline.ts';
import { useDesk } from '../frame/surroundings.ts';

/** A colleague who answered while one was writing: two answers to one question help nobody. */
export function useColleague(conversation: Conversation, isWriting: boolean) {
  const { me } = useDesk();
  const [name, setName] = useState<string | null>(null);
  const [isAsking, setAsking] = useState(false);
  useEffect(() => {
    if (!isWriting) return;
    let seen = lastSeq(conversation.state.get().timeline);
    return conversation.state.subscribe(() => {
      const { messages } = conversation.state.get().timeline;
      const answer = messages.findLast(
        ({ seq, isAgent, isPrivate, author, type }) =>
          seq > seen && isAgent && !isPrivate && type !== 'system' && author.id !== me.id,
      );
      seen = Math.max(seen, lastSeq(conversation.state.get().timeline));
      if (answer) setName(answer.author.name);
    });
  }, [conversation, isWriting, me.id]);
  return {
    name,
    isAsking: isAsking && name !== null,
    ask: () => setAsking(true),
    forget() {
      setAsking(false);
      setName(null);
    },
  };
}
