import type { EventRequest } from './wire.ts';

/*
 * Events as publishers write them: an object of strings, or a batch of these. What they hold is passed on as it stands; to
 * make values of it, and texts of these again, would cost more than all else that is done for an event. Whatever is written
 * otherwise, and all that is wrong, is for JSON.parse and the rules of wire.ts, which make the same of what is read here.
 */

const byteOf = (character: string) => character.charCodeAt(0);
const [OPEN, CLOSE, OPEN_LIST, CLOSE_LIST] = [byteOf('{'), byteOf('}'), byteOf('['), byteOf(']')];
const [COMMA, COLON, SPACE, QUOTE, BACKSLASH] = [byteOf(','), byteOf(':'), byteOf(' '), byteOf('"'), byteOf('\\')];

/** What a byte is within a string (RFC 8259 §7). */
const [CONTENT, END, ESCAPE, FORBIDDEN] = [0, 1, 2, 3];
const WITHIN = new Uint8Array(256).map((_, byte) => {
  if (byte === QUOTE) return END;
  if (byte === BACKSLASH) return ESCAPE;
  return byte < SPACE ? FORBIDDEN : CONTENT;
});
/** Bytes that are looked at together. */
const WORD = 4;
const ESCAPED = Buffer.from('"\\/bfnrtu');
const U = byteOf('u');
const HEX = Buffer.from('0123456789abcdefABCDEF');
/** Of what cannot be white space. */
const SOLID_ESCAPED = Buffer.from('"\\/');

const KEYS = ['name', 'data', 'channel', 'channels', 'socket_id', 'batch'].map((key) => Buffer.from(key));
const [NAME, DATA, CHANNEL, CHANNELS, SOCKET_ID, BATCH, OTHER] = [0, 1, 2, 3, 4, 5, -1];

/** `{"name":"Shipped","channels":["orders"],"data":"{}"}`; null: it is not written so */
export function plainEvent(body: Buffer): EventRequest | null {
  const reading = new Reading(body);
  const event = reading.event();
  return reading.isAtEnd ? event : null;
}

/** `{"batch":[{"name":"Shipped","channel":"orders","data":"{}"}]}`; null: it is not written so */
export function plainBatch(body: Buffer): EventRequest[] | null {
  const reading = new Reading(body);
  if (!reading.takes(OPEN) || reading.key() !== BATCH || !reading.takes(OPEN_LIST)) return null;
  const events: EventRequest[] = [];
  do {
    const event = reading.event();
    // One with a list of channels is against the rules.
    if (event === null || reading.hasList) return null;
    events.push(event);
  } while (reading.takes(COMMA));
  return reading.takes(CLOSE_LIST) && reading.takes(CLOSE) && reading.isAtEnd ? events : null;
}

