import type { Db } from '../../db/upsert.ts';
import { rowsOfPerson } from '../../db/user-merging.ts';
import { type User, usersByIds } from '../../db/users.ts';
import { type Caller, isAdmin, type PersonCaller, roleOf } from '../identity/caller.ts';
import { Refusal } from '../refusal.ts';
import { unauthorized } from './policy.ts';

/** A visitor with all the rows they have had. */
export interface Person {
  self: User;
  /** Those of guests who turned out to be them. */
  guests: User[];
  /** The ids of all of these. */
  rows: number[];
}

/** Who else they were, and all they said, only an admin may ask for or take away. @throws Refusal */
export function adminAbout(caller: Caller): PersonCaller {
  if (!isAdmin(caller)) throw unauthorized();
  return caller;
}

/** Whoever this row belongs to now; one of the team is no visitor. @throws Refusal `not-found`, `conflict` */
export async function personBehind(db: Db, userId: number): Promise<Person> {
  const ids = await rowsOfPerson(db, userId);
  const users = await usersByIds(db, ids);
  const [self, ...guests] = ids.flatMap((id) => users.get(id) ?? []);
  if (!self || !users.has(userId)) throw new Refusal('not-found', 'User not found.');
  if (roleOf(self) !== 'user') throw new Refusal('conflict', 'One of the team is no visitor.');
  return { self, guests, rows: [self, ...guests].map((user) => user.id) };
}
