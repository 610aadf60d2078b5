import { isDuplicate } from '../../db/errors.ts';
import { identitySecretOf } from '../../db/sites.ts';
import type { Db } from '../../db/upsert.ts';
import { mergeUser } from '../../db/user-merging.ts';
import { createUser, setEmail, type User, updateUser, userByExternalId, userById } from '../../db/users.ts';
import type { Commit, Tx } from '../outbox/commit.ts';
import type { PersonCaller } from './caller.ts';
import { issueToken, type TokenRules } from './tokens.ts';
import { Checked, type Form } from './validation.ts';
import { type VouchedIdentity, vouchedIdentity } from './vouching.ts';

export interface GuestParts {
  db: Db;
  commit: Commit;
  tokens: TokenRules & { guestLifetimeSeconds: number };
  /** How old a signed identity token may be. */
  identityMaxAgeSeconds: number;
  now?: () => number;
}

export interface GuestSession {
  user: User;
  /** Shown this once; null when the visitor goes on with the token shown. */
  token: string | null;
  /** Whether the site vouches for who this is. */
  isVerified: boolean;
}

/** What visitors say of themselves; all of it is optional, and none of it is believed. */
interface Claims {
  name: string | null;
  email: string | null;
  phone: string | null;
  locale: string | null;
}

export interface Guests {
  /**
   * Begins a visitor's session, or goes on with the one whose token was shown. The form: `name?`, `email?`, `phone?`,
   * `locale?`, and who the site says this is: `user_id?` with `user_hash`, or `identity_token` (see vouching.ts).
   * A proof that does not hold is refused; without one the visitor is a guest nobody vouches for.
   */
  openSession(form: Form, siteDomain: string, shown?: PersonCaller): Promise<GuestSession>;
}

export function guestsOf(parts: GuestParts): Guests {
  const { db, commit, tokens, now = Date.now } = parts;

  const tokenFor = (tx: Tx, userId: number) =>
    issueToken(
      tx,
      tokens,
      { userId, name: 'widget', abilities: ['chat'], expiresAt: now() + tokens.guestLifetimeSeconds * 1000 },
      now(),
    );

  /** What was not known is filled in; what is known stays. */
  async function fillIn(tx: Tx, user: User, claims: Claims): Promise<User> {
    const name = user.name === guestName && claims.name !== null ? claims.name : user.name;
    await updateUser(
      tx,
      user.id,
      { name, phone: user.phone ?? claims.phone, locale: claims.locale ?? user.locale },
      now(),
    );
    if (user.email === null && claims.email !== null) await setEmail(tx, user, claims.email, now());
    return (await userById(tx, user.id)) ?? user;
  }

  async function vouchedUser(tx: Tx, siteDomain: string, vouched: VouchedIdentity, claims: Claims): Promise<User> {
    const known = await userByExternalId(tx, siteDomain, vouched.externalId);
    const { name, email, phone } = vouched;
    if (known) {
      // The site's word replaces what stood there.
      await updateUser(tx, known.id, { verifiedAt: now(), ...(name && { name }), ...(phone && { phone }) }, now());
      if (email) await setEmail(tx, known, email, now());
      return (await userById(tx, known.id)) ?? known;
    }
    return createUser(
      tx,
      {
        name: name ?? claims.name ?? guestName,
        email: email ?? claims.email,
        phone: phone ?? claims.phone,
        locale: claims.locale,
        siteDomain,
        externalId: vouched.externalId,
        isGuest: true,
        verifiedAt: now(),
      },
      now(),
    );
  }

  return {
    async openSession(form, siteDomain, shown) {
      const checked = new Checked(form);
      const claims: Claims = {
        name: checked.optionalText('name', { most: 255 }),
        email: checked.optionalEmail('email'),
        phone: checked.optionalText('phone', { most: 32 }),
        locale: checked.optionalText('locale', { most: 35 }),
      };
      const proof = {
        userId: checked.optionalText('user_id', { most: 150 }),
        userHash: checked.optionalText('user_hash', { most: 128 }),
        identityToken: checked.optionalText('identity_token', { most: 4096 }),
      };
      checked.done();
      const secret = await identitySecretOf(db, siteDomain);
      const vouched = await vouchedIdentity(
        { ...proof, email: claims.email },
        secret,
        parts.identityMaxAgeSeconds,
        now(),
      );

      const open = () =>
        commit(async (tx): Promise<GuestSession> => {
          const before = shown?.kind === 'guest' ? await userById(tx, shown.userId) : undefined;
          if (!vouched) {
            if (before)
              return { user: await fillIn(tx, before, claims), token: null, isVerified: before.verifiedAt !== null };
            const guest = { ...claims, name: claims.name ?? guestName, siteDomain, isGuest: true };
            const user = await createUser(tx, guest, now());
            return { user, token: await tokenFor(tx, user.id), isVerified: false };
          }
          const user = await vouchedUser(tx, siteDomain, vouched, claims);
          if (before?.id === user.id) return { user, token: null, isVerified: true };
          // Only a guest nobody vouched for can turn out to be somebody; another verified visitor is another person.
          if (before && before.verifiedAt === null) await mergeUser(tx, before.id, user.id, tokens.ownerTypes, now());
          return { user, token: await tokenFor(tx, user.id), isVerified: true };
        });
      try {
        return await open();
      } catch (error) {
        // Two tabs brought the same new identity at once: the second finds what the first has made.
        if (isDuplicate(error, 'external_id')) return open();
        throw error;
      }
    },
  };
}

/** The name of those who gave none; shown translated. */
export const guestName = 'Guest';
