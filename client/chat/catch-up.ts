import type { Message, MessagePage } from './message.ts';
import { firstSeq, holeAfter, lastSeq, type Timeline } from './timeline.ts';

/** How many of the known messages are read again, because they may have been edited or deleted meanwhile. */
const REREAD = 50;
const PAGE = 200;

export interface CatchUpParts {
  timeline(): Timeline;
  /** The server has said nothing yet: what is there was kept on this device. */
  isFirst(): boolean;
  newest(): Promise<MessagePage>;
  after(seq: number, limit: number): Promise<MessagePage>;
  before(seq: number, limit: number): Promise<MessagePage>;
  take(messages: readonly Message[]): void;
}

export interface CatchUp {
  /**
   * Brings the timeline to the server's end and closes its holes. One run at a time; a wish that comes during a run makes
   * one more, because what it is about may be later than what was asked.
   */
  toEnd(): Promise<void>;
  /** Reads the older ones that are loaded again, after an absence of whatever length. */
  again(): Promise<void>;
}

export function catchUpOf(parts: CatchUpParts): CatchUp {
  let running: Promise<void> | null = null;
  let isWanted = false;

  async function run(): Promise<void> {
    while (isWanted) {
      isWanted = false;
      await once(parts);
    }
  }
  return {
    toEnd() {
      isWanted = true;
      running ??= run().finally(() => {
        running = null;
      });
      return running;
    },
    again: () => again(parts),
  };
}

async function again({ timeline, before, take }: CatchUpParts): Promise<void> {
  const start = firstSeq(timeline());
  // From where the way to the end began.
  let below = lastSeq(timeline()) - REREAD + 1;
  while (below > start) {
    const { messages } = await before(below, Math.min(PAGE, below - start));
    take(messages);
    below = Math.min(below - 1, messages[0]?.seq ?? start);
  }
}

async function once(parts: CatchUpParts): Promise<void> {
  const { timeline, isFirst, newest, after, take } = parts;
  if (isFirst()) {
    const { messages } = await newest();
    take(messages);
    if (firstSeq(timeline()) < (messages[0]?.seq ?? 0)) await again(parts);
  } else {
    let from = Math.max(firstSeq(timeline()) - 1, (holeAfter(timeline()) ?? lastSeq(timeline())) - REREAD);
    for (;;) {
      const { messages, hasMore = messages.length === PAGE } = await after(from, PAGE);
      take(messages);
      const reached = messages.at(-1)?.seq ?? from;
      if (!hasMore || reached <= from) break;
      from = reached;
    }
  }
  for (let hole = holeAfter(timeline()); hole !== null; hole = holeAfter(timeline())) {
    const { messages } = await after(hole, PAGE);
    take(messages);
    // Nothing there: the server has no such messages, so there is nothing to wait for.
    if (holeAfter(timeline()) === hole) return;
  }
}
