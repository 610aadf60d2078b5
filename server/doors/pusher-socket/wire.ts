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
  const head = length < 126 ? 2 : length < 65_536 ? 4 : 10;
  const bytes = Buffer.allocUnsafe(head + length);
  bytes[0] = FIN_TEXT;
  if (head === 2) {
    bytes[1] = length;
  } else if (head === 4) {
    bytes[1] = 126;
    bytes.writeUInt16BE(length, 2);
  } else {
    bytes[1] = 127;
    bytes.writeBigUInt64BE(BigInt(length), 2);
  }
  // Where each character is a byte there is nothing to encode.
  bytes.write(text, head, length === text.length ? 'latin1' : 'utf8');
  return bytes;
}
