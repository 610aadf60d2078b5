import { allLabels, labelRoom, labelsOfRooms, unlabelRoom } from '../../db/labels.ts';
import { type Caller, isPerson } from '../identity/caller.ts';
import { type DeskParts, inRoom, type Origin, type RoomRef, roomFor } from './access.ts';
import { cardOf, type RoomCard } from './cards.ts';
import { applyTo, type Planned } from './change.ts';
import { type RoomChange, recordDesk } from './events.ts';
import { invalid, lineOf, oneOf, required } from './input.ts';
import type { RoomAction } from './policy.ts';
import {
  archived,
  becoming,
  isActive,
  type Room,
  type RoomPriority,
  type RoomStatus,
  roomPriorities,
  roomStatuses,
  untilNextReply,
} from './room.ts';

export interface Triage {
  setStatus(caller: Caller, ref: RoomRef, status: string, origin?: Origin): Promise<RoomCard>;
  resolve(caller: Caller, ref: RoomRef, origin?: Origin): Promise<RoomCard>;
  /** Visitors close and reopen their own. */
  close(caller: Caller, ref: RoomRef, origin?: Origin): Promise<RoomCard>;
  reopen(caller: Caller, ref: RoomRef, origin?: Origin): Promise<RoomCard>;
  setPriority(caller: Caller, ref: RoomRef, priority: string, origin?: Origin): Promise<RoomCard>;
  setCategory(caller: Caller, ref: RoomRef, category: string, origin?: Origin): Promise<RoomCard>;
  setSubject(caller: Caller, ref: RoomRef, subject: string | null, origin?: Origin): Promise<RoomCard>;
  /** Out of sight until then (epoch milliseconds), or until the visitor writes; null wakes it. */
  snooze(caller: Caller, ref: RoomRef, until: number | 'reply' | null, origin?: Origin): Promise<RoomCard>;
  archive(caller: Caller, ref: RoomRef, origin?: Origin): Promise<RoomCard>;
  unarchive(caller: Caller, ref: RoomRef, origin?: Origin): Promise<RoomCard>;
  /** Puts exactly these labels on the room. */
  setLabels(caller: Caller, ref: RoomRef, labelIds: readonly string[], origin?: Origin): Promise<RoomCard>;
  /** These too. */
  addLabels(caller: Caller, ref: RoomRef, labelIds: readonly string[], origin?: Origin): Promise<RoomCard>;
  /** None of these. */
  removeLabels(caller: Caller, ref: RoomRef, labelIds: readonly string[], origin?: Origin): Promise<RoomCard>;
}

