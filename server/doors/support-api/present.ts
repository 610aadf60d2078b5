import type { SignedIn } from '../../identity/accounts.ts';
import { roleOf } from '../../identity/caller.ts';
import type { RoomCard } from '../../support/cards.ts';
import type { Author, MessageFile, PublicMessage, TeamMessage } from '../../support/message.ts';
import type { Room } from '../../support/room.ts';
import type { FileLinks } from './file-links.ts';
import type { WireAuthor, WireFile, WireMessage, WireRoom, WireTeamRoom, WireUser } from './wire.ts';

type User = SignedIn['user'];

/** `2026-01-02T10:00:00.000000Z` */
export function timeOf(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace('Z', '000Z');
}

export function timeOrNull(milliseconds: number | null): string | null {
  return milliseconds === null ? null : timeOf(milliseconds);
}

/** `2026-01-02T10:00:00+00:00`, as the event `message.sent` has it. */
export function eventTimeOf(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/\.\d+Z$/, '+00:00');
}

export function presentAuthor({ id, name, avatar, role }: Author): WireAuthor {
  return { id, name, avatar, is_admin: isOfTeam(role) };
}

/** What everybody in the room may know of somebody. */
export function authorOf(user: User): WireAuthor {
  return { id: user.id, name: user.name, avatar: user.avatar, is_admin: isOfTeam(roleOf(user)) };
}

/** For the person, and for the team. Never holds a hash: the rows the house hands out have none. */
export function presentUser(user: User): WireUser {
  const role = roleOf(user);
  return {
    id: user.id,
    uuid: user.uuid,
    name: user.name,
    email: user.email,
    phone: user.phone,
    avatar: user.avatar,
    is_admin: isOfTeam(role),
    role,
    is_guest: user.isGuest,
    is_verified: !user.isGuest || user.verifiedAt !== null,
    site_domain: user.siteDomain,
    locale: user.locale,
    timezone: user.timezone,
    created_at: timeOrNull(user.createdAt),
    updated_at: timeOrNull(user.updatedAt),
  };
}

/** Deployed frontends know two kinds of people; every rank of the team is their admin. */
function isOfTeam(role: string): boolean {
  return role !== 'user';
}

export interface Presenter {
  /** As both sides see it, counted as the visitor counts. */
  message(message: PublicMessage, roomPublicId: number): WireMessage;
  /** As the team sees it, notes included, counted as the team counts. */
  teamMessage(message: TeamMessage, roomPublicId: number): WireMessage;
  room(card: RoomCard): WireRoom;
  teamRoom(card: RoomCard): WireTeamRoom;
  /** With links that open it for a while. */
  file(file: MessageFile): WireFile;
}

export function presenterWith(links: FileLinks): Presenter {
  const file: Presenter['file'] = (each) => links.signed(each);

  const common = (message: TeamMessage, roomPublicId: number, seq: number): WireMessage => {
    const { replyTo } = message;
    return {
      id: message.id,
      uuid: message.uuid,
      chat_room_id: roomPublicId,
      user_id: message.author.id,
      message: message.text,
      type: message.type,
      attachments: message.attachments?.map(file) ?? null,
      is_admin: message.isAdmin,
      seq,
      client_id: message.clientId,
      is_private: message.isPrivate,
      reply_to: replyTo && {
        id: replyTo.id,
        user: presentAuthor(replyTo.author),
        message: replyTo.text,
        type: replyTo.type,
      },
      read_at: timeOrNull(message.readAt),
      delivered_at: timeOrNull(message.deliveredAt),
      edited_at: timeOrNull(message.editedAt),
      deleted_at: timeOrNull(message.deletedAt),
      created_at: timeOf(message.createdAt),
      updated_at: timeOf(message.updatedAt),
      user: presentAuthor(message.author),
    };
  };

  const message: Presenter['message'] = (each, roomPublicId) => common(each, roomPublicId, each.publicSeq);

  const teamMessage: Presenter['teamMessage'] = (each, roomPublicId) => ({
    ...common(each, roomPublicId, each.seq),
    public_seq: each.publicSeq,
    mentions: mentionsIn(each.metadata),
  });

  return {
    message,
    teamMessage,
    file,
    room: (card) => {
      const { room, visitor, latest } = card;
      return {
        ...roomFields(card),
        last_seq: room.lastPublicSeq,
        latest_message: latest && message(latest, room.publicId),
        user: visitor && authorOf(visitor),
      };
    },
    teamRoom: (card) => {
      const { room, visitor, latest, labels } = card;
      return {
        ...roomFields(card),
        last_seq: room.lastSeq,
        latest_message: latest && teamMessage(latest, room.publicId),
        user: visitor && presentUser(visitor),
        labels: labels.map(({ id, name, color }) => ({ id, name, color })),
        site_domain: room.siteDomain,
        needs_reply_since: timeOrNull(room.needsReplySince),
        first_response_at: timeOrNull(room.firstResponseAt),
        queued_at: timeOrNull(room.queuedAt),
        snoozed_until: timeOrNull(room.snoozedUntil),
        archived_at: timeOrNull(room.archivedAt),
        read_seq: { user: room.userReadSeq, admin: room.adminReadSeq },
      };
    },
  };
}

function roomFields({ room, assignee }: RoomCard) {
  const assigned = assignee && authorOf(assignee);
  return {
    id: room.publicId,
    uuid: room.uuid,
    user_id: room.userId,
    status: room.status,
    assigned_to: room.assignedTo,
    priority: room.priority,
    category: room.category,
    subject: room.subject,
    channel: room.channel,
    // The panel prints it as a date, also of a room without messages.
    last_message_at: timeOf(room.lastMessageAt ?? room.createdAt),
    assigned_at: timeOrNull(room.assignedAt),
    resolved_at: timeOrNull(room.resolvedAt),
    closed_at: timeOrNull(room.closedAt),
    unread_user_count: room.unreadUserCount,
    unread_admin_count: room.unreadAdminCount,
    metadata: shownMetadata(room),
    created_at: timeOf(room.createdAt),
    updated_at: timeOf(room.updatedAt),
    // The panel reads the one, the backend it was written for sent the other.
    assigned_admin: assigned,
    assignedAdmin: assigned,
  };
}

/** Without what the house keeps there for itself. */
function shownMetadata({ metadata }: Room): Record<string, unknown> | null {
  if (metadata === null) return null;
  const { apiKeyIds: _, ...shown } = metadata;
  return Object.keys(shown).length > 0 ? shown : null;
}

function mentionsIn(metadata: Record<string, unknown> | null): number[] {
  const mentions = metadata?.mentions;
  return Array.isArray(mentions) ? mentions.filter((id) => typeof id === 'number') : [];
}
