import {
  type OverduePage,
  type OverdueRoom,
  roomsResolvedBy,
  roomsToWake,
  roomsUnansweredSince,
} from '../../db/overdue-rooms.ts';
import { roomById } from '../../db/rooms.ts';
import { Refusal } from '../refusal.ts';
import { type DeskParts, inRoom } from './access.ts';
import { applyTo, type Planned } from './change.ts';
import { awoken, becoming, handedBack, isAsleep, type Room } from './room.ts';

/** What time does to rooms when nobody does anything; null: nothing. */
export interface ClockworkSettings {
  /** How long a resolved room stays open to a second thought before it closes. */
  closeResolvedAfterSeconds: number | null;
  /** How long an agent who has a room may leave its visitor without an answer before the queue has it again. */
  returnUnansweredAfterSeconds: number | null;
}

/**
 * Nothing returns to the queue unless somebody asks for it: in a team of two, who both know whose room it is, a room
 * that is taken away over lunch is a surprise and helps no visitor. Large teams set three minutes or so.
 */
export const ordinaryClockwork: ClockworkSettings = {
  closeResolvedAfterSeconds: 24 * 60 * 60,
  returnUnansweredAfterSeconds: null,
};

/** How many rooms were changed. */
export interface Ticked {
  woken: number;
  closed: number;
  returned: number;
}

export interface Clockwork {
  /**
   * Does to rooms what is due; for the wiring to call every few seconds, on every node. What one node has done, the
   * others find done. At most a batch of each kind: the rest is due still the next time.
   */
  tick(): Promise<Ticked>;
}

const roomsAtOnce = 200;

interface Chore {
  due(page: OverduePage): Promise<OverdueRoom[]>;
  /** What becomes of the room as it stands when its turn comes; null when it is not due any more. */
  plan(room: Room): Planned | null;
}

export function clockworkOf(parts: DeskParts & { clockwork: ClockworkSettings }): Clockwork {
  const { db, now } = parts;
  const { closeResolvedAfterSeconds, returnUnansweredAfterSeconds } = parts.clockwork;

  const waking: Chore = {
    due: (page) => roomsToWake(db, now(), page),
    plan(room) {
      if (room.snoozedUntil === null || isAsleep(room, now())) return null;
      return { changes: awoken, change: { what: 'snooze', from: room.snoozedUntil, to: null, because: 'due' } };
    },
  };

  const closing = (afterMilliseconds: number): Chore => ({
    due: (page) => roomsResolvedBy(db, now() - afterMilliseconds, page),
    plan(room) {
      const isDue = room.status === 'resolved' && (room.resolvedAt ?? now()) <= now() - afterMilliseconds;
      if (!isDue) return null;
      const change = { what: 'status' as const, from: room.status, to: 'closed', because: 'resolved long ago' };
      return { changes: becoming(room, 'closed', null, now()), change };
    },
  });

  const returning = (afterMilliseconds: number): Chore => ({
    due: (page) => roomsUnansweredSince(db, now() - afterMilliseconds, now(), page),
    plan(room) {
      if (room.status !== 'assigned' || room.needsReplySince === null || isAsleep(room, now())) return null;
      // Who has just been given a room that waits has as long as anybody.
      const silentSince = Math.max(room.needsReplySince, room.assignedAt ?? 0);
      if (silentSince > now() - afterMilliseconds) return null;
      const change = { what: 'assignee' as const, from: room.assignedTo, to: null, because: 'agent silent' };
      // The visitor has waited since they wrote, and stands in the queue accordingly.
      return { changes: { ...handedBack(room, now()), queuedAt: room.needsReplySince }, change };
    },
  });

  async function apply(id: number, { plan }: Chore): Promise<boolean> {
    // Another node has been here, most of the time: that is not worth a transaction.
    const found = await roomById(db, id);
    if (!found || !plan(found)) return false;
    return inRoom(parts, found, async (tx, room, record) => {
      const planned = plan(room);
      if (planned) await applyTo(tx, room, record, planned, { actorId: null, now: now() });
      return planned !== null;
    });
  }

  /** Does a chore a batch at a time. A room that fails is passed over, or those after it would never have their turn. */
  function batches(chore: Chore | null): (faults: unknown[]) => Promise<number> {
    let after: OverdueRoom | null = null;
    return async (faults) => {
      if (!chore) return 0;
      let changed = 0;
      const rooms: OverdueRoom[] = await chore.due({ limit: roomsAtOnce, after });
      for (const { id } of rooms) {
        try {
          if (await apply(id, chore)) changed += 1;
        } catch (error) {
          const isGone = error instanceof Refusal && error.kind === 'not-found';
          if (!isGone) faults.push(error);
        }
      }
      after = rooms.length === roomsAtOnce ? (rooms.at(-1) ?? null) : null;
      return changed;
    };
  }

  const seconds = (chore: (milliseconds: number) => Chore, after: number | null) =>
    after === null ? null : chore(after * 1000);
  const wake = batches(waking);
  const close = batches(seconds(closing, closeResolvedAfterSeconds));
  const giveBack = batches(seconds(returning, returnUnansweredAfterSeconds));

  return {
    async tick() {
      const faults: unknown[] = [];
      const ticked = { woken: await wake(faults), closed: await close(faults), returned: await giveBack(faults) };
      if (faults.length > 0) throw new AggregateError(faults, `${faults.length} rooms could not be changed`);
      return ticked;
    },
  };
}
