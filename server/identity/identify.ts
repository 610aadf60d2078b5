import type { Token } from '../../db/tokens.ts';
import type { Db } from '../../db/upsert.ts';
import { touchLastSeen, type User, userById } from '../../db/users.ts';
import { type PersonCaller, roleOf } from './caller.ts';
import { findToken, noteTokenUse, type TokenRules } from './tokens.ts';

/**
 * Who shows this token (what follows `Bearer `, of any form); undefined for a token that is unknown, over, or whose
 * owner is gone or blocked.
 */
export async function identify(
  db: Db,
  rules: TokenRules,
  shown: string,
  now: number,
): Promise<PersonCaller | undefined> {
  const token = await findToken(db, rules, shown, now);
  const user = token && (await userById(db, token.ownerId));
  if (!token || !user || user.blockedAt !== null || user.anonymisedAt !== null) return undefined;
  await noteTokenUse(db, token, now);
  if (user.lastSeenAt === null || user.lastSeenAt < now - 60_000) await touchLastSeen(db, user.id, now);
  return callerOf(user, token);
}

export function callerOf(user: User, token: Pick<Token, 'id' | 'abilities'>): PersonCaller {
  const role = roleOf(user);
  return {
    kind: role !== 'user' ? 'agent' : user.isGuest ? 'guest' : 'user',
    userId: user.id,
    name: user.name,
    avatar: user.avatar,
    role,
    siteDomain: user.siteDomain,
    isVerified: !user.isGuest || user.verifiedAt !== null,
    tokenId: token.id,
    abilities: token.abilities,
  };
}

/** The token in an `Authorization` header; undefined when the header is missing or of another kind. */
export function bearerToken(authorization: string | undefined): string | undefined {
  return /^Bearer +(\S+)\s*$/i.exec(authorization ?? '')?.[1];
}
