import Type, { type Static, type TSchema } from 'typebox';

/**
 * The shapes of the answers; those of the team's tools are in wire-tools.ts. What requests may hold is in
 * wire-requests.ts. Those with a title are described once, under
 * that name.
 */

export const roomStatuses = ['open', 'assigned', 'resolved', 'closed'] as const;
export const roomPriorities = ['low', 'normal', 'high', 'urgent'] as const;

export const roles = ['user', 'agent', 'supervisor', 'admin'] as const;

/** One of these words; `anyOf` one-value enums would make clumsy generated clients. */
export function words<const Words extends readonly string[]>(options: Words, rules: object = {}) {
  return Type.Unsafe<Words[number]>({ type: 'string', enum: [...options], ...rules });
}

export function orNull<Schema extends TSchema>(schema: Schema) {
  return Type.Union([schema, Type.Null()]);
}

/** ISO 8601 in UTC with microseconds, `2026-01-02T10:00:00.000000Z`. */
export const Time = Type.String({ format: 'date-time', examples: ['2026-01-02T10:00:00.000000Z'] });
export const TimeOrNull = orNull(Time);
export const TextOrNull = orNull(Type.String());
export const NumberOrNull = orNull(Type.Integer());

export const Said = Type.Object({ message: Type.String() }, { title: 'Said' });

/** Somebody as everybody in a room sees them. */
export const Author = Type.Object(
  {
    id: Type.Integer(),
    name: Type.String(),
    avatar: TextOrNull,
    is_admin: Type.Boolean(),
  },
  { title: 'Author' },
);

export const User = Type.Object(
  {
    id: Type.Integer(),
    uuid: Type.String(),
    name: Type.String(),
    email: TextOrNull,
    phone: TextOrNull,
    avatar: TextOrNull,
    is_admin: Type.Boolean(),
    role: words(roles),
    is_guest: Type.Boolean(),
    is_verified: Type.Boolean(),
    site_domain: TextOrNull,
    locale: TextOrNull,
    timezone: TextOrNull,
    created_at: TimeOrNull,
    updated_at: TimeOrNull,
  },
  { title: 'User' },
);

export const File = Type.Object(
  {
    url: Type.String({ description: 'Site-relative and signed: it can be read for some days by whoever has it.' }),
    name: Type.String(),
    type: Type.String(),
    size: Type.Integer(),
    id: Type.Optional(Type.String()),
    width: Type.Optional(NumberOrNull),
    height: Type.Optional(NumberOrNull),
    thumbnail_url: Type.Optional(Type.String()),
  },
  { title: 'File' },
);

export const RoomFile = Type.Object({ ...File.properties, created_at: Time }, { title: 'RoomFile' });

const MESSAGE_TYPES = ['text', 'image', 'file', 'system'] as const;

const Quote = Type.Object(
  {
    id: Type.Integer(),
    user: Author,
    message: Type.String(),
    type: words(MESSAGE_TYPES),
  },
  { title: 'Quote' },
);

export const Message = Type.Object(
  {
    id: Type.Integer(),
    uuid: Type.String(),
    chat_room_id: Type.Integer(),
    user_id: Type.Integer(),
    message: Type.String(),
    type: words(MESSAGE_TYPES),
    attachments: orNull(Type.Array(File)),
    is_admin: Type.Boolean(),
    seq: Type.Integer({ description: '1, 2, 3 … in the room without a gap, as this reader counts.' }),
    client_id: TextOrNull,
    is_private: Type.Boolean({ description: 'A note of the team.' }),
    reply_to: orNull(Quote),
    read_at: TimeOrNull,
    delivered_at: TimeOrNull,
    edited_at: TimeOrNull,
    deleted_at: TimeOrNull,
    created_at: Time,
    updated_at: Time,
    user: Author,
    public_seq: Type.Optional(NumberOrNull),
    mentions: Type.Optional(Type.Array(Type.Integer())),
  },
  { title: 'Message' },
);

/** Why a message was not stored: of a soft conflict also what has been answered meanwhile. */
export const NotSent = Type.Object(
  {
    message: Type.String(),
    conflict: Type.Optional(words(['answered'])),
    messages: Type.Optional(Type.Array(Message)),
    last_seq: Type.Optional(Type.Integer({ description: 'To be sent as `last_seen_seq` with the next attempt.' })),
  },
  { title: 'NotSent' },
);

export const Label = Type.Object({ id: Type.String(), name: Type.String(), color: Type.String() }, { title: 'Label' });

