import type { Publication } from './publication.ts';
import type { Member } from './roster.ts';

/** Something that happened here and must be heard on the other nodes too. */
export type PeerMessage =
  | { type: 'event'; channels: readonly string[]; publication: Publication; exceptSocketId?: string }
  | { type: 'terminate'; userId: string }
  /** Some of what all nodes together may take from an address. */
  | { type: 'took'; what: Admitted; address: string; cost: number };

export type Admitted = 'handshakes' | 'events';

/** What a node holds, mirrored by the others: each is one entry, replaced as a whole, null when it is gone. */
export type Fact =
  | { kind: 'connected'; value: number | null }
  | { kind: 'subscribed'; value: number | null }
  | { kind: 'subscriptions'; channel: string; value: number | null }
  | { kind: 'member'; channel: string; userId: string; value: Member | null }
  | { kind: 'user'; userId: string; value: true | null };

/** The other nodes, as seen from one app. A single node has none and both do nothing. */
export interface Peers {
  forward(message: PeerMessage): void;
  share(fact: Fact): void;
}
