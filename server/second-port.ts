import { once } from 'node:events';
import type { Server as HttpServer } from 'node:http';
import { type AddressInfo, createServer, type Socket } from 'node:net';

/** As Node's own HTTP server takes its connections. */
const AS_HTTP = { allowHalfOpen: true, noDelay: true };

/** Lets a server answer on one more port: connections that come there are handed to it. */
export async function listenAlso(
  server: HttpServer,
  host: string,
  port: number,
): Promise<{ port: number; close(): Promise<void> }> {
  const door = createServer(AS_HTTP, (socket: Socket) => server.emit('connection', socket));
  door.listen(port, host);
  await once(door, 'listening');
  return {
    port: (door.address() as AddressInfo).port,
    /** Takes nobody in any more and waits until all have gone; the server itself sends them away. */
    async close() {
      const closed = once(door, 'close');
      door.close();
      await closed;
    },
  };
}
