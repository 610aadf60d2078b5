import type { Caller } from '../identity/caller.ts';
import { Refusal } from '../refusal.ts';
import type { Origin } from './access.ts';
import type { Assignment } from './assignment.ts';
import { required } from './input.ts';
import { authorizeTeam } from './policy.ts';
import type { Reading } from './reading.ts';
import type { Triage } from './triage.ts';

/** What is to be done to each of several rooms. */
export interface BulkAction {
  action:
    | 'assign'
    | 'unassign'
    | 'resolve'
    | 'close'
    | 'reopen'
    | 'priority'
    | 'label'
    | 'unlabel'
    | 'read'
    | 'unread'
    | 'snooze';
  /** To whom, for `assign`. */
  agentId?: number;
  priority?: string;
  labelIds?: readonly string[];
  /** For `snooze`; null wakes. */
  until?: number | 'reply' | null;
}

export interface BulkOutcome {
  /** As the room was called. */
  id: number;
  /** Why it was not done; null: it was. */
  refusal: Refusal | null;
}

export interface Bulk {
  /** One after the other, each by the rules it has by itself: what is refused for one is done to the others. */
  run(caller: Caller, rooms: readonly number[], action: BulkAction, origin?: Origin): Promise<BulkOutcome[]>;
}

export function bulkOf({
  triage,
  assignment,
  reading,
}: {
  triage: Triage;
  assignment: Assignment;
  reading: Reading;
}): Bulk {
  /** @throws Refusal when something is missing that the action needs */
  function deedOf(caller: Caller, asked: BulkAction, origin: Origin): (room: number) => Promise<unknown> {
    const { action, agentId, priority, labelIds = [], until = null } = asked;
    switch (action) {
      case 'assign':
        if (agentId === undefined) throw required('admin_id');
        return (room) => assignment.assign(caller, room, agentId, origin);
      case 'priority':
        if (priority === undefined) throw required('priority');
        return (room) => triage.setPriority(caller, room, priority, origin);
      case 'label':
      case 'unlabel': {
        if (labelIds.length === 0) throw required('labels');
        const change = action === 'label' ? triage.addLabels : triage.removeLabels;
        return (room) => change(caller, room, labelIds, origin);
      }
      case 'snooze':
        return (room) => triage.snooze(caller, room, until, origin);
      case 'unassign':
        return (room) => assignment.unassign(caller, room, origin);
      case 'resolve':
        return (room) => triage.resolve(caller, room, origin);
      case 'close':
        return (room) => triage.close(caller, room, origin);
      case 'reopen':
        return (room) => triage.reopen(caller, room, origin);
      case 'read':
        return (room) => reading.markRead(caller, room, origin);
      case 'unread':
        return (room) => reading.markUnread(caller, room, origin);
    }
  }

  return {
    async run(caller, rooms, action, origin = {}) {
      authorizeTeam(caller);
      const doTo = deedOf(caller, action, origin);
      const outcomes: BulkOutcome[] = [];
      for (const id of new Set(rooms)) {
        try {
          await doTo(id);
          outcomes.push({ id, refusal: null });
        } catch (error) {
          if (!(error instanceof Refusal)) throw error;
          outcomes.push({ id, refusal: error });
        }
      }
      return outcomes;
    },
  };
}
