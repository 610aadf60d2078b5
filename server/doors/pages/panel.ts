import type { FastifyPluginAsync } from 'fastify';

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob: https:",
  "connect-src 'self' ws: wss:",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ');

const PATHS = ['/admin/chat', '/admin/chat/:room', '/admin/chat/settings/:section', '/chat', '/chat/:room'];

/** Where the team works. One page for all of these addresses: which room is open, the page reads from its own. */
export const panel: FastifyPluginAsync = async (fastify) => {
  // At the root, since it serves pages below two paths; a browser asks for it anew each time.
  fastify.get('/panel-worker.js', (_request, reply) =>
    reply.header('cache-control', 'no-cache').sendFile('panel/worker.js', { cacheControl: false }),
  );
  for (const path of PATHS) {
    fastify.get(path, (_request, reply) =>
      reply
        .header('content-security-policy', POLICY)
        .header('referrer-policy', 'same-origin')
        .header('cache-control', 'no-cache')
        .sendFile('panel/index.html', { cacheControl: false }),
    );
  }
};
