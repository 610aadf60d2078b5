import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import Type from 'typebox';
import type { Form } from '../../identity/validation.ts';
import { unauthorized } from '../../support/policy.ts';
import { callerOf } from './authenticate.ts';
import type { House } from './house.ts';
import { authorOf, presentUser } from './present.ts';
import { Author, orNull, Said, User } from './wire.ts';
import { LoginForm, RegisterForm, SetUpForm, WidgetSessionForm } from './wire-requests.ts';

const tags = ['Account'];
const config = { access: 'anybody', spends: 'account' } as const;

/** Who one is. The forms are checked where accounts are made, in Laravel's words. */
export const accountRoutes: FastifyPluginAsyncTypebox<House> = async (fastify, house) => {
  const { accounts, guests, setUp, siteOf, whereabouts } = house;

  fastify.post(
    '/auth/register',
    {
      config,
      schema: {
        tags,
        security: [],
        summary: 'Make an account; the guest whose token is shown becomes it',
        body: RegisterForm,
        response: { 201: Type.Object({ user: User, token: Type.String(), message: Type.String() }) },
      },
    },
    async (request, reply) => {
      const { user, token } = await accounts.register(formOf(request), guestOf(request));
      reply.code(201);
      return { user: presentUser(user), token, message: 'User registered successfully' };
    },
  );

  fastify.post(
    '/auth/login',
    {
      config,
      schema: {
        tags,
        security: [],
        summary: 'Sign in; the guest whose token is shown becomes this account',
        body: LoginForm,
        response: { 200: Type.Object({ user: User, token: Type.String() }) },
      },
    },
    async (request) => {
      const { user, token } = await accounts.login(formOf(request), request.ip, guestOf(request));
      return { user: presentUser(user), token };
    },
  );

  fastify.get('/auth/me', { schema: { tags, summary: 'Who one is', response: { 200: User } } }, async (request) =>
    presentUser(await accounts.me(callerOf(request))),
  );

  fastify.post(
    '/auth/logout',
    { schema: { tags, summary: 'Revoke the token that is shown', response: { 200: Said } } },
    async (request) => {
      await accounts.logout(callerOf(request));
      return { message: 'Logged out successfully' };
    },
  );

  fastify.post(
    '/auth/set-up',
    {
      config,
      schema: {
        tags,
        security: [],
        summary: 'Make the first admin of a new server, once, with the token printed at its start',
        body: SetUpForm,
        response: { 201: Type.Object({ user: User, token: Type.String(), message: Type.String() }) },
      },
    },
    async (request, reply) => {
      const form = formOf(request);
      await setUp(form);
      const { user, token } = await accounts.login(form, request.ip);
      reply.code(201);
      return { user: presentUser(user), token, message: 'The first admin is there' };
    },
  );

  fastify.post(
    '/widget/session',
    {
      config,
      schema: {
        tags,
        security: [],
        summary: 'Begin the session of a visitor, or go on with the one whose token is shown',
        body: WidgetSessionForm,
        response: {
          200: Type.Object({ user: Author, token: orNull(Type.String()), is_verified: Type.Boolean() }),
        },
      },
    },
    async (request) => {
      const site = await siteOf(request.headers.origin, request.hostname);
      if (site === undefined) throw unauthorized();
      const form = formOf(request);
      const session = await guests.openSession(form, site, guestOf(request));
      const { page, timezone } = form;
      await whereabouts.arrived(session.user.id, { page, timezone, userAgent: request.headers['user-agent'] });
      return { user: authorOf(session.user), token: session.token, is_verified: session.isVerified };
    },
  );
};

function formOf(request: FastifyRequest): Form {
  return (request.body ?? {}) as Form;
}

function guestOf({ caller }: FastifyRequest) {
  return caller?.kind === 'guest' ? caller : undefined;
}
