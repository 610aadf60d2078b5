import type { LiveConnection, RoomListener } from '../../client/chat/live.ts';
import { messageFrom } from '../../client/chat/message.ts';
import { connectEcho, type SocketAddress } from '../../client/echo/connect.ts';
import type { WireChannelAuth } from '../../server/doors/support-api/wire-tools.ts';
import type { Me, WireTeamMessage, WireTeamRoom } from './wire.ts';

/** What happens in any room. */
export interface InboxListener {
  said(wire: WireTeamMessage): void;
  roomChanged(wire: WireTeamRoom): void;
  roomGone(id: number): void;
  /** Notes are told of in their room only: here that there is one, and up to where the room goes. */
  noted(id: number, lastSeq: number): void;
  read(room: number, unread: number): void;
  /** Events come from now on: what happened before must be asked for. */
  joined(): void;
}

export interface TeamConnection extends LiveConnection {
  /** Null while the connection is down. */
  socketId(): string | null;
  hearInbox(listener: InboxListener): void;
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

export type LeaveFor = (channel: string, socketId: string) => Promise<WireChannelAuth>;

/** A room whose channel is not joined yet. What happens in it meanwhile is heard with all rooms, but for its notes. */
interface Joining {
  listener: RoomListener;
  hasAll: boolean;
}

/** The team's channels: of all rooms together, of one room with its notes, and who looks at it. */
export function connectTeam(
  address: SocketAddress,
  me: Me,
  leaveFor: LeaveFor,
  onState: (isUp: boolean) => void,
): TeamConnection {
  const echo = connectEcho(address, {
    channelAuthorization: {
      customHandler: ({ channelName, socketId }, then) =>
        void leaveFor(channelName, socketId).then(
          (auth) => then(null, auth),
          (error) => then(error, null),
        ),
    },
  });
  const { connection } = echo.connector.pusher;
  const inboxes = me.seesAllSites ? ['admin.chat'] : ['admin.site', `admin.site.${channelPart(me.site ?? '')}`];
  const joinedInboxes = new Set<string>();
  const joining = new Map<number, Joining>();
  let wasUp = false;
  const look = () => {
    const isUp = connection.state === 'connected';
    if (isUp === wasUp) return;
    wasUp = isUp;
    if (!isUp) {
      joinedInboxes.clear();
      for (const each of joining.values()) each.hasAll = false;
    }
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
    socketId: () => (wasUp ? (echo.socketId() ?? null) : null),
    nudge,
    listen(room, listener) {
      const name = `admin.chat.${room}`;
      joining.set(room, { listener, hasAll: joinedInboxes.size === inboxes.length });
      const channel = echo
        .private(name)
        .subscribed(() => {
          const hasAll = joining.get(room)?.hasAll;
          joining.delete(room);
          listener.joined(hasAll);
        })
        .error(listener.refused);
      for (const [event, tell] of Object.entries(happenings)) {
        channel.listen(`.${event}`, (wire: Wire) => tell(listener, wire));
      }
      return () => {
        joining.delete(room);
        echo.leaveChannel(`private-${name}`);
      };
    },
    hearInbox(listener) {
      for (const name of inboxes) {
        const channel = echo
          .private(name)
          .subscribed(() => {
            joinedInboxes.add(name);
            listener.joined();
          })
          .listen('.message.sent', listener.said)
          .listen('.message.updated', listener.said)
          .listen('.message.deleted', listener.said)
          .listen('.room.created', listener.roomChanged)
          .listen('.room.updated', listener.roomChanged)
          .listen('.room.deleted', ({ id }: { id: number }) => listener.roomGone(id))
          .listen('.room.noted', ({ id, last_seq: lastSeq }: { id: number; last_seq: number }) => {
            const joins = joining.get(id);
            if (joins) joins.hasAll = false;
            listener.noted(id, lastSeq);
          })
          .listen('.message.read', (wire: { chat_room_id: number; unread_admin_count?: number }) => {
            if (wire.unread_admin_count !== undefined) listener.read(wire.chat_room_id, wire.unread_admin_count);
          });
        for (const [event, tell] of Object.entries(happenings)) {
          channel.listen(`.${event}`, (wire: Wire) => {
            const joins = joining.get(Number(wire.chat_room_id ?? wire.id));
            if (joins) tell(joins.listener, wire);
          });
        }
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
      // What has changed while nobody listened is asked for.
      echo.private(`user.${me.id}`).subscribed(onChange).listen('.user.updated', onChange);
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

/** What can happen in a room, as its own channel says it and that of all rooms too, but for notes and typing. */
const happenings: Record<string, (listener: RoomListener, wire: Wire) => void> = {
  'message.sent': (listener, wire) => withMessage(wire, listener.sent),
  'message.updated': (listener, wire) => withMessage(wire, listener.updated),
  'message.deleted': (listener, { id, deleted_at: at }) =>
    listener.deleted(Number(id), Date.parse(String(at)) || Date.now()),
  'message.read': (listener, wire) => listener.read(Boolean(wire.is_admin), Number(wire.last_read_seq)),
  'message.delivered': (listener, wire) => listener.delivered(Boolean(wire.is_admin), Number(wire.last_delivered_seq)),
  'user.typing': (listener, { user_id: id, user_name: name, is_typing: isTyping, is_private: isNote }) =>
    listener.typing(Number(id), `${isNote ? '📝 ' : ''}${name ?? ''}`, Boolean(isTyping)),
};

function withMessage(wire: Wire, then: RoomListener['sent']): void {
  const known = messageFrom(wire as unknown as WireTeamMessage);
  if (known) then(known);
}

/** As the server writes a site's name into a channel's. */
function channelPart(site: string): string {
  return site.replace(/[^\w.=@,;-]/g, '_');
}
