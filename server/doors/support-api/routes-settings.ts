import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type, { type Static } from 'typebox';
import type { SiteSettings } from '../../support/sites.ts';
import { callerOf } from './authenticate.ts';
import type { House } from './house.ts';
import { lookFrom, presentLook, presentSite, presentWidget } from './present-settings.ts';
import { Said } from './wire.ts';
import {
  IdentitySecret,
  Site,
  SiteBody,
  SiteParams,
  WidgetDefaults,
  WidgetDefaultsBody,
  WidgetSettings,
} from './wire-settings.ts';

const tags = ['Settings'];
const dataOf = <Shape extends Parameters<typeof Type.Array>[0]>(shape: Shape) => Type.Object({ data: shape });

/** What a page of any origin asks for to have the visitors' widget, beside its scripts. */
export const widgetRoutes: FastifyPluginAsyncTypebox<House> = async (fastify, { widget, siteOf, hub, socketPath }) => {
  fastify.get(
    '/widget/settings',
    {
      config: { access: 'anybody' },
      schema: {
        tags,
        security: [],
        summary: 'How the widget connects, looks and speaks on the page that asks',
        response: { 200: WidgetSettings },
      },
    },
    async (request, reply) => {
      const site = await siteOf(request.headers.origin, request.hostname);
      reply.headers({ 'cache-control': 'no-cache', 'cross-origin-resource-policy': 'cross-origin', vary: 'Origin' });
      return { key: hub.app.key, socket_path: socketPath, widget: presentWidget(await widget.shownOn(site)) };
    },
  );
};

/** What an admin sets: the widget for all sites, and what each site has of its own. */
export const settingsRoutes: FastifyPluginAsyncTypebox<House> = async (fastify, { sites }) => {
  fastify.get(
    '/admin/chat/widget',
    { schema: { tags, summary: 'How the widget looks on every site', response: { 200: dataOf(WidgetDefaults) } } },
    async (request) => {
      const { look, hours } = await sites.defaults(callerOf(request));
      return { data: { look: presentLook(look), hours } };
    },
  );

  fastify.put(
    '/admin/chat/widget',
    {
      schema: {
        tags,
        summary: 'Change how the widget looks on every site, or when somebody is there',
        body: WidgetDefaultsBody,
        response: { 200: dataOf(WidgetDefaults) },
      },
    },
    async (request) => {
      const { look, hours } = await sites.setDefaults(callerOf(request), settingsFrom(request.body));
      return { data: { look: presentLook(look), hours } };
    },
  );

  fastify.get(
    '/admin/chat/sites',
    {
      schema: {
        tags,
        summary: 'The sites the widget lives on; as long as there are none it may live on any',
        response: { 200: dataOf(Type.Array(Site)) },
      },
    },
    async (request) => ({ data: (await sites.list(callerOf(request))).map(presentSite) }),
  );

  fastify.put(
    '/admin/chat/sites/:domain',
    {
      schema: {
        tags,
        summary: 'Make a site, or change in it what is given; null is as on every site',
        params: SiteParams,
        body: SiteBody,
        response: { 200: dataOf(Site) },
      },
    },
    async (request) => {
      const { name, allowed_origins: allowedOrigins, look, hours } = request.body;
      const changes: Partial<SiteSettings> = {
        ...(name === undefined ? {} : { name }),
        ...(allowedOrigins === undefined ? {} : { allowedOrigins }),
        ...(look === null ? { look } : {}),
        ...settingsFrom({ ...(look ? { look } : {}), ...(hours === undefined ? {} : { hours }) }),
      };
      return { data: presentSite(await sites.save(callerOf(request), request.params.domain, changes)) };
    },
  );

  fastify.delete(
    '/admin/chat/sites/:domain',
    { schema: { tags, summary: 'Remove a site', params: SiteParams, response: { 200: Said } } },
    async (request) => {
      await sites.remove(callerOf(request), request.params.domain);
      return { message: 'Site deleted' };
    },
  );

  fastify.post(
    '/admin/chat/sites/:domain/identity-secret',
    {
      schema: {
        tags,
        summary: 'A new secret for the site to sign its visitors’ identities with, shown this once',
        params: SiteParams,
        response: { 200: dataOf(IdentitySecret) },
      },
    },
    async (request, reply) => {
      const secret = await sites.renewIdentitySecret(callerOf(request), request.params.domain);
      reply.header('cache-control', 'no-store');
      return { data: { identity_secret: secret } };
    },
  );

  fastify.delete(
    '/admin/chat/sites/:domain/identity-secret',
    {
      schema: { tags, summary: 'The site vouches for nobody any more', params: SiteParams, response: { 200: Said } },
    },
    async (request) => {
      await sites.removeIdentitySecret(callerOf(request), request.params.domain);
      return { message: 'Identity secret deleted' };
    },
  );
};

function settingsFrom({ look, hours }: Static<typeof WidgetDefaultsBody>) {
  return {
    ...(look === undefined ? {} : { look: lookFrom(look) }),
    ...(hours === undefined ? {} : { hours: hours && { ...hours, holidays: hours.holidays ?? [] } }),
  };
}
