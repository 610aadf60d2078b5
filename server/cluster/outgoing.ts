import { Backlog, type BacklogBounds } from './backlog.ts';
import type { Line } from './line.ts';
import { turnMessage } from './messages.ts';

interface Turn {
  readonly number: number;
  readonly text: string;
}

/** While these are under way the rest is gathered: the slower the line, the fewer and larger the turns. */
const MAX_UNDER_WAY = 64;

/**
 * What this node tells all others, from the moment it happens until the line has taken it over. A turn is kept until
 * then, and sent again on the next line when it was not: who heard it already knows its number.
 */
export class Outgoing {
  readonly #nodeId: string;
  readonly #backlog: Backlog;
  readonly #underWay: Turn[] = [];
  #line: Line | null = null;
  #lastTurn = 0;
  #isFlushDue = false;

  constructor(nodeId: string, bounds: BacklogBounds) {
    this.#nodeId = nodeId;
    this.#backlog = new Backlog(bounds);
  }

  /** The last turn that the others can have heard of, or are about to. */
  get turn(): number {
    const [oldest] = this.#underWay;
    return this.#line || !oldest ? this.#lastTurn : oldest.number - 1;
  }

  get waiting(): number {
    return this.#backlog.waiting;
  }

  get dropped(): number {
    return this.#backlog.dropped;
  }

  say(topic: string, payload: unknown): void {
    this.#backlog.say(topic, JSON.stringify(payload) ?? 'null');
    this.#flushSoon();
  }

  share(key: string, valueJson: string): void {
    this.#backlog.share(key, valueJson);
    this.#flushSoon();
  }

  /** What waits goes out on this line, beginning with what the last one did not take over. */
  attach(line: Line): void {
    this.#line = line;
    for (const turn of this.#underWay) this.#send(line, turn);
    this.flush();
  }

  /** From now on everything waits. */
  detach(): void {
    this.#line = null;
  }

  /** Sends what waits, as long as fewer than `maxUnderWay` turns are not taken over yet. */
  flush(maxUnderWay = MAX_UNDER_WAY): void {
    const line = this.#line;
    if (!line) return;
    while (!this.#backlog.isEmpty && this.#underWay.length < maxUnderWay) {
      // The number left out makes the others ask for a snapshot.
      if (this.#backlog.takeLostShares()) this.#lastTurn += 1;
      const batch = this.#backlog.take();
      if (!batch) return;
      this.#lastTurn += 1;
      const text = turnMessage(this.#nodeId, this.#lastTurn, batch.shares.values(), batch.says);
      const turn: Turn = { number: this.#lastTurn, text };
      this.#underWay.push(turn);
      this.#send(line, turn);
    }
  }

  /** All that one turn of the event loop brings goes out together. */
  #flushSoon(): void {
    if (this.#isFlushDue || !this.#line) return;
    this.#isFlushDue = true;
    setImmediate(() => {
      this.#isFlushDue = false;
      this.flush();
    });
  }

  #send(line: Line, turn: Turn): void {
    line.send(turn.text).then(
      () => this.#takenOver(turn),
      () => {}, // The line is lost and says so itself.
    );
  }

  #takenOver({ number }: Turn): void {
    while (this.#underWay[0] && this.#underWay[0].number <= number) this.#underWay.shift();
    if (!this.#backlog.isEmpty) this.flush();
  }
}
