import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { addToken, type Token, tokenByHash, tokenById, touchToken } from '../../db/tokens.ts';
import type { Db } from '../../db/upsert.ts';

/** What Laravel calls the model behind its users' tokens. The first is what our own are issued as. */
export const ordinaryOwnerTypes = ['App\\Models\\User', 'App\\User'] as const;

export interface TokenRules {
  /** A token of any other model says nothing about `users`: its owner's number belongs to another table. */
  ownerTypes: readonly string[];
}

const secretLetters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** Makes a token and answers it as its owner will show it, `<id>|<plain>`; the plain part is kept nowhere. */
export async function issueToken(
  tx: Db,
  rules: TokenRules,
  token: { userId: number; name: string; abilities?: string[]; expiresAt?: number | null },
  now: number,
): Promise<string> {
  const plain = randomSecret(40);
  const id = await addToken(
    tx,
    {
      ownerType: rules.ownerTypes[0] ?? ordinaryOwnerTypes[0],
      ownerId: token.userId,
      name: token.name,
      hash: sha256(plain),
      abilities: token.abilities ?? ['*'],
      expiresAt: token.expiresAt ?? null,
    },
    now,
  );
  return `${id}|${plain}`;
}

/** The token that was shown, when it is one of ours and still holds; as Sanctum decides it. */
export async function findToken(db: Db, rules: TokenRules, shown: string, now: number): Promise<Token | undefined> {
  const bar = shown.indexOf('|');
  const plain = shown.slice(bar + 1);
  const hash = sha256(plain);
  const id = Number(shown.slice(0, bar));
  if (bar !== -1 && !(Number.isSafeInteger(id) && id > 0)) return undefined;
  const token = bar === -1 ? await tokenByHash(db, hash) : await tokenById(db, id);
  if (!token || !timingSafeEqual(Buffer.from(sha256(token.hash)), Buffer.from(sha256(hash)))) return undefined;
  if (!rules.ownerTypes.includes(token.ownerType)) return undefined;
  if (token.expiresAt !== null && token.expiresAt <= now) return undefined;
  return token;
}

/** Once a minute at most: a page that polls shows its token twenty times as often. */
export async function noteTokenUse(db: Db, token: Token, now: number): Promise<void> {
  if (token.lastUsedAt === null || token.lastUsedAt < now - 60_000) await touchToken(db, token.id, now);
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Letters and digits, each one of 62: 40 of them are 238 bits. */
export function randomSecret(length: number): string {
  let secret = '';
  while (secret.length < length) {
    for (const byte of randomBytes(length)) {
      // Bytes beyond the last whole round would make the first letters likelier.
      if (byte < 248 && secret.length < length) secret += secretLetters[byte % 62];
    }
  }
  return secret;
}
