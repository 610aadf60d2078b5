import { addAuditEntry } from '../../db/audit.ts';
import {
  anonymiseUser,
  eraseAsides,
  eraseMessages,
  eraseNotices,
  eraseTraces,
  releaseFilesOf,
} from '../../db/erasure.ts';
import { adoptMessages } from '../../db/message-adoption.ts';
import { holdRoom, roomById, roomIdsOf, updateRoom } from '../../db/rooms.ts';
import { moveRooms } from '../../db/user-merging.ts';
import { createUser, type User } from '../../db/users.ts';
import type { Caller } from '../identity/caller.ts';
import type { RecordEvent, Tx } from '../outbox/commit.ts';
import type { DeskParts } from './access.ts';
import { cardOf } from './cards.ts';
import { recordDesk } from './events.ts';
import { adminAbout, type Person, personBehind } from './person.ts';
import { becoming, differs, isActive, type Room, type RoomChanges } from './room.ts';

export interface Erased {
  /** How much this call has taken out: nothing, when another has done so before. */
  messages: number;
  files: number;
  /** `kept`: the account is a Laravel app's, whose customer this is; only the desk has forgotten them. */
  account: 'erased' | 'kept';
}

export interface ErasingParts extends DeskParts {
  ownsAccounts: boolean;
}

/**
 * Forgets a visitor: name, ways to reach them, everything said by and to them and noted about them, their files. Rooms,
 * their dates and numbers stay, and so do the statistics. All or nothing; the bytes of the files go with the next
 * round of `removeAbandoned`. What a Laravel app has stored outside our tables is its own to remove.
 */
export async function eraseVisitor(parts: ErasingParts, caller: Caller, userId: number): Promise<Erased> {
  const { commit, now, ownsAccounts } = parts;
  const { userId: actorId } = adminAbout(caller);
  return commit(async (tx, record) => {
    const person = await personBehind(tx, userId);
    const { self, rows } = person;
    const roomIds = await roomIdsOf(tx, rows);
    const rooms: Room[] = [];
    for (const id of roomIds) {
      await adoptMessages(tx, id, now());
      const room = await holdRoom(tx, id);
      if (room) rooms.push(room);
    }

    const files = await releaseFilesOf(tx, rows, roomIds);
    await eraseTraces(tx, rows);
    const publicIds = rooms.map((room) => room.publicId);
    await eraseNotices(tx, publicIds);
    const isOurs = self.isGuest || ownsAccounts;
    await forget(tx, person, roomIds, isOurs, now());
    let messages = 0;
    for (const room of rooms) messages += await empty(tx, room, record, actorId, now());

    await addAuditEntry(tx, { actorId, action: 'visitor.erased', target: `user:${self.id}` }, now());
    return { messages, files, account: isOurs ? 'erased' : 'kept' };
  });
}

/** Nothing of ours says any more who it was. An account that is not ours stays, and its rooms become nobody's. */
async function forget(tx: Tx, { self, rows }: Person, roomIds: number[], isOurs: boolean, now: number): Promise<void> {
  for (const id of rows) if (id !== self.id || isOurs) await anonymiseUser(tx, id, now);
  if (isOurs || roomIds.length === 0) return;
  const nobody: User = await createUser(tx, { name: '', isGuest: true, anonymisedAt: now }, now);
  await moveRooms(tx, roomIds, self.id, nobody.id, now);
}

/** Answers how many messages were emptied. */
async function empty(tx: Tx, room: Room, record: RecordEvent, actorId: number, now: number): Promise<number> {
  const messages = await eraseMessages(tx, room.id, now);
  await eraseAsides(tx, room.id);
  const changes: RoomChanges = {
    // Nobody is there any more to be answered.
    ...(isActive(room) ? becoming(room, 'closed', actorId, now) : {}),
    subject: null,
    openKey: null,
    needsReplySince: null,
    unreadUserCount: 0,
    unreadAdminCount: 0,
  };
  if (messages === 0 && room.metadata === null && !differs(room, changes)) return 0;
  await updateRoom(tx, room.id, { ...changes, metadata: null }, now);
  const card = await cardOf(tx, (await roomById(tx, room.id)) ?? room);
  const change = { what: 'visitor' as const, from: null, to: null, because: 'erased' };
  const live = { room: card, change, exceptSocket: null };
  await recordDesk(record, 'room.updated', { roomId: room.id, actorId, data: change }, live);
  return messages;
}
