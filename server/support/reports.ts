import { repliesIn, type Stretch } from '../../db/replies.ts';
import {
  type BucketCount,
  type Ending,
  endingsIn,
  type Grain,
  messageCounts,
  messagesByAgent,
  roomCounts,
  waitsIn,
} from '../../db/reports.ts';
import { usersByIds } from '../../db/users.ts';
import { type Caller, ranksAtLeast } from '../identity/caller.ts';
import type { DeskParts } from './access.ts';
import { invalid } from './input.ts';
import { dayAfter, daysBetween, isDay, isTimezone, momentOf, offsetAt } from './local-time.ts';
import { authorOf, goneAuthor } from './message.ts';
import { authorizeTeam, servedFrom } from './policy.ts';
import { type Tallied, Tally } from './report-tally.ts';

export type { Tallied };

export interface ReportAsked {
  /** Days of the calendar there, the last one itself included. */
  from: string;
  to: string;
  timezone?: string;
  /** Of one site only. */
  site?: string;
}

export interface Report extends Tallied {
  from: string;
  to: string;
  timezone: string;
}

export interface Reports {
  /**
   * What has been done in at most 366 days. An agent sees all but what others of the team have done each. What is counted
   * and measured how, is said in docs/decisions.md.
   */
  read(caller: Caller, asked: ReportAsked): Promise<Report>;
}

const daysAtMost = 366;
/** A query goes over no more than this: in SQLite it stands in everybody's way. */
const daysAtOnce = 7;
/** Of each kind and for each query: those beyond, the oldest, are not measured. */
const rowsAtOnce = 20_000;
/** How many reports are made at the same time; the others wait. */
const reportsAtOnce = 2;

export function reportsOf({ db }: DeskParts): Reports {
  const underWay = new Set<Promise<unknown>>();

  async function tallied(days: string[], timezone: string, of: Omit<Stretch, 'from' | 'to'>): Promise<Tally> {
    const tally = new Tally(days, timezone);
    const grain = grainOf(days, timezone);
    for (let first = 0; first < days.length; first += daysAtOnce) {
      const some = days.slice(first, first + daysAtOnce);
      const begins = (day: string) => momentOf(timezone, { day, minute: 0 });
      const stretch = { ...of, from: begins(some[0] as string), to: begins(dayAfter(some.at(-1) as string)) };
      await addStretch(tally, stretch, grain);
      // Whoever else has come meanwhile goes first.
      await new Promise((resolve) => setImmediate(resolve));
    }
    return tally;
  }

  async function addStretch(tally: Tally, stretch: Stretch, grain: Grain): Promise<void> {
    const rooms: BucketCount[] = await roomCounts(db, stretch, grain);
    for (const { at, count } of rooms) tally.addRooms(at, count);
    for (const each of await messageCounts(db, stretch, grain)) tally.addMessages(each.at, each.isAdmin, each.count);
    for (const each of await messagesByAgent(db, stretch, rowsAtOnce))
      tally.addWork(each.userId, each.roomId, each.count);
    for (const reply of await repliesIn(db, stretch, rowsAtOnce)) tally.addReply(reply);
    const endings: Ending[] = await endingsIn(db, stretch, rowsAtOnce);
    for (const ending of endings) tally.addEnding(ending);
    for (const wait of await waitsIn(db, stretch, rowsAtOnce)) tally.addWait(wait);
  }

  async function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    while (underWay.size >= reportsAtOnce) await Promise.race(underWay);
    const mine = work();
    const settled = mine.then(
      () => {},
      () => {},
    );
    underWay.add(settled);
    try {
      return await mine;
    } finally {
      underWay.delete(settled);
    }
  }

  return {
    async read(caller, asked) {
      authorizeTeam(caller);
      const { userId } = caller;
      const { from, to, timezone, site } = checkedReport(asked);
      const served = servedFrom(caller);
      const of = {
        ...(site === undefined ? {} : { siteDomain: site }),
        ...(served === undefined ? {} : { servedFrom: served }),
      };
      const days = Array.from({ length: daysBetween(from, to) + 1 }, (_, index) => dayAfter(from, index));
      const tally = await inTurn(() => tallied(days, timezone, of));
      const seesEverybody = ranksAtLeast(caller, 'supervisor');
      const shown = tally.agentIds.filter((id) => seesEverybody || id === userId);
      const users = await usersByIds(db, shown);
      const authors = shown.map((id) => {
        const user = users.get(id);
        return user ? authorOf(user) : goneAuthor(id);
      });
      return { from, to, timezone, ...tally.result(authors) };
    },
  };
}

/** @throws Refusal */
function checkedReport({ from, to, timezone = 'UTC', site }: ReportAsked) {
  for (const [field, day] of Object.entries({ from, to })) {
    if (!isDay(day)) throw invalid(field, `The ${field} field must be a date like 2026-01-31.`);
  }
  if (!isTimezone(timezone)) throw invalid('timezone', 'The timezone field must be like Europe/Kyiv.');
  if (to < from) throw invalid('to', 'The to field must not be before from.');
  if (daysBetween(from, to) >= daysAtMost) throw invalid('to', `A report is over at most ${daysAtMost} days.`);
  return { from, to, timezone, site };
}

/** Where clocks are ahead by whole hours all the time, an hour of UTC is an hour there. */
function grainOf(days: string[], timezone: string): Grain {
  const hour = 3_600_000;
  const isWhole = days.every((day) => offsetAt(timezone, Date.parse(`${day}T12:00:00Z`)) % hour === 0);
  return isWhole ? 'hour' : 'quarter';
}
