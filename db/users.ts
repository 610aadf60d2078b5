import { randomUUID } from 'node:crypto';
import type { Selectable, Updateable } from 'kysely';
import { digitsOf, fold } from './fold.ts';
import { fromJson, toJsonOrNull } from './json.ts';
import type { UsersTable } from './schema.ts';
import { toMilliseconds, toText, toTextOrNull } from './time.ts';
import { type Db, engineOf } from './upsert.ts';

/** Anybody with a row: visitor, customer or one of the team. Times are epoch milliseconds. Never holds the password's hash. */
export interface User {
  id: number;
  uuid: string;
  name: string;
  /** The account's address; of a guest the one given to be reached at, if any. */
  email: string | null;
  phone: string | null;
  avatar: string | null;
  isAdmin: boolean;
  /** As it stands in the row; an app beside us may have roles of its own. */
  role: string;
  isGuest: boolean;
  verifiedAt: number | null;
  siteDomain: string | null;
  externalId: string | null;
  mergedInto: number | null;
  locale: string | null;
  timezone: string | null;
  lastSeenAt: number | null;
  blockedAt: number | null;
  anonymisedAt: number | null;
  metadata: Record<string, unknown> | null;
  createdAt: number | null;
  updatedAt: number | null;
}

export type UserChanges = Partial<Omit<User, 'id' | 'uuid' | 'email' | 'createdAt' | 'updatedAt'>>;

/** Laravel's `email` is NOT NULL and unique: a guest, who has no account, has an address there that cannot exist. */
const placeholderDomain = '@guest.invalid';
export const placeholderEmail = (uuid: string) => `guest-${uuid}${placeholderDomain}`;

export async function userById(db: Db, id: number): Promise<User | undefined> {
  return (await usersByIds(db, [id])).get(id);
}

export async function usersByIds(db: Db, ids: readonly number[]): Promise<Map<number, User>> {
  if (ids.length === 0) return new Map();
  const rows = await db
    .selectFrom('users')
    .selectAll()
    .where('id', 'in', [...new Set(ids)])
    .execute();
  return new Map((await meetUsers(db, rows)).map((user) => [user.id, user]));
}

/** `email` in lower case: that is how ours are stored, and MySQL compares a Laravel app's without regard to case. */
export async function userByEmail(db: Db, email: string): Promise<User | undefined> {
  return first(db, await db.selectFrom('users').selectAll().where('email', '=', email).execute());
}

export async function userByUuid(db: Db, uuid: string): Promise<User | undefined> {
  return first(db, await db.selectFrom('users').selectAll().where('uuid', '=', uuid).execute());
}

/** The person a site calls `externalId`. */
export async function userByExternalId(db: Db, siteDomain: string, externalId: string): Promise<User | undefined> {
  const rows = db
    .selectFrom('users')
    .selectAll()
    .where('site_domain', '=', siteDomain)
    .where('external_id', '=', externalId);
  return first(db, await rows.execute());
}

/** Who may answer: agents, supervisors and admins, by name; of one site those who serve it. */
export async function teamMembers(db: Db, siteDomain?: string): Promise<User[]> {
  const servesAll = (user: User) => user.siteDomain === null || user.role !== 'agent' || user.isAdmin;
  const members = (await wholeTeam(db)).filter((user) => user.blockedAt === null);
  return siteDomain === undefined
    ? members
    : members.filter((user) => servesAll(user) || user.siteDomain === siteDomain);
}

/** The same with those who are shut out. */
export async function wholeTeam(db: Db): Promise<User[]> {
  const rows = await db
    .selectFrom('users')
    .selectAll()
    .where(({ eb, or }) => or([eb('is_admin', '=', 1), eb('role', 'in', ['agent', 'supervisor', 'admin'])]))
    .orderBy('name')
    .orderBy('id')
    .execute();
  return meetUsers(db, rows);
}

/** The admins who are not shut out, held to the end of the transaction: nobody takes or gives the rank meanwhile. */
export async function holdAdmins(tx: Db): Promise<number[]> {
  const admins = tx
    .selectFrom('users')
    .select('id')
    .where(({ eb, or }) => or([eb('is_admin', '=', 1), eb('role', '=', 'admin')]))
    .where('blocked_at', 'is', null);
  const rows = await (engineOf(tx) === 'mysql' ? admins.forUpdate() : admins).execute();
  return rows.map((row) => row.id);
}

export async function hasAnyAdmin(db: Db): Promise<boolean> {
  const admin = await db
    .selectFrom('users')
    .select('id')
    .where(({ eb, or }) => or([eb('is_admin', '=', 1), eb('role', '=', 'admin')]))
    .limit(1)
    .executeTakeFirst();
  return admin !== undefined;
}

/** The hash that a login is checked against; empty when this account has no password. */
export async function passwordHashOf(db: Db, userId: number): Promise<string> {
  const row = await db.selectFrom('users').select('password').where('id', '=', userId).executeTakeFirst();
  return row?.password ?? '';
}

export async function setPasswordHash(tx: Db, userId: number, hash: string, now: number): Promise<void> {
  await tx
    .updateTable('users')
    .set({ password: hash, updated_at: toText(now) })
    .where('id', '=', userId)
    .execute();
}

export interface NewUser extends UserChanges {
  name: string;
  email?: string | null;
  passwordHash?: string;
}

