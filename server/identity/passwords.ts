import argon2 from 'argon2';
import { compare as compareBcrypt } from 'bcryptjs';

export interface PasswordCost {
  memoryKiB: number;
  passes: number;
  lanes: number;
}

/** What OWASP asks of argon2id at least: about 50 ms of one core. */
export const ordinaryCost: PasswordCost = { memoryKiB: 19_456, passes: 2, lanes: 1 };

export interface Passwords {
  hash(password: string): Promise<string>;
  /** `hash` null: there is no such account, and it takes as long to say so as that the password is wrong. */
  matches(password: string, hash: string | null): Promise<boolean>;
  /** Whether this hash is weaker than, or of another kind than, what `hash` makes. */
  isOutdated(hash: string): boolean;
}

export function passwordsAt(cost: PasswordCost): Passwords {
  const options = { type: argon2.argon2id, memoryCost: cost.memoryKiB, timeCost: cost.passes, parallelism: cost.lanes };
  const hash = (password: string) => argon2.hash(password, options);
  let decoy: Promise<string> | undefined;

  return {
    hash,

    async matches(password, stored) {
      if (stored?.startsWith('$argon2')) return argon2.verify(stored, password).catch(() => false);
      if (stored && /^\$2[abxy]\$/.test(stored)) {
        // PHP writes $2y$ for what everybody else calls $2b$. bcrypt reads 72 bytes and no more.
        return compareBcrypt(password, stored.replace(/^\$2[xy]\$/, '$2b$')).catch(() => false);
      }
      // No account, or one without a password: spend what a wrong password costs.
      decoy ??= hash('nobody has this one');
      await argon2.verify(await decoy, password).catch(() => false);
      return false;
    },

    isOutdated(stored) {
      return !stored.startsWith('$argon2id$') || argon2.needsRehash(stored, options);
    },
  };
}