export function triageOf(parts: DeskParts): Triage {
  const { now } = parts;

  async function change(
    caller: Caller,
    ref: RoomRef,
    action: RoomAction,
    plan: (room: Room) => Planned,
    origin: Origin = {},
  ): Promise<RoomCard> {
    const found = await roomFor(parts, caller, ref, action);
    const actorId = isPerson(caller) ? caller.userId : null;
    return inRoom(parts, found, (tx, room, record) =>
      applyTo(tx, room, record, plan(room), { actorId, now: now(), ...origin }),
    );
  }

  async function changeLabels(
    caller: Caller,
    ref: RoomRef,
    asked: readonly string[],
    plan: (before: string[]) => readonly string[],
    origin: Origin = {},
  ): Promise<RoomCard> {
    const found = await roomFor(parts, caller, ref, 'manage');
    const actorId = isPerson(caller) ? caller.userId : null;
    return inRoom(parts, found, async (tx, room, record) => {
      const known = new Set((await allLabels(tx)).map((label) => label.id));
      if (asked.some((id) => !known.has(id))) throw invalid('labels', 'The selected labels are invalid.');
      const before = (await labelsOfRooms(tx, [room.id])).get(room.id) ?? [];
      const wanted = new Set(plan(before.map((label) => label.id)));
      for (const label of before) if (!wanted.delete(label.id)) await unlabelRoom(tx, room.id, label.id);
      for (const id of wanted) await labelRoom(tx, room.id, id, now());
      const card = await cardOf(tx, room);
      const names = (labels: { name: string }[]) => labels.map((label) => label.name);
      const change: RoomChange = { what: 'labels', from: names(before), to: names(card.labels) };
      if (String(change.from) === String(change.to)) return card;
      const live = { room: card, change, exceptSocket: origin.exceptSocket ?? null };
      await recordDesk(record, 'room.updated', { roomId: room.id, actorId, data: change }, live);
      return card;
    });
  }

  const statusPlan = (caller: Caller, status: RoomStatus) => (room: Room) => ({
    changes: becoming(room, status, isPerson(caller) ? caller.userId : null, now()),
    change: { what: 'status' as const, from: room.status, to: status },
  });

  const archivePlan = (caller: Caller, to: boolean) => (room: Room) => ({
    changes: to ? archived(room, isPerson(caller) ? caller.userId : null, now()) : { archivedAt: null },
    change: { what: 'archive' as const, from: room.archivedAt !== null, to },
  });

  return {
    setStatus: async (caller, ref, status, origin) => {
      const asked = oneOf('status', status, roomStatuses);
      return change(caller, ref, 'manage', statusPlan(caller, asked), origin);
    },
    resolve: (caller, ref, origin) => change(caller, ref, 'manage', statusPlan(caller, 'resolved'), origin),
    close: (caller, ref, origin) => change(caller, ref, 'close', statusPlan(caller, 'closed'), origin),
    reopen: (caller, ref, origin) =>
      change(
        caller,
        ref,
        'close',
        // Who asks to reopen what is open, or in somebody's hands, has what they ask for.
        (room) => (isActive(room) ? statusPlan(caller, room.status)(room) : statusPlan(caller, 'open')(room)),
        origin,
      ),

    setPriority: async (caller, ref, asked, origin) => {
      const priority: RoomPriority = oneOf('priority', asked, roomPriorities);
      return change(
        caller,
        ref,
        'manage',
        (room) => ({ changes: { priority }, change: { what: 'priority', from: room.priority, to: priority } }),
        origin,
      );
    },

    setCategory: async (caller, ref, asked, origin) => {
      const category = lineOf('category', asked, 100);
      if (category === '') throw required('category');
      return change(
        caller,
        ref,
        'manage',
        (room) => ({ changes: { category }, change: { what: 'category', from: room.category, to: category } }),
        origin,
      );
    },

    setSubject: async (caller, ref, asked, origin) => {
      const subject = asked === null ? null : lineOf('subject', asked, 255) || null;
      return change(
        caller,
        ref,
        'manage',
        (room) => ({ changes: { subject }, change: { what: 'subject', from: room.subject, to: subject } }),
        origin,
      );
    },

    snooze: async (caller, ref, asked, origin) => {
      const until = asked === 'reply' ? untilNextReply : asked;
      if (until !== null && !(until > now() && until <= untilNextReply)) {
        throw invalid('until', 'The until field must be a time to come.', { rule: 'after' });
      }
      return change(
        caller,
        ref,
        'manage',
        (room) => ({
          changes: { snoozedUntil: until },
          change: { what: 'snooze', from: room.snoozedUntil, to: until },
        }),
        origin,
      );
    },

    archive: (caller, ref, origin) => change(caller, ref, 'manage', archivePlan(caller, true), origin),
    unarchive: (caller, ref, origin) => change(caller, ref, 'manage', archivePlan(caller, false), origin),

    setLabels: (caller, ref, labelIds, origin) => changeLabels(caller, ref, labelIds, () => labelIds, origin),
    addLabels: (caller, ref, labelIds, origin) =>
      changeLabels(caller, ref, labelIds, (before) => [...before, ...labelIds], origin),
    removeLabels: (caller, ref, labelIds, origin) =>
      changeLabels(caller, ref, [], (before) => before.filter((id) => !labelIds.includes(id)), origin),
  };
}
