import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { type Line, PRELUDE } from './line.ts';

/** A client that has read more than this of one answer, up to the end of a line, gives it up and asks anew. */
export const FULL_LENGTH = 256 * 1024;

/** An answer that is complete and that the client takes nothing of for so long is cut off. */
const UNREAD_MS = 5000;

const HEADERS: OutgoingHttpHeaders = {
  'content-type': 'text/plain; charset=utf-8',
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store, no-transform',
  'x-accel-buffering': 'no', // nginx passes on what comes as it comes
};

/** The answer to a request that asks for frames: a stream, or a poll, which ends with the first it gets. */
export class Answer {
  readonly isStream: boolean;
  readonly #response: ServerResponse;
  #length = 0;
  lastWrittenAt = performance.now();

  constructor(response: ServerResponse, isStream: boolean, headers: OutgoingHttpHeaders) {
    this.#response = response;
    this.isStream = isStream;
    response.on('error', () => {}); // it closes, which is what matters
    for (const [name, value] of Object.entries({ ...headers, ...HEADERS })) response.setHeader(name, value ?? '');
    if (isStream) {
      // After a stream the connection is of no use to anybody, and would keep a stopping server waiting.
      response.writeHead(200, { connection: 'close' });
      this.#count(PRELUDE);
      response.write(PRELUDE.bytes);
    }
  }

  /** The client has given it up by now, or will: nothing written to it would be read. */
  get isFull(): boolean {
    return this.#length > FULL_LENGTH;
  }

  get unreadBytes(): number {
    return this.#response.writableLength;
  }

  /** Calls back once when there is nothing more to come of it: all is sent, or the client is gone. */
  onOver(callback: () => void): void {
    this.#response.once('close', callback);
  }

  /** Takes lines off the front until it is full. The line that fills it is the last that the client reads. */
  write(waiting: Line[]): void {
    const taken: Buffer[] = [];
    let next = 0;
    for (; next < waiting.length && !this.isFull; next++) {
      const line = waiting[next] as Line;
      this.#count(line);
      taken.push(line.bytes);
    }
    waiting.splice(0, next);
    if (taken.length === 0) return;
    this.lastWrittenAt = performance.now();
    const bytes = taken.length === 1 ? taken[0] : Buffer.concat(taken);
    if (this.isStream) this.#response.write(bytes);
    else this.end(bytes);
  }

  end(last?: Buffer): void {
    if (this.#response.writableEnded) return;
    this.#response.setTimeout(UNREAD_MS, () => this.cutOff());
    this.#response.end(last);
  }

  cutOff(): void {
    this.#response.destroy();
  }

  #count(line: Line): void {
    this.#length += line.length;
  }
}
