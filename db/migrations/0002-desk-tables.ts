import type { Migration } from 'kysely';
import { tablesOf } from './tables.ts';

/** Tables of our own. No foreign keys to the app's tables: its id columns may be of another type, its deletes are its own. */
export const deskTables: Migration = {
  async up(db) {
    const { table, types } = tablesOf(db);
    const { id, ref, integer, big, flag, uuid, key, name, text, json, time } = types;
    const ownId = `${uuid} NOT NULL PRIMARY KEY`;
    const created = { created_at: `${time} NOT NULL` };
    const updated = { updated_at: `${time} NOT NULL` };

    await table(
      'desk_room_reads',
      {
        room_id: `${ref} NOT NULL`,
        user_id: `${ref} NOT NULL`,
        last_read_seq: `${big} NOT NULL DEFAULT 0`,
        last_delivered_seq: `${big} NOT NULL DEFAULT 0`,
        ...updated,
      },
      { onlyWhenNew: { constraints: ['PRIMARY KEY (room_id, user_id)'] } },
    );

    await table(
      'desk_attachments',
      {
        id: ownId,
        room_id: `${ref} NULL`,
        message_id: `${ref} NULL`,
        uploader_id: `${ref} NOT NULL`,
        disk_path: `${key(255)} NOT NULL`,
        thumbnail_path: `${key(255)} NULL`,
        original_name: `${name(255)} NOT NULL`,
        mime: `${key(127)} NOT NULL`,
        size_bytes: `${big} NOT NULL`,
        sha256: `${key(64)} NOT NULL`,
        width: `${integer} NULL`,
        height: `${integer} NULL`,
        state: `${key(16)} NOT NULL`,
        ...created,
      },
      { unique: [['disk_path']], indexes: [['room_id', 'id'], ['message_id'], ['state', 'created_at']] },
    );

    await table(
      'desk_room_events',
      {
        id,
        room_id: `${ref} NULL`,
        type: `${key(64)} NOT NULL`,
        actor_id: `${ref} NULL`,
        data: `${json} NOT NULL`,
        ...created,
      },
      { indexes: [['room_id', 'id'], ['created_at']] },
    );

    await table(
      'desk_canned_responses',
      {
        id: ownId,
        short_code: `${key(64)} NOT NULL`,
        text: `${text} NOT NULL`,
        site_domain: `${key(255)} NULL`,
        user_id: `${ref} NULL`,
        ...created,
        ...updated,
      },
      { indexes: [['short_code']] },
    );

    await table(
      'desk_labels',
      { id: ownId, name: `${key(64)} NOT NULL`, color: `${key(16)} NOT NULL`, ...created },
      { unique: [['name']] },
    );

    await table(
      'desk_room_labels',
      { room_id: `${ref} NOT NULL`, label_id: `${uuid} NOT NULL`, ...created },
      {
        indexes: [['label_id', 'room_id']],
        onlyWhenNew: {
          constraints: [
            'PRIMARY KEY (room_id, label_id)',
            'FOREIGN KEY (label_id) REFERENCES desk_labels (id) ON DELETE CASCADE',
          ],
        },
      },
    );

    await table(
      'desk_saved_views',
      {
        id: ownId,
        user_id: `${ref} NOT NULL`,
        name: `${name(128)} NOT NULL`,
        query: `${json} NOT NULL`,
        position: `${integer} NOT NULL DEFAULT 0`,
        ...created,
      },
      { indexes: [['user_id', 'position']] },
    );

    await table(
      'desk_drafts',
      {
        user_id: `${ref} NOT NULL`,
        room_id: `${ref} NOT NULL`,
        text: `${text} NOT NULL`,
        attachments: `${json} NULL`,
        is_private: `${flag} NOT NULL DEFAULT 0`,
        ...updated,
      },
      { onlyWhenNew: { constraints: ['PRIMARY KEY (user_id, room_id)'] } },
    );

    await table(
      'desk_notifications',
      {
        id: ownId,
        user_id: `${ref} NOT NULL`,
        type: `${key(64)} NOT NULL`,
        data: `${json} NOT NULL`,
        read_at: `${time} NULL`,
        ...created,
      },
      {
        indexes: [
          ['user_id', 'id'],
          ['user_id', 'read_at'],
        ],
      },
    );

    await table(
      'desk_outbox',
      {
        id,
        kind: `${key(32)} NOT NULL`,
        dedupe_key: `${key(191)} NOT NULL`,
        ordering_key: `${key(191)} NOT NULL`,
        payload: `${json} NOT NULL`,
        state: `${key(16)} NOT NULL`,
        attempts: `${integer} NOT NULL DEFAULT 0`,
        next_attempt_at: `${time} NOT NULL`,
        last_error: `${text} NULL`,
        settled_at: `${time} NULL`,
        ...created,
      },
      {
        unique: [['dedupe_key']],
        indexes: [
          ['state', 'next_attempt_at', 'id'],
          ['ordering_key', 'state', 'id'],
        ],
      },
    );

    await table(
      'desk_audit_log',
      {
        id,
        actor_id: `${ref} NULL`,
        action: `${key(64)} NOT NULL`,
        target: `${key(128)} NOT NULL`,
        ip: `${key(45)} NULL`,
        diff: `${json} NULL`,
        ...created,
      },
      {
        indexes: [
          ['target', 'id'],
          ['actor_id', 'id'],
        ],
      },
    );

    await table('desk_settings', { key: `${key(128)} NOT NULL PRIMARY KEY`, value: `${json} NOT NULL`, ...updated });

    await table('desk_sites', {
      domain: `${key(255)} NOT NULL PRIMARY KEY`,
      name: `${name(255)} NULL`,
      allowed_origins: `${json} NOT NULL`,
      identity_secret: `${key(255)} NULL`,
      theme: `${json} NULL`,
      policy: `${json} NULL`,
      ...created,
      ...updated,
    });

    await table(
      'desk_blocks',
      {
        id: ownId,
        kind: `${key(16)} NOT NULL`,
        value: `${key(255)} NOT NULL`,
        reason: `${text} NULL`,
        blocked_by: `${ref} NULL`,
        until: `${time} NULL`,
        ...created,
      },
      { unique: [['kind', 'value']] },
    );

    await table(
      'api_keys',
      {
        id: ownId,
        api_key: `${key(128)} NOT NULL`,
        api_secret: `${key(64)} NULL`,
        name: `${name(255)} NOT NULL`,
        is_active: `${flag} NOT NULL DEFAULT 1`,
        last_used_at: `${time} NULL`,
        created_at: `${time} NULL`,
        updated_at: `${time} NULL`,
        kind: `${key(16)} NOT NULL DEFAULT 'server'`,
        allowed_origins: `${json} NULL`,
        scopes: `${json} NULL`,
        site_domain: `${key(255)} NULL`,
        rate_per_minute: `${integer} NULL`,
      },
      { unique: [['api_key']] },
    );
  },
};
