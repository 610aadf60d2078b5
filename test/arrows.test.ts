import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, normalize } from 'node:path';
import t from 'tap';

/**
 * Which room may import what. `a/b` is a folder with all below it or one file without its ending; `*` stands for one
 * door and means the same door on both sides. Packages are named as in package.json; `node:` is all of Node unless a
 * room says less. What is not listed fails.
 */
const ARROWS: Record<string, string[]> = {
  'server/refusal': [],
  'server/settings': [],
  'server/second-port': ['node:'],
  'server/signals': [],
  'server/workers': ['server/workers', 'server/cluster', 'node:'],
  'server/before-routing': ['node:', 'fastify'],
  'server/streams': ['server/streams', 'node:', 'fastify'],
  'server/plain-http': ['server/plain-http', 'server/streams', 'node:'],
  'server/forwarded': ['node:', '@fastify/proxy-addr'],
  'server/install': ['node:'],
  'server/pusher': ['server/pusher', 'node:crypto'],
  'server/cluster': ['server/cluster', 'node:'],
  'server/cluster/redis': ['server/cluster', 'node:', '@redis/client'],
  'server/cluster/redis-sentinel': ['server/cluster', 'node:', '@redis/client'],
  'server/metrics': ['server/metrics', 'server/pusher', 'server/cluster', 'prom-client'],
  'server/peers': ['server/cluster', 'server/pusher'],
  'server/console': ['server/pusher', 'fastify'],
  'server/restart-signal': ['server/pusher', 'node:'],
  'server/app-settings': ['server/settings', 'server/pusher/app'],
  'server/redis-settings': ['server/settings', 'node:'],
  'server/desk-settings': ['server/settings', 'node:'],
  'server/config': [
    'server/settings',
    'server/app-settings',
    'server/desk-settings',
    'server/redis-settings',
    'server/pusher/app',
    'node:',
  ],
  'server/outbox': ['server/outbox', 'db', 'kysely', 'node:'],
  'server/identity': [
    'server/identity',
    'server/outbox',
    'server/refusal',
    'db',
    'node:',
    'argon2',
    'bcryptjs',
    'jose',
  ],
  'server/support': [
    'server/support',
    'server/outbox/commit',
    'server/identity/caller',
    'server/refusal',
    'db',
    'node:',
    'file-type',
    'sharp',
  ],
  'server/doors/pusher-socket': [
    'server/doors/pusher-socket',
    'server/plain-http',
    'server/pusher',
    'server/streams',
    'node:',
    'fastify',
    '@fastify/websocket',
    'ws',
  ],
  'server/doors/pusher-http': ['server/doors/pusher-http', 'server/pusher', 'node:', 'fastify'],
  'server/doors/pusher-api': ['server/doors/pusher-api', 'server/plain-http', 'server/pusher', 'node:', 'fastify'],
  'server/doors/debug': ['server/doors/debug', 'server/pusher', 'server/identity', 'fastify'],
  'server/doors/metrics': ['server/doors/metrics', 'node:'],
  'server/doors/control': ['server/doors/control', 'node:', 'fastify'],
  'server/doors/pages': ['server/doors/pages', 'server/pusher', 'node:', 'fastify', '@fastify/static'],
  'server/doors/*': [
    'server/doors/*',
    'server/pusher',
    'server/cluster',
    'server/support',
    'server/identity',
    'server/refusal',
    'node:',
    'fastify',
    '@fastify/cors',
    '@fastify/multipart',
    '@fastify/swagger',
    '@fastify/swagger-ui',
    '@fastify/type-provider-typebox',
    'typebox',
  ],
  db: ['db', 'node:', 'kysely', 'better-sqlite3', 'mysql2'],
  // Of the server only the shapes of its answers, as types.
  client: [
    'client',
    'server/doors/support-api/wire',
    'server/doors/support-api/wire-tools',
    'server/doors/support-api/wire-settings',
    'laravel-echo',
    'pusher-js',
    'preact',
    'react',
    'react-dom',
    'node:',
    'vite',
  ],
  'client/log': ['client/log', 'client/chat', 'react'],
  'admin-ui': [
    'admin-ui',
    'client/chat',
    'client/echo',
    'client/log',
    'server/doors/support-api/wire',
    'server/doors/support-api/wire-tools',
    'server/doors/support-api/wire-settings',
    'server/doors/support-api/wire-opening',
    'server/doors/support-api/wire-reports',
    'react',
    'react-dom',
    'radix-ui',
    '@tanstack/react-query',
    '@tanstack/react-virtual',
  ],
  // How the widget will look, it shows itself.
  'admin-ui/settings/colours': ['client/widget/colour'],
  'admin-ui/settings/preview': ['admin-ui', 'client/chat', 'client/widget', 'react', 'react-dom'],
  'admin-ui/reports/plot': ['admin-ui', 'react', 'uplot'],
  'admin-ui/vite.config': ['node:', 'vite', '@vitejs/plugin-react', '@tailwindcss/vite', 'client/slim-pusher'],
};

