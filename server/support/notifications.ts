import {
  type Notification,
  notificationsOf,
  pruneNotifications,
  readNotifications,
  unreadNotifications,
} from '../../db/notifications.ts';
import { type Caller, isPerson } from '../identity/caller.ts';
import type { DeskParts } from './access.ts';
import { unauthorized } from './policy.ts';

export type { Notification };

export interface Notices {
  /** The caller's own, newest first. */
  list(
    caller: Caller,
    page?: { beforeId?: string | null; limit?: number; isUnread?: true },
  ): Promise<{ notifications: Notification[]; unread: number }>;
  /** One of the caller's, or with null all. Answers how many were unread. */
  markRead(caller: Caller, id: string | null): Promise<number>;
  prune(before: number): Promise<void>;
}

export function noticesOf({ db, commit, now }: DeskParts): Notices {
  const own = (caller: Caller): number => {
    if (!isPerson(caller)) throw unauthorized();
    return caller.userId;
  };
  return {
    async list(caller, { beforeId = null, limit = 30, isUnread } = {}) {
      const userId = own(caller);
      const page = { beforeId, limit, ...(isUnread ? { isUnread } : {}) };
      return {
        notifications: await notificationsOf(db, userId, page),
        unread: await unreadNotifications(db, userId),
      };
    },
    markRead: async (caller, id) => {
      const userId = own(caller);
      return commit((tx) => readNotifications(tx, userId, id, now()));
    },
    prune: (before) => commit((tx) => pruneNotifications(tx, before)),
  };
}
