/** What tabs of one browser tell each other. */
export type TabNews =
  | { kind: 'read'; roomId: number; seq: number }
  | { kind: 'draft'; roomId: number; text: string }
  | { kind: 'outbox'; roomId: number }
  | { kind: 'claim'; claim: Claim }
  | { kind: 'left'; id: string };

/** The wish to be the tab that plays sounds: the one that was looked at last wins. */
export interface Claim {
  id: string;
  at: number;
}

export interface Tabs {
  tell(news: TabNews): void;
  /** Whether this is the one tab that plays sounds. */
  isLeader(): boolean;
  /** The person looks at this tab. */
  claim(): void;
  close(): void;
}

export interface Line {
  postMessage(news: TabNews): void;
  onmessage: ((event: { data: TabNews }) => void) | null;
  close(): void;
}

export function tabsOf(
  line: Line | null,
  hear: (news: TabNews) => void,
  id: string = crypto.randomUUID?.() ?? String(Math.random()),
  now: () => number = Date.now,
): Tabs {
  let best: Claim | null = null;
  const claim = (at: number) => {
    const own = { id, at };
    if (!best || outranks(own, best)) best = own;
    line?.postMessage({ kind: 'claim', claim: own });
  };
  if (line) {
    line.onmessage = ({ data }) => {
      if (data.kind === 'claim') {
        if (!best || outranks(data.claim, best)) best = data.claim;
        // A newcomer does not know who leads: whoever does says so.
        else if (best.id === id && data.claim.id !== id) line.postMessage({ kind: 'claim', claim: best });
      } else if (data.kind === 'left') {
        // All who are left claim at once, with one and the same time, so that the greatest id wins everywhere.
        if (best?.id === data.id) {
          best = null;
          claim(0);
        }
      } else hear(data);
    };
  }
  claim(now());
  return {
    tell: (news) => line?.postMessage(news),
    isLeader: () => best?.id === id,
    claim: () => claim(now()),
    close() {
      line?.postMessage({ kind: 'left', id });
      line?.close();
    },
  };
}

function outranks(a: Claim, b: Claim): boolean {
  return a.at > b.at || (a.at === b.at && a.id > b.id);
}
