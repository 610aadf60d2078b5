import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { PlainHead } from '../../plain-http/head.ts';
import { answerTo, whyNotUpgraded } from './handshake.ts';
import type { Reception } from './reception.ts';

export interface HandshakeShortcutOptions {
  prefix: string;
  reception: Reception;
  addressOf(request: Pick<IncomingMessage, 'headers' | 'socket'>): string;
}

const HTTP = { httpVersionMajor: 1, httpVersionMinor: 1 };

/**
 * Takes handshakes that are in order, for an app that is there, before anything else looks at them: what Node and Fastify
 * make of a request costs more than the handshake and would be forgotten right after it. [P-2]
 */
export function handshakeShortcut({ prefix, reception, addressOf }: HandshakeShortcutOptions) {
  const sockets = `${prefix}/app/`;

  const keyIn = (url: string): string | null => {
    if (!url.startsWith(sockets)) return null;
    const end = url.indexOf('?', sockets.length);
    const key = url.slice(sockets.length, end < 0 ? undefined : end);
    return reception.pusher.byKey(key) ? key : null;
  };

  return ({ url, headers, bodyLength }: PlainHead, socket: Socket): ((rest: Buffer) => void) | null => {
    const key = bodyLength > 0 || reception.isDraining() ? null : keyIn(url);
    if (key === null || !asksForUpgrade(headers.connection) || whyNotUpgraded({ ...HTTP, headers })) return null;
    const { origin, 'sec-websocket-key': handshakeKey = '' } = headers;
    const address = () => addressOf({ headers, socket });
    return (rest) => reception.admit(socket, { key, origin, address, answer: answerTo(handshakeKey), rest });
  };
}

function asksForUpgrade(connection = ''): boolean {
  return connection.split(',').some((token) => token.trim().toLowerCase() === 'upgrade');
}
