import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import Type from 'typebox';
import type { Form } from '../../identity/validation.ts';
import { callerOf } from './authenticate.ts';
import type { House } from './house.ts';
import { authorOf, presentUser, timeOrNull } from './present.ts';
import { presentPresence } from './present-tools.ts';
import { User } from './wire.ts';
import { InvitationForm, UserParams } from './wire-requests.ts';
import { TeamMember, TeamMemberBody, TeamMemberChanges, type WireTeamMember } from './wire-settings.ts';

const tags = ['Team'];
const Invited = Type.Object({ invite_url: Type.String({ description: 'Works once, for seven days.' }) });

type Members = Awaited<ReturnType<House['team']['list']>>;
type Availabilities = Awaited<ReturnType<House['availabilities']['team']>>;

/** Who is of the team, and how they get in. */
export const teamRoutes: FastifyPluginAsyncTypebox<House> = async (fastify, house) => {
  const { team, accounts, availabilities, publicUrl } = house;

  const present = async (request: FastifyRequest, members: Members) => {
    const known = await availabilities.team(callerOf(request));
    return members.map((member) => presentMember(member, known));
  };
  // After the #, which no browser sends and no log keeps.
  const linkTo = (request: FastifyRequest, invitation: string) =>
    `${publicUrl ?? `${request.protocol}://${request.host}`}/set-up#${invitation}`;

  fastify.get(
    '/admin/chat/team',
    {
      schema: {
        tags,
        summary: 'All of the team, those who are blocked too',
        response: { 200: Type.Object({ data: Type.Array(TeamMember) }) },
      },
    },
    async (request) => ({ data: await present(request, await team.list(callerOf(request))) }),
  );

  fastify.post(
    '/admin/chat/team',
    {
      schema: {
        tags,
        summary: 'Take somebody into the team; who opens the link sets the password',
        body: TeamMemberBody,
        response: { 201: Type.Object({ data: TeamMember, ...Invited.properties }) },
      },
    },
    async (request, reply) => {
      const { site_domain: siteDomain = null, ...asked } = request.body;
      const { member, invitation } = await team.add(callerOf(request), { ...asked, siteDomain });
      const [data] = await present(request, [member]);
      reply.code(201).header('cache-control', 'no-store');
      return { data: data as WireTeamMember, invite_url: linkTo(request, invitation) };
    },
  );

  fastify.patch(
    '/admin/chat/team/:user',
    {
      schema: {
        tags,
        summary: 'Change the name, the rank or the site of one of the team, or shut them out',
        params: UserParams,
        body: TeamMemberChanges,
        response: { 200: Type.Object({ data: TeamMember }) },
      },
    },
    async (request) => {
      const { name, role, site_domain: siteDomain, is_blocked: isBlocked } = request.body;
      const changes = {
        ...(name === undefined ? {} : { name }),
        ...(role === undefined ? {} : { role }),
        ...(siteDomain === undefined ? {} : { siteDomain }),
        ...(isBlocked === undefined ? {} : { isBlocked }),
      };
      const [data] = await present(request, [await team.change(callerOf(request), request.params.user, changes)]);
      return { data: data as WireTeamMember };
    },
  );

  fastify.post(
    '/admin/chat/team/:user/invite',
    {
      schema: {
        tags,
        summary: 'A new link to set the password, also for who has forgotten it',
        params: UserParams,
        response: { 200: Invited },
      },
    },
    async (request, reply) => {
      reply.header('cache-control', 'no-store');
      return { invite_url: linkTo(request, await team.invite(callerOf(request), request.params.user)) };
    },
  );

  fastify.post(
    '/auth/invitation',
    {
      config: { access: 'anybody', spends: 'account' },
      schema: {
        tags: ['Account'],
        security: [],
        summary: 'Set one’s password with the token of an invitation, once; who was signed in before is so no more',
        body: InvitationForm,
        response: { 200: Type.Object({ user: User, token: Type.String() }) },
      },
    },
    async (request) => {
      const form = (request.body ?? {}) as Form;
      const { email } = await team.accept(form);
      const { user, token } = await accounts.login({ ...form, email }, request.ip);
      return { user: presentUser(user), token };
    },
  );
};

function presentMember({ user, isInvited }: Members[number], known: Availabilities): WireTeamMember {
  const presence = known.find(({ agent }) => agent.id === user.id);
  const { role, email, site_domain } = presentUser(user);
  return {
    ...authorOf(user),
    email,
    role,
    site_domain,
    ...presentPresence(presence ?? { availability: 'offline', chosen: 'offline', autoOffline: true }),
    last_seen_at: timeOrNull(user.lastSeenAt),
    is_blocked: user.blockedAt !== null,
    invited: isInvited,
  };
}
