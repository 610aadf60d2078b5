import cors from '@fastify/cors';
import type { FastifyInstance, FastifyPluginAsync, FastifyRequest } from 'fastify';
import { isAgent } from '../../identity/caller.ts';
import type { RoomCard } from '../../support/cards.ts';
import type { Answered } from '../../support/storing.ts';
import { authenticateRequests } from './authenticate.ts';
import { describeApi } from './describe.ts';
import { readForms } from './form.ts';
import type { House } from './house.ts';
import { renderRefusals, renderUnknownRoutes } from './refusals.ts';
import { accountRoutes } from './routes-account.ts';
import { broadcastingRoutes } from './routes-broadcasting.ts';
import { conversationRoutes } from './routes-conversation.ts';
import { fileRoutes, uploadRoutes } from './routes-files.ts';
import { inboxRoutes } from './routes-inbox.ts';
import { keyRoutes } from './routes-keys.ts';
import { messageRoutes } from './routes-messages.ts';
import { openingRoutes } from './routes-opening.ts';
import { peopleRoutes } from './routes-people.ts';
import { reportRoutes } from './routes-reports.ts';
import { settingsRoutes, widgetRoutes } from './routes-settings.ts';
import { teamRoutes } from './routes-team.ts';
import { toolRoutes } from './routes-tools.ts';
import { triageRoutes } from './routes-triage.ts';
import { setUpPage } from './set-up-page.ts';
import { laravelValidation } from './validation.ts';

/** The support desk over REST, as the deployed frontends know it, and their leave to listen. */
export const supportApi: FastifyPluginAsync<House> = async (fastify, house) => {
  fastify.setValidatorCompiler(laravelValidation);
  // Answers are made by present.ts, field by field; the schemas describe them and need not filter them again.
  fastify.setSerializerCompiler(() => (answer) => JSON.stringify(answer));
  renderRefusals(fastify, presentCurrent(house));
  await readForms(fastify);
  await allowOrigins(fastify, house.corsOrigins);
  await describeApi(fastify);
  authenticateRequests(fastify, house);
  house.watchAnswers(fastify);

  // The documented base already ends in /api, and shipped code appends it again.
  for (const prefix of ['/api', '/api/api']) await fastify.register(everything, { ...house, prefix });
  await fastify.register(broadcastingRoutes, { ...house, prefix: '/broadcasting' });
  await fastify.register(fileRoutes, house);
  await fastify.register(widgetRoutes, house);
  await fastify.register(setUpPage);
};

const everything: FastifyPluginAsync<House & { prefix: string }> = async (fastify, { prefix: _, ...house }) => {
  renderUnknownRoutes(fastify);
  fastify.addHook('onRoute', (route) => {
    if (route.routePath.startsWith('/admin/')) route.config = { access: 'team', ...route.config };
  });
  for (const routes of [
    accountRoutes,
    conversationRoutes,
    messageRoutes,
    uploadRoutes,
    inboxRoutes,
    openingRoutes,
    triageRoutes,
    toolRoutes,
    peopleRoutes,
    settingsRoutes,
    teamRoutes,
    reportRoutes,
    keyRoutes,
  ]) {
    await fastify.register(routes, house);
  }
  await fastify.register(broadcastingRoutes, { ...house, prefix: '/broadcasting' });
};

async function allowOrigins(fastify: FastifyInstance, origins: readonly string[]): Promise<void> {
  const isOpen = origins.includes('*');
  const patterns = origins.map(
    (origin) => new RegExp(`^${origin.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '[^/.]+')}$`, 'i'),
  );
  await fastify.register(cors, {
    // Who calls is told by a token the page shows, never by a cookie: any page may be let in.
    origin: isOpen ? '*' : patterns,
    credentials: !isOpen,
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    exposedHeaders: ['Retry-After', 'X-Request-Id', 'Content-Disposition'],
    maxAge: 7200,
    strictPreflight: false,
  });
}

/** What stands instead, for those who may see it: the room somebody else took, the answers somebody else gave. */
function presentCurrent({ present }: House) {
  return (current: unknown, request: FastifyRequest): object => {
    if (!request.caller || !isAgent(request.caller)) return {};
    if (isRoomCard(current)) return { room: present.teamRoom(current) };
    if (!isAnswered(current)) return {};
    const { answers, lastSeq, roomPublicId } = current;
    const messages = answers.map((message) => present.teamMessage(message, roomPublicId));
    return { conflict: 'answered', messages, last_seq: lastSeq };
  };
}

function isRoomCard(current: unknown): current is RoomCard {
  return typeof current === 'object' && current !== null && 'room' in current && 'assignee' in current;
}

function isAnswered(current: unknown): current is Answered {
  return typeof current === 'object' && current !== null && 'answers' in current;
}
