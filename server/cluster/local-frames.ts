/*
 * What goes over the sockets between the workers of one machine and their exchange: frames of
 *
 *   length  4 bytes, of what follows
 *   kind    1 byte
 *   hello    to the exchange: 4 bytes of process id, then the node's id
 *   toAll    to the exchange, and as it is from there to all others: text
 *   toOne    the same for one node: 1 byte of length, the node's id, then text
 *   receipt  from the exchange: 4 bytes, how many frames it has taken since the last
 */

export const KIND = { hello: 0, toAll: 1, toOne: 2, receipt: 3 } as const;

const HEAD = 5;
const NONE = Buffer.alloc(0);
/** Nobody of ours sends so much at once: what claims to be longer is no frame. */
const MAX_LENGTH = 256 * 1024 * 1024;

export interface LocalFrame {
  readonly kind: number;
  readonly body: Buffer;
  /** All of it, to be passed on as it is. */
  readonly bytes: Buffer;
}

export function helloFrame(pid: number, nodeId: string): Buffer {
  const id = Buffer.alloc(4);
  id.writeUInt32BE(pid);
  return frame(KIND.hello, id, Buffer.from(nodeId));
}

export function textFrame(text: string, toNode: string | undefined): Buffer {
  if (toNode === undefined) return frame(KIND.toAll, Buffer.from(text));
  const to = Buffer.from(toNode);
  return frame(KIND.toOne, Buffer.of(to.length), to, Buffer.from(text));
}

export function receiptFrame(count: number): Buffer {
  const body = Buffer.alloc(4);
  body.writeUInt32BE(count);
  return frame(KIND.receipt, body);
}

export function helloIn(body: Buffer): { pid: number; nodeId: string } {
  return { pid: body.readUInt32BE(0), nodeId: body.toString('utf8', 4) };
}

/** Of a frame to one node: who that is, and the text. */
export function addressedIn(body: Buffer): { toNode: string; text: string } {
  const end = 1 + (body[0] ?? 0);
  return { toNode: body.toString('utf8', 1, end), text: body.toString('utf8', end) };
}

/** Cuts what arrives into frames. */
export class FrameReader {
  #chunks: Buffer[] = [];
  #length = 0;
  /** How many bytes make the next step worth while. */
  #needed = HEAD;

  /** The frames that are complete with this chunk. @throws RangeError when it cannot be one of ours */
  read(chunk: Buffer): LocalFrame[] {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    if (this.#length < this.#needed) return [];
    const bytes = this.#chunks.length === 1 ? chunk : Buffer.concat(this.#chunks);
    const frames: LocalFrame[] = [];
    let at = 0;
    this.#needed = HEAD;
    while (bytes.length - at >= HEAD) {
      const length = bytes.readUInt32BE(at);
      if (length < 1 || length > MAX_LENGTH) throw new RangeError(`a frame of ${length} bytes`);
      this.#needed = 4 + length;
      if (bytes.length - at < this.#needed) break;
      const end = at + this.#needed;
      frames.push({
        kind: bytes[at + 4] as number,
        body: bytes.subarray(at + HEAD, end),
        bytes: bytes.subarray(at, end),
      });
      at = end;
      this.#needed = HEAD;
    }
    const rest = at === bytes.length ? NONE : bytes.subarray(at);
    this.#chunks = rest.length === 0 ? [] : [rest];
    this.#length = rest.length;
    return frames;
  }
}

function frame(kind: number, ...parts: Buffer[]): Buffer {
  const head = Buffer.alloc(HEAD);
  head.writeUInt32BE(1 + parts.reduce((sum, part) => sum + part.length, 0));
  head[4] = kind;
  return Buffer.concat([head, ...parts]);
}