/** Goes through a body once, byte by byte. */
class Reading {
  /** A list of channels has been read. */
  hasList = false;
  readonly #bytes: Buffer;
  readonly #text: string;
  readonly #isAscii: boolean;
  readonly #words: DataView;
  #at = 0;
  /** The content of the string that was read last. */
  #start = 0;
  #end = 0;
  #hasEscapes = false;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
    this.#text = bytes.toString();
    this.#isAscii = this.#text.length === bytes.length;
    this.#words = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  takes(byte: number): boolean {
    while (this.#bytes[this.#at] === SPACE) this.#at += 1;
    if (this.#bytes[this.#at] !== byte) return false;
    this.#at += 1;
    return true;
  }

  /** One of KEYS, up to behind its colon. */
  key(): number {
    if (!this.#string() || !this.takes(COLON)) return OTHER;
    for (let index = 0; index < KEYS.length; index++) if (this.#is(KEYS[index] as Buffer)) return index;
    return OTHER;
  }

  event(): EventRequest | null {
    if (!this.takes(OPEN)) return null;
    let name = '';
    let nameJson = '';
    let dataJson = '';
    let socketId: string | undefined;
    let channels: string[] | null = null;
    do {
      const key = this.key();
      if (key === CHANNELS && channels === null) {
        channels = this.#list();
        if (channels === null) return null;
        this.hasList = true;
      } else if (!this.#string() || !this.#isSolid()) {
        return null;
      } else if (key === NAME && nameJson === '') {
        nameJson = this.#json();
        name = this.#value();
      } else if (key === DATA && dataJson === '') {
        dataJson = this.#json();
      } else if (key === CHANNEL && channels === null && !this.#hasEscapes) {
        channels = [this.#part(this.#start, this.#end)];
      } else if (key === SOCKET_ID && socketId === undefined) {
        socketId = this.#value();
      } else {
        return null;
      }
    } while (this.takes(COMMA));
    if (!this.takes(CLOSE) || nameJson === '' || dataJson === '' || channels === null) return null;
    return { name, nameJson, dataJson, isAscii: this.#isAscii, channels, socketId, info: null };
  }

  #list(): string[] | null {
    const values: string[] = [];
    if (!this.takes(OPEN_LIST)) return null;
    do {
      // What is ASCII as it is written here may not be so in a frame.
      if (!this.#string() || this.#hasEscapes) return null;
      values.push(this.#part(this.#start, this.#end));
    } while (this.takes(COMMA));
    return this.takes(CLOSE_LIST) ? values : null;
  }

  #string(): boolean {
    if (!this.takes(QUOTE)) return false;
    const bytes = this.#bytes;
    this.#start = this.#at;
    this.#hasEscapes = false;
    for (let at = this.#at; at < bytes.length; ) {
      const what = WITHIN[bytes[at] as number];
      if (what === CONTENT) {
        at += 1;
        while (at + WORD <= bytes.length && isAllContent(this.#words.getInt32(at, true))) at += WORD;
      } else if (what === END) {
        this.#end = at;
        this.#at = at + 1;
        return true;
      } else {
        const escaped = what === ESCAPE ? escapedAt(bytes, at + 1) : 0;
        if (escaped === 0) return false;
        at += 1 + escaped;
        this.#hasEscapes = true;
      }
    }
    return false;
  }

  /** Does not begin with anything that might be white space, which the rules cut off. */
  #isSolid(): boolean {
    const first = this.#bytes[this.#start] as number;
    if (first === BACKSLASH) return isOneOf(SOLID_ESCAPED, this.#bytes[this.#start + 1]);
    return first > SPACE && first < 0x80 && this.#start < this.#end;
  }

  #is(key: Buffer): boolean {
    const start = this.#start;
    if (this.#end - start !== key.length) return false;
    for (let index = 0; index < key.length; index++) if (this.#bytes[start + index] !== key[index]) return false;
    return true;
  }

  #json(): string {
    return this.#part(this.#start - 1, this.#end + 1);
  }

  #value(): string {
    return this.#hasEscapes ? JSON.parse(this.#json()) : this.#part(this.#start, this.#end);
  }

  #part(start: number, end: number): string {
    return this.#isAscii ? this.#text.slice(start, end) : this.#bytes.toString('utf8', start, end);
  }
}

/** How many bytes make up an escape behind its backslash; 0: it is none. */
function escapedAt(bytes: Buffer, at: number): number {
  if (!isOneOf(ESCAPED, bytes[at])) return 0;
  if (bytes[at] !== U) return 1;
  for (let index = at + 1; index <= at + 4; index++) if (!isOneOf(HEX, bytes[index])) return 0;
  return 5;
}

/** Behind the last byte there is none. */
function isOneOf(set: Buffer, byte: number | undefined): boolean {
  return byte !== undefined && set.includes(byte);
}

/** Whether none of four bytes ends a string, escapes or is forbidden: arithmetic on all of them at once (Warren, Hacker's Delight, 6-1). */
function isAllContent(word: number): boolean {
  const quotes = word ^ 0x22222222;
  const backslashes = word ^ 0x5c5c5c5c;
  const belowSpace = (word - 0x20202020) & ~word;
  const areZero = ((quotes - 0x01010101) & ~quotes) | ((backslashes - 0x01010101) & ~backslashes);
  return ((belowSpace | areZero) & 0x80808080) === 0;
}
