import Type, { type Static } from 'typebox';
import { Author, NumberOrNull, words } from './wire.ts';

const counts = {
  rooms: Type.Integer({ description: 'Begun.' }),
  messages_visitor: Type.Integer(),
  messages_team: Type.Integer({ description: 'Without notes.' }),
};

/** Of many times the middle one, and the one that nine of ten are below. */
const Durations = Type.Object(
  { count: Type.Integer(), median_seconds: NumberOrNull, p90_seconds: NumberOrNull },
  { title: 'Durations' },
);

const Day = Type.Object(
  {
    day: Type.String({ examples: ['2026-01-31'] }),
    ...counts,
    resolved: Type.Integer(),
    first_response_median_seconds: NumberOrNull,
    resolution_median_seconds: NumberOrNull,
  },
  { title: 'ReportDay' },
);

const OfAgent = Type.Object(
  {
    user: Author,
    rooms: Type.Integer({ description: 'Which they wrote in.' }),
    messages: Type.Integer(),
    resolved: Type.Integer(),
    first_response_median_seconds: NumberOrNull,
    reply_median_seconds: NumberOrNull,
  },
  { title: 'ReportAgent' },
);

export const Report = Type.Object(
  {
    from: Type.String({ examples: ['2026-01-01'] }),
    to: Type.String({ description: 'The last day, itself included.', examples: ['2026-01-31'] }),
    timezone: Type.String(),
    totals: Type.Object({ ...counts, resolved: Type.Integer(), closed: Type.Integer() }),
    by_hour: Type.Array(Type.Object({ hour: Type.Integer(), ...counts }), {
      description: 'Of the day, 0 to 23, all days together.',
    }),
    by_day: Type.Array(Day),
    wait: Durations,
    first_response: Durations,
    reply: Durations,
    resolution: Durations,
    agents: Type.Array(OfAgent),
  },
  { title: 'Report' },
);

const DayText = Type.String({ maxLength: 10, examples: ['2026-01-31'] });
const query = {
  from: DayText,
  to: DayText,
  timezone: Type.Optional(Type.String({ maxLength: 64, description: 'UTC when left out.', examples: ['Europe/Kyiv'] })),
  site: Type.Optional(Type.String({ maxLength: 255 })),
};
export const ReportQuery = Type.Object(query);
export const ReportTableQuery = Type.Object({ ...query, table: Type.Optional(words(['days', 'hours', 'agents'])) });

export type WireReport = Static<typeof Report>;
export type WireReportDay = Static<typeof Day>;
export type WireReportAgent = Static<typeof OfAgent>;
export type WireDurations = Static<typeof Durations>;
