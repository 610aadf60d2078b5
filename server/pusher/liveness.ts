import { ERRORS, PusherError } from './errors.ts';
import type { Hub } from './hub.ts';
import type { Session } from './session.ts';

/** Thousands may be due in the same second, after a network failed them: what is for others goes between. */
const AT_ONCE = 50;

/**
 * One pass over an app's sockets, subscribed or not [Q-L]: a socket silent for the ping interval is asked, one silent
 * for twice that is given up; one that has not shown who it is in time is closed. Only what comes in counts as life.
 */
export function sweep(hub: Hub): void {
  const now = hub.now();
  const due: Session[] = [];
  for (const session of hub.sessions.values()) if (dueFor(session, now)) due.push(session);
  attend(due);
  hub.cache.dropExpired(now);
  hub.channels.counts.tellWaiting(now);
}

function attend(due: Session[], from = 0): void {
  for (const session of due.slice(from, from + AT_ONCE)) attendTo(session);
  if (from + AT_ONCE < due.length) setImmediate(attend, due, from + AT_ONCE);
}

function attendTo(session: Session): void {
  switch (dueFor(session, session.hub.now())) {
    case 'giving up':
      session.hub.observer.pruned?.(session);
      return session.end(new PusherError(ERRORS.pongTimeout));
    case 'closing':
      return session.end(new PusherError(ERRORS.notAuthorizedInTime));
    case 'asking':
      return session.ping();
  }
}

function dueFor({ hub, lastSeenAt, openedAt, isPinged, isAuthorised }: Session, now: number) {
  const { pingIntervalSeconds, authorisationTimeoutSeconds } = hub.app;
  const silentSeconds = (now - lastSeenAt) / 1000;
  if (isPinged && silentSeconds >= 2 * pingIntervalSeconds) return 'giving up';
  const isLate = authorisationTimeoutSeconds > 0 && !isAuthorised;
  if (isLate && (now - openedAt) / 1000 >= authorisationTimeoutSeconds) return 'closing';
  return !isPinged && silentSeconds >= pingIntervalSeconds ? 'asking' : null;
}
