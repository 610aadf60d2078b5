import type { Frame } from '../../pusher/frames.ts';
import { Piece } from '../../streams/piece.ts';

/* What a server sends, unmasked and never in fragments (RFC 6455 §5.2). */

const FIN_TEXT = 0x81;
const FIN_CLOSE = 0x88;
const FIN_PING = 0x89;
const FIN_PONG = 0x8a;

/** What is sent of a frame, made once however many sockets get it. */
export function wireOf(frame: Frame): Piece {
  frame.wire ??= pieceOf(frame);
  return frame.wire as Piece;
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

function pieceOf({ text, byteLength, isAscii }: Frame): Piece {
  return new Piece(headOf(byteLength), text, byteLength, isAscii);
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
