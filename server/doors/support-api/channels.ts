import { createHash, createHmac } from 'node:crypto';
import { isAgent, type PersonCaller, ranksAtLeast } from '../../identity/caller.ts';

/** The names of the desk's channels, and who may hear which. */

/** How deployed frontends call a room's channel; whoever knows the room's random id may listen. */
export const publicRoomChannel = (room: number) => `chat.${room}`;
export const roomChannel = (room: number) => `private-chat.${room}`;
/** What happens in a room as the team sees it, notes included. */
export const teamRoomChannel = (room: number) => `private-admin.chat.${room}`;
/** Who of the team looks at the room. */
export const watchersChannel = (room: number) => `presence-admin.chat.${room}`;
export const userChannel = (userId: number) => `private-user.${userId}`;
/** What happens in any room, for those who look after all sites. */
export const inboxChannel = 'private-admin.chat';
export const agentsChannel = 'presence-agents';

/** The same of one site, and (null) of rooms without one, for agents who look after one site only. */
export function siteInboxChannel(siteDomain: string | null): string {
  return siteDomain === null ? 'private-admin.site' : `private-admin.site.${siteDomain.replace(/[^\w.=@,;-]/g, '_')}`;
}

export interface Member {
  user_id: string;
  user_info: { name: string; avatar: string | null; role: string };
}

export interface Permission {
  /** Of presence channels: who the others see. */
  member?: Member;
  isEncrypted?: true;
}

/** Whether somebody may see a room's messages, or (`manage`) what only the team sees of it. */
export type MayInRoom = (caller: PersonCaller, room: string, action: 'view' | 'manage') => Promise<boolean>;

/** Undefined for what is not this caller's to hear, or is no channel of ours. */
export async function permissionFor(
  caller: PersonCaller,
  channel: string,
  mayInRoom: MayInRoom,
): Promise<Permission | undefined> {
  const allowed = (isAllowed: boolean, permission: Permission = {}) => (isAllowed ? permission : undefined);
  const room =
    /^(?<place>private-chat|private-encrypted-chat|private-admin\.chat|presence-admin\.chat)\.(?<id>\d+)$/.exec(
      channel,
    )?.groups;
  const id = room?.id ?? '';
  switch (room?.place) {
    case 'private-chat':
      return allowed(await mayInRoom(caller, id, 'view'));
    case 'private-encrypted-chat':
      return allowed(await mayInRoom(caller, id, 'view'), { isEncrypted: true });
    case 'private-admin.chat':
      return allowed(await mayInRoom(caller, id, 'manage'));
    case 'presence-admin.chat':
      return allowed(await mayInRoom(caller, id, 'manage'), { member: memberOf(caller) });
  }
  if (channel === userChannel(caller.userId)) return {};
  if (!isAgent(caller)) return undefined;
  if (channel === agentsChannel) return { member: memberOf(caller) };
  const seesAll = caller.siteDomain === null || ranksAtLeast(caller, 'supervisor');
  if (channel === inboxChannel) return allowed(seesAll);
  const isOwnSite = [caller.siteDomain, null].some((site) => channel === siteInboxChannel(site));
  return allowed(isOwnSite);
}

export function memberOf({ userId, name, avatar, role }: PersonCaller): Member {
  // As text: of numbers, a browser that has both `1` and `"1"` in its list makes two people.
  return { user_id: String(userId), user_info: { name, avatar, role } };
}

/** The key of an encrypted channel, as Pusher's libraries derive it; the master key is the app's own. */
export function sharedSecret(channel: string, appSecret: string): string {
  const masterKey = createHmac('sha256', appSecret).update('encrypted channels').digest();
  return createHash('sha256').update(channel).update(masterKey).digest('base64');
}
