import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface MetricsDoor {
  host: string;
  port: number;
  /** What Prometheus is told, and in which of its forms. */
  text(): Promise<string>;
  contentType: string;
  onFault(error: unknown): void;
}

/** `GET /metrics`, on a port of its own that only the monitoring need reach. @throws Error when the port is taken */
export async function listenForScrapes(door: MetricsDoor): Promise<{ port: number; close(): Promise<void> }> {
  const server = createServer(async ({ method, url = '' }, answer) => {
    const isHere = /^\/metrics(\?|$)/.test(url);
    if (!isHere) return answer.writeHead(404, PLAIN).end('There is only /metrics here.\n');
    if (method !== 'GET' && method !== 'HEAD') return answer.writeHead(405, { allow: 'GET, HEAD' }).end();
    try {
      const text = await door.text();
      answer.writeHead(200, { 'content-type': door.contentType }).end(text);
    } catch (error) {
      door.onFault(error);
      answer.writeHead(500, PLAIN).end('The metrics could not be gathered.\n');
    }
  });
  server.listen(door.port, door.host);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

const PLAIN = { 'content-type': 'text/plain; charset=utf-8' };
