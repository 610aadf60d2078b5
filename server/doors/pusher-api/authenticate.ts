import { hash } from 'node:crypto';
import type { Hub } from '../../pusher/hub.ts';
import { ApiRefusal } from './refusals.ts';

/** A signed request as it came over the wire. */
export interface SignedRequest {
  method: string;
  /** Path and query, still percent-encoded. */
  url: string;
  body: Buffer;
}

export interface AuthenticationRules {
  /** In front of every path; publishers sign with or without it. */
  prefix: string;
  /** 0: the timestamp is not looked at. */
  timestampToleranceSeconds: number;
}

/** A query as most publishers write it: nothing to decode, and what was signed in its order. */
const ORDINARY =
  /^auth_key=([^&%+]*)&auth_timestamp=(\d+)&auth_version=[\d.]+&body_md5=([\da-f]{32})&auth_signature=([\da-f]{64})$/;
const SIGNATURE = '&auth_signature=';

const UNSIGNED = new Set(['auth_signature', 'body_md5']);

/** Checks key, age and signature of a publisher's request [P-18]. @throws ApiRefusal 401 saying what was expected */
export function authenticate(hub: Hub, request: SignedRequest, rules: AuthenticationRules): void {
  const [path = '', search = ''] = splitOnce(request.url, '?');
  if (isPlainlySigned(hub, request, path, search, rules)) return;
  const query = new URLSearchParams(search);
  const key = query.get('auth_key');
  if (key !== hub.app.key) {
    throw unauthorized(`auth_key ${key === null ? 'is missing' : 'is not the key of this app'}.`);
  }
  mustBeRecent(query.get('auth_timestamp'), rules.timestampToleranceSeconds);

  const signature = query.get('auth_signature') ?? '';
  const signed = signedQuery(query, request.body);
  const texts = pathsToSign(path, rules.prefix).map((each) => `${request.method}\n${each}\n${signed}`);
  if (texts.some((text) => hub.signer.verifies(text, signature))) return;
  throw unauthorized(
    `Expected auth_signature to be the HMAC-SHA256, in lower-case hex under the app's secret, of ${JSON.stringify(texts[0])}.`,
  );
}

/** The short way to a yes. Whatever it does not say yes to is looked at again, thoroughly. */
function isPlainlySigned(
  hub: Hub,
  { method, body }: SignedRequest,
  path: string,
  search: string,
  { prefix, timestampToleranceSeconds }: AuthenticationRules,
): boolean {
  const [, key, timestamp, md5, signature] = ORDINARY.exec(search) ?? [];
  if (signature === undefined || key !== hub.app.key || !isRecent(Number(timestamp), timestampToleranceSeconds)) {
    return false;
  }
  if (body.length === 0 || hash('md5', body, 'hex') !== md5) return false;
  const signed = search.slice(0, -(SIGNATURE.length + signature.length));
  return pathsToSign(path, prefix).some((each) => hub.signer.verifies(`${method}\n${each}\n${signed}`, signature));
}

/** Laravel shows this to the developer, so it says which check failed. [Q-P] */
function unauthorized(why: string): ApiRefusal {
  return new ApiRefusal(401, `Authentication signature invalid. ${why}`);
}

function mustBeRecent(timestamp: string | null, toleranceSeconds: number): void {
  if (toleranceSeconds === 0) return;
  if (timestamp !== null && /^\d+$/.test(timestamp) && isRecent(Number(timestamp), toleranceSeconds)) return;
  throw unauthorized(
    `auth_timestamp ${timestamp === null ? 'is missing' : JSON.stringify(timestamp)}; the server's time is ${nowSeconds()} and ${toleranceSeconds} s of difference are allowed.`,
  );
}

function isRecent(timestamp: number, toleranceSeconds: number): boolean {
  return toleranceSeconds === 0 || Math.abs(nowSeconds() - timestamp) <= toleranceSeconds;
}

function nowSeconds(): number {
  return Math.floor(Date.now() / 1000);
}

/** Sorted `key=value` pairs, not percent-encoded; the MD5 is that of the body that arrived, whatever the client says. */
function signedQuery(query: URLSearchParams, body: Buffer): string {
  const values = new Map<string, string[]>();
  for (const [name, value] of query) {
    const isList = name.endsWith('[]');
    const key = isList ? name.slice(0, -2) : name;
    if (!UNSIGNED.has(key)) values.set(key, isList ? [...(values.get(key) ?? []), value] : [value]);
  }
  if (body.length > 0) values.set('body_md5', [hash('md5', body, 'hex')]);
  return [...values]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${value.join(',')}`)
    .join('&');
}

/** pusher-php-server signs without the prefix, others with it. */
function pathsToSign(path: string, prefix: string): string[] {
  return prefix && path.startsWith(`${prefix}/`) ? [path.slice(prefix.length), path] : [path];
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}
