import { fromJson, toJsonOrNull } from './json.ts';
import { toMilliseconds, toText } from './time.ts';
import type { Db } from './upsert.ts';

/** Who did what to whom: kept when a room's own history is gone. */
export interface AuditEntry {
  id: number;
  actorId: number | null;
  action: string;
  /** `room:12`, `user:3`, `site:shop.example`. */
  target: string;
  ip: string | null;
  diff: Record<string, unknown> | null;
  at: number;
}

export async function addAuditEntry(
  tx: Db,
  entry: { actorId: number | null; action: string; target: string; ip?: string | null; diff?: object | null },
  now: number,
): Promise<void> {
  await tx
    .insertInto('desk_audit_log')
    .values({
      actor_id: entry.actorId,
      action: entry.action,
      target: entry.target,
      ip: entry.ip ?? null,
      diff: toJsonOrNull(entry.diff),
      created_at: toText(now),
    })
    .execute();
}

/** Newest first; `beforeId` null: from the newest on. */
export async function auditLog(
  db: Db,
  filter: { target?: string; actorId?: number },
  beforeId: number | null,
  limit: number,
): Promise<AuditEntry[]> {
  let rows = db
    .selectFrom('desk_audit_log')
    .selectAll()
    .where('id', '<', beforeId ?? Number.MAX_SAFE_INTEGER);
  if (filter.target !== undefined) rows = rows.where('target', '=', filter.target);
  if (filter.actorId !== undefined) rows = rows.where('actor_id', '=', filter.actorId);
  return (await rows.orderBy('id', 'desc').limit(limit).execute()).map((row) => ({
    id: row.id,
    actorId: row.actor_id,
    action: row.action,
    target: row.target,
    ip: row.ip,
    diff: fromJson(row.diff),
    at: toMilliseconds(row.created_at) ?? 0,
  }));
}
