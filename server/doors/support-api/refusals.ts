import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Refusal, type RefusalKind } from '../../refusal.ts';

export const STATUS: Record<RefusalKind, number> = {
  unauthenticated: 401,
  forbidden: 403,
  'not-found': 404,
  conflict: 409,
  gone: 410,
  'too-large': 413,
  invalid: 422,
  'too-many': 429,
};

/** What a refusal names as standing instead, in this wire's words; nothing when it is not for this caller. */
export type PresentCurrent = (current: unknown, request: FastifyRequest) => object;

/** Every error below this point in Laravel's shapes. */
export function renderRefusals(fastify: FastifyInstance, presentCurrent: PresentCurrent): void {
  fastify.setErrorHandler<FastifyError | Refusal>((error, request, reply) => {
    if (error instanceof Refusal) return refuse(request, reply, error, presentCurrent);
    if (error.code === 'FST_ERR_CTP_BODY_TOO_LARGE') return say(reply, 413, 'The request is too large.');
    const status = error.statusCode ?? 500;
    if (status < 500) return say(reply, status, error.message);
    request.log.error({ err: error }, 'the support API failed');
    return say(reply, 500, 'Server Error');
  });
}

/** Paths of this prefix that lead nowhere. */
export function renderUnknownRoutes(fastify: FastifyInstance): void {
  fastify.setNotFoundHandler((request, reply) =>
    say(reply, 404, `The route ${request.url.split('?')[0]?.slice(1)} could not be found.`),
  );
}

function refuse(
  request: FastifyRequest,
  reply: FastifyReply,
  refusal: Refusal,
  presentCurrent: PresentCurrent,
): FastifyReply {
  const { kind, message, details } = refusal;
  reply.code(STATUS[kind]);
  if (kind === 'unauthenticated') reply.header('www-authenticate', 'Bearer');
  if (details.retryAfterSeconds !== undefined) {
    const seconds = Math.max(1, Math.ceil(details.retryAfterSeconds));
    return reply.header('retry-after', seconds).send({ message, retry_after: seconds });
  }
  return reply.send({
    message,
    ...faultsOf(refusal),
    ...(details.current === undefined ? {} : presentCurrent(details.current, request)),
  });
}

/** One of several things asked for at once: as it would have been answered by itself. */
export function refused(refusal: Refusal): { status: number; message: string } {
  return { status: STATUS[refusal.kind], message: refusal.message, ...faultsOf(refusal) };
}

/** What is wrong with which field: in words as Laravel has it, and by the name of the rule. */
export function faultsOf({ details: { fields, reasons } }: Refusal): object {
  return { ...(fields ? { errors: fields } : {}), ...(reasons ? { reasons } : {}) };
}

function say(reply: FastifyReply, status: number, message: string): FastifyReply {
  return reply.code(status).send({ message });
}
