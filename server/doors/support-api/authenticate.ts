import type { FastifyInstance, FastifyRequest } from 'fastify';
import { isAgent, type PersonCaller } from '../../identity/caller.ts';
import { bearerToken } from '../../identity/identify.ts';
import { Refusal } from '../../refusal.ts';
import { unauthorized } from '../../support/policy.ts';
import type { Limited, Limits } from './limits.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks; null where nobody needs to be anybody. */
    caller: PersonCaller | null;
  }
  interface FastifyContextConfig {
    /** Who may ask at all; the desk's policy has the last word on each room. Left out: whoever has signed in. */
    access?: 'anybody' | 'team';
    /** Which budget a request is taken from; null: none. Left out: reading for GET, changing for the rest. */
    spends?: Limited | null;
  }
}

export interface AuthenticateOptions {
  identify(token: string): Promise<PersonCaller | undefined>;
  limits: Limits;
}

/** Before a body is read: who does not get in does not get to send one either. */
export function authenticateRequests(fastify: FastifyInstance, { identify, limits }: AuthenticateOptions): void {
  fastify.decorateRequest('caller', null);
  fastify.addHook('onRequest', async (request) => {
    if (request.is404 || request.method === 'OPTIONS') return;
    const { access, spends } = request.routeOptions.config;
    const token = bearerToken(request.headers.authorization);
    // Nobody can try out tokens without end: a request without a good one is paid for by its address.
    const caller = token === undefined ? undefined : await identify(token);
    request.caller = caller ?? null;
    const what = spends === undefined ? (request.method === 'GET' ? 'read' : 'change') : spends;
    if (what !== null) {
      const spender = caller ? { token: { id: caller.tokenId, isOfTeam: isAgent(caller) } } : {};
      limits.spend(what, { address: request.ip, ...spender });
    }
    if (access === 'anybody') return;
    if (!caller) throw new Refusal('unauthenticated', 'Unauthenticated.');
    if (access === 'team' && !isAgent(caller)) throw unauthorized();
  });
}

/** For routes behind the sign-in, where there always is one. */
export function callerOf(request: FastifyRequest): PersonCaller {
  if (!request.caller) throw new Refusal('unauthenticated', 'Unauthenticated.');
  return request.caller;
}

export const SOCKET_ID = /^\d+\.\d+$/;

/** The caller's own socket, which needs no telling; Echo sends it when it is asked to. */
export function originOf(request: FastifyRequest): { exceptSocket: string | null } {
  const given = request.headers['x-socket-id'];
  return { exceptSocket: typeof given === 'string' && SOCKET_ID.test(given) ? given : null };
}
