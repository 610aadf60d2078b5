import Type, { type Static } from 'typebox';
import { Author, File, NumberOrNull, orNull, roles, TextOrNull, Time, TimeOrNull, words } from './wire.ts';

/** The shapes of what the team keeps at hand, of what people are told, and of leave to listen. */

const availabilities = ['online', 'busy', 'offline'] as const;
export const Presence = {
  availability: words(availabilities, {
    description: '`offline` while `chosen` says otherwise: they have gone without saying so.',
  }),
  chosen: words(availabilities, { description: 'What they last said of themselves.' }),
  auto_offline: Type.Boolean({ description: 'They become offline by themselves some time after they have gone.' }),
};

export const Agent = Type.Object(
  {
    ...Author.properties,
    email: TextOrNull,
    role: words(roles),
    site_domain: TextOrNull,
    ...Presence,
    last_seen_at: TimeOrNull,
  },
  { title: 'Agent' },
);

export const CannedResponse = Type.Object(
  {
    id: Type.String(),
    short_code: Type.String(),
    text: Type.String(),
    site_domain: TextOrNull,
    user_id: NumberOrNull,
  },
  { title: 'CannedResponse' },
);

export const Notification = Type.Object(
  {
    id: Type.String(),
    type: Type.String(),
    data: Type.Record(Type.String(), Type.Unknown()),
    read_at: TimeOrNull,
    created_at: Time,
  },
  { title: 'Notification' },
);

export const Draft = Type.Object(
  {
    chat_room_id: Type.Integer(),
    text: Type.String(),
    attachments: Type.Array(Type.String()),
    is_private: Type.Boolean(),
    updated_at: Time,
  },
  { title: 'Draft' },
);

export const SavedView = Type.Object(
  {
    id: Type.String(),
    name: Type.String(),
    query: Type.Record(Type.String(), Type.Unknown()),
    position: Type.Integer(),
  },
  { title: 'SavedView' },
);

export const HistoryEntry = Type.Object(
  {
    id: Type.Integer(),
    type: Type.String(),
    actor: orNull(Author),
    data: Type.Record(Type.String(), Type.Unknown()),
    created_at: Time,
  },
  { title: 'HistoryEntry' },
);

export const Block = Type.Object(
  {
    id: Type.String(),
    kind: words(['ip', 'user', 'email']),
    value: Type.String(),
    reason: TextOrNull,
    blocked_by: NumberOrNull,
    until: TimeOrNull,
    created_at: Time,
  },
  { title: 'Block' },
);

export const AuditEntry = Type.Object(
  {
    id: Type.Integer(),
    actor_id: NumberOrNull,
    action: Type.String(),
    target: Type.String(),
    ip: TextOrNull,
    diff: orNull(Type.Record(Type.String(), Type.Unknown())),
    created_at: Time,
  },
  { title: 'AuditEntry' },
);

/** For people rather than programs: named as it reads, and open to more. */
export const VisitorExport = Type.Object(
  {
    exportedAt: Type.String(),
    person: Type.Record(Type.String(), Type.Unknown()),
    formerly: Type.Array(Type.Record(Type.String(), Type.Unknown())),
    rooms: Type.Array(Type.Record(Type.String(), Type.Unknown())),
    unsentFiles: Type.Array(File),
    surroundings: Type.Array(Type.Record(Type.String(), Type.Unknown())),
    notifications: Type.Array(Type.Record(Type.String(), Type.Unknown())),
  },
  { title: 'VisitorExport' },
);

export const BulkResult = Type.Object(
  {
    id: Type.Integer(),
    ok: Type.Boolean(),
    /** Of one that was refused: the answer it would have had alone. */
    status: Type.Optional(Type.Integer()),
    message: Type.Optional(Type.String()),
    errors: Type.Optional(Type.Record(Type.String(), Type.Array(Type.String()))),
    reasons: Type.Optional(
      Type.Record(Type.String(), Type.Object({ rule: Type.String(), limit: Type.Optional(Type.Number()) })),
    ),
  },
  { title: 'BulkResult' },
);
export const ChannelAuth = Type.Object(
  {
    auth: Type.String(),
    channel_data: Type.Optional(Type.String()),
    shared_secret: Type.Optional(Type.String()),
  },
  { title: 'ChannelAuth' },
);

export type WireCannedResponse = Static<typeof CannedResponse>;
export type WireNotification = Static<typeof Notification>;
export type WireDraft = Static<typeof Draft>;
export type WireSavedView = Static<typeof SavedView>;
export type WireHistoryEntry = Static<typeof HistoryEntry>;
export type WireAuditEntry = Static<typeof AuditEntry>;
export type WireBlock = Static<typeof Block>;
export type WireBulkResult = Static<typeof BulkResult>;
export type WireAgent = Static<typeof Agent>;
export type WireChannelAuth = Static<typeof ChannelAuth>;
