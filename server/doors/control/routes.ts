import type { FastifyPluginAsync } from 'fastify';

export interface ControlOptions {
  isValidOrder(authorization: string | undefined): boolean;
  /** Restarts every node. */
  restart(): void;
}

/** Orders from the command line: `POST /restart`. */
export const control: FastifyPluginAsync<ControlOptions> = async (fastify, { isValidOrder, restart }) => {
  fastify.post('/restart', async (request, reply) => {
    if (!isValidOrder(request.headers.authorization)) return reply.code(401).send({ message: 'Unauthenticated.' });
    reply.raw.once('finish', restart);
    return { message: 'Restarting.' };
  });
};
