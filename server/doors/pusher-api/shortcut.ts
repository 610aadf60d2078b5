import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FastifyBaseLogger } from 'fastify';
import type { Hub } from '../../pusher/hub.ts';
import type { Pusher } from '../../pusher/pusher.ts';
import { authenticate } from './authenticate.ts';
import { dialectOf } from './dialect.ts';
import { type Publish, publishBatch, publishEvent } from './publish.ts';
import { type Answer, JSON_TYPE, refusalOf } from './refusals.ts';

export interface ShortcutOptions {
  pusher: Pusher;
  prefix: string;
  maxRequestBytes: number;
  maxEventBytes: number;
  timestampToleranceSeconds: number;
  isDraining(): boolean;
  /** How a request went; null: nobody wants to know. */
  onAnswered: ((status: number, seconds: number) => void) | null;
  log: FastifyBaseLogger;
}

/** Takes a request and answers it, or returns false and has not touched it. */
export type Shortcut = (request: IncomingMessage, response: ServerResponse) => boolean;

interface Asked {
  hub: Hub;
  publish: Publish;
}

/**
 * Publishes by the shortest way: Fastify's routing, hooks and reply cost more than all that is done for one. Only requests
 * whose head is as publishers write it; any other goes through the routes, and both give the same answers. [P-17]
 */
export function publishShortcut(options: ShortcutOptions): Shortcut {
  const { pusher, prefix, maxRequestBytes, maxEventBytes, timestampToleranceSeconds, onAnswered, log } = options;
  const rules = { prefix, timestampToleranceSeconds };
  const apps = `${prefix}/apps/`;

  const askedBy = (url: string): Asked | null => {
    if (!url.startsWith(apps)) return null;
    const idEnd = url.indexOf('/', apps.length);
    const publish = PUBLISHES.get(url.slice(idEnd + 1, url.indexOf('?', apps.length)));
    const hub = publish && pusher.byId(url.slice(apps.length, idEnd));
    // Whose budget it would be is known only behind the routing. [P-22]
    return hub && !hub.publishing.isLimited ? { hub, publish } : null;
  };

  const answerTo = ({ hub, publish }: Asked, { url = '', headers }: IncomingMessage, body: Buffer): Answer => {
    try {
      authenticate(hub, { method: 'POST', url, body }, rules);
      return {
        status: 200,
        type: JSON_TYPE,
        text: JSON.stringify(publish(hub, body, { maxEventBytes, dialect: dialectOf(headers), address: '' })),
      };
    } catch (error) {
      return refusalOf(error as Error, log);
    }
  };

  return (request, response) => {
    if (request.method !== 'POST' || options.isDraining()) return false;
    const asked = askedBy(request.url ?? '');
    const length = Number(request.headers['content-length']);
    if (asked === null || !(length > 0 && length <= maxRequestBytes)) return false;
    const began = onAnswered ? performance.now() : 0;
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks);
      const { status, type, text } = answerTo(asked, request, body);
      const size = Buffer.byteLength(text);
      response.writeHead(status, ['x-request-id', randomUUID(), 'content-type', type, 'content-length', String(size)]);
      response.end(text);
      onAnswered?.(status, (performance.now() - began) / 1000);
    });
    return true;
  };
}

const PUBLISHES = new Map<string, Publish>([
  ['events', publishEvent],
  ['batch_events', publishBatch],
]);
