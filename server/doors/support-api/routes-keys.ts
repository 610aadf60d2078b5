import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyError } from 'fastify';
import Type, { type TSchema } from 'typebox';
import type { ApiKeys } from '../../identity/api-keys.ts';
import { Refusal } from '../../refusal.ts';
import { checkedOrigins } from '../../support/sites.ts';
import { callerOf } from './authenticate.ts';
import type { House } from './house.ts';
import { timeOrNull } from './present.ts';
import { faultsOf, STATUS } from './refusals.ts';
import { IdParams } from './wire-requests.ts';
import { ApiKey, ApiKeyBody, NewApiKey, type WireApiKey } from './wire-settings.ts';

const tags = ['API keys'];
const said = { success: true, message: 'Success' } as const;
const enveloped = <Shape extends TSchema>(data: Shape) =>
  Type.Object({ success: Type.Boolean(), message: Type.String(), data });

/** Keys for programs and pages, in the envelope of the contract they are for. */
export const keyRoutes: FastifyPluginAsyncTypebox<House> = async (fastify, { apiKeys }) => {
  fastify.setErrorHandler<FastifyError | Refusal>((error, _request, reply) => {
    if (!(error instanceof Refusal)) throw error;
    const statusCode = STATUS[error.kind];
    return reply.code(statusCode).send({ success: false, message: error.message, statusCode, ...faultsOf(error) });
  });

  fastify.get(
    '/settings/api-keys',
    {
      config: { access: 'team' },
      schema: { tags, summary: 'The keys there are', response: { 200: enveloped(Type.Array(ApiKey)) } },
    },
    async (request) => ({ ...said, data: (await apiKeys.list(callerOf(request))).map(presentKey) }),
  );

  fastify.post(
    '/settings/api-keys',
    {
      config: { access: 'team' },
      schema: {
        tags,
        summary: 'A new key; its secret is shown this once',
        body: ApiKeyBody,
        response: { 201: enveloped(NewApiKey) },
      },
    },
    async (request, reply) => {
      const { name, kind = 'server', allowed_origins: origins = [], site_domain: siteDomain = null } = request.body;
      const asked = { name, kind, siteDomain, allowedOrigins: checkedOrigins(origins) };
      const { apiKey, secret } = await apiKeys.add(callerOf(request), asked);
      reply.code(201).header('cache-control', 'no-store');
      return { ...said, data: { ...presentKey(apiKey), api_secret: secret } };
    },
  );

  fastify.delete(
    '/settings/api-keys/:id',
    {
      config: { access: 'team' },
      schema: { tags, summary: 'Take a key away', params: IdParams, response: { 200: enveloped(Type.Null()) } },
    },
    async (request) => {
      await apiKeys.remove(callerOf(request), request.params.id);
      return { ...said, data: null };
    },
  );

  fastify.patch(
    '/settings/api-keys/:id/toggle',
    {
      config: { access: 'team' },
      schema: {
        tags,
        summary: 'Switch a key off, or on again',
        params: IdParams,
        response: { 200: enveloped(ApiKey) },
      },
    },
    async (request) => ({ ...said, data: presentKey(await apiKeys.toggle(callerOf(request), request.params.id)) }),
  );
};

function presentKey(apiKey: Awaited<ReturnType<ApiKeys['list']>>[number]): WireApiKey {
  const { id, name, kind, key, allowedOrigins, siteDomain, isActive, lastUsedAt, createdAt } = apiKey;
  return {
    id,
    name,
    kind,
    api_key: key,
    allowed_origins: allowedOrigins,
    site_domain: siteDomain,
    is_active: isActive,
    last_used_at: timeOrNull(lastUsedAt),
    created_at: timeOrNull(createdAt),
  };
}
