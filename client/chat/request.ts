import { Trouble, troubleOf } from './trouble.ts';

export interface Request {
  method?: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  token?: string | null;
  query?: Record<string, string | number | undefined>;
  /** Sent as JSON; a FormData as it is. */
  body?: unknown;
  deadlineMs?: number;
  signal?: AbortSignal | undefined;
  /** How much of the body has left, 0 to 1. */
  onProgress?: ((part: number) => void) | undefined;
  /** Lets the request outlive the page. */
  keepalive?: boolean;
}

const DEADLINE_MS = 15_000;

/** @throws Trouble, and nothing else */
export async function request(url: string, options: Request = {}): Promise<unknown> {
  const { method = 'GET', token, query = {}, body, deadlineMs = DEADLINE_MS, signal, onProgress } = options;
  const asked = Object.entries(query).filter(([, value]) => value !== undefined);
  const address = asked.length > 0 ? `${url}?${new URLSearchParams(asked.map(([k, v]) => [k, String(v)]))}` : url;
  const isForm = body instanceof FormData;
  const headers: Record<string, string> = { accept: 'application/json' };
  if (token) headers.authorization = `Bearer ${token}`;
  if (body !== undefined && !isForm) headers['content-type'] = 'application/json';
  const payload = body === undefined ? null : isForm ? body : JSON.stringify(body);

  const deadline = AbortSignal.timeout(deadlineMs);
  const stop = signal ? AbortSignal.any([signal, deadline]) : deadline;
  const sent = { method, headers, body: payload, signal: stop };
  const { status, text, retryAfter, requestId } = onProgress
    ? await upload(address, sent, onProgress)
    : await ask(address, { ...sent, keepalive: options.keepalive ?? false });
  const answer = jsonFrom(text);
  if (status < 200 || status > 299) throw troubleOf(status, answer, retryAfter, requestId);
  if (answer === undefined && text !== '') throw new Trouble('broken');
  return answer;
}

interface Answer {
  status: number;
  text: string;
  retryAfter: string | null;
  requestId: string | null;
}

async function ask(url: string, options: RequestInit): Promise<Answer> {
  try {
    // Only the token says who is asking: a cookie of the server's own must not.
    const response = await fetch(url, { ...options, credentials: 'omit', cache: 'no-store' });
    const { status, headers } = response;
    const text = await response.text();
    return { status, text, retryAfter: headers.get('retry-after'), requestId: headers.get('x-request-id') };
  } catch {
    throw new Trouble('offline');
  }
}

/** `fetch` cannot tell how much of a body has left. */
function upload(
  url: string,
  {
    method,
    headers,
    body,
    signal,
  }: { method: string; headers: Record<string, string>; body: string | FormData | null; signal: AbortSignal },
  onProgress: (part: number) => void,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const xhr = new XMLHttpRequest();
    xhr.open(method, url);
    for (const [name, value] of Object.entries(headers)) xhr.setRequestHeader(name, value);
    xhr.upload.onprogress = ({ loaded, total }) => onProgress(total > 0 ? loaded / total : 0);
    xhr.onload = () =>
      resolve({
        status: xhr.status,
        text: xhr.responseText,
        retryAfter: xhr.getResponseHeader('retry-after'),
        requestId: xhr.getResponseHeader('x-request-id'),
      });
    xhr.onerror = xhr.onabort = () => reject(new Trouble('offline'));
    signal.addEventListener('abort', () => xhr.abort());
    xhr.send(body);
  });
}

function jsonFrom(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
