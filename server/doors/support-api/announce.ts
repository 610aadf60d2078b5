import { type DeskEvent, type DeskHappenings, isDeskEvent, type RoomChange } from '../../support/events.ts';
import { shortened, type TeamMessage } from '../../support/message.ts';
import type { Room } from '../../support/room.ts';
import type { TypingNotice } from '../../support/typing.ts';
import type { AfterAnswer } from './after-answer.ts';
import {
  agentsChannel,
  inboxChannel,
  publicRoomChannel,
  roomChannel,
  siteInboxChannel,
  teamRoomChannel,
  userChannel,
} from './channels.ts';
import { eventTimeOf, type Presenter, presentAuthor, timeOf, timeOrNull } from './present.ts';

export interface AnnounceParts {
  /** To the subscribers of these channels, on every node. */
  publish(channels: string[], event: string, data: object, exceptSocket: string | null): void;
  /** On every node: what they were let in for may not be theirs any more. */
  endSocketsOf(userId: number, isShutOut: boolean): void;
  afterAnswer: AfterAnswer;
  present: Presenter;
  /** Whether rooms are also heard on the channel that needs no authorisation. */
  hasPublicChannels: boolean;
}

export interface Announcer {
  /** What was committed, in its order. */
  hear(events: readonly Parameters<typeof isDeskEvent>[0][]): void;
  hearTyping(notice: TypingNotice): void;
}

/** By how much a POST's answer leaves before its event, when the sender's own socket is not left out. */
const HEAD_START_MS = 25;

/** Changes that are none of the visitor's business. */
const TEAM_ONLY: readonly RoomChange['what'][] = ['labels', 'snooze', 'archive', 'unread', 'visitor'];

