import { type Message, type MessageFile, type MessageType, messagesByIds } from '../../db/messages.ts';
import type { Db } from '../../db/upsert.ts';
import { type User, usersByIds } from '../../db/users.ts';
import { type Role, roleOf } from '../identity/caller.ts';

export type { MessageFile, MessageType };

/** Somebody as everybody in the room may see them. */
export interface Author {
  id: number;
  uuid: string;
  name: string;
  avatar: string | null;
  role: Role;
}

/** What a reply answers. */
export interface Quote {
  id: number;
  author: Author;
  /** At most 200 characters. */
  text: string;
  type: MessageType;
}

interface Shown {
  id: number;
  uuid: string;
  /** Its place in the room as the team counts; visitors are never shown it, for they would see a gap at a note. */
  seq: number;
  author: Author;
  text: string;
  type: MessageType;
  attachments: MessageFile[] | null;
  /** Written by the team. */
  isAdmin: boolean;
  createdAt: number;
  updatedAt: number;
  readAt: number | null;
  deliveredAt: number | null;
  editedAt: number | null;
  /** A tombstone: the text and the files are gone. */
  deletedAt: number | null;
  clientId: string | null;
  source: string | null;
  metadata: Record<string, unknown> | null;
  replyTo: Quote | null;
}

/** A message that both sides see. */
export interface PublicMessage extends Shown {
  isPrivate: false;
  /** Its place as the visitor counts, gap-free; their `seq`. */
  publicSeq: number;
}

/**
 * A note among the team. What is shown to visitors takes `PublicMessage` only, so that handing it a note, or a
 * `TeamMessage` nobody has looked at, does not compile.
 */
export interface Note extends Shown {
  isPrivate: true;
  publicSeq: null;
}

export type TeamMessage = PublicMessage | Note;

export function authorOf(user: User): Author {
  return { id: user.id, uuid: user.uuid, name: user.name, avatar: user.avatar, role: roleOf(user) };
}

/** The row of somebody who is not there any more. */
export function goneAuthor(id: number): Author {
  return { id, uuid: '', name: '', avatar: null, role: 'user' };
}

/** Messages with their authors and what they answer; two more queries, however many they are. */
export async function shown(db: Db, messages: readonly Message[], known?: Map<number, User>): Promise<TeamMessage[]> {
  const answered = messages.flatMap((message) => message.replyToId ?? []);
  const quoted = await messagesByIds(db, answered);
  const authorIds = [...messages, ...quoted.values()].map((message) => message.userId);
  const missing = authorIds.filter((id) => !known?.has(id));
  const users = new Map([...(known ?? []), ...(await usersByIds(db, missing))]);
  const author = (id: number) => {
    const user = users.get(id);
    return user ? authorOf(user) : goneAuthor(id);
  };
  return messages.map((message) => {
    const original = message.replyToId === null ? undefined : quoted.get(message.replyToId);
    // A public reply can quote no note: sending refuses it, and here it would not show.
    const isQuotable = original && original.deletedAt === null && (!original.isPrivate || message.isPrivate);
    return showing(message, author(message.userId), isQuotable ? quoteOf(original, author(original.userId)) : null);
  });
}

export function publicOnly(messages: readonly TeamMessage[]): PublicMessage[] {
  return messages.filter((message) => !message.isPrivate);
}

function quoteOf(message: Message, author: Author): Quote {
  return { id: message.id, author, text: shortened(message.text, 200), type: message.type };
}

/** Cut between characters, never inside one. */
export function shortened(text: string, characters: number): string {
  if (text.length <= characters) return text;
  return [...text].slice(0, characters).join('');
}

function showing(message: Message, author: Author, replyTo: Quote | null): TeamMessage {
  const common: Shown = {
    id: message.id,
    uuid: message.uuid,
    seq: message.seq,
    author,
    text: message.text,
    type: message.type,
    attachments: message.attachments,
    isAdmin: message.isAdmin,
    createdAt: message.createdAt,
    updatedAt: message.updatedAt,
    readAt: message.readAt,
    deliveredAt: message.deliveredAt,
    editedAt: message.editedAt,
    deletedAt: message.deletedAt,
    clientId: message.clientId,
    source: message.source,
    metadata: message.metadata,
    replyTo,
  };
  return message.isPrivate || message.publicSeq === null
    ? { ...common, isPrivate: true, publicSeq: null }
    : { ...common, isPrivate: false, publicSeq: message.publicSeq };
}