const roomFields = {
  id: Type.Integer({ description: 'Drawn at random from 1 … 2^53-1.' }),
  uuid: Type.String(),
  user_id: Type.Integer(),
  status: words(roomStatuses),
  assigned_to: NumberOrNull,
  priority: words(roomPriorities),
  category: TextOrNull,
  subject: TextOrNull,
  channel: Type.String(),
  last_message_at: Time,
  assigned_at: TimeOrNull,
  resolved_at: TimeOrNull,
  closed_at: TimeOrNull,
  unread_user_count: Type.Integer(),
  unread_admin_count: Type.Integer(),
  metadata: orNull(Type.Record(Type.String(), Type.Unknown())),
  created_at: Time,
  updated_at: Time,
  last_seq: Type.Integer({ description: 'The `seq` of the newest message, as this reader counts.' }),
  assigned_admin: orNull(Author),
  assignedAdmin: orNull(Author),
  latest_message: orNull(Message),
  queue: Type.Optional(orNull(Type.Object({ position: Type.Integer(), wait_minutes: Type.Optional(NumberOrNull) }))),
};

export const Room = Type.Object({ ...roomFields, user: orNull(Author) }, { title: 'Room' });

/** The same with what only the team sees. */
export const TeamRoom = Type.Object(
  {
    ...roomFields,
    user: orNull(User),
    labels: Type.Array(Label),
    site_domain: TextOrNull,
    needs_reply_since: TimeOrNull,
    first_response_at: TimeOrNull,
    queued_at: TimeOrNull,
    snoozed_until: TimeOrNull,
    archived_at: TimeOrNull,
    read_seq: Type.Object({ user: Type.Integer(), admin: Type.Integer() }),
  },
  { title: 'TeamRoom' },
);

const VisitedPage = Type.Object(
  { url: Type.String(), title: Type.String(), at: Time },
  { title: 'VisitedPage', description: 'Where a visitor was.' },
);
/** What the team sees of where a visitor is. */
export const Surroundings = Type.Object(
  {
    pages: Type.Array(VisitedPage, { description: 'Newest first, at most 20.' }),
    device: orNull(
      Type.Object({
        kind: words(['phone', 'tablet', 'desktop']),
        browser: TextOrNull,
        os: TextOrNull,
      }),
    ),
    locale: TextOrNull,
    timezone: TextOrNull,
  },
  { title: 'Surroundings' },
);

export const TeamRoomWithMessages = Type.Object(
  { ...TeamRoom.properties, messages: Type.Array(Message), visitor: Surroundings },
  { title: 'TeamRoomWithMessages' },
);

export const Stats = Type.Object(
  {
    total: Type.Integer(),
    open: Type.Integer(),
    assigned: Type.Integer(),
    resolved: Type.Integer(),
    closed: Type.Integer(),
    unassigned: Type.Integer({ description: 'Of the open and assigned ones.' }),
    urgent: Type.Integer({ description: 'Of the open and assigned ones.' }),
    unread: Type.Integer({ description: 'Rooms with messages the team has not read.' }),
    waiting_since: Type.Optional(TimeOrNull),
    mine: Type.Optional(Type.Integer({ description: 'Open or assigned, and the caller’s.' })),
    mine_unread: Type.Optional(Type.Integer()),
    snoozed: Type.Optional(Type.Integer({ description: 'Of the open and assigned ones.' })),
    agents_online: Type.Optional(Type.Integer()),
    longest_wait_since: Type.Optional(
      Type.Union([Time, Type.Null()], { description: 'Since when the first in the queue waits to be taken.' }),
    ),
  },
  { title: 'Stats' },
);

/** Laravel's LengthAwarePaginator. */
export function paginated<Item extends TSchema, Extra extends Record<string, TSchema>>(item: Item, extra?: Extra) {
  return Type.Object({
    current_page: Type.Integer(),
    data: Type.Array(item),
    first_page_url: Type.String(),
    from: NumberOrNull,
    last_page: Type.Integer(),
    last_page_url: Type.String(),
    links: Type.Array(
      Type.Object({ url: TextOrNull, label: Type.String(), page: NumberOrNull, active: Type.Boolean() }),
    ),
    next_page_url: TextOrNull,
    path: Type.String(),
    per_page: Type.Integer(),
    prev_page_url: TextOrNull,
    to: NumberOrNull,
    total: Type.Integer(),
    ...((extra ?? {}) as Extra),
  });
}

export const MessagePageMeta = Type.Object(
  {
    last_seq: Type.Integer(),
    has_more: Type.Boolean({ description: 'Older ones, or with `after_seq` newer ones.' }),
    unread: Type.Integer(),
    user_read_seq: Type.Optional(Type.Integer()),
    admin_read_seq: Type.Optional(Type.Integer()),
  },
  { title: 'MessagePageMeta' },
);

export type WireRoom = Static<typeof Room>;
export type WireTeamRoom = Static<typeof TeamRoom>;
export type WireMessage = Static<typeof Message>;
export type WireUser = Static<typeof User>;
export type WireAuthor = Static<typeof Author>;
export type WireFile = Static<typeof File>;
export type WireStats = Static<typeof Stats>;
export type WireLabel = Static<typeof Label>;
export type WireSurroundings = Static<typeof Surroundings>;
