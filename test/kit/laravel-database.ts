import bcrypt from 'bcryptjs';
import { type Kysely, sql } from 'kysely';
import type { Schema } from '../../db/schema.ts';
import { sha256 } from '../../server/identity/tokens.ts';

/** What `php artisan migrate` of the app makes on MySQL, engine, types, keys and all. */
export const laravelSchema = [
  `create table \`users\` (
    \`id\` bigint unsigned not null auto_increment primary key,
    \`name\` varchar(255) not null,
    \`email\` varchar(255) not null,
    \`phone\` varchar(255) null,
    \`avatar\` varchar(255) null,
    \`email_verified_at\` timestamp null,
    \`password\` varchar(255) not null,
    \`is_admin\` tinyint(1) not null default '0',
    \`role\` enum('customer', 'master', 'admin') not null default 'customer',
    \`remember_token\` varchar(100) null,
    \`created_at\` timestamp null,
    \`updated_at\` timestamp null
  ) default character set utf8mb4 collate 'utf8mb4_unicode_ci'`,
  'alter table `users` add unique `users_email_unique`(`email`)',
  `create table \`personal_access_tokens\` (
    \`id\` bigint unsigned not null auto_increment primary key,
    \`tokenable_type\` varchar(255) not null,
    \`tokenable_id\` bigint unsigned not null,
    \`name\` varchar(255) not null,
    \`token\` varchar(64) not null,
    \`abilities\` text null,
    \`last_used_at\` timestamp null,
    \`expires_at\` timestamp null,
    \`created_at\` timestamp null,
    \`updated_at\` timestamp null
  ) default character set utf8mb4 collate 'utf8mb4_unicode_ci'`,
  'alter table `personal_access_tokens` add index `personal_access_tokens_tokenable_type_tokenable_id_index`(`tokenable_type`, `tokenable_id`)',
  'alter table `personal_access_tokens` add unique `personal_access_tokens_token_unique`(`token`)',
  `create table \`support_chat_rooms\` (
    \`id\` bigint unsigned not null auto_increment primary key,
    \`user_id\` bigint unsigned not null,
    \`status\` enum('open', 'assigned', 'resolved', 'closed') not null default 'open',
    \`assigned_to\` bigint unsigned null,
    \`priority\` enum('low', 'normal', 'high', 'urgent') not null default 'normal',
    \`category\` varchar(100) null,
    \`last_message_at\` timestamp null,
    \`assigned_at\` timestamp null,
    \`resolved_at\` timestamp null,
    \`closed_at\` timestamp null,
    \`unread_user_count\` int not null default '0',
    \`unread_admin_count\` int not null default '0',
    \`metadata\` json null,
    \`created_at\` timestamp null,
    \`updated_at\` timestamp null
  ) default character set utf8mb4 collate 'utf8mb4_unicode_ci'`,
  'alter table `support_chat_rooms` add constraint `support_chat_rooms_user_id_foreign` foreign key (`user_id`) references `users` (`id`) on delete cascade',
  'alter table `support_chat_rooms` add constraint `support_chat_rooms_assigned_to_foreign` foreign key (`assigned_to`) references `users` (`id`) on delete set null',
  'alter table `support_chat_rooms` add index `support_chat_rooms_status_priority_last_message_at_index`(`status`, `priority`, `last_message_at`)',
  `create table \`support_chat_messages\` (
    \`id\` bigint unsigned not null auto_increment primary key,
    \`chat_room_id\` bigint unsigned not null,
    \`user_id\` bigint unsigned not null,
    \`message\` text not null,
    \`type\` enum('text', 'image', 'file', 'system') not null default 'text',
    \`attachments\` json null,
    \`is_admin\` tinyint(1) not null default '0',
    \`read_at\` timestamp null,
    \`created_at\` timestamp null,
    \`updated_at\` timestamp null
  ) default character set utf8mb4 collate 'utf8mb4_unicode_ci'`,
  'alter table `support_chat_messages` add constraint `support_chat_messages_chat_room_id_foreign` foreign key (`chat_room_id`) references `support_chat_rooms` (`id`) on delete cascade',
  'alter table `support_chat_messages` add constraint `support_chat_messages_user_id_foreign` foreign key (`user_id`) references `users` (`id`) on delete cascade',
  'alter table `support_chat_messages` add index `support_chat_messages_chat_room_id_created_at_index`(`chat_room_id`, `created_at`)',
  `create table \`chat_typing_indicators\` (
    \`id\` bigint unsigned not null auto_increment primary key,
    \`chat_room_id\` bigint unsigned not null,
    \`user_id\` bigint unsigned not null,
    \`expires_at\` timestamp not null,
    \`created_at\` timestamp null,
    \`updated_at\` timestamp null
  ) default character set utf8mb4 collate 'utf8mb4_unicode_ci'`,
  'alter table `chat_typing_indicators` add unique `chat_typing_indicators_chat_room_id_user_id_unique`(`chat_room_id`, `user_id`)',
  // Tables that have nothing to do with us, under names we might have taken.
  'create table `notifications` (`id` char(36) not null primary key, `type` varchar(255) not null, `notifiable_type` varchar(255) not null)',
  'create table `settings` (`id` bigint unsigned not null auto_increment primary key, `name` varchar(255) not null)',
  'create table `migrations` (`id` int unsigned not null auto_increment primary key, `migration` varchar(255) not null, `batch` int not null)',
];

