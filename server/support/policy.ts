import type { Room } from '../../db/rooms.ts';
import {
  type Caller,
  isAdmin,
  isAgent,
  isPerson,
  type PersonCaller,
  ranksAtLeast,
  serves,
  unauthorized,
} from '../identity/caller.ts';
import { Refusal } from '../refusal.ts';

export { unauthorized };

/** What can be done in or to a room. */
export type RoomAction =
  /** See it, its messages, who types; write, upload, say that one types or has read. */
  | 'view'
  | 'send'
  /** Close or reopen it. */
  | 'close'
  /** Everything that only the team sees or decides: notes, status, priority, labels, history. */
  | 'manage'
  /** Give it to oneself while nobody has it. */
  | 'take'
  /** Give it to anybody, whoever has it. */
  | 'assign'
  /** Remove it for good, with all that is in it. */
  | 'delete';

export interface PolicySettings {
  /** Whether an agent may give rooms to others; supervisors and admins always may. */
  agentsAssignOthers: boolean;
}

/** What somebody is to a room. */
export type Standing = 'team' | 'owner' | 'site-program' | 'stranger';

/** One of the team is of the team in a room of their own, too: what they write there, they write as such. */
export function standingOf(caller: Caller, room: Room): Standing {
  if (isPerson(caller)) {
    if (isAgent(caller) && serves(caller, room.siteDomain)) return 'team';
    return caller.userId === room.userId ? 'owner' : 'stranger';
  }
  // A key reaches the conversations that it was asked for, and speaks there for the visitor.
  return keysOf(room).includes(caller.keyId) ? 'site-program' : 'stranger';
}

/** The keys that reach the room: a site's pages may use one, and its program another. */
export function keysOf(room: Pick<Room, 'metadata'>): string[] {
  const keys = room.metadata?.apiKeyIds;
  return Array.isArray(keys) ? keys.filter((key) => typeof key === 'string') : [];
}

export function may(caller: Caller, action: RoomAction, room: Room, settings: PolicySettings): boolean {
  const standing = standingOf(caller, room);
  switch (action) {
    case 'view':
    case 'send':
      return standing !== 'stranger';
    case 'close':
      return standing === 'team' || standing === 'owner';
    case 'manage':
    case 'take':
      return standing === 'team';
    case 'assign':
      return standing === 'team' && (settings.agentsAssignOthers || ranksAtLeast(caller, 'supervisor'));
    case 'delete':
      return standing === 'team' && isAdmin(caller);
  }
}

export function roomNotFound(): Refusal {
  return new Refusal('not-found', 'Chat room not found.');
}

/** @throws Refusal; a key is not even told that the room exists, for it may be in a visitor's hands. */
export function authorize(caller: Caller, action: RoomAction, room: Room, settings: PolicySettings): void {
  if (may(caller, action, room, settings)) return;
  throw isPerson(caller) ? unauthorized() : roomNotFound();
}

/** One of the team, for what is not about one room: lists, statistics, tools. @throws Refusal */
export function authorizeTeam(caller: Caller): asserts caller is PersonCaller & { kind: 'agent' } {
  if (!isAgent(caller)) throw unauthorized();
}

/** The rooms one of the team sees in lists: `undefined` for all, else a site's and those of none. */
export function servedFrom(caller: PersonCaller): string | undefined {
  const servesAll: boolean = ranksAtLeast(caller, 'supervisor');
  return servesAll ? undefined : (caller.siteDomain ?? undefined);
}
