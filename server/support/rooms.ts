import { releaseAttachments } from '../../db/attachments.ts';
import { addAuditEntry } from '../../db/audit.ts';
import { isDuplicate } from '../../db/errors.ts';
import type { RoomFilter } from '../../db/room-filter.ts';
import { countRooms, cursorOf, listRooms, type RoomCursor, type RoomOrder } from '../../db/room-lists.ts';
import { createRoom, deleteRoom, newestActiveRoomOf, roomByOpenKey, updateRoom } from '../../db/rooms.ts';
import { userById } from '../../db/users.ts';
import { type Caller, isAgent, isPerson, type PersonCaller } from '../identity/caller.ts';
import { Refusal } from '../refusal.ts';
import { type DeskParts, inRoom, type RoomRef, roomFor, withAdopted } from './access.ts';
import { cardOf, cardsOf, type RoomCard } from './cards.ts';
import { recordDesk } from './events.ts';
import { authorizeTeam, keysOf, servedFrom, unauthorized } from './policy.ts';
import { isActive, type Room } from './room.ts';

export interface NewConversation {
  /** Whose it is, when that is not the caller: a key speaks for its visitors, the team may write first. */
  visitorId?: number;
  /** For callers who are not bound to a site. */
  siteDomain?: string | null;
  category?: string | null;
  subject?: string | null;
  locale?: string | null;
  metadata?: Record<string, unknown> | null;
  /** widget, polling, socketio, telegram or api. */
  channel?: string;
}

/** What the team may ask lists for. */
export type InboxFilter = Omit<RoomFilter, 'servedFrom'>;

export type { RoomCursor, RoomOrder };
export const roomOrders: readonly RoomOrder[] = ['newest', 'oldest', 'waiting'];

export interface PageAsked {
  page?: number;
  perPage?: number;
  order?: RoomOrder;
  /** Instead of a page's number: what follows, which costs the same wherever it is. */
  after?: RoomCursor;
}

export interface RoomPage {
  cards: RoomCard[];
  page: number;
  perPage: number;
  total: number;
  lastPage: number;
  /** Where the next page begins; null at the end. */
  next: RoomCursor | null;
}

export interface Rooms {
  /** The visitor's newest open or assigned room, made when there is none; two at once make one. */
  current(caller: Caller, conversation?: NewConversation): Promise<{ card: RoomCard; isNew: boolean }>;
  find(caller: Caller, ref: RoomRef): Promise<RoomCard>;
  /** The caller's own, newest message first. */
  mine(caller: Caller, page?: PageAsked): Promise<RoomPage>;
  /** The team's list; one of a site sees that site's and those of none. */
  list(caller: Caller, filter: InboxFilter, page?: PageAsked): Promise<RoomPage>;
  /** For good, with its messages and files. */
  remove(caller: Caller, ref: RoomRef): Promise<void>;
}

