import { timingSafeEqual } from 'node:crypto';
import { addAuditEntry } from '../../db/audit.ts';
import { allSettings, removeSetting, settingOf, writeSetting } from '../../db/settings.ts';
import { deleteTokensOf } from '../../db/tokens.ts';
import type { Db } from '../../db/upsert.ts';
import { holdAdmins, setPasswordHash, type User, updateUser, userById, wholeTeam } from '../../db/users.ts';
import type { Commit, RecordEvent, Tx } from '../outbox/commit.ts';
import { Refusal } from '../refusal.ts';
import type { Accounts } from './accounts.ts';
import { type Caller, isAdmin, type PersonCaller, type Role, roleOf, unauthorized } from './caller.ts';
import type { Passwords } from './passwords.ts';
import { randomSecret, sha256, type TokenRules } from './tokens.ts';
import { Checked, type Form } from './validation.ts';

export interface TeamParts {
  db: Db;
  commit: Commit;
  accounts: Accounts;
  passwords: Passwords;
  tokens: TokenRules;
  now?: () => number;
}

export interface Member {
  user: User;
  /** Whether a link is out that has not been used. */
  isInvited: boolean;
}

export interface MemberChanges {
  name?: string;
  role?: Exclude<Role, 'user'>;
  /** The one site they serve; null: all. */
  siteDomain?: string | null;
  isBlocked?: boolean;
}

/** Who is of the team. Everything but `accept` is an admin's. */
export interface Team {
  list(caller: Caller): Promise<Member[]>;
  /** The account has no password until its owner sets one by the invitation. */
  add(
    caller: Caller,
    member: { name: string; email: string; role: Exclude<Role, 'user'>; siteDomain?: string | null },
  ): Promise<{ member: Member; invitation: string }>;
  /** Nobody takes their own rights, nor those of the last admin. */
  change(caller: Caller, id: number, changes: MemberChanges): Promise<Member>;
  /** A new invitation, also for who has forgotten the password; an earlier one holds no more. */
  invite(caller: Caller, id: number): Promise<string>;
  /** `token` is an invitation, besides `password`. It works once. */
  accept(form: Form): Promise<User>;
}

const dayMilliseconds = 24 * 60 * 60 * 1000;
const invitedMilliseconds = 7 * dayMilliseconds;

interface Invitation {
  hash: string;
  expiresAt: number;
}

const keyOf = (userId: number) => `invitation.${userId}`;

