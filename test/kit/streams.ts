import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import type { Test } from 'tap';
import type { Sender } from '../../server/streams/outgoing.ts';

/** As it is where TLS encrypts. */
export const throughStreams: Sender = { way: 'write', send: (waiting) => [...waiting] };

/** A connection within this process: the end that was accepted, and the one that connected. Each ends its own side only. */
export async function tcpPair(t: Test, { pauseOnConnect = false } = {}): Promise<{ near: Socket; far: Socket }> {
  const server = createServer({ allowHalfOpen: true, pauseOnConnect }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const far = connect({ port: (server.address() as AddressInfo).port, allowHalfOpen: true });
  const [near] = (await once(server, 'connection')) as [Socket];
  for (const end of [near, far]) {
    end.on('error', () => {});
    t.teardown(() => end.destroy());
  }
  server.close();
  return { near, far };
}