export function roomsOf(parts: DeskParts): Rooms {
  const { db, commit, now } = parts;

  async function visitorFor(caller: Caller, asked: NewConversation): Promise<{ id: number; site: string | null }> {
    if (isPerson(caller) && (asked.visitorId === undefined || asked.visitorId === caller.userId)) {
      return { id: caller.userId, site: caller.siteDomain ?? asked.siteDomain ?? null };
    }
    if (isPerson(caller) && !isAgent(caller)) throw unauthorized();
    const visitor = asked.visitorId === undefined ? undefined : await userById(db, asked.visitorId);
    if (!visitor) throw new Refusal('not-found', 'User not found.');
    const site = caller.siteDomain ?? asked.siteDomain ?? visitor.siteDomain;
    const isElsewhere = visitor.siteDomain !== null && visitor.siteDomain !== site;
    if (isElsewhere && caller.siteDomain !== null) throw unauthorized();
    return { id: visitor.id, site };
  }

  /** The room an earlier "get or create" made, unless it is over: then its key is free again. */
  async function madeMeanwhile(openKey: string): Promise<Room | undefined> {
    const room = await roomByOpenKey(db, openKey);
    if (!room || isActive(room)) return room;
    // An app beside us closes rooms without knowing of the key.
    await commit((tx) => updateRoom(tx, room.id, { openKey: null }, now()));
    return undefined;
  }

  async function create(caller: Caller, visitorId: number, site: string | null, asked: NewConversation) {
    const metadata = isPerson(caller) ? asked.metadata : { ...asked.metadata, apiKeyIds: [caller.keyId] };
    return commit(async (tx, record) => {
      const room = await createRoom(tx, {
        userId: visitorId,
        now: now(),
        siteDomain: site,
        channel: asked.channel ?? (isPerson(caller) ? 'widget' : 'polling'),
        category: asked.category ?? null,
        subject: asked.subject ?? null,
        locale: asked.locale ?? null,
        metadata: metadata ?? null,
        openKey: `${site ?? ''}:${visitorId}`,
      });
      const card = await cardOf(tx, room);
      const data = { publicId: room.publicId, category: room.category, channel: room.channel };
      const actorId = isPerson(caller) ? caller.userId : null;
      await recordDesk(record, 'room.created', { roomId: room.id, actorId, data }, { room: card });
      return card;
    });
  }

  /** A key that finds its visitor's room reaches it from now on, whoever began it. */
  async function reachableBy(caller: Caller, room: Room): Promise<Room> {
    if (isPerson(caller) || keysOf(room).includes(caller.keyId)) return room;
    return inRoom(parts, room, async (tx, held) => {
      const metadata = { ...held.metadata, apiKeyIds: [...keysOf(held), caller.keyId] };
      await updateRoom(tx, held.id, { metadata }, now());
      return { ...held, metadata };
    });
  }

  async function pageOf(filter: RoomFilter, asked: PageAsked): Promise<RoomPage> {
    const { page = 1, perPage = 20, order = 'newest', after } = asked;
    const total = await countRooms(db, filter);
    const from = after ? { after } : { offset: (page - 1) * perPage };
    const rooms = await listRooms(db, filter, { limit: perPage, order, ...from });
    const last = rooms.length === perPage ? rooms.at(-1) : undefined;
    const next = last ? cursorOf(order, last) : null;
    const cards = await cardsOf(db, await withAdopted(parts, rooms));
    return { cards, page, perPage, total, lastPage: Math.max(1, Math.ceil(total / perPage)), next };
  }

  return {
    async current(caller, asked = {}) {
      const { id, site } = await visitorFor(caller, asked);
      for (;;) {
        const found = (await newestActiveRoomOf(db, id, site)) ?? (await madeMeanwhile(`${site ?? ''}:${id}`));
        if (found) return { card: await cardOf(db, await reachableBy(caller, found)), isNew: false };
        try {
          return { card: await create(caller, id, site, asked), isNew: true };
        } catch (error) {
          if (!isDuplicate(error, 'open_key')) throw error;
        }
      }
    },

    async find(caller, ref) {
      const room = await roomFor(parts, caller, ref, 'view');
      const [current = room] = await withAdopted(parts, [room]);
      return cardOf(db, current);
    },

    async mine(caller, page = {}) {
      if (!isPerson(caller)) throw unauthorized();
      return pageOf({ userId: caller.userId }, page);
    },

    async list(caller, filter, page = {}) {
      authorizeTeam(caller);
      return pageOf(seenBy(caller, filter), page);
    },

    async remove(caller, ref) {
      const found = await roomFor(parts, caller, ref, 'delete');
      await inRoom(parts, found, async (tx, room, record) => {
        const actorId = isPerson(caller) ? caller.userId : null;
        await releaseAttachments(tx, { roomId: room.id });
        await deleteRoom(tx, room.id);
        const diff = {
          publicId: room.publicId,
          userId: room.userId,
          messages: room.lastSeq,
          createdAt: room.createdAt,
        };
        await addAuditEntry(tx, { actorId, action: 'room.deleted', target: `room:${room.id}`, diff }, now());
        // Without the room's id: the history goes with the room, but the feed must say that it is gone.
        const data = { publicId: room.publicId, siteDomain: room.siteDomain };
        await recordDesk(record, 'room.deleted', { roomId: null, actorId, data }, { room });
      });
    },
  };
}

/** What of a list the caller may see. */
export function seenBy(caller: PersonCaller, filter: InboxFilter): RoomFilter {
  const site = servedFrom(caller);
  return { isArchived: false, ...filter, ...(site === undefined ? {} : { servedFrom: site }) };
}