/** The wiring: the only files that may know every room. */
const WIRING = new Set(['server/server', 'server/serve', 'server/desk', 'server/main']);

const IMPORT = /(?:^|\n)\s*(?:import|export)\s(?:[^'";]*?\sfrom\s)?['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/g;

interface Arrow {
  from: string;
  to: string;
}

function arrowsOf(file: string): Arrow[] {
  const from = file.replace(/\.tsx?$/, '');
  return Array.from(readFileSync(file, 'utf8').matchAll(IMPORT), ([, a, b]) => {
    const target = (a ?? b) as string;
    return {
      from,
      to: target.startsWith('.') ? normalize(join(dirname(file), target)).replace(/\.tsx?$/, '') : target,
    };
  });
}

/** The row that speaks for a file: the longest that names it. */
function roomOf(file: string): string | undefined {
  return Object.keys(ARROWS)
    .filter((room) => matches(file, room))
    .sort((a, b) => b.replace('*', '').length - a.replace('*', '').length)[0];
}

function matches(path: string, place: string): boolean {
  const pattern = place.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replace('*', '[^/]+');
  return new RegExp(`^${pattern}(?:/|$)`).test(path);
}

function isAllowed({ from, to }: Arrow): boolean {
  if (WIRING.has(from)) return true;
  const room = roomOf(from);
  if (room === undefined) return false;
  const sameDoor = /^server\/doors\/[^/]+/.exec(from)?.[0];
  return (ARROWS[room] ?? []).some((place) => {
    if (place === 'node:') return to.startsWith('node:');
    return matches(to, place === 'server/doors/*' ? (sameDoor as string) : place);
  });
}

const files = ['server', 'db', 'client', 'admin-ui'].filter(existsSync).flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.tsx?$/.test(file))
    .map((file) => join(folder, file)),
);

t.test('every import follows an arrow of the house', async (t) => {
  t.ok(files.length > 40, 'the sources were found');
  const strays = files.flatMap(arrowsOf).filter((arrow) => !isAllowed(arrow));
  t.same(strays, []);
});

t.test('an arrow that is not drawn is found', async (t) => {
  t.notOk(isAllowed({ from: 'server/pusher/hub', to: 'node:fs' }), 'the core knows only node:crypto');
  t.notOk(
    isAllowed({ from: 'server/doors/pusher-api/routes', to: 'server/doors/pusher-socket/socket' }),
    'another door',
  );
  t.notOk(isAllowed({ from: 'server/doors/pusher-api/routes', to: 'db/open' }), 'the database');
  t.ok(isAllowed({ from: 'server/doors/pusher-api/routes', to: 'server/doors/pusher-api/wire' }), 'its own room');
});

t.test('every file belongs to a room', async (t) => {
  t.same(
    files.filter(
      (file) => !WIRING.has(file.replace(/\.tsx?$/, '')) && roomOf(file.replace(/\.tsx?$/, '')) === undefined,
    ),
    [],
  );
});

t.test('Node’s own modules are named with their prefix', async (t) => {
  const bare = files.flatMap(arrowsOf).filter(({ to }) => builtinModules.includes(to));
  t.same(bare, []);
});

t.test('only the configuration reads the process environment', async (t) => {
  const readers = files.filter((file) =>
    /process\.env\b/.test(readFileSync(file, 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '')),
  );
  t.same(readers, ['server/config.ts']);
});