/** How what happened at the desk sounds on the desk's channels. */
export function announcing(parts: AnnounceParts): Announcer {
  const { afterAnswer, present, hasPublicChannels } = parts;

  /** Where both sides of a room listen. */
  const openTo = ({ publicId }: Pick<Room, 'publicId'>) =>
    hasPublicChannels ? [publicRoomChannel(publicId), roomChannel(publicId)] : [roomChannel(publicId)];
  const inboxesOf = ({ siteDomain }: Room) => [inboxChannel, siteInboxChannel(siteDomain)];
  const teamOf = (room: Room) => [teamRoomChannel(room.publicId), ...inboxesOf(room)];

  function say(event: DeskEvent): void {
    switch (event.type) {
      case 'message.sent':
        return sayMessage('message.sent', event.live);
      case 'message.updated':
        return sayMessage('message.updated', event.live);
      case 'message.deleted':
        return sayDeleted(event.live);
      case 'note.added':
        return sayNote('message.sent', event.live);
      case 'note.updated':
        return sayNote('message.updated', event.live);
      case 'note.deleted':
        return sayNote('message.deleted', event.live);
      case 'message.read':
        return sayMark('message.read', 'last_read_seq', event.live);
      case 'message.delivered':
        return sayMark('message.delivered', 'last_delivered_seq', event.live);
      case 'room.created':
        return parts.publish(inboxesOf(event.live.room.room), 'room.created', present.teamRoom(event.live.room), null);
      case 'room.updated':
        return sayRoom(event.live);
      case 'room.deleted': {
        const { room } = event.live;
        return parts.publish([...openTo(room), ...teamOf(room)], 'room.deleted', { id: room.publicId }, null);
      }
      case 'visitor.blocked':
        return parts.publish([inboxChannel], 'visitor.blocked', blocked(event.live.userId, event.live.until), null);
      case 'visitor.unblocked':
        return parts.publish([inboxChannel], 'visitor.unblocked', { user_id: event.live.userId }, null);
      case 'agent.availability': {
        const { agent, availability, chosen } = event.live;
        const data = { user_id: agent.id, user: presentAuthor(agent), availability, chosen };
        return parts.publish([agentsChannel], 'agent.availability', data, null);
      }
      case 'user.updated': {
        const { userId, name, role, isBlocked, rightsChanged } = event.live;
        const data = { id: userId, name, role, is_blocked: isBlocked };
        parts.publish([userChannel(userId)], 'user.updated', data, null);
        if (rightsChanged) parts.endSocketsOf(userId, isBlocked);
      }
    }
  }

  function sayMessage(
    name: 'message.sent' | 'message.updated',
    live: DeskHappenings['message.sent' | 'message.updated'],
  ) {
    const { room, message, exceptSocket } = live;
    const shown = present.message(message, room.publicId);
    const { id, avatar } = message.author;
    const forBoth =
      name === 'message.sent'
        ? {
            id: shown.id,
            chat_room_id: shown.chat_room_id,
            user_id: shown.user_id,
            user: { id, name: message.author.name, avatar },
            message: shown.message,
            type: shown.type,
            attachments: shown.attachments,
            is_admin: shown.is_admin,
            created_at: eventTimeOf(message.createdAt),
            uuid: shown.uuid,
            seq: shown.seq,
            client_id: shown.client_id,
            is_private: false,
            reply_to: shown.reply_to,
          }
        : shown;
    parts.publish(openTo(room), name, forBoth, exceptSocket);
    parts.publish(teamOf(room), name, forTeam(live), exceptSocket);
    if ('notified' in live) notify(live.notified, 'chat_message', room, message);
  }

  function sayDeleted(live: DeskHappenings['message.deleted']): void {
    const { room, message, exceptSocket } = live;
    const common = { id: message.id, chat_room_id: room.publicId, deleted_at: timeOrNull(message.deletedAt) };
    parts.publish(openTo(room), 'message.deleted', { ...common, seq: message.publicSeq }, exceptSocket);
    parts.publish(teamOf(room), 'message.deleted', { ...common, ...forTeam(live) }, exceptSocket);
  }

  /**
   * On the room's own team channel and no other: no inbox shows notes. That there is something, the inboxes hear first, so
   * that whoever joins the room between the two knows that they have missed it.
   */
  function sayNote(name: string, live: DeskHappenings['note.added' | 'note.updated' | 'note.deleted']): void {
    const { room, exceptSocket } = live;
    parts.publish(inboxesOf(room), 'room.noted', { id: room.publicId, last_seq: room.lastSeq }, exceptSocket);
    parts.publish([teamRoomChannel(room.publicId)], name, forTeam(live), exceptSocket);
    if ('notified' in live) notify(live.notified, 'chat_mention', room, live.message);
  }

  function forTeam(live: DeskHappenings['message.updated'] | DeskHappenings['note.updated']): object {
    const { room, visitor, assignee, message } = live;
    return {
      ...present.teamMessage(message, room.publicId),
      room: {
        id: room.publicId,
        status: room.status,
        priority: room.priority,
        user: presentAuthor(visitor),
        assigned_to: room.assignedTo,
        assigned_admin: assignee && presentAuthor(assignee),
        last_message_at: timeOf(room.lastMessageAt ?? room.createdAt),
        last_seq: room.lastSeq,
        unread_user_count: room.unreadUserCount,
        unread_admin_count: room.unreadAdminCount,
        needs_reply_since: timeOrNull(room.needsReplySince),
      },
    };
  }

  function sayMark(name: string, field: string, live: DeskHappenings['message.read']): void {
    const { room, readerId, isAdmin, seq, publicSeq, exceptSocket } = live;
    const common = { chat_room_id: room.publicId, reader_id: readerId, is_admin: isAdmin };
    parts.publish(openTo(room), name, { ...common, [field]: publicSeq }, exceptSocket);
    const counts = { unread_user_count: room.unreadUserCount, unread_admin_count: room.unreadAdminCount };
    parts.publish(teamOf(room), name, { ...common, [field]: seq, ...counts }, exceptSocket);
  }

  function sayRoom({ room: card, change, exceptSocket }: DeskHappenings['room.updated']): void {
    const { room } = card;
    parts.publish(teamOf(room), 'room.updated', { ...present.teamRoom(card), change }, exceptSocket);
    if (TEAM_ONLY.includes(change.what)) return;
    // Whoever knows the room's number hears this: what is in it is between the two sides.
    const { uuid: _uuid, metadata: _metadata, latest_message: _latest, user: _user, ...shown } = present.room(card);
    parts.publish(openTo(room), 'room.updated', shown, exceptSocket);
  }

  function notify(userIds: readonly number[], type: string, room: Room, message: TeamMessage): void {
    if (userIds.length === 0) return;
    const data = {
      chat_room_id: room.publicId,
      message_id: message.id,
      sender_name: message.author.name,
      message_preview: shortened(message.text || (message.attachments?.[0]?.name ?? ''), 50),
    };
    parts.publish(userIds.map(userChannel), 'notification.created', { type, data }, null);
  }

  return {
    hear(events) {
      for (const event of events) {
        if (!isDeskEvent(event)) continue;
        const live = event.live as { exceptSocket?: string | null };
        const headStartMs = live.exceptSocket ? 0 : HEAD_START_MS;
        afterAnswer.run(`room:${event.roomId}`, headStartMs, () => say(event));
      }
    },

    hearTyping({ roomPublicId, userId, name, isTyping, isPrivate, exceptSocket }) {
      const team = teamRoomChannel(roomPublicId);
      const channels = isPrivate ? [team] : [...openTo({ publicId: roomPublicId }), team];
      const said = { user_id: userId, user_name: name, is_typing: isTyping };
      parts.publish(channels, 'user.typing', isPrivate ? { ...said, is_private: true } : said, exceptSocket);
    },
  };
}

function blocked(userId: number, until: number | null): object {
  return { user_id: userId, until: timeOrNull(until) };
}
