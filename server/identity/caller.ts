import { Refusal } from '../refusal.ts';

/** What a person may be in the team; `user` is everybody else. Each of the later ones may do what the earlier ones may. */
export type Role = 'user' | 'agent' | 'supervisor' | 'admin';

/** Somebody with a row in `users`: a visitor who gave no account, one who signed in, or one of the team. */
export interface PersonCaller {
  kind: 'guest' | 'user' | 'agent';
  userId: number;
  name: string;
  avatar: string | null;
  role: Role;
  /** The one site this person belongs to; null: every site. */
  siteDomain: string | null;
  /** Whether an account or the site's signature vouches for who this is. */
  isVerified: boolean;
  /** The token that was shown, which signing out revokes. */
  tokenId: number;
  abilities: string[];
}

/** A site's program, or its page, that speaks with an API key. */
export interface ApiKeyCaller {
  kind: 'api-key';
  keyId: string;
  name: string;
  siteDomain: string | null;
  /** A publishable key is known to every visitor of the page: it proves the site, never a person. */
  isPublishable: boolean;
  scopes: string[];
}

export type Caller = PersonCaller | ApiKeyCaller;

const ranks: Record<Role, number> = { user: 0, agent: 1, supervisor: 2, admin: 3 };

/** One of the team, whatever the rank. */
export function isAgent(caller: Caller): caller is PersonCaller & { kind: 'agent' } {
  return caller.kind === 'agent';
}

export function isGuest(caller: Caller): caller is PersonCaller & { kind: 'guest' } {
  return caller.kind === 'guest';
}

export function isPerson(caller: Caller): caller is PersonCaller {
  return caller.kind !== 'api-key';
}

export function ranksAtLeast(caller: Caller, role: Role): caller is PersonCaller {
  return isPerson(caller) && ranks[caller.role] >= ranks[role];
}

export function isAdmin(caller: Caller): caller is PersonCaller {
  return ranksAtLeast(caller, 'admin');
}

/**
 * Whether one of the team looks after this site: supervisors and admins after all, an agent of one site after that one.
 * A room without a site (a Laravel app inserted it) is everybody's.
 */
export function serves(caller: Caller, siteDomain: string | null): boolean {
  if (!isAgent(caller)) return false;
  const isTheirs = caller.siteDomain === null || siteDomain === null || caller.siteDomain === siteDomain;
  return isTheirs || ranksAtLeast(caller, 'supervisor');
}

/** Laravel's `is_admin` and `role` say the same thing in two places: either makes an admin. */
export function roleOf(user: { isAdmin: boolean; role: string }): Role {
  if (user.isAdmin || user.role === 'admin') return 'admin';
  return user.role === 'agent' || user.role === 'supervisor' ? user.role : 'user';
}

/** Somebody is known, and may not. */
export function unauthorized(): Refusal {
  return new Refusal('forbidden', 'This action is unauthorized.');
}
