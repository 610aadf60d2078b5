import { randomFillSync } from 'node:crypto';

const MAX = 1_000_000_000;
const BITS = 0x3fffffff;
/** Random numbers are drawn for many ids at once: asked for one by one they cost more than all else about an id. */
const drawn = new Uint32Array(1024);
let next = drawn.length;

/** Unpredictable, since it is part of what guards a private channel; in the form the HTTP libraries check. [P-3] */
export function newSocketId(): string {
  return `${oneToMax()}.${oneToMax()}`;
}

function oneToMax(): number {
  for (;;) {
    if (next === drawn.length) {
      randomFillSync(drawn);
      next = 0;
    }
    const number = (drawn[next++] as number) & BITS;
    // What is beyond is drawn again, so that all are equally likely.
    if (number < MAX) return number + 1;
  }
}
