import type { Socket } from 'node:net';
import type { ConnectionError, FastifyError, FastifyReply, FastifyRequest } from 'fastify';

/*
 * Faults that are found before it is known whose request it is: told as text, as the HTTP API tells its own. [P-17]
 */

const TEXT = 'text/plain; charset=utf-8';

/** The path makes no sense: badly percent-encoded, or a part of it is too long. */
export function refusePath(
  { statusCode = 400 }: Pick<FastifyError, 'statusCode'>,
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  reply
    .code(statusCode)
    .headers({ 'x-request-id': request.id, connection: 'close' })
    .type(TEXT)
    .send(statusCode === 414 ? 'URI too long.' : 'Bad request: the path is not percent-encoded as it should be.');
}

const REFUSALS: Record<string, readonly [status: string, text: string]> = {
  ERR_HTTP_REQUEST_TIMEOUT: ['408 Request Timeout', 'The request did not come in time.'],
  HPE_HEADER_OVERFLOW: ['431 Request Header Fields Too Large', 'The headers are too large.'],
};

/** What arrived is no HTTP, or not all of it arrived. There is no request yet, so the answer is written by hand. */
export function refuseBytes(error: ConnectionError, socket: Socket): void {
  if (socket.destroyed || error.code === 'ECONNRESET') return;
  const [status, text] = REFUSALS[error.code] ?? ['400 Bad Request', 'Bad request.'];
  if (socket.writable) {
    const headers = `Content-Type: ${TEXT}\r\nContent-Length: ${text.length}\r\nConnection: close`;
    socket.write(`HTTP/1.1 ${status}\r\n${headers}\r\n\r\n${text}`);
  }
  socket.destroy(error);
}
