import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type, { type Static } from 'typebox';
import type { ReportAsked } from '../../support/reports.ts';
import { callerOf } from './authenticate.ts';
import { csvOf } from './csv.ts';
import type { House } from './house.ts';
import { presentReport } from './present-reports.ts';
import { Report, ReportQuery, ReportTableQuery, type WireReport } from './wire-reports.ts';

const tags = ['Reports'];

/** What has been done, and how fast. */
export const reportRoutes: FastifyPluginAsyncTypebox<House> = async (fastify, { reports }) => {
  fastify.get(
    '/admin/chat/reports',
    {
      schema: {
        tags,
        summary: 'Conversations, messages and times of at most 366 days',
        description:
          'Agents see of each of the team only themselves. Times are of the episodes that ended in the days.',
        querystring: ReportQuery,
        response: { 200: Type.Object({ data: Report }) },
      },
    },
    async (request) => ({ data: presentReport(await reports.read(callerOf(request), askedIn(request.query))) }),
  );

  fastify.get(
    '/admin/chat/reports.csv',
    {
      schema: {
        tags,
        summary: 'A table of the same, for a spreadsheet',
        querystring: ReportTableQuery,
        response: { 200: { content: { 'text/csv': { schema: Type.String() } } } },
      },
    },
    async (request, reply) => {
      const { table = 'days', ...query } = request.query;
      const report = presentReport(await reports.read(callerOf(request), askedIn(query)));
      const file = `report-${table}-${report.from}-${report.to}.csv`;
      // Else the answer would be written as JSON.
      reply.serializer((text: string) => text).type('text/csv; charset=utf-8');
      return reply.header('content-disposition', `attachment; filename="${file}"`).send(csvOf(rowsOf(report, table)));
    },
  );
};

function askedIn({ from, to, timezone, site }: Static<typeof ReportQuery>): ReportAsked {
  return { from, to, ...(timezone === undefined ? {} : { timezone }), ...(site === undefined ? {} : { site }) };
}

function rowsOf({ by_day, by_hour, agents }: WireReport, table: 'days' | 'hours' | 'agents'): object[] {
  if (table === 'days') return by_day;
  if (table === 'hours') return by_hour;
  return agents.map(({ user, ...rest }) => ({ id: user.id, name: user.name, ...rest }));
}
