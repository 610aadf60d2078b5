import type { RoomEcho } from '../echo/connect.ts';
import { type Message, messageFrom, type Room, roomFrom } from './message.ts';
import type { WireDelivered, WireMessage, WireRead, WireRoom, WireTyping } from './wire.ts';

/** What can happen to a room while somebody listens. */
export interface RoomListener {
  sent(message: Message): void;
  updated(message: Message): void;
  deleted(id: number, deletedAt: number): void;
  typing(userId: number, name: string, isTyping: boolean): void;
  read(isTeam: boolean, seq: number): void;
  delivered(isTeam: boolean, seq: number): void;
  roomChanged(room: Room): void;
  /** Events come from now on: what happened before must be asked for, unless nothing can have been missed. */
  joined(hasAll?: boolean): void;
  /** The server does not let this side listen. */
  refused(): void;
}

export interface LiveConnection {
  isUp(): boolean;
  /** Tries at once when the connection is down. */
  nudge(): void;
  listen(roomId: number, listener: RoomListener): () => void;
  close(): void;
}

/** A connection over laravel-echo. `onState` hears whether it is up, each time that changes. */
export function liveConnection(echo: RoomEcho, onState: (isUp: boolean) => void): LiveConnection {
  const { pusher } = echo.connector;
  let wasUp = false;
  const look = () => {
    const isUp = pusher.connection.state === 'connected';
    if (isUp === wasUp) return;
    wasUp = isUp;
    onState(isUp);
  };
  pusher.connection.bind('state_change', look);
  // The server may have sent us away for good, as far as pusher-js is concerned: a minute later it may think otherwise.
  const again = setInterval(() => {
    if (pusher.connection.state === 'disconnected' || pusher.connection.state === 'failed') pusher.connect();
  }, 60_000);

  return {
    isUp: () => wasUp,
    nudge: () => {
      const { state } = pusher.connection;
      // It waits between its attempts: this ends the wait.
      if (state === 'unavailable') pusher.disconnect();
      if (state !== 'connected') pusher.connect();
    },
    listen(roomId, listener) {
      const channel = echo.private(`chat.${roomId}`);
      const message = (wire: unknown, then: (message: Message) => void) => {
        const known = messageFrom(wire as WireMessage);
        if (known?.roomId === roomId) then(known);
      };
      channel
        .subscribed(listener.joined)
        .error(listener.refused)
        .listen('.message.sent', (wire: unknown) => message(wire, listener.sent))
        .listen('.message.updated', (wire: unknown) => message(wire, listener.updated))
        .listen('.message.deleted', (wire: { id?: number; deleted_at?: string }) => {
          if (Number.isSafeInteger(wire?.id)) {
            listener.deleted(wire.id as number, Date.parse(wire.deleted_at ?? '') || Date.now());
          }
        })
        .listen('.message.read', (wire: Partial<WireRead>) => {
          if (Number.isSafeInteger(wire?.last_read_seq)) {
            listener.read(Boolean(wire.is_admin), wire.last_read_seq as number);
          }
        })
        .listen('.message.delivered', (wire: Partial<WireDelivered>) => {
          if (Number.isSafeInteger(wire?.last_delivered_seq)) {
            listener.delivered(Boolean(wire.is_admin), wire.last_delivered_seq as number);
          }
        })
        .listen('.user.typing', (wire: Partial<WireTyping>) => {
          if (Number.isSafeInteger(wire?.user_id)) {
            listener.typing(wire.user_id as number, String(wire.user_name ?? ''), Boolean(wire.is_typing));
          }
        })
        .listen('.room.updated', (wire: { room?: WireRoom } & Partial<WireRoom>) => {
          const room = roomFrom((wire?.room ?? wire) as WireRoom);
          if (room?.id === roomId) listener.roomChanged(room);
        });
      return () => echo.leave(`chat.${roomId}`);
    },
    close() {
      clearInterval(again);
      pusher.connection.unbind('state_change', look);
      echo.disconnect();
    },
  };
}
