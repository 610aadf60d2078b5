import type { FastifyError, FastifyInstance, FastifyReply } from 'fastify';

/** What an HTTP publisher is told: plain text, which Laravel shows as "Pusher error: …", or a JSON object. [P-17] */
export class ApiRefusal extends Error {
  readonly status: number;
  readonly body: string | Record<string, unknown>;

  constructor(status: number, body: string | Record<string, unknown>) {
    super(typeof body === 'string' ? body : `HTTP ${status}`);
    this.name = 'ApiRefusal';
    this.status = status;
    this.body = body;
  }
}

/** Every error of this door in its own shape. */
export function renderRefusals(fastify: FastifyInstance): void {
  fastify.setErrorHandler<FastifyError | ApiRefusal>((error, request, reply) => {
    if (error instanceof ApiRefusal) return send(reply, error.status, error.body);
    if (error.statusCode === 413) return send(reply, 413, 'Payload too large.');
    if (error.statusCode !== undefined && error.statusCode < 500) {
      return send(reply, error.statusCode, `Bad request: ${error.message}`);
    }
    request.log.error({ err: error }, 'publishing failed');
    return send(reply, 500, 'Internal server error.');
  });
  fastify.setNotFoundHandler((_request, reply) => send(reply, 404, 'Not found.'));
}

function send(reply: FastifyReply, status: number, body: ApiRefusal['body']): FastifyReply {
  if (typeof body === 'string') reply.type('text/plain; charset=utf-8');
  return reply.code(status).send(body);
}
