import { hash } from 'node:crypto';
import type { Opened, Seat, ToPrimary, ToWorker } from './messages.ts';

/** This process's place among the workers of one port. */
export class Place {
  readonly seat: Seat;
  readonly linePath: string;
  readonly isFirst: boolean;
  onStop: () => void = () => {};
  onGone: (nodeId: string) => void = () => {};
  #taken: readonly Seat[];

  /** Asks the primary for it. @throws Error when there is no primary */
  static async take(): Promise<Place> {
    if (!process.send) throw new Error('A worker is started by `antiphon start --workers`.');
    const place = new Promise<Place>((resolve) => {
      const hear = (message: ToWorker) => {
        if (message.type === 'stop') process.exit(0);
        if (message.type !== 'place') return;
        process.off('message', hear);
        resolve(new Place(message));
      };
      process.on('message', hear);
    });
    tell({ type: 'hello' });
    return place;
  }

  private constructor({ seat, linePath, isFirst, taken }: Extract<ToWorker, { type: 'place' }>) {
    this.seat = seat;
    this.linePath = linePath;
    this.isFirst = isFirst;
    this.#taken = taken;
    process.on('message', (message: ToWorker) => this.#hear(message));
  }

  opened(opened: Opened): void {
    tell({ type: 'opened', ...opened });
  }

  askForRelief(): void {
    tell({ type: 'relieve' });
  }

  /**
   * The door of the colleague who keeps what has this name; null: it is kept here. All choose alike, and when a seat is
   * empty only what it would have kept is kept elsewhere.
   */
  keeperOf(name: string): string | null {
    let keeper = this.seat;
    let highest = '';
    for (const seat of this.#taken) {
      const weight = hash('sha1', `${seat.number} ${name}`);
      if (weight <= highest) continue;
      highest = weight;
      keeper = seat;
    }
    return keeper.number === this.seat.number ? null : keeper.doorPath;
  }

  #hear(message: ToWorker): void {
    if (message.type === 'seats') this.#taken = message.taken;
    else if (message.type === 'gone') this.onGone(message.nodeId);
    else if (message.type === 'stop') this.onStop();
  }
}

function tell(message: ToPrimary): void {
  process.send?.(message);
}
