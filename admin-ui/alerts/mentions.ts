import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import type { WireNotification } from '../../server/doors/support-api/wire-tools.ts';
import { useDesk } from '../frame/surroundings.ts';
import { useStore } from '../frame/use-store.ts';

/** Somebody of the team wants one to look. */
export interface Mention {
  /** Of the notification. */
  id: string;
  roomId: number;
  name: string;
  text: string;
  at: number;
}

const MENTION = 'chat_mention';
const NEWEST = 50;

/** Mentions one has not followed yet, and how to say that one has. */
export function useMentions() {
  const { api } = useDesk();
  const queries = useQueryClient();
  const { data } = useQuery({
    queryKey: ['mentions'],
    queryFn: async () => {
      const query = { unread: 1, limit: NEWEST };
      const { data } = await api.call<{ data: WireNotification[] }>('/api/notifications', { query });
      return data.flatMap(mentionFrom);
    },
  });
  const markRead = async (mentions: readonly Mention[]) => {
    const marked = mentions.map(({ id }) => api.call(`/api/notifications/${id}/read`, { method: 'POST' }));
    await Promise.allSettled(marked);
    await queries.invalidateQueries({ queryKey: ['mentions'] });
  };
  return { mentions: data ?? none, markRead };
}
const none: readonly Mention[] = [];

/** Hears of each as it happens. */
export function useMentionNews(onMention: (mention: Mention) => void): void {
  const connection = useStore(useDesk().state, (state) => state.connection);
  const queries = useQueryClient();
  const latest = useRef(onMention);
  useEffect(() => {
    latest.current = onMention;
  });
  useEffect(() => {
    // What came while nobody heard is asked for.
    void queries.invalidateQueries({ queryKey: ['mentions'] });
    return connection?.hearNotices((wire) => {
      const [mention] = mentionFrom({ id: '', created_at: '', ...wire });
      if (!mention) return;
      void queries.invalidateQueries({ queryKey: ['mentions'] });
      latest.current(mention);
    });
  }, [connection, queries]);
}

type Said = Pick<WireNotification, 'id' | 'type' | 'data' | 'created_at'>;

function mentionFrom({ id, type, data, created_at: at }: Said): Mention[] {
  const { chat_room_id: roomId, sender_name: name, message_preview: text } = data;
  if (type !== MENTION || !Number.isSafeInteger(roomId)) return [];
  return [
    {
      id,
      roomId: roomId as number,
      name: String(name ?? ''),
      text: String(text ?? ''),
      at: Date.parse(at) || Date.now(),
    },
  ];
}
