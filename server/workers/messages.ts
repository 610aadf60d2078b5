/*
 * What the processes on one port say to each other besides what nodes do: the primary, which has the port, and the
 * workers, which serve it. Over Node's own channel between parent and child.
 */

/** A worker's seat keeps its number when another process takes it. */
export interface Seat {
  readonly number: number;
  /** Where its worker takes what others pass on. */
  readonly doorPath: string;
}

export type ToWorker =
  | {
      type: 'place';
      seat: Seat;
      linePath: string;
      /** Nobody was here before: what a server says and prepares once is this one's to do. */
      isFirst: boolean;
      taken: readonly Seat[];
    }
  /** The seats that are taken now. */
  | { type: 'seats'; taken: readonly Seat[] }
  /** A worker's process died, and this was its node. */
  | { type: 'gone'; nodeId: string }
  | { type: 'stop' };

export interface Opened {
  nodeId: string;
  port: number;
  apiPort: number | null;
  metricsPort: number | null;
  sendsBy: string;
  setUpToken: string | null;
}

export type ToPrimary =
  | { type: 'hello' }
  | ({ type: 'opened' } & Opened)
  /** It is to be replaced, and will stop once another is in its seat. */
  | { type: 'relieve' };
