import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import type { FastifyPluginAsync } from 'fastify';
import type { Pusher } from '../../pusher/pusher.ts';
import { demo } from './demo.ts';
import { panel } from './panel.ts';
import { dressScript } from './widget.ts';

export interface PagesOptions {
  pusher: Pusher;
  /** Whether `/` shows the demonstration: a shop with the widget, and at `/demo` the realtime page. */
  demo: boolean;
  /** In front of the WebSocket's and the API's paths. */
  socketPath: string;
}

/** The built browser files: beside the built server, or in `dist` when the sources are run. */
const BUILT = ['../../../client', '../../../dist/client']
  .map((path) => join(dirname(fileURLToPath(import.meta.url)), path))
  .find((folder) => existsSync(join(folder, 'assets')));

const PAGES = [
  ['/', 'shop/index.html'],
  ['/demo', 'demo/index.html'],
] as const;

/** Named by what is in it, so that it never changes. */
const HASHED = /\/assets\//;

const PAGE_HEADERS = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data: blob:",
    "connect-src 'self' ws: wss:",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join('; '),
  'referrer-policy': 'same-origin',
  'cache-control': 'no-cache',
};

/** What a browser opens. */
export const pages: FastifyPluginAsync<PagesOptions> = async (fastify, options) => {
  if (BUILT === undefined) {
    if (options.demo) fastify.get('/', (_request, reply) => reply.code(503).send('Not built yet: npm run build'));
    return;
  }
  await fastify.register(fastifyStatic, {
    root: BUILT,
    wildcard: false,
    index: false,
    globIgnore: ['**/*.html'],
    setHeaders: (reply, path) => {
      reply.header('x-content-type-options', 'nosniff');
      if (HASHED.test(path)) reply.header('cache-control', 'public, max-age=31536000, immutable');
      dressScript(reply, path);
    },
  });
  await fastify.register(panel);
  if (!options.demo) return;
  for (const [path, file] of PAGES) {
    fastify.get(path, (_request, reply) => reply.headers(PAGE_HEADERS).sendFile(file, { cacheControl: false }));
  }
  await fastify.register(demo, options);
};
