import { hash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { asciiPiece, type Piece } from '../../streams/piece.ts';

type Asked = Pick<IncomingMessage, 'headers' | 'httpVersionMajor' | 'httpVersionMinor'>;

export interface BadHandshake {
  status: 400 | 426 | 505;
  reason: string;
}

/** 16 bytes in base64 (RFC 6455 §4.1). */
const KEY = /^[+/0-9A-Za-z]{22}==$/;

/**
 * What keeps a request for an upgrade from becoming a WebSocket (RFC 6455 §4.2.1); null: nothing. Reverb goes on after
 * such an answer as if the handshake had succeeded. [Q-A]
 */
export function whyNotUpgraded({ headers, httpVersionMajor, httpVersionMinor }: Asked): BadHandshake | null {
  if (httpVersionMajor !== 1 || httpVersionMinor < 1) return { status: 505, reason: 'HTTP/1.1 is needed' };
  if (!headers.host) return bad('Host is missing');
  if (headers.upgrade?.toLowerCase() !== 'websocket') return bad('Upgrade must be websocket');
  if (!KEY.test(headers['sec-websocket-key'] ?? '')) return bad('Sec-WebSocket-Key is missing or invalid');
  if (headers['sec-websocket-version'] !== '13') return { status: 426, reason: 'Sec-WebSocket-Version must be 13' };
  return null;
}

/** What a request that came without an upgrade lacks. */
export function whyNotAsked({ headers }: IncomingMessage): BadHandshake {
  // Node sees an upgrade only where both headers ask for one.
  return headers.upgrade ? bad('Connection must be Upgrade') : { status: 426, reason: 'This is a WebSocket' };
}

function bad(reason: string): BadHandshake {
  return { status: 400, reason };
}

/** In every answer, as Reverb has it. [P-2] */
export const POWERED_BY = 'X-Powered-By: Laravel Reverb';
/** RFC 6455 §1.3 */
const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const ACCEPTED =
  'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ';

/** The answer to a handshake in order (RFC 6455 §4.2.2): the first that is sent, and the only one that is no frame. */
export function answerTo(key: string): Piece {
  return asciiPiece(`${ACCEPTED}${hash('sha1', key + GUID, 'base64')}\r\n${POWERED_BY}\r\n\r\n`);
}
