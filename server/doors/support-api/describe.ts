import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';

/** OpenAPI from the schemas that validate, at `/docs/json`, and a page to read and try it at `/docs`. */
export async function describeApi(fastify: FastifyInstance): Promise<void> {
  await fastify.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Antiphon support desk',
        description: [
          'Conversations between visitors and a team. Live events come over the Pusher protocol; see `/broadcasting/auth`.',
          'Bad input is answered with 422: `errors` says of each field what is wrong with it, in English, and `reasons` which',
          'rule it broke, `{"rule": "max.string", "limit": 64}`, by the names of Laravel’s language files.',
        ].join(' '),
        version: '1',
      },
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer', description: '`<id>|<secret>`' } } },
      security: [{ token: [] }],
    },
    // The same routes once more, for frontends that say /api twice.
    transformObject: (document) =>
      'openapiObject' in document ? withNames(document.openapiObject) : document.swaggerObject,
    transform: ({ schema, url }) => ({ schema: { ...schema, hide: schema?.hide ?? url.startsWith('/api/api/') }, url }),
  });
  await fastify.register(async (docs) => {
    docs.addHook('onRoute', (route) => {
      route.config = { access: 'anybody', spends: null, ...route.config };
    });
    await docs.register(swaggerUi, { routePrefix: '/docs', staticCSP: true });
  });
}

/** Moves every schema that has a title to the components, and refers to it there. */
function withNames<Document extends { components?: object }>(document: Document): Document {
  const schemas: Record<string, unknown> = {};
  const named = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(named);
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value).map(([key, inner]) => [key, named(inner)]);
    const { title, ...schema } = Object.fromEntries(entries);
    if (typeof title !== 'string' || !('type' in schema))
      return { ...schema, ...(title === undefined ? {} : { title }) };
    schemas[title] ??= schema;
    return { $ref: `#/components/schemas/${title}` };
  };
  const described = named(document) as Document;
  const sorted = Object.fromEntries(Object.entries(schemas).sort(([a], [b]) => (a < b ? -1 : 1)));
  return { ...described, components: { ...described.components, schemas: sorted } };
}
