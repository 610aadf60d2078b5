import type { Broadcaster, Connection } from './connection.ts';
import type { Frame } from './frames.ts';

/** Connections that are sent the same, as those who send to them want them: from each session the way would be longer. */
export class Listeners {
  #broadcaster: Broadcaster | null = null;
  readonly #seats: number[] = [];
  /** Who is sent to by himself. */
  readonly #others: Connection[] = [];

  add(connection: Connection): void {
    const { broadcaster, seat } = connection;
    this.#broadcaster ??= broadcaster;
    if (broadcaster !== null && broadcaster === this.#broadcaster) this.#seats.push(seat);
    else this.#others.push(connection);
  }

  send(frame: Frame, except: Connection | undefined): void {
    const isSeated = except !== undefined && except.broadcaster === this.#broadcaster;
    this.#broadcaster?.broadcast(frame, this.#seats, isSeated ? except.seat : null);
    for (const connection of this.#others) if (connection !== except) connection.send(frame);
  }
}
