import { NO_DESCRIPTOR } from './descriptor.ts';

/** A connection that is sent something. */
export interface Waiting {
  /** Goes through its stream. */
  write(bytes: Uint8Array): void;
  /** Writes what it is owed to its stream, or closes that for what it has left unread. */
  flush(): void;
}

/** Where nobody sits. */
export const NO_SEAT = -1;
/** Owed to who has been sent all. */
export const NOTHING = 0;

const FIRST_SEATS = 64;

/**
 * Who may be owed something, each at a seat with a number. What is looked at for each of thousands of sockets lies side by
 * side here: from the connections themselves it would have to be fetched, one by one, from memory that sending has used for
 * other things.
 */
export class Seats {
  /** Which batch each has not been sent yet, by its number: one that is young would cost each old socket a note to the collector. */
  owed = new Int32Array(FIRST_SEATS);
  /** Where bytes may be written past the stream of each, at this moment; NO_DESCRIPTOR: nowhere. */
  descriptors = new Int32Array(FIRST_SEATS);
  readonly #connections: (Waiting | null)[] = [];
  readonly #free: number[] = [];

  take(connection: Waiting): number {
    const seat = this.#free.pop() ?? this.#connections.length;
    if (seat === this.owed.length) this.#grow();
    this.#connections[seat] = connection;
    this.owed[seat] = NOTHING;
    this.descriptors[seat] = NO_DESCRIPTOR;
    return seat;
  }

  /** It may be somebody else's from here on; who sat there is owed nothing. */
  leave(seat: number): void {
    if (this.at(seat) === null) return;
    this.#connections[seat] = null;
    this.owed[seat] = NOTHING;
    this.#free.push(seat);
  }

  at(seat: number): Waiting | null {
    return this.#connections[seat] ?? null;
  }

  #grow(): void {
    const [owed, descriptors] = [this.owed, this.descriptors];
    this.owed = new Int32Array(owed.length * 2);
    this.owed.set(owed);
    this.descriptors = new Int32Array(descriptors.length * 2);
    this.descriptors.set(descriptors);
  }
}
