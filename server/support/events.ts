import type { Role } from '../identity/caller.ts';
import type { RecordEvent, StoredEvent } from '../outbox/commit.ts';
import type { Availability } from './availability.ts';
import type { RoomCard } from './cards.ts';
import type { Author, Note, PublicMessage } from './message.ts';
import type { Room } from './room.ts';

/** What changed in a room: kept as its history, and said with `room.updated`. */
export interface RoomChange {
  what:
    | 'status'
    | 'assignee'
    | 'priority'
    | 'category'
    | 'subject'
    | 'labels'
    | 'snooze'
    | 'archive'
    | 'unread'
    | 'messages'
    | 'visitor';
  from: unknown;
  to: unknown;
  /** Why, when nobody asked for it: `first reply`, `visitor wrote`, `due`. */
  because?: string;
}

/** A message where it was said, with everybody a door may have to name. */
interface InRoom<Kind> {
  room: Room;
  visitor: Author;
  assignee: Author | null;
  message: Kind;
  /** The socket that is not told, because its owner did it. */
  exceptSocket: string | null;
}

/** Who has been given a notification in the app because of it; the same people a push is for. */
interface Told {
  notified: number[];
}

/** A member of one side has read, or received, up to here. */
export interface ReadThrough {
  room: Room;
  readerId: number;
  isAdmin: boolean;
  /** As the team counts. */
  seq: number;
  /** As the visitor counts. */
  publicSeq: number;
  exceptSocket: string | null;
}

/** All that happens at the desk. What only the team may hear of has names of its own. */
export interface DeskHappenings {
  'room.created': { room: RoomCard };
  'room.updated': { room: RoomCard; change: RoomChange; exceptSocket: string | null };
  'room.deleted': { room: Room };
  'message.sent': InRoom<PublicMessage> & Told;
  'message.updated': InRoom<PublicMessage>;
  'message.deleted': InRoom<PublicMessage>;
  'message.read': ReadThrough;
  'message.delivered': ReadThrough;
  'note.added': InRoom<Note> & Told;
  'note.updated': InRoom<Note>;
  'note.deleted': InRoom<Note>;
  'visitor.blocked': { userId: number; until: number | null };
  'visitor.unblocked': { userId: number };
  'agent.availability': { agent: Author; availability: Availability; chosen: Availability };
  /** One of the team is called or ranked otherwise, or shut out. */
  'user.updated': { userId: number; name: string; role: Role; isBlocked: boolean; rightsChanged: boolean };
}

export type DeskEvent = {
  [Type in keyof DeskHappenings]: Omit<StoredEvent, 'type' | 'live'> & { type: Type; live: DeskHappenings[Type] };
}[keyof DeskHappenings];

const types = {
  'room.created': true,
  'room.updated': true,
  'room.deleted': true,
  'message.sent': true,
  'message.updated': true,
  'message.deleted': true,
  'message.read': true,
  'message.delivered': true,
  'note.added': true,
  'note.updated': true,
  'note.deleted': true,
  'visitor.blocked': true,
  'visitor.unblocked': true,
  'agent.availability': true,
  'user.updated': true,
} satisfies Record<keyof DeskHappenings, true>;

/** Whether a committed event is one of the desk's; everything in `live` is plain data and may cross to other nodes as JSON. */
export function isDeskEvent(event: StoredEvent): event is StoredEvent & DeskEvent {
  return Object.hasOwn(types, event.type);
}

/** Records what happened; `data` is what the history keeps of it. */
export async function recordDesk<Type extends keyof DeskHappenings>(
  record: RecordEvent,
  type: Type,
  about: { roomId: number | null; actorId: number | null; data: object },
  live: DeskHappenings[Type],
): Promise<void> {
  await record({ type, ...about, live });
}
