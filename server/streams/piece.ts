/** What is sent as a whole, made once for all who get it. */
export class Piece {
  /** In bytes. */
  readonly length: number;
  /** As text, a character a byte, so that many can be encoded at once; null: not without looking at each. */
  readonly latin1: string | null;
  readonly #head: string;
  readonly #text: string;
  #bytes: Uint8Array | null = null;

  /**
   * @param head a character a byte
   * @param text what stands behind it, in UTF-8
   * @param textBytes how many bytes that takes
   * @param isAscii whether it is known to be ASCII
   */
  constructor(head: string, text: string, textBytes: number, isAscii: boolean) {
    this.length = head.length + textBytes;
    this.latin1 = isAscii ? head + text : null;
    this.#head = head;
    this.#text = text;
  }

  bytes(): Uint8Array {
    this.#bytes ??= this.#encode();
    return this.#bytes;
  }

  #encode(): Uint8Array {
    const bytes = Buffer.allocUnsafe(this.length);
    const start = bytes.write(this.#head, 'latin1');
    // Where each character is a byte there is nothing to encode.
    bytes.write(this.#text, start, this.#text.length === this.length - start ? 'latin1' : 'utf8');
    return bytes;
  }
}

export function asciiPiece(text: string): Piece {
  return new Piece('', text, text.length, true);
}
