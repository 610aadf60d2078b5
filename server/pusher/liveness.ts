import { ERRORS, PusherError } from './errors.ts';
import type { Hub } from './hub.ts';

/**
 * One pass over an app's sockets, subscribed or not [Q-L]: a socket silent for the ping interval is asked, one silent
 * for twice that is given up; one that has not shown who it is in time is closed. Only what comes in counts as life.
 */
export function sweep(hub: Hub): void {
  const now = hub.now();
  const intervalMs = hub.app.pingIntervalSeconds * 1000;
  const authorisationMs = hub.app.authorisationTimeoutSeconds * 1000;
  for (const session of hub.sessions.values()) {
    const silentMs = now - session.lastSeenAt;
    if (session.isPinged && silentMs >= 2 * intervalMs) {
      hub.observer.pruned?.(session);
      session.end(new PusherError(ERRORS.pongTimeout));
    } else if (authorisationMs > 0 && !session.isAuthorised && now - session.openedAt >= authorisationMs) {
      session.end(new PusherError(ERRORS.notAuthorizedInTime));
    } else if (!session.isPinged && silentMs >= intervalMs) {
      session.ping();
    }
  }
  hub.cache.dropExpired(now);
  hub.channels.counts.tellWaiting(now);
}
