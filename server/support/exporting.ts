import { pendingFilesOf } from '../../db/attachments.ts';
import { addAuditEntry } from '../../db/audit.ts';
import { messagesAfter } from '../../db/messages.ts';
import { notificationsOf } from '../../db/notifications.ts';
import { roomIdsOf, roomsByIds } from '../../db/rooms.ts';
import { type Device, surroundingsOf } from '../../db/surroundings.ts';
import type { Db } from '../../db/upsert.ts';
import type { User } from '../../db/users.ts';
import type { Caller } from '../identity/caller.ts';
import { type DeskParts, withAdopted } from './access.ts';
import { type MessageFile, type PublicMessage, publicOnly, shown } from './message.ts';
import { fileOf } from './outgoing.ts';
import { adminAbout, personBehind } from './person.ts';
import type { Room } from './room.ts';

/** Everything about one visitor, to be handed to them as it is: names that speak, times as ISO 8601 in UTC. */
export interface VisitorExport {
  exportedAt: string;
  person: ExportedPerson;
  /** What they said of themselves as guests, before they were known. */
  formerly: ExportedPerson[];
  rooms: ExportedRoom[];
  /** Uploaded, and in no message yet. */
  unsentFiles: MessageFile[];
  /** Where they were last, and with what. */
  surroundings: { pages: { url: string; title: string; at: string }[]; device: Device | null }[];
  notifications: { type: string; data: Record<string, unknown>; createdAt: string | null; readAt: string | null }[];
}

type ExportedPerson = ReturnType<typeof exportedPerson>;
type ExportedMessage = ReturnType<typeof exportedMessage>;
type ExportedRoom = ReturnType<typeof exportedRoom> & { messages: ExportedMessage[] };

const rowsAtOnce = 500;

/**
 * Reads as the visitor would have: what the team has noted among themselves is not in it, for a note can reach no
 * visitor by any route.
 */
export async function exportVisitor(parts: DeskParts, caller: Caller, userId: number): Promise<VisitorExport> {
  const { db, commit, now } = parts;
  const { userId: actorId } = adminAbout(caller);
  const { self, guests, rows } = await personBehind(db, userId);
  const found = await roomsByIds(db, await roomIdsOf(db, rows));
  const rooms: ExportedRoom[] = [];
  for (const room of await withAdopted(parts, found)) {
    rooms.push({ ...exportedRoom(room), messages: await allMessages(db, room) });
  }
  const whole: VisitorExport = {
    exportedAt: isoOf(now()),
    person: exportedPerson(self),
    formerly: guests.map(exportedPerson),
    rooms,
    unsentFiles: (await pendingFilesOf(db, rows)).map(fileOf),
    surroundings: await allSurroundings(db, rows),
    notifications: await allNotifications(db, rows),
  };
  await commit((tx) => addAuditEntry(tx, { actorId, action: 'visitor.exported', target: `user:${self.id}` }, now()));
  return whole;
}

async function allMessages(db: Db, room: Room): Promise<ExportedMessage[]> {
  const all: ExportedMessage[] = [];
  for (let seq = 0; seq < room.lastPublicSeq; ) {
    const messages = publicOnly(await shown(db, await messagesAfter(db, room.id, 'visitor', seq, rowsAtOnce)));
    all.push(...messages.map(exportedMessage));
    seq = messages.at(-1)?.publicSeq ?? room.lastPublicSeq;
  }
  return all;
}

async function allSurroundings(db: Db, userIds: readonly number[]): Promise<VisitorExport['surroundings']> {
  const all: VisitorExport['surroundings'] = [];
  for (const userId of userIds) {
    const { pages, device } = await surroundingsOf(db, userId);
    if (pages.length === 0 && device === null) continue;
    all.push({ pages: pages.map(({ url, title, at }) => ({ url, title, at: isoOf(at) })), device });
  }
  return all;
}

async function allNotifications(db: Db, userIds: readonly number[]): Promise<VisitorExport['notifications']> {
  const all: VisitorExport['notifications'] = [];
  for (const userId of userIds) {
    for (let beforeId: string | null = null; ; ) {
      const page = await notificationsOf(db, userId, { beforeId, limit: rowsAtOnce });
      for (const { type, data, createdAt, readAt } of page) {
        all.push({ type, data, createdAt: isoOf(createdAt), readAt: isoOf(readAt) });
      }
      if (page.length < rowsAtOnce) break;
      beforeId = page.at(-1)?.id ?? null;
    }
  }
  return all;
}

function exportedPerson(user: User) {
  const { id, uuid, name, email, phone, avatar, isGuest, siteDomain, externalId, locale, timezone, metadata } = user;
  return {
    ...{ id, uuid, name, email, phone, avatar, isGuest, siteDomain, externalId, locale, timezone, metadata },
    verifiedAt: isoOf(user.verifiedAt),
    createdAt: isoOf(user.createdAt),
    lastSeenAt: isoOf(user.lastSeenAt),
    blockedAt: isoOf(user.blockedAt),
  };
}

function exportedRoom(room: Room) {
  const { publicId, uuid, status, category, subject, siteDomain, channel, locale } = room;
  // Which keys reach it is the site's business.
  const { apiKeyIds: _, ...metadata } = room.metadata ?? {};
  return {
    id: publicId,
    ...{ uuid, status, category, subject, siteDomain, channel, locale, metadata },
    createdAt: isoOf(room.createdAt),
    lastMessageAt: isoOf(room.lastMessageAt),
    resolvedAt: isoOf(room.resolvedAt),
    closedAt: isoOf(room.closedAt),
  };
}

function exportedMessage(message: PublicMessage) {
  return {
    number: message.publicSeq,
    from: message.isAdmin ? ('team' as const) : ('visitor' as const),
    name: message.author.name,
    type: message.type,
    text: message.text,
    files: message.attachments ?? [],
    sentAt: isoOf(message.createdAt),
    readAt: isoOf(message.readAt),
    editedAt: isoOf(message.editedAt),
    deletedAt: isoOf(message.deletedAt),
  };
}

function isoOf(milliseconds: number): string;
function isoOf(milliseconds: number | null): string | null;
function isoOf(milliseconds: number | null): string | null {
  return milliseconds === null ? null : new Date(milliseconds).toISOString();
}
