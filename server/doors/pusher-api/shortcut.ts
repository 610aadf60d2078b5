import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyBaseLogger } from 'fastify';
import type { Shortcuts } from '../../plain-http/connections.ts';
import type { PlainHead } from '../../plain-http/head.ts';
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
  addressOf(request: Pick<IncomingMessage, 'headers' | 'socket'>): string;
  /** How a request went; null: nobody wants to know. */
  onAnswered: ((status: number, seconds: number) => void) | null;
  log: FastifyBaseLogger;
}

interface Asked {
  hub: Hub;
  publish: Publish;
}

/**
 * Publishes by the shortest way: routing, hooks and reply cost more than all that is done for one. Only requests whose head
 * is as publishers write it; any other goes through the routes, and both give the same answers. [P-17]
 */
export function publishShortcut(options: ShortcutOptions): Shortcuts['post'] {
  const { pusher, prefix, maxRequestBytes, maxEventBytes, timestampToleranceSeconds } = options;
  const { addressOf, onAnswered, log } = options;
  const rules = { prefix, timestampToleranceSeconds };
  const apps = `${prefix}/apps/`;

  const askedBy = (url: string): Asked | null => {
    if (!url.startsWith(apps)) return null;
    const idEnd = url.indexOf('/', apps.length);
    const publish = PUBLISHES.get(url.slice(idEnd + 1, url.indexOf('?', apps.length)));
    const hub = publish && pusher.byId(url.slice(apps.length, idEnd));
    return hub ? { hub, publish } : null;
  };

  const answerTo = ({ hub, publish }: Asked, { url, headers }: PlainHead, socket: Socket, body: Buffer): Answer => {
    const address = () => addressOf({ headers, socket });
    try {
      authenticate(hub, { method: 'POST', url, body }, rules);
      const text = publish(hub, body, { maxEventBytes, dialect: dialectOf(headers), address });
      return { status: 200, type: JSON_TYPE, text, retryAfterSeconds: null };
    } catch (error) {
      return refusalOf(error as Error, log);
    }
  };

  return (head, socket) => {
    const { bodyLength } = head;
    const asked = bodyLength > 0 && bodyLength <= maxRequestBytes && !options.isDraining() ? askedBy(head.url) : null;
    if (asked === null) return null;
    return (body) => {
      const began = onAnswered ? performance.now() : 0;
      const { status, type, text, retryAfterSeconds } = answerTo(asked, head, socket, body);
      onAnswered?.(status, (performance.now() - began) / 1000);
      const retry = retryAfterSeconds === null ? '' : `retry-after: ${retryAfterSeconds}\r\n`;
      return { status, headers: `content-type: ${type}\r\n${retry}`, text };
    };
  };
}

const PUBLISHES = new Map<string, Publish>([
  ['events', publishEvent],
  ['batch_events', publishBatch],
]);
