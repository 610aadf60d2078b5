import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { WebSocketServer } from 'ws';
import { whyNotUpgraded } from './handshake.ts';
import type { Reception } from './reception.ts';
import type { PusherWebSocket } from './socket.ts';

export interface HandshakeShortcutOptions {
  prefix: string;
  reception: Reception;
  webSockets: WebSocketServer;
  addressOf(request: IncomingMessage): string;
}

/**
 * Takes handshakes that are in order, for an app that is there, ahead of Fastify, whose request, reply and hooks cost more
 * than the handshake and would be forgotten right after it. Whatever else asks for an upgrade is not touched.
 */
export function handshakeShortcut({ prefix, reception, webSockets, addressOf }: HandshakeShortcutOptions) {
  const sockets = `${prefix}/app/`;

  const keyIn = (url: string): string | null => {
    if (!url.startsWith(sockets)) return null;
    const end = url.indexOf('?', sockets.length);
    const key = url.slice(sockets.length, end < 0 ? undefined : end);
    return reception.pusher.byKey(key) ? key : null;
  };

  return (request: IncomingMessage, socket: Socket, head: Buffer): boolean => {
    const key = request.method === 'GET' && !reception.isDraining() ? keyIn(request.url ?? '') : null;
    if (key === null || whyNotUpgraded(request)) return false;
    socket.cork();
    webSockets.handleUpgrade(request, socket, head, (ws) =>
      reception.admit(ws as PusherWebSocket, socket, key, request, () => addressOf(request)),
    );
    socket.uncork();
    return true;
  };
}
