import type { PersonCaller } from '../../identity/caller.ts';
import type { Hub } from '../../pusher/hub.ts';
import { channelAuthText } from '../../pusher/signature.ts';
import { memberOf, type Permission, sharedSecret, teamRoomChannel, watchersChannel } from './channels.ts';
import type { WireChannelAuth } from './wire-tools.ts';

/** What a socket shows to be let into a channel. */
export function leaveFor(hub: Hub, socketId: string, channel: string, permission: Permission): WireChannelAuth {
  const { member, isEncrypted } = permission;
  const channelData = member && JSON.stringify(member);
  return {
    auth: hub.signer.auth(channelAuthText(socketId, channel, channelData)),
    ...(channelData === undefined ? {} : { channel_data: channelData }),
    ...(isEncrypted ? { shared_secret: sharedSecret(channel, hub.app.secret) } : {}),
  };
}

/** To a room's channels of the team, by their names, for a caller who may see the team's side of it. */
export function leaveForTeam(hub: Hub, socketId: string, caller: PersonCaller, room: number) {
  const [team, watchers] = [teamRoomChannel(room), watchersChannel(room)];
  return {
    [team]: leaveFor(hub, socketId, team, {}),
    [watchers]: leaveFor(hub, socketId, watchers, { member: memberOf(caller) }),
  };
}
