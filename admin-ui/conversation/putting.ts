import type { CannedReply } from '../desk/wire.ts';

/** What somebody chose elsewhere for the conversation that is open. */
export type Put = { kind: 'canned'; reply: CannedReply } | { kind: 'assign'; agent: number };

type Takers = { [Kind in Put['kind']]?: (put: Extract<Put, { kind: Kind }>) => void };
let takers: Takers = {};

/** The one place that chooses and the one conversation that takes. */
export const putting = {
  isPossible: () => takers.canned !== undefined,
  put(put: Put): void {
    if (put.kind === 'canned') takers.canned?.(put);
    else takers.assign?.(put);
  },
  take(own: Takers): () => void {
    takers = { ...takers, ...own };
    return () => {
      takers = Object.fromEntries(Object.entries(takers).filter(([kind, take]) => own[kind as Put['kind']] !== take));
    };
  },
};
