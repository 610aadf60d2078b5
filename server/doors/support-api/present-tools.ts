import type { Presence } from '../../support/availability.ts';
import type { CannedResponse } from '../../support/canned.ts';
import type { KeptDraft } from '../../support/drafts.ts';
import type { HistoryEntry } from '../../support/feed.ts';
import type { Notification } from '../../support/notifications.ts';
import type { Whereabout } from '../../support/surroundings.ts';
import type { SavedView } from '../../support/views.ts';
import type { Visitors } from '../../support/visitors.ts';
import { presentAuthor, timeOf, timeOrNull } from './present.ts';
import type { WireSurroundings } from './wire.ts';
import type {
  WireAuditEntry,
  WireBlock,
  WireCannedResponse,
  WireDraft,
  WireHistoryEntry,
  WireNotification,
  WireSavedView,
} from './wire-tools.ts';

/** The small things of the team, as the wire spells them. */

export function presentCanned({ id, shortCode, text, siteDomain, userId }: CannedResponse): WireCannedResponse {
  return { id, short_code: shortCode, text, site_domain: siteDomain, user_id: userId };
}

export function presentDraft({ roomPublicId, text, attachments, isPrivate, updatedAt }: KeptDraft): WireDraft {
  return { chat_room_id: roomPublicId, text, attachments, is_private: isPrivate, updated_at: timeOf(updatedAt) };
}

export function presentPresence({ availability, chosen, autoOffline }: Presence) {
  return { availability, chosen, auto_offline: autoOffline };
}

export function presentHistory({ id, type, actor, data, at }: HistoryEntry): WireHistoryEntry {
  return { id, type, actor: actor && presentAuthor(actor), data, created_at: timeOf(at) };
}

export function presentSurroundings({ pages, ...around }: Whereabout): WireSurroundings {
  return { ...around, pages: pages.map(({ at, ...page }) => ({ ...page, at: timeOf(at) })) };
}

export function presentView({ id, name, query, position }: SavedView): WireSavedView {
  return { id, name, query, position };
}

export function presentNotification({ id, type, data, readAt, createdAt }: Notification): WireNotification {
  return { id, type, data, read_at: timeOrNull(readAt), created_at: timeOf(createdAt) };
}

export function presentBlock(block: Awaited<ReturnType<Visitors['blocked']>>[number]): WireBlock {
  const { id, kind, value, reason, blockedBy, until, createdAt } = block;
  return {
    id,
    kind,
    value,
    reason,
    blocked_by: blockedBy,
    until: timeOrNull(until),
    created_at: timeOf(createdAt),
  };
}

export function presentAudit(entry: Awaited<ReturnType<Visitors['audit']>>[number]): WireAuditEntry {
  const { id, actorId, action, target, ip, diff, at } = entry;
  return { id, actor_id: actorId, action, target, ip, diff, created_at: timeOf(at) };
}
