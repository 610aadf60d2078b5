import { createHash, createHmac } from 'node:crypto';
import { connect } from 'node:net';
import type { RunningServer } from './server.ts';

export interface PhpRequest {
  method: 'GET' | 'POST';
  /** Below /apps/ID. */
  path: string;
  /** As PHP's json_encode wrote it. */
  body?: string;
  query?: Record<string, string>;
  /** Guzzle without its prepare_body middleware does not say how long the body is. */
  chunked?: boolean;
  secret?: string;
}

export interface PhpAnswer {
  status: number;
  contentType: string | undefined;
  text: string;
}

/** The bytes that pusher-php-server 7.2.6 over Guzzle 7 and cURL sends, and the answer as they came over the wire. */
export async function asPhp(server: RunningServer, request: PhpRequest): Promise<PhpAnswer> {
  return parse(await exchange(server.port, bytesOf(server, request)));
}

function bytesOf({ app, port, config }: RunningServer, request: PhpRequest): string {
  const { method, path, body = '', query = {}, chunked = false, secret = app.secret } = request;
  const signed: Record<string, string> = {
    auth_key: app.key,
    auth_timestamp: String(Math.floor(Date.now() / 1000)),
    auth_version: '1.0',
    ...(body ? { body_md5: createHash('md5').update(body).digest('hex') } : {}),
    ...query,
  };
  const names = Object.keys(signed).sort();
  // The path is signed without the prefix, and what is signed is not percent-encoded; the signature comes last.
  const text = names.map((name) => `${name}=${signed[name]}`).join('&');
  const signature = createHmac('sha256', secret).update(`${method}\n/apps/${app.id}${path}\n${text}`).digest('hex');
  const encoded = names.map((name) => `${name}=${encodeURIComponent(signed[name] ?? '')}`).join('&');
  const length = Buffer.byteLength(body);
  return [
    `${method} ${config.listen.path}/apps/${app.id}${path}?${encoded}&auth_signature=${signature} HTTP/1.1`,
    `Host: 127.0.0.1:${port}`,
    'User-Agent: GuzzleHttp/7',
    'Content-Type: application/json',
    'X-Pusher-Library: pusher-http-php 7.2.6',
    ...(chunked ? ['Transfer-Encoding: chunked'] : body ? [`Content-Length: ${length}`] : []),
    '',
    chunked ? `${length.toString(16)}\r\n${body}\r\n0\r\n\r\n` : body,
  ].join('\r\n');
}

/** Reads as much as the answer says it has; the connection stays open, as cURL keeps it. */
function exchange(port: number, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const tcp = connect({ host: '127.0.0.1', port });
    let received = '';
    tcp.setTimeout(5000, () => tcp.destroy(new Error(`no whole answer within 5000 ms: ${received}`)));
    tcp.on('error', reject);
    tcp.on('data', (chunk) => {
      received += chunk;
      const bodyStart = received.indexOf('\r\n\r\n') + 4;
      const length = /^content-length: *(\d+)/im.exec(received)?.[1];
      if (bodyStart < 4 || length === undefined || received.length < bodyStart + Number(length)) return;
      tcp.destroy();
      resolve(received);
    });
    tcp.write(bytes);
  });
}

function parse(answer: string): PhpAnswer {
  const end = answer.indexOf('\r\n\r\n');
  const head = answer.slice(0, end);
  return {
    status: Number(head.split(' ')[1]),
    contentType: /^content-type: *(.+)$/im.exec(head)?.[1],
    text: answer.slice(end + 4),
  };
}
