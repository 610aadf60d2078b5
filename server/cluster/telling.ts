import type { Line } from './line.ts';

/** Tells nodes all that this one holds, as fast as the line takes it: another's slowness must not fill the memory. */
export class Telling {
  readonly #beingTold = new Set<string>();

  /** Who is being told already, or is not told to the end, asks again. */
  async tell(line: Line, node: string, texts: Iterable<string>): Promise<void> {
    if (this.#beingTold.has(node)) return;
    this.#beingTold.add(node);
    try {
      for (const text of texts) await line.send(text, node);
    } catch {
      // The line is lost and says so itself.
    }
    this.#beingTold.delete(node);
  }
}
