import Type from 'typebox';
import { roomPriorities, roomStatuses, words } from './wire.ts';

/** What requests may hold. Rules that are the desk's own (which types, which states) are left to it. */

/** How a room is called: its id, its uuid, or `session_` and the uuid's digits. */
export const RoomParams = Type.Object({ room: Type.String({ minLength: 1, maxLength: 64 }) });
export const MessageParams = Type.Object({
  room: Type.String({ minLength: 1, maxLength: 64 }),
  message: Type.Integer({ minimum: 1 }),
});
export const UserParams = Type.Object({ user: Type.Integer({ minimum: 1 }) });
export const IdParams = Type.Object({ id: Type.String({ minLength: 1, maxLength: 64 }) });

const Page = Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000_000, default: 1 }));
const perPage = (otherwise: number) => Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: otherwise }));
const Place = Type.Optional(Type.Integer({ minimum: 0 }));
const Flag = Type.Optional(Type.Boolean({ description: '`1`, `true`, `on` and `yes` are true.' }));
const Line = (characters: number) => Type.String({ minLength: 1, maxLength: characters });
const OptionalLine = (characters: number) =>
  Type.Optional(Type.Union([Type.String({ maxLength: characters }), Type.Null()]));

export const MyRoomQuery = Type.Object({ category: Type.Optional(Type.String({ maxLength: 100 })) });

export const RoomsQuery = Type.Object({ page: Page, per_page: perPage(20) });

export const MessagesQuery = Type.Object({
  page: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 1_000_000,
      default: 1,
      description: '1 is the newest page, 2 the one before it.',
    }),
  ),
  per_page: perPage(50),
  order: Type.Optional(words(['asc_pages'], { description: 'Pages from the oldest on, as the old backend had them.' })),
  after_seq: Place,
  before_seq: Place,
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, default: 50 })),
  peek: Flag,
});

/** The text's length is the desk's to judge: it counts characters as people do. */
export const MessageBody = Type.Object({
  message: Type.Optional(Type.Union([Type.String(), Type.Null()])),
  type: Type.Optional(Type.String({ maxLength: 20 })),
  attachment_ids: Type.Optional(Type.Array(Type.String({ maxLength: 64 }), { maxItems: 20 })),
  client_id: Type.Optional(Type.String({ maxLength: 64 })),
  reply_to_id: Type.Optional(Type.Union([Type.Integer({ minimum: 1 }), Type.Null()])),
  is_private: Flag,
  mentions: Type.Optional(Type.Array(Type.Integer({ minimum: 1 }), { maxItems: 50 })),
  last_seen_seq: Place,
  force: Flag,
});

export const NoteBody = Type.Object({
  message: Type.Optional(Type.Union([Type.String(), Type.Null()])),
  attachment_ids: Type.Optional(Type.Array(Type.String({ maxLength: 64 }), { maxItems: 20 })),
  client_id: Type.Optional(Type.String({ maxLength: 64 })),
  reply_to_id: Type.Optional(Type.Union([Type.Integer({ minimum: 1 }), Type.Null()])),
  mentions: Type.Optional(Type.Array(Type.Integer({ minimum: 1 }), { maxItems: 50 })),
});

export const EditBody = Type.Object({ message: Type.String() });

export const TypingBody = Type.Object({ is_typing: Type.Optional(Type.Boolean({ default: true })), is_private: Flag });

export const DeliveredBody = Type.Object({ seq: Place });

export const InboxQuery = Type.Object({
  status: Type.Optional(
    Type.String({ maxLength: 64, description: `Some of ${roomStatuses.join(', ')}, with commas between.` }),
  ),
  priority: Type.Optional(words(roomPriorities)),
  assigned_to: Type.Optional(Type.Integer({ minimum: 1 })),
  unassigned: Flag,
  mine: Flag,
  unread: Flag,
  needs_reply: Flag,
  category: Type.Optional(Type.String({ maxLength: 100 })),
  label: Type.Optional(Type.String({ maxLength: 64 })),
  site: Type.Optional(Type.String({ maxLength: 255 })),
  channel: Type.Optional(Type.String({ maxLength: 20 })),
  user_id: Type.Optional(Type.Integer({ minimum: 1 })),
  archived: Flag,
  snoozed: Flag,
  sort: Type.Optional(
    words(['newest', 'oldest', 'waiting'], {
      description:
        '`waiting`: urgent ones with something unread, then who waits longest for an answer, then the newest.',
    }),
  ),
  cursor: Type.Optional(
    Type.String({ maxLength: 200, description: 'The `next_cursor` of the page before; `page` then says nothing.' }),
  ),
  page: Page,
  per_page: perPage(20),
});

export const RoomQuery = Type.Object({
  messages: Type.Optional(
    Type.Integer({ minimum: 0, maximum: 200, default: 200, description: 'How many of the newest come along.' }),
  ),
});
export const OpeningQuery = Type.Object({
  details: Flag,
  socket_id: Type.Optional(
    Type.String({ maxLength: 64, description: 'Of the socket that is to be let into the channels of the room.' }),
  ),
});
export const AssignBody = Type.Object({
  admin_id: Type.Integer({ minimum: 1 }),
  note: Type.Optional(Type.String({ maxLength: 20_000, description: 'For whom it is given to: kept as a note.' })),
});
export const StatusBody = Type.Object({ status: words(roomStatuses) });
export const PriorityBody = Type.Object({ priority: words(roomPriorities) });
export const CategoryBody = Type.Object({ category: Line(100) });
export const SubjectBody = Type.Object({ subject: OptionalLine(255) });
export const SnoozeBody = Type.Object({
  until: Type.Optional(
    Type.Union([Type.String({ maxLength: 40 }), Type.Null()], {
      description: 'A moment in ISO 8601, `reply` for until the visitor writes, or null to wake it.',
    }),
  ),
});
export const RoomLabelsBody = Type.Object({ labels: Type.Array(Type.String({ maxLength: 64 }), { maxItems: 50 }) });

