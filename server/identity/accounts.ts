import { isDuplicate } from '../../db/errors.ts';
import { deleteToken } from '../../db/tokens.ts';
import type { Db } from '../../db/upsert.ts';
import { mergeUser } from '../../db/user-merging.ts';
import {
  createUser,
  type NewUser,
  passwordHashOf,
  setPasswordHash,
  type User,
  userByEmail,
  userById,
} from '../../db/users.ts';
import type { Commit, Tx } from '../outbox/commit.ts';
import { Refusal } from '../refusal.ts';
import type { PersonCaller, Role } from './caller.ts';
import type { Passwords } from './passwords.ts';
import type { Throttle } from './throttle.ts';
import { issueToken, type TokenRules } from './tokens.ts';
import { Checked, type Form } from './validation.ts';

export interface AccountParts {
  db: Db;
  commit: Commit;
  passwords: Passwords;
  tokens: TokenRules & { lifetimeSeconds: number | null };
  /** Failed logins by account, and by the address they come from. */
  throttles: { account: Throttle; address: Throttle };
  /** Whether nobody else reads these passwords: a Laravel app beside us could not read argon2id. */
  ownsDatabase: boolean;
  now?: () => number;
}

export interface SignedIn {
  user: User;
  /** `<id>|<plain>`, shown this once. */
  token: string;
}

export interface Accounts {
  /** `name`, `email`, `phone?`, `password`; a `guest` becomes the new account. */
  register(form: Form, guest?: PersonCaller): Promise<SignedIn>;
  /** `email`, `password`; `address` is where the request comes from. A `guest` becomes the account. */
  login(form: Form, address: string, guest?: PersonCaller): Promise<SignedIn>;
  /** Revokes the token that was shown. */
  logout(caller: PersonCaller): Promise<void>;
  me(caller: PersonCaller): Promise<User>;
  /** Makes an account of any rank, for whoever runs the server. `name`, `email`, `password`. */
  create(form: Form, role: Role): Promise<User>;
  /** Within the caller's transaction: what `create` does, when other rows must stand or fall with it. */
  createIn(tx: Tx, account: { name: string; email: string; passwordHash: string; role: Role }): Promise<User>;
}

const doNotMatch = 'These credentials do not match our records.';

export function accountsOf(parts: AccountParts): Accounts {
  const { db, commit, passwords, tokens, throttles, ownsDatabase, now = Date.now } = parts;

  const tokenFor = (tx: Tx, userId: number) => {
    const expiresAt = tokens.lifetimeSeconds === null ? null : now() + tokens.lifetimeSeconds * 1000;
    return issueToken(tx, tokens, { userId, name: 'auth_token', expiresAt }, now());
  };

  const takeIn = async (tx: Tx, guest: PersonCaller | undefined, userId: number) => {
    if (guest?.kind === 'guest' && guest.userId !== userId)
      await mergeUser(tx, guest.userId, userId, tokens.ownerTypes, now());
  };

  const createOnce = async (tx: Tx, account: NewUser & { email: string }): Promise<User> => {
    try {
      return await createUser(tx, account, now());
    } catch (error) {
      if (!isDuplicate(error, 'email')) throw error;
      throw taken();
    }
  };

  const createIn: Accounts['createIn'] = (tx, { role, ...account }) =>
    createOnce(tx, { ...account, role, isAdmin: role === 'admin' });

  return {
    async register(form, guest) {
      const checked = new Checked(form);
      const name = checked.text('name', { most: 255 });
      const email = checked.email('email');
      const phone = checked.optionalText('phone', { most: 20 });
      const password = checked.text('password', { most: 255, least: 8, isSecret: true });
      checked.done();
      if (await userByEmail(db, email)) throw taken();
      const passwordHash = await passwords.hash(password);
      return commit(async (tx, record) => {
        const user = await createOnce(tx, { name, email, phone, passwordHash });
        await takeIn(tx, guest, user.id);
        const token = await tokenFor(tx, user.id);
        await record({
          type: 'user.registered',
          roomId: null,
          actorId: user.id,
          data: { userId: user.id },
          live: user,
        });
        return { user, token };
      });
    },

    async login(form, address, guest) {
      const checked = new Checked(form);
      const email = checked.text('email', { most: 255 }).toLowerCase();
      const password = checked.text('password', { most: 255, isSecret: true });
      checked.done();
      throttles.address.admit(address, now());
      throttles.account.admit(email, now());
      throttles.address.count(address, now());
      throttles.account.count(email, now());

      const user = await userByEmail(db, email);
      const hash = user ? await passwordHashOf(db, user.id) : null;
      const isRight = await passwords.matches(password, hash);
      if (!user || !isRight || user.isGuest || user.blockedAt !== null || user.anonymisedAt !== null) {
        throw new Refusal('invalid', doNotMatch, { fields: { email: [doNotMatch] } });
      }
      throttles.account.clear(email);
      throttles.address.forgive(address);
      const rehashed = ownsDatabase && hash && passwords.isOutdated(hash) ? await passwords.hash(password) : null;
      const token = await commit(async (tx) => {
        if (rehashed) await setPasswordHash(tx, user.id, rehashed, now());
        await takeIn(tx, guest, user.id);
        return tokenFor(tx, user.id);
      });
      return { user, token };
    },

    async logout(caller) {
      await commit((tx) => deleteToken(tx, caller.tokenId));
    },

    async me(caller) {
      const user = await userById(db, caller.userId);
      if (!user) throw new Refusal('unauthenticated', 'Unauthenticated.');
      return user;
    },

    async create(form, role) {
      const checked = new Checked(form);
      const name = checked.text('name', { most: 255 });
      const email = checked.email('email');
      const password = checked.text('password', { most: 255, least: 8, isSecret: true });
      checked.done();
      const passwordHash = await passwords.hash(password);
      return commit((tx) => createIn(tx, { name, email, passwordHash, role }));
    },

    createIn,
  };
}

function taken(): Refusal {
  const message = 'The email has already been taken.';
  return new Refusal('invalid', message, { fields: { email: [message] }, reasons: { email: { rule: 'unique' } } });
}
