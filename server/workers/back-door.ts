import { once } from 'node:events';
import { type Server as HttpServer, type IncomingMessage, request as overHttp, type ServerResponse } from 'node:http';
import { createServer, type Socket } from 'node:net';

/** Whose request it is that a colleague passes on. Believed only of what comes through this door. */
const ADDRESS = 'x-antiphon-address';

/** As Node's own HTTP server takes its connections. */
const AS_HTTP = { allowHalfOpen: true };

/** A worker's own door, in a folder that only its user may enter: for requests that the common port gave to a colleague. */
export class BackDoor {
  readonly #sockets = new WeakSet<Socket>();
  readonly #door;

  constructor(server: HttpServer, isSecure: boolean) {
    this.#door = createServer(AS_HTTP, (socket) => {
      this.#sockets.add(socket);
      // What has been decrypted by a colleague is not to be decrypted again.
      server.emit(isSecure ? 'secureConnection' : 'connection', socket);
    });
    server.prependListener('request', (request: IncomingMessage) => {
      if (!this.admitted(request)) return;
      Object.defineProperty(request.socket, 'remoteAddress', { value: request.headers[ADDRESS] });
    });
  }

  async listen(path: string): Promise<void> {
    // Exclusive: not by way of the primary.
    this.#door.listen({ path, exclusive: true });
    await once(this.#door, 'listening');
  }

  /** Whether it was passed on already. */
  admitted({ socket }: IncomingMessage): boolean {
    return this.#sockets.has(socket);
  }

  async close(): Promise<void> {
    const closed = once(this.#door, 'close');
    this.#door.close();
    await closed;
  }
}

/** Has a request answered by the colleague behind that door, body and stream and all. */
export function passOn(request: IncomingMessage, response: ServerResponse, path: string, address: string): void {
  const { 'x-forwarded-for': _, ...headers } = request.headers;
  const onward = overHttp({
    socketPath: path,
    method: request.method,
    path: request.url,
    headers: { ...headers, [ADDRESS]: address },
    agent: false,
  });
  onward.on('response', (answer) => {
    const { 'keep-alive': _, 'transfer-encoding': __, ...theirs } = answer.headers;
    response.writeHead(answer.statusCode ?? 502, theirs);
    response.flushHeaders();
    answer.on('error', () => response.destroy());
    answer.pipe(response);
  });
  onward.on('error', () => {
    if (response.headersSent) response.destroy();
    else response.writeHead(503, { 'access-control-allow-origin': '*', connection: 'close' }).end();
  });
  response.on('close', () => onward.destroy());
  request.pipe(onward);
}
