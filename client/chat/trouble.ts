/** All that can go wrong between here and the server, as far as a person can tell the difference. */
export type TroubleKind =
  | 'offline' // no answer: no network, the server is down, or it took too long
  | 'unauthenticated'
  | 'forbidden'
  | 'missing'
  | 'conflict'
  | 'invalid'
  | 'too-large'
  | 'too-many'
  | 'broken'; // the server failed, or answered what nobody can read

export class Trouble extends Error {
  readonly kind: TroubleKind;
  /** How long the server asked to be left alone. */
  readonly retryAfterMs: number | null;
  /** What the server said for people to read; only for `invalid`. */
  readonly reason: string | null;
  /** All that the server said, for whoever can tell more from it. */
  readonly answer: unknown;
  /** By which the server's log knows the request. */
  readonly requestId: string | null;

  constructor(kind: TroubleKind, said: Partial<Omit<Trouble, 'kind'>> = {}) {
    const { retryAfterMs = null, reason = null, answer, requestId = null } = said;
    super(reason ?? kind);
    this.name = 'Trouble';
    this.kind = kind;
    this.retryAfterMs = retryAfterMs;
    this.reason = reason;
    this.answer = answer;
    this.requestId = requestId;
  }
}

/** Whether the same request may succeed later without anybody changing anything. */
export function mayPass(trouble: Trouble): boolean {
  return trouble.kind === 'offline' || trouble.kind === 'broken' || trouble.kind === 'too-many';
}

export function troubleFrom(error: unknown): Trouble {
  return error instanceof Trouble ? error : new Trouble('offline');
}

const KINDS: Record<number, TroubleKind> = {
  400: 'invalid',
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'missing',
  409: 'conflict',
  410: 'missing',
  413: 'too-large',
  415: 'invalid',
  422: 'invalid',
  429: 'too-many',
};

/** An answer that is no success. `retryAfter` is the header, which another origin's page may not be shown. */
export function troubleOf(
  status: number,
  body: unknown,
  retryAfter: string | null,
  requestId: string | null = null,
): Trouble {
  const kind = KINDS[status] ?? (status >= 400 && status < 500 ? 'invalid' : 'broken');
  const said = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>;
  const seconds = Number(retryAfter ?? said.retry_after ?? Number.NaN);
  return new Trouble(kind, {
    retryAfterMs: Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : null,
    reason: kind === 'invalid' && typeof said.message === 'string' ? said.message : null,
    answer: body,
    requestId,
  });
}

/** How long to wait before trying again: 1, 2, 4 … 30 s, spread so that not everybody comes back at once. */
export function waitBeforeRetry(trouble: Trouble, failures: number, random: () => number = Math.random): number {
  if (trouble.retryAfterMs !== null) return trouble.retryAfterMs + random() * 500;
  return Math.min(30_000, 1000 * 2 ** Math.max(0, failures - 1)) * (0.75 + random() / 2);
}
