import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';

/** Where no bytes may be written past a stream. */
export const NO_DESCRIPTOR = -1;

/** Where the system has a stream; what TLS encrypts cannot be written there. Once the stream is destroyed it is a stranger's. */
export function descriptorOf(stream: Socket): number {
  if (stream instanceof TLSSocket) return NO_DESCRIPTOR;
  const fd = (stream as Socket & { _handle?: { fd?: unknown } | null })._handle?.fd;
  return typeof fd === 'number' ? fd : NO_DESCRIPTOR;
}
