import type { Report, Tallied } from '../../support/reports.ts';
import { presentAuthor } from './present.ts';
import type { WireDurations, WireReport } from './wire-reports.ts';

/** What has been done, as the wire spells it. */
export function presentReport(report: Report): WireReport {
  const { from, to, timezone, totals, byHour, byDay, agents } = report;
  return {
    from,
    to,
    timezone,
    totals: { ...countsOf(totals), resolved: totals.resolved, closed: totals.closed },
    by_hour: byHour.map(({ hour, ...counts }) => ({ hour, ...countsOf(counts) })),
    by_day: byDay.map(({ day, resolved, firstResponse, resolution, ...counts }) => ({
      day,
      ...countsOf(counts),
      resolved,
      first_response_median_seconds: secondsOf(firstResponse),
      resolution_median_seconds: secondsOf(resolution),
    })),
    wait: presentDurations(report.wait),
    first_response: presentDurations(report.firstResponse),
    reply: presentDurations(report.reply),
    resolution: presentDurations(report.resolution),
    agents: agents.map(({ author, rooms, messages, resolved, firstResponse, reply }) => ({
      user: presentAuthor(author),
      rooms,
      messages,
      resolved,
      first_response_median_seconds: secondsOf(firstResponse),
      reply_median_seconds: secondsOf(reply),
    })),
  };
}

function countsOf({ rooms, visitorMessages, teamMessages }: Omit<Tallied['byHour'][number], 'hour'>) {
  return { rooms, messages_visitor: visitorMessages, messages_team: teamMessages };
}

function presentDurations({ count, median, ninetieth }: Tallied['wait']): WireDurations {
  return { count, median_seconds: secondsOf(median), p90_seconds: secondsOf(ninetieth) };
}

function secondsOf(milliseconds: number | null): number | null {
  return milliseconds === null ? null : Math.round(milliseconds / 1000);
}
