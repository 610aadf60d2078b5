import { type AuditEntry, addAuditEntry, auditLog } from '../../db/audit.ts';
import { addBlock, allBlocks, type Block, removeBlock } from '../../db/blocks.ts';
import { type Caller, isAdmin, isAgent } from '../identity/caller.ts';
import { inRoom, type RoomRef, roomFor } from './access.ts';
import { type Erased, type ErasingParts, eraseVisitor } from './erasing.ts';
import { recordDesk } from './events.ts';
import { exportVisitor, type VisitorExport } from './exporting.ts';
import { invalid, textOf } from './input.ts';
import { authorizeTeam, unauthorized } from './policy.ts';

export interface Visitors {
  /**
   * The visitor of this room can write no more: until then (epoch milliseconds), or for good. They may still read, and
   * stay signed in: the account may be that of a whole site, which is not ours to close.
   */
  block(caller: Caller, ref: RoomRef, terms?: { reason?: string | null; until?: number | null }): Promise<void>;
  unblock(caller: Caller, ref: RoomRef): Promise<void>;
  /** An address nobody may write from. */
  blockAddress(caller: Caller, ip: string, terms?: { reason?: string | null; until?: number | null }): Promise<void>;
  unblockAddress(caller: Caller, ip: string): Promise<void>;
  blocked(caller: Caller): Promise<Block[]>;
  /** All there is about a visitor, whichever of their rows is named. For admins. */
  export(caller: Caller, userId: number): Promise<VisitorExport>;
  /** Forgets a visitor, for good; once forgotten, again changes nothing. For admins. */
  erase(caller: Caller, userId: number): Promise<Erased>;
  /** Who did what that outlives its room. */
  audit(
    caller: Caller,
    filter?: { target?: string; actorId?: number },
    beforeId?: number | null,
  ): Promise<AuditEntry[]>;
}

interface Terms {
  reason?: string | null;
  until?: number | null;
}

export function visitorsOf(parts: ErasingParts): Visitors {
  const { db, commit, now } = parts;

  const checked = ({ reason, until = null }: Terms) => {
    if (until !== null && !(until > now())) throw invalid('until', 'The until field must be a time to come.');
    return { reason: reason ? textOf('reason', reason, 1000) : null, until };
  };

  async function address(caller: Caller, action: 'address.blocked' | 'address.unblocked', ip: string, terms: Terms) {
    authorizeTeam(caller);
    const { reason, until } = checked(terms);
    const { userId } = caller;
    await commit(async (tx) => {
      if (action === 'address.blocked') {
        await addBlock(tx, { kind: 'ip', value: ip, reason, until, blockedBy: userId }, now());
      } else await removeBlock(tx, 'ip', ip);
      await addAuditEntry(tx, { actorId: userId, action, target: `ip:${ip}`, diff: { reason, until } }, now());
    });
  }

  return {
    async block(caller, ref, terms = {}) {
      const { reason, until } = checked(terms);
      const found = await roomFor(parts, caller, ref, 'manage');
      if (!isAgent(caller)) throw unauthorized();
      await inRoom(parts, found, async (tx, { id, userId }, record) => {
        const actorId = caller.userId;
        await addBlock(tx, { kind: 'user', value: String(userId), reason, until, blockedBy: actorId }, now());
        const diff = { reason, until };
        await addAuditEntry(tx, { actorId, action: 'visitor.blocked', target: `user:${userId}`, diff }, now());
        await recordDesk(record, 'visitor.blocked', { roomId: id, actorId, data: { until } }, { userId, until });
      });
    },

    async unblock(caller, ref) {
      const found = await roomFor(parts, caller, ref, 'manage');
      if (!isAgent(caller)) throw unauthorized();
      await inRoom(parts, found, async (tx, { id, userId }, record) => {
        if (!(await removeBlock(tx, 'user', String(userId)))) return;
        const actorId = caller.userId;
        await addAuditEntry(tx, { actorId, action: 'visitor.unblocked', target: `user:${userId}` }, now());
        await recordDesk(record, 'visitor.unblocked', { roomId: id, actorId, data: {} }, { userId });
      });
    },

    blockAddress: (caller, ip, terms = {}) => address(caller, 'address.blocked', ip, terms),
    unblockAddress: (caller, ip) => address(caller, 'address.unblocked', ip, {}),

    async blocked(caller) {
      authorizeTeam(caller);
      return allBlocks(db);
    },

    export: (caller, userId) => exportVisitor(parts, caller, userId),
    erase: (caller, userId) => eraseVisitor(parts, caller, userId),

    async audit(caller, filter = {}, beforeId = null) {
      if (!isAdmin(caller)) throw unauthorized();
      return auditLog(db, filter, beforeId, 100);
    },
  };
}
