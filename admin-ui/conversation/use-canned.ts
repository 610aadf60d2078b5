import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { CannedReply } from '../desk/wire.ts';
import { useDesk } from '../frame/surroundings.ts';
import { useChoice } from './use-choice.ts';

/** Canned replies while the text is a slash and the beginning of a name, with the words the chosen one would have. */
export function useCanned(roomId: number, text: string, put: (text: string) => void) {
  const { api } = useDesk();
  const asked = /^\/(\S*)$/.exec(text)?.[1]?.toLocaleLowerCase() ?? null;
  const { data = [] } = useQuery({ queryKey: ['canned'], queryFn: api.canned, enabled: asked !== null });
  const begins = ({ shortCode }: CannedReply) => shortCode.toLocaleLowerCase().startsWith(asked ?? '');
  const replies =
    asked === null
      ? []
      : data
          .filter(({ shortCode, text: said }) => `${shortCode} ${said}`.toLocaleLowerCase().includes(asked))
          .sort((a, b) => Number(begins(b)) - Number(begins(a)));
  // The words with names in them are the server's to fill in; without it, they are still words.
  const write = async (reply: CannedReply) => put(await api.expand(reply.id, roomId).catch(() => reply.text));
  const choice = useChoice(asked, replies, write);
  const chosen = choice.isOpen ? replies[choice.at] : undefined;
  const { data: preview } = useQuery({
    queryKey: ['expanded', roomId, chosen?.id],
    queryFn: () => api.expand(chosen?.id ?? '', roomId),
    enabled: chosen !== undefined,
    placeholderData: keepPreviousData,
  });
  return { ...choice, write, preview: chosen ? (preview ?? chosen.text) : null };
}
