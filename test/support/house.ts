import type { Test } from 'tap';
import type { Engine } from '../../db/open.ts';
import { createUser, type NewUser, type User } from '../../db/users.ts';
import type { Caller, PersonCaller } from '../../server/identity/caller.ts';
import { callerOf } from '../../server/identity/identify.ts';
import { committing } from '../../server/outbox/commit.ts';
import { Refusal, type RefusalKind } from '../../server/refusal.ts';
import { type Desk, type DeskOptions, deskOf } from '../../server/support/desk.ts';
import { type DeskEvent, type DeskHappenings, isDeskEvent } from '../../server/support/events.ts';
import type { Storage } from '../../server/support/storage.ts';
import type { TypingNotice } from '../../server/support/typing.ts';
import { databaseFor, openFor, type TestDatabase } from '../kit/database.ts';

/** A clock that goes on, and that a test may put forward. */
export interface Clock {
  now(): number;
  advance(milliseconds: number): void;
}

export interface House {
  database: TestDatabase;
  desk: Desk;
  clock: Clock;
  /** What was announced, in order. */
  events: DeskEvent[];
  typing: TypingNotice[];
  /** The events of one type that came since the last time this was asked. */
  heard<Type extends keyof DeskHappenings>(type: Type): Extract<DeskEvent, { type: Type }>[];
  visitor(details?: Partial<NewUser>): Promise<PersonCaller>;
  agent(details?: Partial<NewUser>): Promise<PersonCaller>;
  /** Another node on the same database. */
  neighbour(): House;
}

const noStorage: Storage = {
  put: () => Promise.reject(new Error('This test stores no files')),
  get: () => Promise.resolve(null),
  remove: () => Promise.resolve(),
};

export async function houseOn(t: Test, engine: Engine, options: Partial<DeskOptions> = {}): Promise<House> {
  return houseWith(t, await databaseFor(t, engine), clockAtRealTime(), options);
}

/** In a database that others have used before: laying all tables anew takes a second. */
export async function houseIn(t: Test, database: TestDatabase, options: Partial<DeskOptions> = {}): Promise<House> {
  for (const table of filledTables) await database.db.deleteFrom(table).execute();
  return houseWith(t, database, clockAtRealTime(), options);
}

/** Those that point elsewhere come first. */
const filledTables = [
  'desk_room_labels',
  'desk_labels',
  'desk_room_reads',
  'desk_attachments',
  'desk_room_events',
  'desk_canned_responses',
  'desk_saved_views',
  'desk_drafts',
  'desk_surroundings',
  'desk_notifications',
  'desk_audit_log',
  'desk_blocks',
  'desk_settings',
  'support_chat_messages',
  'support_chat_rooms',
  'users',
] as const;

function clockAtRealTime(): Clock {
  let ahead = 0;
  return { now: () => Date.now() + ahead, advance: (milliseconds) => (ahead += milliseconds) };
}

let people = 0;

function houseWith(t: Test, database: TestDatabase, clock: Clock, options: Partial<DeskOptions>): House {
  const { db } = database;
  const events: DeskEvent[] = [];
  const typing: TypingNotice[] = [];
  const taken = new Map<string, number>();
  const commit = committing({
    db,
    now: clock.now,
    announce: (stored) => {
      for (const event of stored) {
        if (!isDeskEvent(event)) throw new Error(`The desk records only what it names: ${event.type}`);
        // As another node would get it.
        events.push(JSON.parse(JSON.stringify(event)));
      }
    },
    reportFault: (error) => t.fail(String(error)),
  });
  const desk = deskOf({
    db,
    commit,
    now: clock.now,
    storage: noStorage,
    announceTyping: (notice) => typing.push(notice),
    ...options,
  });

  async function person(details: Partial<NewUser>): Promise<PersonCaller> {
    people += 1;
    const user: User = await createUser(db, { name: `Person ${people}`, ...details }, clock.now());
    return callerOf(user, { id: user.id, abilities: ['*'] });
  }

  return {
    database,
    desk,
    clock,
    events,
    typing,
    heard<Type extends keyof DeskHappenings>(type: Type) {
      const from = taken.get(type) ?? 0;
      taken.set(type, events.length);
      return events.slice(from).filter((event) => event.type === type) as Extract<DeskEvent, { type: Type }>[];
    },
    visitor: (details = {}) => person({ isGuest: true, ...details }),
    agent: (details = {}) => person({ role: 'agent', email: `agent${people}@desk.example`, ...details }),
    neighbour: () => houseWith(t, openFor(t, database.url), clock, options),
  };
}

/** Who speaks with an API key of this site. */
export function apiKey(keyId: string, siteDomain: string | null = null): Caller {
  return { kind: 'api-key', keyId, name: keyId, siteDomain, isPublishable: true, scopes: ['chat'] };
}

/** The refusal, which must be of this kind. */
export async function refused(t: Test, kind: RefusalKind, work: Promise<unknown>): Promise<Refusal> {
  try {
    await work;
  } catch (error) {
    if (error instanceof Refusal) {
      t.equal(error.kind, kind, error.message);
      return error;
    }
    throw error;
  }
  throw new Error(`It should have been refused as ${kind}`);
}
