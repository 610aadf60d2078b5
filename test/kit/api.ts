import { hash } from 'node:crypto';
import { DEADLINE_MS } from './bell.ts';
import type { RunningServer } from './server.ts';

export interface ApiAnswer {
  status: number;
  headers: Headers;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  json: any;
}

export interface SigningOptions {
  query?: Record<string, string>;
  /** Sent as given; objects become JSON. */
  body?: unknown;
  headers?: Record<string, string>;
  /** Changes the finished query, as a forger would. */
  tamper?: (query: URLSearchParams) => void;
  /** The path that is signed, when it is not the one requested. */
  signedPath?: string;
}

/** Query of a request signed as the Pusher libraries do it. `path` begins with /apps. */
export function signedQuery(server: RunningServer, method: string, path: string, options: SigningOptions = {}): string {
  const body = bodyOf(options.body);
  const params: Record<string, string> = {
    auth_key: server.app.key,
    auth_timestamp: String(Math.floor(Date.now() / 1000)),
    auth_version: '1.0',
    ...(body ? { body_md5: hash('md5', body, 'hex') } : {}),
    ...options.query,
  };
  const sorted = Object.keys(params)
    .sort()
    .map((name) => `${name}=${params[name]}`)
    .join('&');
  const signature = server.signer.sign(`${method}\n${options.signedPath ?? path}\n${sorted}`);
  const query = new URLSearchParams({ ...params, auth_signature: signature });
  options.tamper?.(query);
  return query.toString();
}

export async function call(
  server: RunningServer,
  method: string,
  path: string,
  options: SigningOptions = {},
): Promise<ApiAnswer> {
  const body = bodyOf(options.body);
  const url = `${server.httpUrl}${path}?${signedQuery(server, method, path, options)}`;
  const response = await fetch(url, {
    method,
    headers: { 'content-type': 'application/json', ...options.headers },
    ...(body === undefined ? {} : { body }),
    signal: AbortSignal.timeout(DEADLINE_MS),
  });
  return answerOf(response);
}

export async function answerOf(response: Response): Promise<ApiAnswer> {
  const text = await response.text();
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    json = undefined;
  }
  return { status: response.status, headers: response.headers, text, json };
}

/** `POST /apps/:id/events` */
export function publish(server: RunningServer, event: Record<string, unknown>): Promise<ApiAnswer> {
  return call(server, 'POST', `/apps/${server.app.id}/events`, { body: event });
}

function bodyOf(body: unknown): string | undefined {
  return body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
}
