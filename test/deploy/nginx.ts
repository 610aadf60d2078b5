import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect as overTcp } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Test } from 'tap';
import { eventually } from '../kit/ear.ts';
import { freePort } from '../kit/free-port.ts';

const ROOT = join(import.meta.dirname, '..', '..');

/** Why there is no nginx here, or false. Under REQUIRE_ALL=1 that is a failure, not a reason. */
export function lacksNginx(env: Record<string, string | undefined>): string | false {
  if (spawnSync('nginx', ['-v']).error === undefined) return false;
  if (env.REQUIRE_ALL === '1') throw new Error('nginx is not installed');
  return 'nginx is not installed';
}

export interface Nginx {
  httpPort: number;
  httpsPort: number;
  /** What `nginx -t` said. */
  checked: string;
  /** Master and workers at once, without a word. */
  kill(): Promise<void>;
  /** Once more, after that. */
  start(): Promise<void>;
}

export interface Site {
  /** Ports of our servers. */
  nodes: readonly number[];
  /** More to replace, each of which must be there. */
  changes?: Record<string, string>;
}

/** Our nginx.conf as it is, but for where it listens, its certificate and where our servers are. */
export async function startNginx(t: Test, { nodes, changes = {} }: Site): Promise<Nginx> {
  const [folder, httpPort, httpsPort] = [folderFor(t), await freePort(), await freePort()];
  const { cert, key } = selfSigned(folder);
  const conf = replaced(readFileSync(join(ROOT, 'nginx.conf'), 'utf8'), {
    'listen 80;': `listen 127.0.0.1:${httpPort};`,
    'listen [::]:80;': '',
    'listen 443 ssl http2;': `listen 127.0.0.1:${httpsPort} ssl http2;`,
    'listen [::]:443 ssl http2;': '',
    'server_name example.com;': 'server_name localhost;',
    '/etc/ssl/certs/antiphon.pem': cert,
    '/etc/ssl/private/antiphon.key': key,
    'server 127.0.0.1:8080;': nodes.map((port) => `server 127.0.0.1:${port};`).join(' '),
    ...changes,
  });
  return { httpPort, httpsPort, ...(await serve(t, folder, conf, httpPort)) };
}

/** A site that has had its own server block for long, and got nothing but this location for us. */
export async function startSiteWith(t: Test, location: string): Promise<Nginx> {
  const [folder, httpPort, httpsPort] = [folderFor(t), await freePort(), await freePort()];
  const { cert, key } = selfSigned(folder);
  const conf = `server {
    listen 127.0.0.1:${httpPort};
    listen 127.0.0.1:${httpsPort} ssl;
    ssl_certificate ${cert};
    ssl_certificate_key ${key};
    location / { return 200 'the site'; }
    ${location}
  }`;
  return { httpPort, httpsPort, ...(await serve(t, folder, conf, httpPort)) };
}

async function serve(
  t: Test,
  folder: string,
  conf: string,
  port: number,
): Promise<Omit<Nginx, 'httpPort' | 'httpsPort'>> {
  const [site, main] = [join(folder, 'antiphon.conf'), join(folder, 'nginx.conf')];
  writeFileSync(site, conf);
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (what) => `${what}_temp_path ${join(folder, what)};`,
  );
  const asRoot = process.getuid?.() === 0 ? 'user root;' : '';
  writeFileSync(
    main,
    `${asRoot} daemon off; worker_processes 1; pid ${join(folder, 'pid')}; error_log stderr warn;
    events { worker_connections 1000; }
    http { access_log off; ${temporary.join(' ')} include ${site}; }`,
  );
  const { status, stderr } = spawnSync('nginx', ['-t', '-c', main, '-e', 'stderr'], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`nginx -t: ${stderr}`);
  let nginx: ChildProcess;
  let said = '';
  const start = async () => {
    // A group of its own, so that killing it leaves no worker with the port in its hand.
    nginx = spawn('nginx', ['-c', main, '-e', 'stderr'], { stdio: ['ignore', 'ignore', 'pipe'], detached: true });
    nginx.stderr?.on('data', (chunk) => {
      said += chunk;
    });
    await eventually('nginx', () => isOpen(port)).catch((error: Error) => {
      throw new Error(`${error.message}; it said: ${said}`);
    });
  };
  const end = async (signal: 'SIGTERM' | 'SIGKILL') => {
    if (nginx.exitCode !== null || nginx.signalCode !== null) return;
    const exited = once(nginx, 'exit');
    process.kill(signal === 'SIGKILL' ? -(nginx.pid as number) : (nginx.pid as number), signal);
    await exited;
  };
  t.teardown(() => end('SIGTERM'));
  await start();
  return { checked: stderr, kill: () => end('SIGKILL'), start };
}

function replaced(text: string, changes: Record<string, string>): string {
  return Object.entries(changes).reduce((changed, [from, to]) => {
    if (!changed.includes(from)) throw new Error(`nginx.conf has no "${from}" any more`);
    return changed.replaceAll(from, to);
  }, text);
}

function selfSigned(folder: string): { cert: string; key: string } {
  const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  const request = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', '-subj', '/CN=localhost'];
  execFileSync('openssl', [...request, '-keyout', key, '-out', cert], { stdio: 'ignore' });
  return { cert, key };
}

function folderFor(t: Test): string {
  const folder = mkdtempSync(join(tmpdir(), 'antiphon-nginx-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = overTcp(port, '127.0.0.1');
    const answer = (found: boolean) => {
      socket.destroy();
      resolve(found);
    };
    socket.on('connect', () => answer(true)).on('error', () => answer(false));
  });
}
