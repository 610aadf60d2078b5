import { Socket } from 'node:net';

/** Takes what a stream reads. */
export type Taker = (this: Socket, chunk: Buffer) => void;

/** How a stream hands over what it has read: `push` of Node's streams. */
type Push = (this: Socket, chunk: Buffer | null, encoding?: BufferEncoding) => boolean;

/**
 * A `push` that gives a chunk to `take` at once. To keep what is read until somebody wants it, Node's does more for each
 * chunk than reading it takes, and looks for more behind it in a tick of its own; it has the chunks for which there is cause.
 */
export function pushTo(take: Taker): Push {
  return function (chunk, encoding) {
    const isWanted = chunk !== null && this.readableFlowing === true && this.readableLength === 0;
    if (!isWanted) return Socket.prototype.push.call(this, chunk, encoding);
    take.call(this, chunk);
    return true;
  };
}

/** @param push made of `take` by `pushTo`, once for all streams that are read so */
export function readBy(stream: Socket, take: Taker, push: Push): void {
  stream.on('data', take);
  stream.push = push;
}

/** What comes is for the stream's listeners again. */
export function leaveReading(stream: Socket, take: Taker): void {
  stream.off('data', take);
  stream.push = Socket.prototype.push;
}
