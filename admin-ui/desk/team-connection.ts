import type { LiveConnection, RoomListener } from '../../client/chat/live.ts';
import { messageFrom, roomFrom } from '../../client/chat/message.ts';
import { connectEcho, type SocketAddress } from '../../client/echo/connect.ts';
import type { Me, WireTeamMessage, WireTeamRoom } from './wire.ts';

/** What happens in any room. */
export interface InboxListener {
  said(wire: WireTeamMessage): void;
  roomChanged(wire: WireTeamRoom): void;
  roomGone(id: number): void;
  read(room: number, unread: number): void;
  /** Events come from now on: what happened before must be asked for. */
  joined(): void;
}

export interface TeamConnection extends LiveConnection {
  hearInbox(me: Me, listener: InboxListener): void;
  /** Who else looks at the room, until the answer is called. */
  watch(room: number, onOthers: (names: string[]) => void): () => void;
  hearTeam(onChange: () => void): void;
  /** Somebody changed what we may do, or who we are. */
  hearOwn(onChange: () => void): void;
  /** What one is told oneself, until the answer is called. */
  hearNotices(onNotice: (wire: Notice) => void): () => void;
}

/** What the list of notifications will have, as it is said live. */
export interface Notice {
  type: string;
  data: Record<string, unknown>;
}

interface Member {
  name: string;
}
type Wire = Record<string, unknown>;

/** The team's channels: of all rooms together, of one room with its notes, and who looks at it. */
export function connectTeam(address: SocketAddress, me: Me, onState: (isUp: boolean) => void): TeamConnection {
  const echo = connectEcho(address);
  const { connection } = echo.connector.pusher;
  let wasUp = false;
  const look = () => {
    const isUp = connection.state === 'connected';
    if (isUp === wasUp) return;
    wasUp = isUp;
    onState(isUp);
  };
  connection.bind('state_change', look);
  const nudge = () => {
    if (connection.state !== 'connected') echo.connector.pusher.connect();
  };
  // The server may have sent us away for good, as far as pusher-js is concerned: a minute later it may think otherwise.
  const again = setInterval(() => {
    if (connection.state === 'disconnected' || connection.state === 'failed') nudge();
  }, 60_000);

  return {
    isUp: () => wasUp,
    nudge,
    listen(room, listener) {
      const name = `admin.chat.${room}`;
      hearRoom(echo.private(name), room, listener);
      return () => echo.leaveChannel(`private-${name}`);
    },
    hearInbox({ site, seesAllSites }, listener) {
      const names = seesAllSites ? ['admin.chat'] : ['admin.site', `admin.site.${channelPart(site ?? '')}`];
      for (const name of names) {
        echo
          .private(name)
          .subscribed(listener.joined)
          .listen('.message.sent', listener.said)
          .listen('.message.updated', listener.said)
          .listen('.message.deleted', listener.said)
          .listen('.room.created', listener.roomChanged)
          .listen('.room.updated', listener.roomChanged)
          .listen('.room.deleted', ({ id }: { id: number }) => listener.roomGone(id))
          .listen('.message.read', (wire: { chat_room_id: number; unread_admin_count?: number }) => {
            if (wire.unread_admin_count !== undefined) listener.read(wire.chat_room_id, wire.unread_admin_count);
          });
      }
    },
    watch(room, onOthers) {
      const name = `admin.chat.${room}`;
      const channel = echo.join(name);
      const tell = () => {
        const { members } = channel.subscription as unknown as { members: { members: Record<string, Member> } };
        const others = Object.entries(members.members).filter(([id]) => id !== String(me.id));
        onOthers(others.map(([, member]) => member.name));
      };
      channel.here(tell).joining(tell).leaving(tell);
      return () => echo.leaveChannel(`presence-${name}`);
    },
    hearTeam(onChange) {
      echo.join('agents').here(onChange).joining(onChange).leaving(onChange).listen('.agent.availability', onChange);
    },
    hearOwn(onChange) {
      echo.private(`user.${me.id}`).listen('.user.updated', onChange);
    },
    hearNotices(onNotice) {
      const channel = echo.private(`user.${me.id}`).listen('.notification.created', onNotice);
      return () => channel.stopListening('.notification.created', onNotice);
    },
    close() {
      clearInterval(again);
      connection.unbind('state_change', look);
      echo.disconnect();
    },
  };
}

function hearRoom(channel: ReturnType<ReturnType<typeof connectEcho>['private']>, id: number, listener: RoomListener) {
  const message = (wire: unknown, then: RoomListener['sent']) => {
    const known = messageFrom(wire as WireTeamMessage);
    if (known?.roomId === id) then(known);
  };
  channel
    .subscribed(listener.joined)
    .error(listener.refused)
    .listen('.message.sent', (wire: Wire) => message(wire, listener.sent))
    .listen('.message.updated', (wire: Wire) => message(wire, listener.updated))
    .listen('.message.deleted', (wire: Wire) =>
      listener.deleted(Number(wire.id), Date.parse(String(wire.deleted_at)) || Date.now()),
    )
    .listen('.message.read', (wire: Wire) => listener.read(Boolean(wire.is_admin), Number(wire.last_read_seq)))
    .listen('.message.delivered', (wire: Wire) =>
      listener.delivered(Boolean(wire.is_admin), Number(wire.last_delivered_seq)),
    )
    .listen('.user.typing', (wire: Wire) =>
      listener.typing(Number(wire.user_id), String(wire.user_name ?? ''), Boolean(wire.is_typing)),
    )
    .listen('.room.updated', (wire: WireTeamRoom) => {
      const room = roomFrom(wire);
      if (room?.id === id) listener.roomChanged(room);
    });
}

/** As the server writes a site's name into a channel's. */
function channelPart(site: string): string {
  return site.replace(/[^\w.=@,;-]/g, '_');
}
