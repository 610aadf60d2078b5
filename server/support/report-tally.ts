import type { Reply } from '../../db/replies.ts';
import type { Ending } from '../../db/reports.ts';
import { medianOf, ninetiethOf } from './durations.ts';
import { localTimeAt } from './local-time.ts';
import type { Author } from './message.ts';

interface Counts {
  rooms: number;
  visitorMessages: number;
  teamMessages: number;
}

/** In milliseconds; null of none. */
export interface Durations {
  count: number;
  median: number | null;
  ninetieth: number | null;
}

export interface Tallied {
  totals: Counts & { resolved: number; closed: number };
  byHour: ({ hour: number } & Counts)[];
  byDay: ({ day: string; resolved: number; firstResponse: number | null; resolution: number | null } & Counts)[];
  wait: Durations;
  firstResponse: Durations;
  reply: Durations;
  resolution: Durations;
  agents: {
    author: Author;
    rooms: number;
    messages: number;
    resolved: number;
    firstResponse: number | null;
    reply: number | null;
  }[];
}

interface Day extends Counts {
  resolved: number;
  firstResponses: number[];
  resolutions: number[];
}

interface Agent {
  rooms: Set<number>;
  messages: number;
  resolved: number;
  firstResponses: number[];
  replies: number[];
}

const none = (): Counts => ({ rooms: 0, visitorMessages: 0, teamMessages: 0 });

/** Adds up what happened, by the clocks of a place. */
export class Tally {
  readonly #timezone: string;
  readonly #days: Map<string, Day>;
  readonly #hours = Array.from({ length: 24 }, none);
  readonly #agents = new Map<number, Agent>();
  readonly #waits: number[] = [];
  readonly #replies: number[] = [];
  #closed = 0;
  #last: { at: number; day: string; hour: number } | null = null;

  constructor(days: readonly string[], timezone: string) {
    this.#timezone = timezone;
    this.#days = new Map(
      days.map((day) => [day, { ...none(), resolved: 0, firstResponses: [], resolutions: [] } satisfies Day]),
    );
  }

  addRooms(at: number, count: number): void {
    for (const counts of this.#at(at)) counts.rooms += count;
  }

  addMessages(at: number, isAdmin: boolean, count: number): void {
    for (const counts of this.#at(at)) counts[isAdmin ? 'teamMessages' : 'visitorMessages'] += count;
  }

  addWork(userId: number, roomId: number, messages: number): void {
    const agent = this.#agent(userId);
    agent.rooms.add(roomId);
    agent.messages += messages;
  }

  addReply({ userId, at, tookMilliseconds, isFirst }: Reply): void {
    const agent = this.#agent(userId);
    this.#replies.push(tookMilliseconds);
    agent.replies.push(tookMilliseconds);
    if (!isFirst) return;
    agent.firstResponses.push(tookMilliseconds);
    this.#day(at)?.firstResponses.push(tookMilliseconds);
  }

  addEnding({ to, at, actorId, tookMilliseconds }: Ending): void {
    const day = this.#day(at);
    if (tookMilliseconds !== null) day?.resolutions.push(tookMilliseconds);
    if (to === 'closed') {
      this.#closed += 1;
      return;
    }
    if (day) day.resolved += 1;
    if (actorId !== null) this.#agent(actorId).resolved += 1;
  }

  addWait(milliseconds: number): void {
    this.#waits.push(milliseconds);
  }

  get agentIds(): number[] {
    return [...this.#agents.keys()];
  }

  /** With the table of these of the team, who wrote most first. */
  result(agents: readonly Author[]): Tallied {
    const days = [...this.#days];
    const sum = (of: (day: Day) => number) => days.reduce((total, [, day]) => total + of(day), 0);
    return {
      totals: {
        rooms: sum((day) => day.rooms),
        visitorMessages: sum((day) => day.visitorMessages),
        teamMessages: sum((day) => day.teamMessages),
        resolved: sum((day) => day.resolved),
        closed: this.#closed,
      },
      byHour: this.#hours.map((counts, hour) => ({ hour, ...counts })),
      byDay: days.map(([day, { firstResponses, resolutions, ...counts }]) => ({
        day,
        ...counts,
        firstResponse: medianOf(firstResponses),
        resolution: medianOf(resolutions),
      })),
      wait: durationsOf(this.#waits),
      firstResponse: durationsOf(days.flatMap(([, day]) => day.firstResponses)),
      reply: durationsOf(this.#replies),
      resolution: durationsOf(days.flatMap(([, day]) => day.resolutions)),
      agents: agents
        .map((author) => {
          const { rooms, messages, resolved, firstResponses, replies } = this.#agent(author.id);
          const measured = { firstResponse: medianOf(firstResponses), reply: medianOf(replies) };
          return { author, rooms: rooms.size, messages, resolved, ...measured };
        })
        .sort((a, b) => b.messages - a.messages || a.author.id - b.author.id),
    };
  }

  #at(at: number): Counts[] {
    const { day, hour } = this.#local(at);
    return [this.#days.get(day), this.#hours[hour]].filter((counts) => counts !== undefined);
  }

  #day(at: number): Day | undefined {
    return this.#days.get(this.#local(at).day);
  }

  /** What follows each other is mostly of the same quarter of an hour, within which no clock is moved. */
  #local(at: number): { day: string; hour: number } {
    const quarter = Math.floor(at / 900_000);
    if (this.#last?.at !== quarter) {
      const { day, minute } = localTimeAt(this.#timezone, at);
      this.#last = { at: quarter, day, hour: Math.floor(minute / 60) };
    }
    return this.#last;
  }

  #agent(userId: number): Agent {
    const known = this.#agents.get(userId);
    if (known) return known;
    const agent: Agent = { rooms: new Set(), messages: 0, resolved: 0, firstResponses: [], replies: [] };
    this.#agents.set(userId, agent);
    return agent;
  }
}

function durationsOf(values: readonly number[]): Durations {
  return { count: values.length, median: medianOf(values), ninetieth: ninetiethOf(values) };
}
