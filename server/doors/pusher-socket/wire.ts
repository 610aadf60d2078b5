import type { Frame } from '../../pusher/frames.ts';

const FIN_TEXT = 0x81;

/** A frame as an unmasked WebSocket text frame (RFC 6455 §5.2), encoded once however many sockets get it. */
export function wireOf(frame: Frame): Uint8Array {
  frame.wire ??= encode(frame.text);
  return frame.wire;
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
  bytes.write(text, head);
  return bytes;
}
