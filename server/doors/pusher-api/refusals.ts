import type { FastifyBaseLogger, FastifyError, FastifyInstance, FastifyReply } from 'fastify';

/** What an HTTP publisher is told: plain text, which Laravel shows as "Pusher error: …", or a JSON object. [P-17] */
export class ApiRefusal extends Error {
  readonly status: number;
  readonly body: string | Record<string, unknown>;
  /** When it may be tried again. */
  readonly retryAfterSeconds: number | null;

  constructor(status: number, body: string | Record<string, unknown>, retryAfterSeconds: number | null = null) {
    // An answer and no fault: nobody asks where it was thrown, and to note that is a quarter of what refusing costs.
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    super(typeof body === 'string' ? body : `HTTP ${status}`);
    Error.stackTraceLimit = stackTraceLimit;
    this.name = 'ApiRefusal';
    this.status = status;
    this.body = body;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** An answer as it goes over the wire. */
export interface Answer {
  status: number;
  type: string;
  text: string;
  retryAfterSeconds: number | null;
}

export const JSON_TYPE = 'application/json; charset=utf-8';
const TEXT_TYPE = 'text/plain; charset=utf-8';

/** What an error is told as; a bug is logged and nothing of it told. */
export function refusalOf(error: Error, log: FastifyBaseLogger): Answer {
  if (error instanceof ApiRefusal) {
    const { status, body, retryAfterSeconds } = error;
    if (typeof body === 'string') return { ...textual(status, body), retryAfterSeconds };
    return { status, type: JSON_TYPE, text: JSON.stringify(body), retryAfterSeconds };
  }
  const { statusCode } = error as FastifyError;
  if (statusCode === 413) return textual(413, 'Payload too large.');
  if (statusCode !== undefined && statusCode < 500) return textual(statusCode, `Bad request: ${error.message}`);
  log.error({ err: error }, 'publishing failed');
  return textual(500, 'Internal server error.');
}

/** Every error of this door in its own shape. */
export function renderRefusals(fastify: FastifyInstance): void {
  fastify.setErrorHandler<Error>((error, request, reply) => send(reply, refusalOf(error, request.log)));
  fastify.setNotFoundHandler((_request, reply) => send(reply, textual(404, 'Not found.')));
}

function textual(status: number, text: string): Answer {
  return { status, type: TEXT_TYPE, text, retryAfterSeconds: null };
}

function send(reply: FastifyReply, { status, type, text, retryAfterSeconds }: Answer): FastifyReply {
  if (retryAfterSeconds !== null) reply.header('retry-after', retryAfterSeconds);
  return reply.code(status).type(type).send(text);
}