export function teamOf(parts: TeamParts): Team {
  const { db, commit, accounts, passwords, tokens, now = Date.now } = parts;

  const asMember = (user: User, invitation: unknown): Member => {
    const { expiresAt = 0 } = (invitation ?? {}) as Partial<Invitation>;
    return { user, isInvited: expiresAt > now() };
  };

  async function issue(tx: Tx, userId: number): Promise<string> {
    const secret = randomSecret(40);
    const invitation: Invitation = { hash: sha256(secret), expiresAt: now() + invitedMilliseconds };
    await writeSetting(tx, keyOf(userId), invitation, now());
    return `invite_${userId}_${secret}`;
  }

  /** All that changes the team is done one after the other, by admins who still are. */
  function asAdmin<Result>(
    caller: Caller,
    work: (tx: Tx, admin: PersonCaller, admins: number[], record: RecordEvent) => Promise<Result>,
  ): Promise<Result> {
    if (!isAdmin(caller)) throw unauthorized();
    return commit(
      async (tx, record) => {
        const admins = await holdAdmins(tx);
        if (!admins.includes(caller.userId)) throw unauthorized();
        return work(tx, caller, admins, record);
      },
      { inTurn: 'team' },
    );
  }

  const audited = (tx: Tx, actorId: number, action: string, userId: number, diff: object | null = null) =>
    addAuditEntry(tx, { actorId, action, target: `user:${userId}`, diff }, now());

  async function memberCalled(tx: Db, id: number): Promise<User> {
    const user = await userById(tx, id);
    if (!user || roleOf(user) === 'user') throw new Refusal('not-found', 'User not found.');
    return user;
  }

  return {
    async list(caller) {
      if (!isAdmin(caller)) throw unauthorized();
      const settings = await allSettings(db);
      return (await wholeTeam(db)).map((user) => asMember(user, settings.get(keyOf(user.id))));
    },

    add(caller, { role, siteDomain = null, ...asked }) {
      const checked = new Checked(asked);
      const name = checked.text('name', { most: 255 });
      const email = checked.email('email');
      checked.done();
      return asAdmin(caller, async (tx, admin) => {
        const made = await accounts.createIn(tx, { name, email, passwordHash: '', role });
        if (siteDomain !== null) await updateUser(tx, made.id, { siteDomain }, now());
        const invitation = await issue(tx, made.id);
        await audited(tx, admin.userId, 'member.added', made.id, { role, siteDomain });
        return { member: { user: { ...made, siteDomain }, isInvited: true }, invitation };
      });
    },

    change(caller, id, { name, role, siteDomain, isBlocked }) {
      const checked = new Checked({ name });
      const newName = checked.optionalText('name', { most: 255 });
      checked.done();
      return asAdmin(caller, async (tx, admin, admins, record) => {
        const user = await memberCalled(tx, id);
        const before = roleOf(user);
        const losesRights = (role !== undefined && role !== 'admin' && before === 'admin') || isBlocked === true;
        if (losesRights && id === admin.userId) throw new Refusal('conflict', 'Nobody can take their own rights.');
        if (losesRights && admins.every((one) => one === id)) throw new Refusal('conflict', 'The last admin stays.');
        const changes = {
          ...(newName === null ? {} : { name: newName }),
          ...(role === undefined ? {} : { role, isAdmin: role === 'admin' }),
          ...(siteDomain === undefined ? {} : { siteDomain }),
          ...(isBlocked === undefined ? {} : { blockedAt: isBlocked ? (user.blockedAt ?? now()) : null }),
        };
        await updateUser(tx, id, changes, now());
        if (isBlocked) {
          await deleteTokensOf(tx, tokens.ownerTypes, id);
          await removeSetting(tx, keyOf(id));
        }
        const diff = { ...changes, was: { role: before, siteDomain: user.siteDomain } };
        await audited(tx, admin.userId, 'member.changed', id, diff);
        const after = await memberCalled(tx, id);
        const rightsChanged =
          roleOf(after) !== before || after.siteDomain !== user.siteDomain || isBlocked !== undefined;
        const live = {
          userId: id,
          name: after.name,
          role: roleOf(after),
          isBlocked: isBlocked === true,
          rightsChanged,
        };
        await record({ type: 'user.updated', roomId: null, actorId: admin.userId, data: { userId: id }, live });
        return asMember(after, await settingOf(tx, keyOf(id)));
      });
    },

    invite(caller, id) {
      return asAdmin(caller, async (tx, admin) => {
        const user = await memberCalled(tx, id);
        if (user.blockedAt !== null) throw new Refusal('conflict', 'Who is blocked cannot be invited.');
        await audited(tx, admin.userId, 'member.invited', id);
        return issue(tx, id);
      });
    },

    async accept(form) {
      const checked = new Checked(form);
      const token = checked.text('token', { most: 255 });
      const password = checked.text('password', { most: 255, least: 8, isSecret: true });
      checked.done();
      const [, id, secret = ''] = /^invite_(\d{1,15})_(\w+)$/.exec(token) ?? [];
      const userId = Number(id ?? 0);
      const holds = (invitation: Invitation | null) =>
        invitation !== null &&
        invitation.expiresAt > now() &&
        timingSafeEqual(Buffer.from(sha256(invitation.hash)), Buffer.from(sha256(sha256(secret))));
      if (!holds(await settingOf<Invitation>(db, keyOf(userId)))) throw spent();
      const hash = await passwords.hash(password);
      return commit(async (tx) => {
        // Another may have been sent meanwhile; of two who come with the same one, one removes it.
        if (!holds(await settingOf<Invitation>(tx, keyOf(userId)))) throw spent();
        if (!(await removeSetting(tx, keyOf(userId)))) throw spent();
        const user = await memberCalled(tx, userId);
        if (user.blockedAt !== null) throw spent();
        await setPasswordHash(tx, userId, hash, now());
        await deleteTokensOf(tx, tokens.ownerTypes, userId);
        return user;
      });
    },
  };
}

function spent(): Refusal {
  return new Refusal('forbidden', 'This invitation is not valid any more.');
}
