import type { IncomingMessage } from 'node:http';
import { all, compile } from '@fastify/proxy-addr';

type Asked = Pick<IncomingMessage, 'headers' | 'socket'>;

/**
 * Where a request comes from, by the word of the proxies that are believed, and by the same rules as Fastify's
 * `request.ip`: for requests that Fastify does not see. `*`: every proxy is believed.
 */
export function addressReader(trusted: readonly string[]): (request: Asked) => string {
  const isTrusted = trusted.includes('*') ? () => true : compile([...trusted]);
  return (request) =>
    (request.headers['x-forwarded-for'] === undefined
      ? request.socket.remoteAddress
      : all(request as IncomingMessage, isTrusted).at(-1)) ?? '';
}
