/** Something the outside will be told, kept until it has been. */
export interface Promised {
  /** Which carrier takes it. */
  kind: string;
  /** The same promise made twice is one; the carrier may pass it on, so that the other side can tell as well. */
  dedupeKey: string;
  /** Promises of one key and kind are carried one after the other, in the order they were made. */
  orderingKey: string;
  payload: object;
  /** Epoch milliseconds before which it is not due; now when left out. */
  notBefore?: number;
}

export interface Delivery extends Promised {
  id: number;
  /** 1 for the first. */
  attempt: number;
}

/** The port to one kind of outside. */
export interface Carrier {
  kind: string;
  deadlineSeconds: number;
  /**
   * Brings it there, or throws: `Undeliverable` when it never will be, `NotNow` when the other side said when to come
   * back, anything else to have it tried again later. `signal` aborts at the deadline. A delivery may come twice, when
   * the process died between the other side's yes and ours.
   */
  carry(delivery: Delivery, signal: AbortSignal): Promise<void>;
}

/** Trying again cannot help: the address is gone, the other side refuses what it was given. */
export class Undeliverable extends Error {
  override readonly name = 'Undeliverable';
}

/** The other side asked to be left alone for a while. */
export class NotNow extends Error {
  override readonly name = 'NotNow';
  readonly retryAfterSeconds: number;

  constructor(message: string, retryAfterSeconds: number) {
    super(message);
    this.retryAfterSeconds = retryAfterSeconds;
  }
}
