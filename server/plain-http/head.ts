/** The head of a request that is written as libraries write it, and leaves nothing to interpret. */
export interface PlainHead {
  method: 'GET' | 'POST';
  /** Path and query, still percent-encoded. */
  url: string;
  /** By lower-case names; none came twice. */
  headers: Readonly<Record<string, string>>;
  /** In bytes, with the empty line. */
  length: number;
  /** In bytes, as announced. */
  bodyLength: number;
  /** The connection is for more requests. */
  isKeptAlive: boolean;
}

/** Longer ones, and with them those with many cookies, are Node's. */
const MAX_BYTES = 8192;
/** No white space around a name, no line that goes on on the next, no byte beyond ASCII (RFC 9112 §5). */
const PLAIN = /^(GET|POST) (\/[!-~]*) HTTP\/1\.1((?:\r\n[\w!#$%&'*+.^`|~-]+:[\t -~]*)+)$/;
const LENGTH = /^\d{1,9}$/;
/** Whoever sends these wants more than to be answered. */
const DEMANDING = ['transfer-encoding', 'expect', 'trailer'];

/** Reads the head that `bytes` begin with. @returns 'more' when it goes on behind them; null when it is not plain */
export function readPlainHead(bytes: Buffer): PlainHead | 'more' | null {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return bytes.length < MAX_BYTES && mayBePlain(bytes) ? 'more' : null;
  if (end > MAX_BYTES) return null;
  const [, method, url = '', lines = ''] = PLAIN.exec(bytes.toString('latin1', 0, end)) ?? [];
  if (method !== 'GET' && method !== 'POST') return null;

  const headers: Record<string, string> = {};
  for (const line of lines.slice(2).split('\r\n')) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).toLowerCase();
    if (name in headers) return null;
    headers[name] = line.slice(colon + 1).trim();
  }
  const { host, connection, 'content-length': announced = '0' } = headers;
  if (!host || !LENGTH.test(announced) || DEMANDING.some((name) => name in headers)) return null;
  const length = end + 4;
  return { method, url, headers, length, bodyLength: Number(announced), isKeptAlive: !closes(connection) };
}

function mayBePlain(bytes: Buffer): boolean {
  const start = bytes.toString('latin1', 0, 5);
  return 'GET /'.startsWith(start) || 'POST '.startsWith(start);
}

function closes(connection: string | undefined): boolean {
  return connection !== undefined && /\bclose\b/i.test(connection);
}
