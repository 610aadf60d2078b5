import { isUtf8 } from 'node:buffer';

/** What comes out of the frames of a client. */
export interface FrameListener {
  /** A text, or bytes read as one. */
  onMessage(text: string): void;
  onPing(payload: Buffer): void;
  onPong(): void;
  /** The last that is heard; `code` null: it came without one. */
  onClose(code: number | null, reason: string): void;
  /** A frame that may not be: `code` says why. It is the last that is looked at. */
  onBreach(code: number, reason: string): void;
}

/** Frames of a message that is not whole yet. */
interface Partial {
  isText: boolean;
  /** The payload as far as it is there; more room than that. */
  bytes: Buffer;
  length: number;
  /** Of the frame that is being read: what has not come yet, its mask, and where in the mask it goes on. */
  missing: number;
  mask: Buffer;
  phase: number;
  isFinal: boolean;
}

const [CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG] = [0x0, 0x1, 0x2, 0x8, 0x9, 0xa] as const;
const PROTOCOL_ERROR = 1002;
const NOT_UTF8 = 1007;
const TOO_BIG = 1009;
const MASK_BYTES = 4;
/** However long a message says it will be, it gets room as it comes. */
const FIRST_ROOM = 16 * 1024;
const NOTHING = Buffer.alloc(0);

/** Reads what a client sends (RFC 6455 §5), in whatever pieces it comes. */
export class FrameReader {
  readonly #listener: FrameListener;
  /** Of a message's payload; 0: as many as it likes. */
  readonly #maxBytes: number;
  /** The beginning of a frame whose head is not whole, or of a control frame that is not. */
  #rest: Buffer | null = null;
  #partial: Partial | null = null;
  #isOver = false;

  constructor(listener: FrameListener, maxBytes: number) {
    this.#listener = listener;
    this.#maxBytes = maxBytes;
  }

  /** `chunk` is unmasked where it lies. */
  read(chunk: Buffer): void {
    let bytes = chunk;
    if (this.#rest !== null) {
      bytes = Buffer.concat([this.#rest, chunk]);
      this.#rest = null;
    }
    let at = this.#partial === null ? 0 : this.#fill(this.#partial, bytes, 0);
    while (at < bytes.length && !this.#isOver) {
      const next = this.#readFrame(bytes, at);
      if (next === at) {
        this.#rest = Buffer.from(bytes.subarray(at));
        return;
      }
      at = next;
    }
  }

  /** @returns where the next frame begins; `start`: too little of this one has come */
  #readFrame(bytes: Buffer, start: number): number {
    const there = bytes.length - start;
    if (there < 2) return start;
    const [first, second] = [bytes[start] as number, bytes[start + 1] as number];
    const opcode = first & 0x0f;
    const fault = this.#faultIn(first, second);
    if (fault !== null) return this.#breach(PROTOCOL_ERROR, fault, bytes);

    let length = second & 0x7f;
    let head = 2;
    if (length === 126) {
      if (there < 4) return start;
      length = bytes.readUInt16BE(start + 2);
      head = 4;
    } else if (length === 127) {
      if (there < 10) return start;
      length = bytes.readUInt32BE(start + 2) * 2 ** 32 + bytes.readUInt32BE(start + 6);
      head = 10;
    }
    if (opcode < CLOSE && this.#isTooLong(length)) {
      return this.#breach(TOO_BIG, 'Maximum message size exceeded', bytes);
    }
    const from = start + head + MASK_BYTES;
    const end = from + length;
    if (end <= bytes.length) {
      this.#take(opcode, first >= 0x80, bytes, from, end);
      return end;
    }
    if (opcode >= CLOSE || from > bytes.length) return start;
    this.#partial ??= begun(opcode);
    const message = this.#partial;
    message.missing = length;
    message.mask = Buffer.from(bytes.subarray(from - MASK_BYTES, from));
    message.phase = 0;
    message.isFinal = first >= 0x80;
    return this.#fill(message, bytes, from);
  }

  /** What a frame's first two bytes say that may not be. */
  #faultIn(first: number, second: number): string | null {
    const opcode = first & 0x0f;
    if ((first & 0x70) !== 0) return 'Reserved bits must be clear';
    if ((second & 0x80) === 0) return 'Frames of a client must be masked';
    if (opcode >= CLOSE) {
      if (opcode > PONG) return 'Unknown opcode';
      if (first < 0x80) return 'Control frames must not be fragmented';
      return (second & 0x7f) > 125 ? 'Control frames take at most 125 bytes' : null;
    }
    if (opcode > BINARY) return 'Unknown opcode';
    if ((opcode === CONTINUATION) === (this.#partial === null)) {
      return opcode === CONTINUATION ? 'Nothing to continue' : 'The message before is not at its end';
    }
    return null;
  }

  #isTooLong(length: number): boolean {
    const before = this.#partial === null ? 0 : this.#partial.length;
    if (this.#maxBytes > 0) return before + length > this.#maxBytes;
    return before + length > Number.MAX_SAFE_INTEGER;
  }

  /** A frame that is all there, its mask in front of `from`. */
  #take(opcode: number, isFinal: boolean, bytes: Buffer, from: number, end: number): void {
    const isAscii = unmask(bytes, from, end, bytes, from - MASK_BYTES, 0);
    if (opcode >= CLOSE) return this.#takeControl(opcode, bytes.subarray(from, end));
    if (this.#partial === null && isFinal) return this.#finish(opcode === TEXT, isAscii, bytes, from, end);
    this.#partial ??= begun(opcode);
    const message = this.#partial;
    append(message, bytes, from, end);
    if (isFinal) this.#finishPartial(message);
  }

  #takeControl(opcode: number, payload: Buffer): void {
    if (opcode === PING) return this.#listener.onPing(payload);
    if (opcode === PONG) return this.#listener.onPong();
    if (payload.length === 0) return this.#close(null, '');
    if (payload.length === 1) return this.#end(PROTOCOL_ERROR, 'Half a close code');
    const code = payload.readUInt16BE(0);
    if (!mayBeSent(code)) return this.#end(PROTOCOL_ERROR, 'Invalid close code');
    const reason = payload.subarray(2);
    if (!isUtf8(reason)) return this.#end(NOT_UTF8, 'Invalid UTF-8');
    this.#close(code, reason.toString());
  }

