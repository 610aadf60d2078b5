import type { Piece } from './piece.ts';

/**
 * Pieces in a row that are owed to a socket: a batch and one piece more. A piece goes to all its sockets before the next
 * one comes, so that sockets which are owed the same come to hold the same batch.
 */
export class Batch {
  /** In bytes. */
  readonly length: number;
  /** All of it as text, a character a byte; null: not all of its pieces are known to be so. */
  readonly latin1: string | null;
  readonly #before: Batch | null;
  readonly #piece: Piece;
  #next: Batch | null = null;
  #joined: Uint8Array | null = null;
  /** By which sockets say that they are owed it. */
  number = 0;
  /** Where a sender has put its bytes, and with which load. */
  offset = 0;
  load = 0;

  constructor(before: Batch | null, piece: Piece) {
    this.#before = before;
    this.#piece = piece;
    const head = before === null ? '' : before.latin1;
    this.latin1 = piece.latin1 === null || head === null ? null : head + piece.latin1;
    this.length = (before?.length ?? 0) + piece.length;
  }

  /** This batch and one piece more. */
  and(piece: Piece): Batch {
    if (!this.#next?.endsWith(piece)) this.#next = new Batch(this, piece);
    return this.#next as Batch;
  }

  endsWith(piece: Piece): boolean {
    return this.#piece === piece;
  }

  /** A single piece's bytes are not copied. */
  bytes(): Uint8Array {
    if (this.#before === null) return this.#piece.bytes();
    if (this.#joined === null) {
      this.#joined = Buffer.allocUnsafe(this.length);
      this.copyTo(this.#joined, 0);
    }
    return this.#joined;
  }

  copyTo(target: Uint8Array, offset: number): void {
    let batch: Batch | null = this;
    for (let end = offset + this.length; batch !== null; batch = batch.#before) {
      const bytes = batch.#piece.bytes();
      end -= bytes.length;
      target.set(bytes, end);
    }
  }
}
