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
const REQUEST_LINE = /^(GET|POST) (\/[!-~]*) HTTP\/1\.1/;
/** No white space around the name, no line that goes on on the next, no byte beyond ASCII (RFC 9112 §5). */
const HEADER = /\r\n([\w!#$%&'*+.^`|~-]+):[\t ]*([\t -~]*)/y;
const LENGTH = /^\d{1,9}$/;
/** As most write them: found sooner than put into lower case. */
const USUAL = new Map(
  [
    ...['Host', 'User-Agent', 'Accept', 'Accept-Encoding', 'Connection', 'Content-Type', 'Content-Length', 'Origin'],
    ...['Upgrade', 'Sec-WebSocket-Key', 'Sec-WebSocket-Version', 'Sec-WebSocket-Extensions', 'X-Pusher-Library'],
  ].flatMap((name) => [name, name.toLowerCase()].map((spelled) => [spelled, name.toLowerCase()])),
);

/** Reads the head that `bytes` begin with. @returns 'more' when it goes on behind them; null when it is not plain */
export function readPlainHead(bytes: Buffer): PlainHead | 'more' | null {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return bytes.length < MAX_BYTES && mayBePlain(bytes) ? 'more' : null;
  if (end > MAX_BYTES) return null;
  const text = bytes.toString('latin1', 0, end);
  const line = REQUEST_LINE.exec(text);
  if (line === null) return null;

  const headers: Record<string, string> = {};
  for (let at = line[0].length; at < end; at = HEADER.lastIndex) {
    HEADER.lastIndex = at;
    const header = HEADER.exec(text);
    if (header === null) return null;
    const spelled = header[1] as string;
    const name = USUAL.get(spelled) ?? spelled.toLowerCase();
    if (headers[name] !== undefined) return null;
    headers[name] = (header[2] as string).trimEnd();
  }
  const { host, connection, 'content-length': announced = '0' } = headers;
  if (!host || !LENGTH.test(announced) || isDemanding(headers)) return null;
  return {
    method: line[1] as PlainHead['method'],
    url: line[2] as string,
    headers,
    length: end + 4,
    bodyLength: Number(announced),
    isKeptAlive: !closes(connection),
  };
}

/** Whoever sends these wants more than to be answered. */
function isDemanding({ 'transfer-encoding': encoding, expect, trailer }: Record<string, string>): boolean {
  return encoding !== undefined || expect !== undefined || trailer !== undefined;
}

function mayBePlain(bytes: Buffer): boolean {
  const start = bytes.toString('latin1', 0, 5);
  return 'GET /'.startsWith(start) || 'POST '.startsWith(start);
}

function closes(connection: string | undefined): boolean {
  return connection !== undefined && /\bclose\b/i.test(connection);
}
