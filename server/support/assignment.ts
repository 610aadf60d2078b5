import { roomById, updateRoom } from '../../db/rooms.ts';
import type { Db } from '../../db/upsert.ts';
import { type User, userById } from '../../db/users.ts';
import { type Caller, isAgent, isPerson, roleOf } from '../identity/caller.ts';
import { Refusal } from '../refusal.ts';
import { type DeskParts, inRoom, type Origin, type RoomRef, roomFor } from './access.ts';
import { cardOf, type RoomCard } from './cards.ts';
import { applyTo } from './change.ts';
import { type RoomChange, recordDesk } from './events.ts';
import { invalid } from './input.ts';
import { checkedOutgoing } from './outgoing.ts';
import { authorize, unauthorized } from './policy.ts';
import { givenTo, handedBack, isActive, isTakeable, type Room, waitedFor } from './room.ts';
import type { StoreMessage } from './storing.ts';

export interface Assignment {
  /**
   * Takes a room nobody has. Of many at once one gets it; the others get a `conflict` whose `current` is the room's
   * card, naming the winner. Who has it already, has it.
   */
  take(caller: Caller, ref: RoomRef, origin?: Origin): Promise<RoomCard>;
  /** Gives the room to one of the team, whoever has it now; with a note for them, if there is something to say. */
  assign(caller: Caller, ref: RoomRef, agentId: number, options?: Origin & { note?: string }): Promise<RoomCard>;
  /** Back to those who wait. */
  unassign(caller: Caller, ref: RoomRef, origin?: Origin): Promise<RoomCard>;
}

export function assignmentOf(parts: DeskParts & { store: StoreMessage }): Assignment {
  const { db, now } = parts;

  return {
    async take(caller, ref, origin = {}) {
      const found = await roomFor(parts, caller, ref, 'take');
      if (!isAgent(caller)) throw unauthorized();
      const { userId } = caller;
      return inRoom(parts, found, async (tx, room, record) => {
        if (room.status === 'assigned' && room.assignedTo === userId) return cardOf(tx, room);
        if (!isTakeable(room)) throw await taken(tx, room);
        const changes = givenTo(room, userId, now());
        // Holding the row is enough; the condition says what must not be, should anybody ever write past it.
        const expecting = { status: room.status, assignedTo: room.assignedTo };
        if (!(await updateRoom(tx, room.id, changes, now(), expecting))) {
          throw await taken(tx, (await roomById(tx, room.id)) ?? room);
        }
        const card = await cardOf(tx, (await roomById(tx, room.id)) ?? room);
        const change: RoomChange = { what: 'assignee', from: room.assignedTo, to: userId };
        const data = { ...change, ...waitedFor(room, now()) };
        const live = { room: card, change, exceptSocket: origin.exceptSocket ?? null };
        await recordDesk(record, 'room.updated', { roomId: room.id, actorId: userId, data }, live);
        return card;
      });
    },

    async assign(caller, ref, agentId, { note = '', ...origin } = {}) {
      const found = await roomFor(parts, caller, ref, 'manage');
      const isOwn = isPerson(caller) && caller.userId === agentId;
      if (!(isOwn && isTakeable(found))) authorize(caller, 'assign', found, parts.policy);
      await memberServing(db, agentId, found);
      const userId = isPerson(caller) ? caller.userId : found.userId;
      const handOver =
        note.trim() === '' ? null : checkedOutgoing({ text: note, isPrivate: true, mentions: [agentId] }, userId);
      return inRoom(parts, found, async (tx, room, record) => {
        const change: RoomChange = { what: 'assignee', from: room.assignedTo, to: agentId };
        const facts = { ...waitedFor(room, now()), ...(isActive(room) ? {} : { reopened: true }) };
        const planned = { changes: givenTo(room, agentId, now()), change, facts };
        const card = await applyTo(tx, room, record, planned, { actorId: userId, now: now(), ...origin });
        if (!handOver) return card;
        const said = await parts.store(tx, card.room, record, { caller, userId, side: 'admin' }, handOver, origin);
        return cardOf(tx, said.room);
      });
    },

    async unassign(caller, ref, origin = {}) {
      const found = await roomFor(parts, caller, ref, 'manage');
      const isOwn = isPerson(caller) && caller.userId === found.assignedTo;
      if (!isOwn && found.assignedTo !== null) authorize(caller, 'assign', found, parts.policy);
      return inRoom(parts, found, (tx, room, record) => {
        const change: RoomChange = { what: 'assignee', from: room.assignedTo, to: null };
        const actorId = isPerson(caller) ? caller.userId : null;
        const planned = { changes: handedBack(room, now()), change };
        return applyTo(tx, room, record, planned, { actorId, now: now(), ...origin });
      });
    },
  };
}

async function taken(db: Db, room: Room): Promise<Refusal> {
  const current = await cardOf(db, room);
  return new Refusal('conflict', isActive(room) ? 'Chat already assigned' : 'Chat is closed', { current });
}

/** The one of the team a room may be given to. @throws Refusal */
async function memberServing(db: Db, agentId: number, room: Room): Promise<User> {
  const user = await userById(db, agentId);
  if (!user) throw invalid('admin_id', 'The selected admin id is invalid.');
  const role = roleOf(user);
  if (role === 'user' || user.blockedAt !== null) throw invalid('admin_id', 'User is not an admin');
  const isElsewhere = user.siteDomain !== null && room.siteDomain !== null && user.siteDomain !== room.siteDomain;
  if (role === 'agent' && isElsewhere) throw invalid('admin_id', 'User does not serve this site');
  return user;
}
