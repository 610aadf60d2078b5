import type { Frame } from '../../pusher/frames.ts';

/** A line of the fallback's framing, its newline included. [P-21] */
export interface Line {
  readonly bytes: Buffer;
  /** In UTF-16 units, as the client counts what it has read. */
  readonly length: number;
}

function line(text: string): Line {
  return { bytes: Buffer.from(text), length: text.length };
}

/** The session begins. A second one in the same session means to pusher-js that the server has lost it. */
export const OPEN = line('o{}\n');

/** Asks for a sign of life: a stream's client answers with an empty send, a poll's with its next poll. */
export const HEARTBEAT = line('h\n');

/** Shows life and asks for nothing. */
export const NOTHING = line('a[]\n');

/** Gets a stream past browsers and proxies that hold back the first bytes. */
export const PRELUDE = line(`${'h'.repeat(2048)}\n`);

/** c[4100,"Server is restarting"] */
export function closing(code: number, reason: string): Line {
  return line(`c${JSON.stringify([code, reason])}\n`);
}

const lines = new WeakMap<Frame, Line>();

/** a["{\"event\":\"pusher:pong\"}"], encoded once however many sessions get it */
export function lineOf(frame: Frame): Line {
  let known = lines.get(frame);
  if (!known) {
    known = line(`a${JSON.stringify([frame.text])}\n`);
    lines.set(frame, known);
  }
  return known;
}