/** A second user with the same address is a duplicate (`isDuplicate(error, 'email')`). */
export async function createUser(tx: Db, user: NewUser, now: number): Promise<User> {
  const { passwordHash = '', ...rest } = user;
  const uuid = randomUUID();
  const values = {
    ...toRow(rest),
    name: user.name,
    email: user.isGuest || user.email == null ? placeholderEmail(uuid) : user.email,
    contact_email: user.isGuest ? (user.email ?? null) : null,
    password: passwordHash,
    uuid,
    name_folded: foldedName(user.name, user.email ?? null),
    created_at: toText(now),
    updated_at: toText(now),
  };
  // Left out when it is the ordinary one: an app beside us may have a `role` column with values of its own.
  if (values.role === 'user') delete values.role;
  const { insertId } = await tx.insertInto('users').values(values).executeTakeFirstOrThrow();
  const created = await userById(tx, Number(insertId));
  if (!created) throw new Error('The user who was just made is not there');
  return created;
}

export async function updateUser(tx: Db, id: number, changes: UserChanges, now: number): Promise<void> {
  const row = { ...toRow(changes), updated_at: toText(now) };
  // Folded anew from what stands there when it is next met.
  if (changes.name !== undefined) row.name_folded = null;
  await tx.updateTable('users').set(row).where('id', '=', id).execute();
}

/** An account's own address, or how a guest may be reached. The account's may be a duplicate, as in `createUser`. */
export async function setEmail(tx: Db, user: User, email: string, now: number): Promise<void> {
  const change = user.isGuest ? { contact_email: email } : { email };
  const row = { ...change, name_folded: null, updated_at: toText(now) };
  await tx.updateTable('users').set(row).where('id', '=', user.id).execute();
}

/** Written at most once a minute and person: it is told by every request. */
export async function touchLastSeen(db: Db, id: number, now: number): Promise<void> {
  await db
    .updateTable('users')
    .set({ last_seen_at: toText(now) })
    .where('id', '=', id)
    .where(({ eb, or }) => or([eb('last_seen_at', 'is', null), eb('last_seen_at', '<', toText(now - 60_000))]))
    .execute();
}

/** Every reading of users ends here: those an app beside us inserted get a uuid and a folded name, once and for all. */
async function meetUsers(db: Db, rows: Selectable<UsersTable>[]): Promise<User[]> {
  for (const row of rows) {
    if (row.uuid !== null && row.name_folded !== null) continue;
    const { id } = row;
    const folded = foldedName(row.name, emailOf(row));
    await db
      .updateTable('users')
      .set({ name_folded: folded, phone_digits: digitsOf(row.phone) })
      .where('id', '=', id)
      .execute();
    if (row.uuid !== null) continue;
    // Two readers at once: the second changes nothing and reads what the first has written.
    await db.updateTable('users').set({ uuid: randomUUID() }).where('id', '=', id).where('uuid', 'is', null).execute();
    row.uuid = (await db.selectFrom('users').select('uuid').where('id', '=', id).executeTakeFirst())?.uuid ?? null;
  }
  return rows.map(toUser);
}

async function first(db: Db, rows: Selectable<UsersTable>[]): Promise<User | undefined> {
  return (await meetUsers(db, rows))[0];
}

function foldedName(name: string, email: string | null): string {
  return fold(email === null ? name : `${name} ${email}`).slice(0, 512);
}

function emailOf(row: Selectable<UsersTable>): string | null {
  return row.email.endsWith(placeholderDomain) ? row.contact_email : row.email;
}

function toRow(changes: UserChanges): Updateable<UsersTable> {
  const row: Updateable<UsersTable> = {};
  if (changes.name !== undefined) row.name = changes.name;
  if (changes.phone !== undefined) Object.assign(row, { phone: changes.phone, phone_digits: digitsOf(changes.phone) });
  if (changes.avatar !== undefined) row.avatar = changes.avatar;
  if (changes.isAdmin !== undefined) row.is_admin = Number(changes.isAdmin);
  if (changes.role !== undefined) row.role = changes.role;
  if (changes.isGuest !== undefined) row.is_guest = Number(changes.isGuest);
  if (changes.verifiedAt !== undefined) row.verified_at = toTextOrNull(changes.verifiedAt);
  if (changes.siteDomain !== undefined) row.site_domain = changes.siteDomain;
  if (changes.externalId !== undefined) row.external_id = changes.externalId;
  if (changes.mergedInto !== undefined) row.merged_into = changes.mergedInto;
  if (changes.locale !== undefined) row.locale = changes.locale;
  if (changes.timezone !== undefined) row.timezone = changes.timezone;
  if (changes.lastSeenAt !== undefined) row.last_seen_at = toTextOrNull(changes.lastSeenAt);
  if (changes.blockedAt !== undefined) row.blocked_at = toTextOrNull(changes.blockedAt);
  if (changes.anonymisedAt !== undefined) row.anonymised_at = toTextOrNull(changes.anonymisedAt);
  if (changes.metadata !== undefined) row.metadata = toJsonOrNull(changes.metadata);
  return row;
}

function toUser(row: Selectable<UsersTable>): User {
  return {
    id: row.id,
    uuid: row.uuid as string,
    name: row.name,
    email: emailOf(row),
    phone: row.phone,
    avatar: row.avatar,
    isAdmin: Boolean(row.is_admin),
    role: row.role,
    isGuest: Boolean(row.is_guest),
    verifiedAt: toMilliseconds(row.verified_at),
    siteDomain: row.site_domain,
    externalId: row.external_id,
    mergedInto: row.merged_into,
    locale: row.locale,
    timezone: row.timezone,
    lastSeenAt: toMilliseconds(row.last_seen_at),
    blockedAt: toMilliseconds(row.blocked_at),
    anonymisedAt: toMilliseconds(row.anonymised_at),
    metadata: fromJson(row.metadata),
    createdAt: toMilliseconds(row.created_at),
    updatedAt: toMilliseconds(row.updated_at),
  };
}
