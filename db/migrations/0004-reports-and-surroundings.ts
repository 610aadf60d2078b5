import type { Migration } from 'kysely';
import { tablesOf } from './tables.ts';

/** A site's hours, where a visitor is, and what reports over a stretch of time are entered by. */
export const reportsAndSurroundings: Migration = {
  async up(db) {
    const { table, types } = tablesOf(db);
    const { ref, json, time } = types;
    await table('desk_sites', { hours: `${json} NULL` });
    await table('desk_surroundings', {
      // Of somebody in a table that may be an app's: no number is drawn here.
      user_id: `${ref} NOT NULL PRIMARY KEY`,
      pages: `${json} NOT NULL`,
      device: `${json} NULL`,
      updated_at: `${time} NOT NULL`,
    });
    await table('support_chat_messages', {}, { indexes: [['sent_at']] });
    await table('support_chat_rooms', {}, { indexes: [['created_at']] });
    await table(
      'desk_room_events',
      {},
      {
        indexes: [
          ['type', 'created_at'],
          ['room_id', 'type', 'created_at'],
        ],
      },
    );
  },
};
