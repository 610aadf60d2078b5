import type { Migration } from 'kysely';
import { tablesOf } from './tables.ts';

/** Looked for every few seconds: rooms that something is due in. And, when somebody is forgotten, who else they were. */
export const passingTime: Migration = {
  async up(db) {
    const { table } = tablesOf(db);
    await table(
      'support_chat_rooms',
      {},
      {
        indexes: [
          ['status', 'resolved_at', 'id'],
          ['status', 'needs_reply_since', 'id'],
        ],
      },
    );
    await table('users', {}, { indexes: [['merged_into']] });
  },
};