  /** More of a frame that was not all there. @returns where the next one begins */
  #fill(message: Partial, bytes: Buffer, from: number): number {
    const end = Math.min(from + message.missing, bytes.length);
    unmask(bytes, from, end, message.mask, 0, message.phase);
    message.missing -= end - from;
    message.phase = (message.phase + end - from) & 3;
    append(message, bytes, from, end);
    if (message.missing === 0 && message.isFinal) this.#finishPartial(message);
    return end;
  }

  #finishPartial({ isText, bytes, length }: Partial): void {
    this.#partial = null;
    this.#finish(isText, false, bytes, 0, length);
  }

  #finish(isText: boolean, isAscii: boolean, bytes: Buffer, from: number, end: number): void {
    if (isAscii) return this.#listener.onMessage(bytes.toString('latin1', from, end));
    if (isText && !isUtf8(bytes.subarray(from, end))) return this.#end(NOT_UTF8, 'Invalid UTF-8');
    this.#listener.onMessage(bytes.toString('utf8', from, end));
  }

  #close(code: number | null, reason: string): void {
    this.#isOver = true;
    this.#listener.onClose(code, reason);
  }

  #end(code: number, reason: string): void {
    this.#isOver = true;
    this.#listener.onBreach(code, reason);
  }

  #breach(code: number, reason: string, { length }: Buffer): number {
    this.#end(code, reason);
    return length;
  }
}

function begun(opcode: number): Partial {
  return { isText: opcode === TEXT, bytes: NOTHING, length: 0, missing: 0, mask: NOTHING, phase: 0, isFinal: false };
}

function append(message: Partial, bytes: Buffer, from: number, end: number): void {
  const length = message.length + end - from;
  if (length > message.bytes.length) {
    const expected = Math.min(length + message.missing, FIRST_ROOM);
    const room = Buffer.allocUnsafeSlow(Math.max(length, expected, 2 * message.bytes.length));
    message.bytes.copy(room, 0, 0, message.length);
    message.bytes = room;
  }
  bytes.copy(message.bytes, message.length, from, end);
  message.length = length;
}

/** @returns whether all of it is ASCII */
function unmask(bytes: Buffer, from: number, end: number, mask: Buffer, maskFrom: number, phase: number): boolean {
  let seen = 0;
  for (let at = from; at < end; at++) {
    const byte = (bytes[at] as number) ^ (mask[maskFrom + ((at - from + phase) & 3)] as number);
    bytes[at] = byte;
    seen |= byte;
  }
  return seen < 0x80;
}

/** Those of RFC 6455 §7.4 and IANA's register that a peer may send. */
function mayBeSent(code: number): boolean {
  if (code >= 3000) return code <= 4999;
  return code >= 1000 && code <= 1014 && code !== 1004 && code !== 1005 && code !== 1006;
}
