import { timingSafeEqual } from 'node:crypto';
import { removeSetting, settingOf, writeSetting } from '../../db/settings.ts';
import type { Db } from '../../db/upsert.ts';
import { hasAnyAdmin, type User } from '../../db/users.ts';
import type { Commit } from '../outbox/commit.ts';
import { Refusal } from '../refusal.ts';
import type { Accounts } from './accounts.ts';
import type { Passwords } from './passwords.ts';
import { randomSecret, sha256 } from './tokens.ts';
import { Checked, type Form } from './validation.ts';

const key = 'setUp.tokenHash';

/**
 * On a server without an admin: a secret that makes the first one, for the link printed at the start; it replaces an
 * earlier one. Undefined when there is an admin.
 */
export async function prepareSetUp(parts: { db: Db; commit: Commit }, now: number): Promise<string | undefined> {
  if (await hasAnyAdmin(parts.db)) return undefined;
  const secret = randomSecret(40);
  await parts.commit((tx) => writeSetting(tx, key, sha256(secret), now));
  return secret;
}

/** Makes the first admin: `token` is the secret, besides `name`, `email` and `password`. It works once. */
export async function claimSetUp(
  parts: { db: Db; commit: Commit; passwords: Passwords; accounts: Accounts },
  form: Form,
): Promise<User> {
  const { db, commit, passwords, accounts } = parts;
  const checked = new Checked(form);
  const token = checked.text('token', { most: 255 });
  const name = checked.text('name', { most: 255 });
  const email = checked.email('email');
  const password = checked.text('password', { most: 255, least: 8, isSecret: true });
  checked.done();

  const expected = await settingOf<string>(db, key);
  if (expected === null || !timingSafeEqual(Buffer.from(sha256(expected)), Buffer.from(sha256(sha256(token)))))
    throw spent();
  const passwordHash = await passwords.hash(password);
  return commit(async (tx) => {
    // Of two claims at once, one removes it.
    if (!(await removeSetting(tx, key)) || (await hasAnyAdmin(tx))) throw spent();
    return accounts.createIn(tx, { name, email, passwordHash, role: 'admin' });
  });
}

function spent(): Refusal {
  return new Refusal('forbidden', 'This set-up link is not valid any more.');
}
