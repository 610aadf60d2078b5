import { isDuplicate } from '../../db/errors.ts';
import { type Message, messageByClientId } from '../../db/messages.ts';
import { type Caller, isPerson } from '../identity/caller.ts';
import { Refusal } from '../refusal.ts';
import { type DeskParts, inRoom, type RoomRef, roomFor } from './access.ts';
import { shown } from './message.ts';
import { type CheckedOutgoing, checkedOutgoing, type Outgoing } from './outgoing.ts';
import { standingOf } from './policy.ts';
import type { Room, Side } from './room.ts';
import type { SendOptions, Sent, StoreMessage } from './storing.ts';

export interface Messages {
  /** @throws Refusal `invalid`, `forbidden`, `not-found`, `conflict` (another message stands under that `clientId`) */
  send(caller: Caller, ref: RoomRef, outgoing: Outgoing, options?: SendOptions): Promise<Sent>;
}

export function messagesOf(parts: DeskParts & { store: StoreMessage }): Messages {
  const { db } = parts;

  async function repeated(room: Room, before: Message, outgoing: CheckedOutgoing): Promise<Sent> {
    const [message] = await shown(db, [before]);
    if (!message || before.payloadHash !== outgoing.payloadHash) {
      throw new Refusal('conflict', 'Another message was sent under this client_id.', { current: message });
    }
    return { message, room, isNew: false };
  }

  return {
    async send(caller, ref, asked, options = {}) {
      const found = await roomFor(parts, caller, ref, asked.isPrivate ? 'manage' : 'send');
      const side: Side = standingOf(caller, found) === 'team' ? 'admin' : 'user';
      const userId = isPerson(caller) ? caller.userId : found.userId;
      const outgoing = checkedOutgoing(asked, userId);
      const { clientId } = outgoing;
      const before = clientId === null ? undefined : await messageByClientId(db, found.id, clientId);
      if (before) return repeated(found, before, outgoing);
      try {
        return await inRoom(parts, found, (tx, room, record) =>
          parts.store(tx, room, record, { caller, userId, side }, outgoing, options),
        );
      } catch (error) {
        // Both were on their way at once: the other one is stored now.
        if (clientId === null || !isDuplicate(error, 'client_id')) throw error;
        const other = await messageByClientId(db, found.id, clientId);
        if (!other) throw error;
        return repeated(found, other, outgoing);
      }
    },
  };
}
