import type { Frame } from '../../pusher/frames.ts';

/* What a server sends, unmasked and never in fragments (RFC 6455 §5.2). */

const FIN_TEXT = 0x81;
const FIN_CLOSE = 0x88;
const FIN_PING = 0x89;
const FIN_PONG = 0x8a;

/** A frame's bytes, encoded once however many sockets get it. */
export function wireOf(frame: Frame): Uint8Array {
  frame.wire ??= encode(frame.text);
  return frame.wire;
}

/** The same as text, a character a byte, which many of can be encoded at once; null: not without looking at each. */
export function latin1Of({ text, isAscii, wire }: Frame): string | null {
  return isAscii && wire === undefined ? headOf(text.length) + text : null;
}

export const pingFrame: Uint8Array = Buffer.of(FIN_PING, 0);

/** `payload` takes at most 125 bytes, as that of the ping did. */
export function pongFrame(payload: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.of(FIN_PONG, payload.length), payload]);
}

/** `code` null: without one. */
export function closeFrame(code: number | null, reason: string): Uint8Array {
  if (code === null) return Buffer.of(FIN_CLOSE, 0);
  const length = 2 + Buffer.byteLength(reason);
  const bytes = Buffer.allocUnsafe(2 + length);
  bytes[0] = FIN_CLOSE;
  bytes[1] = length;
  bytes.writeUInt16BE(code, 2);
  bytes.write(reason, 4);
  return bytes;
}

function encode(text: string): Buffer {
  const length = Buffer.byteLength(text);
  const head = headOf(length);
  const bytes = Buffer.allocUnsafe(head.length + length);
  bytes.write(head, 'latin1');
  // Where each character is a byte there is nothing to encode.
  bytes.write(text, head.length, length === text.length ? 'latin1' : 'utf8');
  return bytes;
}

/** What stands before so many bytes of text, a character a byte. */
function headOf(length: number): string {
  if (length < 126) return String.fromCharCode(FIN_TEXT, length);
  if (length < 65_536) return String.fromCharCode(FIN_TEXT, 126, length >> 8, length & 0xff);
  const bytes = Buffer.alloc(10);
  bytes.writeUInt16BE((FIN_TEXT << 8) | 127);
  bytes.writeBigUInt64BE(BigInt(length), 2);
  return bytes.toString('latin1');
}
