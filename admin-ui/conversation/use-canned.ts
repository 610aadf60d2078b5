import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { CannedReply } from '../desk/wire.ts';
import { useDesk } from '../frame/surroundings.ts';

/** Canned replies while the text is a slash and the beginning of a name. */
export function useCanned(roomId: number, text: string, put: (text: string) => void) {
  const { api } = useDesk();
  const [chosen, setChosen] = useState(0);
  const [leftAt, setLeftAt] = useState<string | null>(null);
  const asked = /^\/(\S*)$/.exec(text)?.[1]?.toLocaleLowerCase();
  const isOpen = asked !== undefined && leftAt !== text;
  const { data = [] } = useQuery({ queryKey: ['canned'], queryFn: api.canned, enabled: isOpen });
  const begins = ({ shortCode }: CannedReply) => shortCode.toLocaleLowerCase().startsWith(asked ?? '');
  const replies = isOpen
    ? data
        .filter(({ shortCode, text: said }) => `${shortCode} ${said}`.toLocaleLowerCase().includes(asked))
        .sort((a, b) => Number(begins(b)) - Number(begins(a)))
    : [];
  const at = Math.min(chosen, Math.max(replies.length - 1, 0));

  const choose = async (reply: CannedReply | undefined) => {
    if (!reply) return;
    // The words with names in them are the server's to fill in; without it, they are still words.
    put(await api.expand(reply.id, roomId).catch(() => reply.text));
    setChosen(0);
  };
  return {
    isOpen,
    replies,
    at,
    choose,
    /** Whether the key was for the list. */
    pressed(key: string): boolean {
      if (!isOpen) return false;
      if (key === 'Escape') setLeftAt(text);
      else if (key === 'ArrowDown' || key === 'ArrowUp') {
        const step = key === 'ArrowDown' ? 1 : -1;
        setChosen((at + step + replies.length) % Math.max(replies.length, 1));
      } else if ((key === 'Enter' || key === 'Tab') && replies.length > 0) void choose(replies[at]);
      else return false;
      return true;
    },
  };
}
