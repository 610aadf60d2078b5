import type { Side } from '../../db/reads.ts';
import type { Room, RoomChanges, RoomPriority, RoomStatus } from '../../db/rooms.ts';
import { Refusal } from '../refusal.ts';

export type { Room, RoomChanges, RoomPriority, RoomStatus, Side };

export const roomStatuses: readonly RoomStatus[] = ['open', 'assigned', 'resolved', 'closed'];
export const roomPriorities: readonly RoomPriority[] = ['low', 'normal', 'high', 'urgent'];

/** Later than any moment: asleep until the visitor writes. */
export const untilNextReply = Date.UTC(9999, 11, 31);

/** The visitor is being looked after, or waits to be. */
export function isActive(room: Room): boolean {
  return room.status === 'open' || room.status === 'assigned';
}

/** Out of sight until its time comes. */
export function isAsleep(room: Room, now: number): boolean {
  return room.snoozedUntil !== null && room.snoozedUntil > now;
}

export const awoken: RoomChanges = { snoozedUntil: null };

/** Whoever is first may have it. One that was reopened still names who had it last, and is nobody's. */
export function isTakeable(room: Room): boolean {
  return room.status === 'open' || (room.status === 'assigned' && room.assignedTo === null);
}

/** For how long somebody who takes the room now has been waited for; nothing when it was in somebody's hands. */
export function waitedFor(room: Room, now: number): { waitedMilliseconds?: number } {
  return isTakeable(room) && room.queuedAt !== null ? { waitedMilliseconds: Math.max(0, now - room.queuedAt) } : {};
}

/**
 * What becomes of a room that changes its status, with the dates that belong to it; nothing when it has that status
 * already. @throws Refusal when it cannot have it
 */
export function becoming(room: Room, status: RoomStatus, actorId: number | null, now: number): RoomChanges {
  if (room.status === status && room.archivedAt === null) return {};
  switch (status) {
    case 'open':
      // Who had it stays named, so that the team knows whom the visitor spoke to.
      return { ...awoken, ...unsettled, status, queuedAt: now };
    case 'assigned':
      if (room.assignedTo === null) {
        throw new Refusal('invalid', 'The chat has nobody assigned.', {
          fields: { status: ['The chat has nobody assigned.'] },
        });
      }
      return { ...awoken, ...unsettled, status, assignedAt: now };
    case 'resolved':
      return { ...awoken, ...settled, status, resolvedAt: now, closedAt: null, closedBy: null, archivedAt: null };
    case 'closed':
      return { ...awoken, ...settled, status, closedAt: now, closedBy: actorId, archivedAt: null };
  }
}

/** What becomes of a room that is given to somebody, whatever it was. */
export function givenTo(room: Room, agentId: number, now: number): RoomChanges {
  if (room.status === 'assigned' && room.assignedTo === agentId) return {};
  return { ...awoken, ...unsettled, status: 'assigned', assignedTo: agentId, assignedAt: now };
}

/** What becomes of a room that goes back to those who wait. */
export function handedBack(room: Room, now: number): RoomChanges {
  if (room.status === 'open' && room.assignedTo === null) return {};
  const isOver = !isActive(room);
  return isOver
    ? { assignedTo: null, assignedAt: null }
    : { status: 'open', assignedTo: null, assignedAt: null, queuedAt: now };
}

/** Out of every list but the archive's. What is archived is closed. */
export function archived(room: Room, actorId: number | null, now: number): RoomChanges {
  if (room.archivedAt !== null) return {};
  const closing = room.status === 'closed' ? {} : becoming(room, 'closed', actorId, now);
  return { ...closing, archivedAt: now };
}

/** What a message that both sides can see changes in its room, beside the counters. */
export function afterMessage(room: Room, side: Side, senderId: number, now: number, takesIt: boolean): RoomChanges {
  if (side === 'admin') {
    const firstResponse = room.firstResponseAt === null && room.needsReplySince !== null;
    return {
      ...(takesIt && isTakeable(room) ? givenTo(room, senderId, now) : {}),
      needsReplySince: null,
      ...(firstResponse ? { firstResponseAt: now } : {}),
    };
  }
  // A visitor who writes into what was over opens it again, and a new wait for a first answer begins.
  const reopening = isActive(room) ? {} : { ...becoming(room, 'open', null, now), firstResponseAt: null };
  return { ...awoken, ...reopening, needsReplySince: room.needsReplySince ?? now };
}

/** Of two rooms, or of a room and what it becomes: whether something a list shows differs. */
export function differs(room: Room, changes: RoomChanges): boolean {
  return (Object.keys(changes) as (keyof RoomChanges)[]).some((key) => room[key] !== changes[key]);
}

const unsettled: RoomChanges = { resolvedAt: null, closedAt: null, closedBy: null, archivedAt: null };
/** Nobody waits for an answer, and the visitor's next conversation is a new one. */
const settled: RoomChanges = { openKey: null, needsReplySince: null };