/** Of the first user; kept by Sanctum as its hash. */
export const plainToken = 'kO7eXJQ1sNfzHqSbCw9mYt2LgVpDiRa0uE5c6T48';

/** Users (password `s3cret-word`), their tokens, two rooms and four messages, as such an app has them. */
export async function fill(db: Kysely<Schema>): Promise<void> {
  const password = bcrypt.hashSync('s3cret-word', 4).replace(/^\$2b\$/, '$2y$');
  const rows = [
    `insert into users (name, email, phone, password, is_admin, role, created_at, updated_at) values
      ('Ольга Петренко', 'Olha@Shop.Example', '+38 (067) 123-45-67', '${password}', 0, 'customer', '2025-03-01 08:00:00', '2025-03-01 08:00:00'),
      ('Адмін', 'admin@shop.example', null, '${password}', 1, 'admin', '2025-03-01 08:00:00', '2025-03-01 08:00:00'),
      ('Майстер', 'master@shop.example', null, '${password}', 0, 'master', null, null)`,
    `insert into personal_access_tokens (tokenable_type, tokenable_id, name, token, abilities, created_at, updated_at) values
      ('App\\\\Models\\\\User', 1, 'auth_token', '${sha256(plainToken)}', '["*"]', '2025-03-01 08:00:00', '2025-03-01 08:00:00'),
      ('App\\\\Models\\\\Robot', 2, 'robot', '${sha256('robot')}', '["*"]', '2025-03-01 08:00:00', '2025-03-01 08:00:00'),
      ('App\\\\Models\\\\User', 2, 'old', '${sha256('old')}', '["*"]', '2025-03-01 08:00:00', '2025-03-01 08:00:00')`,
    `update personal_access_tokens set expires_at = '2025-03-02 08:00:00' where name = 'old'`,
    `insert into support_chat_rooms (user_id, status, assigned_to, category, last_message_at, unread_admin_count, metadata, created_at, updated_at) values
      (1, 'assigned', 2, 'general', '2025-03-01 09:00:02', 2, '{"page": "/ціни"}', '2025-03-01 09:00:00', '2025-03-01 09:00:02'),
      (3, 'open', null, null, null, 0, null, '2025-03-01 09:30:00', '2025-03-01 09:30:00')`,
    `insert into support_chat_messages (chat_room_id, user_id, message, type, attachments, is_admin, created_at, updated_at) values
      (1, 1, 'Добрий день', 'text', null, 0, '2025-03-01 09:00:00', '2025-03-01 09:00:00'),
      (1, 2, 'Вітаю 😀', 'text', null, 1, '2025-03-01 09:00:01', '2025-03-01 09:00:01'),
      (1, 1, 'ось', 'file', '[{"url": "/storage/chat-attachments/a.pdf", "name": "a.pdf", "type": "application/pdf", "size": 10}]', 0, '2025-03-01 09:00:01', '2025-03-01 09:00:01'),
      (1, 1, 'і ще', 'text', null, 0, '2025-03-01 09:00:02', '2025-03-01 09:00:02')`,
  ];
  for (const row of rows) await sql.raw(row).execute(db);
}