const bulkActions = [
  'assign',
  'unassign',
  'resolve',
  'close',
  'reopen',
  'priority',
  'label',
  'unlabel',
  'read',
  'unread',
  'snooze',
] as const;
export const BulkBody = Type.Object({
  rooms: Type.Array(Type.Integer({ minimum: 1 }), { minItems: 1, maxItems: 100 }),
  action: words(bulkActions),
  admin_id: Type.Optional(Type.Integer({ minimum: 1 })),
  priority: Type.Optional(Type.String({ maxLength: 20 })),
  labels: Type.Optional(Type.Array(Type.String({ maxLength: 64 }), { maxItems: 50 })),
  until: Type.Optional(Type.Union([Type.String({ maxLength: 40 }), Type.Null()])),
});

export const SearchQuery = Type.Object({
  q: Line(200),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 20 })),
});

export const ChangesQuery = Type.Object({
  cursor: Type.Optional(Type.Integer({ minimum: 0, description: 'Left out: where to begin.' })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, default: 200 })),
});

export const HistoryQuery = Type.Object({
  before: Place,
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, default: 50 })),
});

const Color = Type.Optional(Type.String({ maxLength: 20, examples: ['#64748b'] }));
export const LabelBody = Type.Object({ name: Line(64), color: Color });
export const LabelChanges = Type.Object({ name: Type.Optional(Line(64)), color: Color });
export const CannedBody = Type.Object({
  short_code: Line(65),
  text: Line(5000),
  scope: Type.Optional(words(['mine', 'site', 'all'], { description: 'Whose it is; `mine` when left out.' })),
  site_domain: Type.Optional(Type.String({ maxLength: 255 })),
});
export const CannedChanges = Type.Object({ short_code: Type.Optional(Line(65)), text: Type.Optional(Line(5000)) });
export const ExpandQuery = Type.Object({ room: Line(64) });
export const DraftBody = Type.Object({
  text: Type.String({ maxLength: 5000 }),
  attachment_ids: Type.Optional(Type.Array(Type.String({ maxLength: 64 }), { maxItems: 20 })),
  is_private: Flag,
});
export const SavedViewBody = Type.Object({ name: Line(128), query: Type.Record(Type.String(), Type.Unknown()) });
export const SavedViewChanges = Type.Partial(SavedViewBody);
export const AvailabilityBody = Type.Object({
  availability: words(['online', 'busy', 'offline']),
  auto_offline: Type.Optional(
    Type.Boolean({ description: 'Whether one becomes offline some time after one has gone; left out: as it was.' }),
  ),
});
const blockTerms = {
  reason: OptionalLine(1000),
  until: Type.Optional(Type.Union([Type.String({ maxLength: 40 }), Type.Null()], { description: 'Null: for good.' })),
};
export const BlockBody = Type.Object(blockTerms);
export const AddressBlockBody = Type.Object({ ip: Line(45), ...blockTerms });
export const AddressParams = Type.Object({ ip: Line(45) });
export const AuditQuery = Type.Object({
  target: Type.Optional(Type.String({ maxLength: 255 })),
  actor_id: Type.Optional(Type.Integer({ minimum: 1 })),
  before: Place,
});

export const NotificationsQuery = Type.Object({
  unread: Flag,
  before: Type.Optional(Type.String({ maxLength: 64 })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 20 })),
});

/** Accounts check their own forms, in Laravel's words: these let everything through and describe it. */
function form(fields: Record<string, string>) {
  const properties = Object.entries(fields).map(([name, description]) => [
    name,
    Type.Optional(Type.Unknown({ description })),
  ]);
  return Type.Object(Object.fromEntries(properties));
}

const credentials = { email: 'An e-mail address.', password: 'At least 8 characters.' };
export const RegisterForm = form({ name: 'At most 255 characters.', phone: 'Optional.', ...credentials });
export const LoginForm = form(credentials);
export const SetUpForm = form({
  token: 'Printed at the first start.',
  name: 'At most 255 characters.',
  ...credentials,
});
export const PageBody = Type.Object({ url: Line(2000), title: OptionalLine(300) });
export const InvitationForm = form({ token: 'What the link has after its #.', password: credentials.password });
export const WidgetSessionForm = form({
  name: 'Optional, as all of these.',
  email: 'Where the visitor can be reached.',
  phone: 'Where the visitor can be reached.',
  locale: 'The language of the page.',
  timezone: 'Where the browser says it is, as Europe/Kyiv.',
  page: 'The page they are on, as `{url, title}`.',
  user_id: 'Who the site says this is.',
  user_hash: 'HMAC-SHA256 of `user_id` (or `email`) in hexadecimal, with the secret of the site.',
  identity_token: 'Instead: a JWT that the site has signed.',
});

export const RoomFilesQuery = Type.Object({
  before: Type.Optional(Type.String({ maxLength: 64 })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 50 })),
});

export const FileQuery = Type.Object({
  expires: Type.Optional(Type.Integer({ minimum: 0 })),
  signature: Type.Optional(Type.String({ maxLength: 100 })),
});

export const ChannelAuthForm = Type.Object({
  socket_id: Type.Optional(Type.String({ maxLength: 64 })),
  channel_name: Type.Optional(Type.String({ maxLength: 200 })),
});
