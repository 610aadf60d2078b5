import { Socket } from 'node:net';

/** Takes what a stream reads. */
type Taker = (this: Socket, chunk: Buffer) => void;

/**
 * Gives what streams read to their taker at once. To keep a chunk until somebody wants it, `push` of Node's streams does more
 * than reading it takes, and looks for more behind it in a tick of its own; it has the chunks for which there is cause. One
 * for all streams that are read by the same function.
 */
export class DirectReading {
  readonly #take: Taker;
  readonly #push: Socket['push'];

  constructor(take: Taker) {
    this.#take = take;
    this.#push = function (this: Socket, chunk: Buffer | null, encoding?: BufferEncoding) {
      const isWanted = chunk !== null && this.readableFlowing === true && this.readableLength === 0;
      if (!isWanted) return Socket.prototype.push.call(this, chunk, encoding);
      take.call(this, chunk);
      return true;
    };
  }

  begin(stream: Socket): void {
    stream.on('data', this.#take);
    stream.push = this.#push;
  }

  /** What comes from here on is for the stream's listeners. */
  end(stream: Socket): void {
    stream.off('data', this.#take);
    stream.push = Socket.prototype.push;
  }
}
