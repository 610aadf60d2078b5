import type { Migration } from 'kysely';
import { tablesOf } from './tables.ts';

/**
 * The tables a Laravel app has: made as it would make them when they are missing, and otherwise only added to.
 * Rows it inserts later know nothing of the added columns, so those are nullable or have a default.
 */
export const laravelTables: Migration = {
  async up(db) {
    const { table, types } = tablesOf(db);
    const { id, ref, integer, big, flag, uuid, key, name, text, json, time } = types;

    await table(
      'users',
      {
        id,
        name: `${name(255)} NOT NULL`,
        email: `${name(255)} NOT NULL`,
        phone: `${name(64)} NULL`,
        avatar: `${name(1024)} NULL`,
        password: `${name(255)} NOT NULL`,
        is_admin: `${flag} NOT NULL DEFAULT 0`,
        role: `${name(32)} NOT NULL DEFAULT 'user'`,
        created_at: `${time} NULL`,
        updated_at: `${time} NULL`,
        uuid: `${uuid} NULL`,
        is_guest: `${flag} NOT NULL DEFAULT 0`,
        verified_at: `${time} NULL`,
        site_domain: `${key(255)} NULL`,
        external_id: `${key(191)} NULL`,
        contact_email: `${name(255)} NULL`,
        merged_into: `${ref} NULL`,
        locale: `${key(35)} NULL`,
        timezone: `${key(64)} NULL`,
        last_seen_at: `${time} NULL`,
        blocked_at: `${time} NULL`,
        anonymised_at: `${time} NULL`,
        metadata: `${json} NULL`,
        name_folded: `${name(512)} NULL`,
        phone_digits: `${key(64)} NULL`,
      },
      {
        unique: [['uuid'], ['site_domain', 'external_id']],
        indexes: [['is_admin'], ['role']],
        onlyWhenNew: { unique: [['email']] },
      },
    );

    await table(
      'personal_access_tokens',
      {
        id,
        tokenable_type: `${name(255)} NOT NULL`,
        tokenable_id: `${ref} NOT NULL`,
        name: `${name(255)} NOT NULL`,
        token: `${key(64)} NOT NULL`,
        abilities: `${text} NULL`,
        last_used_at: `${time} NULL`,
        expires_at: `${time} NULL`,
        created_at: `${time} NULL`,
        updated_at: `${time} NULL`,
      },
      { onlyWhenNew: { unique: [['token']], indexes: [['tokenable_type', 'tokenable_id']] } },
    );

    // Every list is newest message first, the id breaking ties; one index for each filter a list has by itself.
    const newestFirst = ['last_message_at', 'id'];
    await table(
      'support_chat_rooms',
      {
        id,
        user_id: `${ref} NOT NULL`,
        status: `${key(16)} NOT NULL DEFAULT 'open'`,
        assigned_to: `${ref} NULL`,
        priority: `${key(16)} NOT NULL DEFAULT 'normal'`,
        category: `${name(100)} NULL`,
        last_message_at: `${time} NULL`,
        assigned_at: `${time} NULL`,
        resolved_at: `${time} NULL`,
        closed_at: `${time} NULL`,
        unread_user_count: `${integer} NOT NULL DEFAULT 0`,
        unread_admin_count: `${integer} NOT NULL DEFAULT 0`,
        metadata: `${json} NULL`,
        created_at: `${time} NULL`,
        updated_at: `${time} NULL`,
        public_id: `${big} NULL`,
        uuid: `${uuid} NULL`,
        site_domain: `${key(255)} NULL`,
        channel: `${key(16)} NOT NULL DEFAULT 'widget'`,
        last_seq: `${big} NOT NULL DEFAULT 0`,
        last_public_seq: `${big} NOT NULL DEFAULT 0`,
        last_sent_ms: `${big} NOT NULL DEFAULT 0`,
        user_read_seq: `${big} NOT NULL DEFAULT 0`,
        admin_read_seq: `${big} NOT NULL DEFAULT 0`,
        needs_reply_since: `${time} NULL`,
        first_response_at: `${time} NULL`,
        queued_at: `${time} NULL`,
        snoozed_until: `${time} NULL`,
        archived_at: `${time} NULL`,
        closed_by: `${ref} NULL`,
        subject: `${name(255)} NULL`,
        locale: `${key(35)} NULL`,
        open_key: `${key(300)} NULL`,
        is_active: `${flag} GENERATED ALWAYS AS (status IN ('open', 'assigned')) VIRTUAL`,
        is_unread: `${flag} GENERATED ALWAYS AS (unread_admin_count > 0) VIRTUAL`,
      },
      {
        unique: [['public_id'], ['uuid'], ['open_key']],
        indexes: [
          newestFirst,
          ['status', ...newestFirst],
          ['is_active', ...newestFirst],
          ['is_unread', ...newestFirst],
          ['priority', 'status', ...newestFirst],
          ['assigned_to', 'status', ...newestFirst],
          ['assigned_to', ...newestFirst],
          ['user_id', ...newestFirst],
          ['site_domain', ...newestFirst],
          // The queue is first come, first served.
          ['assigned_to', 'status', 'queued_at', 'id'],
          ['needs_reply_since', 'id'],
          ['snoozed_until'],
        ],
        onlyWhenNew: { constraints: ['FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE'] },
      },
    );

    await table(
      'support_chat_messages',
      {
        id,
        chat_room_id: `${ref} NOT NULL`,
        user_id: `${ref} NOT NULL`,
        message: `${text} NOT NULL`,
        type: `${key(16)} NOT NULL DEFAULT 'text'`,
        attachments: `${json} NULL`,
        is_admin: `${flag} NOT NULL DEFAULT 0`,
        read_at: `${time} NULL`,
        created_at: `${time} NULL`,
        updated_at: `${time} NULL`,
        uuid: `${uuid} NULL`,
        seq: `${big} NULL`,
        public_seq: `${big} NULL`,
        sent_at: `${time} NULL`,
        client_id: `${key(64)} NULL`,
        payload_hash: `${key(64)} NULL`,
        is_private: `${flag} NOT NULL DEFAULT 0`,
        reply_to_id: `${ref} NULL`,
        delivered_at: `${time} NULL`,
        edited_at: `${time} NULL`,
        deleted_at: `${time} NULL`,
        source: `${key(16)} NULL`,
        metadata: `${json} NULL`,
        message_folded: `${text} NULL`,
      },
      {
        unique: [['uuid'], ['chat_room_id', 'seq'], ['chat_room_id', 'public_seq'], ['chat_room_id', 'client_id']],
        indexes: [['chat_room_id', 'sent_at']],
        onlyWhenNew: {
          constraints: ['FOREIGN KEY (chat_room_id) REFERENCES support_chat_rooms (id) ON DELETE CASCADE'],
        },
      },
    );

    await table(
      'chat_typing_indicators',
      {
        id,
        chat_room_id: `${ref} NOT NULL`,
        user_id: `${ref} NOT NULL`,
        expires_at: `${time} NOT NULL`,
        created_at: `${time} NULL`,
        updated_at: `${time} NULL`,
      },
      {
        indexes: [['chat_room_id', 'user_id']],
        onlyWhenNew: {
          constraints: ['FOREIGN KEY (chat_room_id) REFERENCES support_chat_rooms (id) ON DELETE CASCADE'],
        },
      },
    );
  },
};
