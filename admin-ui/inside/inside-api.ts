import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useDesk } from '../frame/surroundings.ts';

export interface AppSummary {
  id: string;
  sockets: number;
  sockets_everywhere: number;
  channels: number;
}

export interface AppInside extends AppSummary {
  newest_sockets: {
    socket_id: string;
    user_id: string | null;
    open_seconds: number;
    silent_seconds: number;
    channels: string[];
    channel_count: number;
  }[];
  largest_channels: { name: string; subscriptions: number; here: number; members: number | null }[];
}

export interface Happening {
  /** Ours, so that equal ones stay apart. */
  id: number;
  at: number;
  kind: 'opened' | 'received' | 'refused' | 'published' | 'closed';
  socket_id: string | null;
  channel: string | null;
  text: string | null;
  receivers: number | null;
}

const APPS = '/api/admin/debug/apps';
const KEPT = 300;
const AGAIN_MS = 2000;

export function useApps() {
  const { api } = useDesk();
  return useQuery({
    queryKey: ['inside'],
    queryFn: async () => (await api.call<{ data: AppSummary[] }>(APPS)).data,
  });
}

export function useInside(app: string) {
  const { api } = useDesk();
  return useQuery({
    queryKey: ['inside', app],
    queryFn: async () => (await api.call<{ data: AppInside }>(`${APPS}/${encodeURIComponent(app)}`)).data,
  });
}

/** What happens in the app, newest first, as long as `isOn`. */
export function useTail(app: string, isOn: boolean): { happenings: readonly Happening[]; isHere: boolean } {
  const { api } = useDesk();
  const [happenings, setHappenings] = useState<readonly Happening[]>([]);
  const [isHere, setHere] = useState(false);
  useEffect(() => {
    if (!isOn) return;
    const leaving = new AbortController();
    let last = 0;
    const follow = async () => {
      const answer = await api.open(`${APPS}/${encodeURIComponent(app)}/tail`, leaving.signal);
      setHere(answer.ok);
      for await (const block of blocksOf(answer.body as ReadableStream<Uint8Array<ArrayBuffer>>)) {
        if (!block.startsWith('data: ')) continue;
        const happening = { ...JSON.parse(block.slice(6)), id: Date.now() * 1000 + (last++ % 1000) } as Happening;
        setHappenings((known) => [happening, ...known].slice(0, KEPT));
      }
    };
    const goOn = async () => {
      while (!leaving.signal.aborted) {
        await follow().catch(() => {});
        setHere(false);
        await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
      }
    };
    void goOn();
    return () => leaving.abort();
  }, [api, app, isOn]);
  return { happenings, isHere };
}

/** The blocks of a stream of server-sent events. */
async function* blocksOf(body: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<string> {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const blocks = (text + value).split('\n\n');
    text = blocks.pop() ?? '';
    yield* blocks;
  }
}
