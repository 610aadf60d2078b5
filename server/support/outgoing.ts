import { createHash } from 'node:crypto';
import { type Attachment, attachmentsByIds } from '../../db/attachments.ts';
import { type Message, type MessageFile, type MessageType, messageById } from '../../db/messages.ts';
import type { Room } from '../../db/rooms.ts';
import type { Db } from '../../db/upsert.ts';
import { invalid, required, textOf } from './input.ts';

/** What somebody sends. */
export interface Outgoing {
  text?: string | null;
  /** What the client calls it; files decide for themselves whether they are images. */
  type?: string | null;
  /** Ids of uploaded files. */
  attachmentIds?: readonly string[];
  /** The sender's own name for this message: sent again under the same one, it is still one message. */
  clientId?: string | null;
  replyToId?: number | null;
  /** For the team only. */
  isPrivate?: boolean;
  /** Members of the team a note speaks to. */
  mentions?: readonly number[];
  source?: string;
  metadata?: Record<string, unknown> | null;
}

/** The same, looked at. */
export interface CheckedOutgoing {
  text: string;
  type: MessageType;
  attachmentIds: string[];
  clientId: string | null;
  payloadHash: string;
  replyToId: number | null;
  isPrivate: boolean;
  mentions: number[];
  source: string | null;
  metadata: Record<string, unknown> | null;
}

export const textCharactersAtMost = 5000;
export const filesAtMost = 20;
const clientIdCharactersAtMost = 64;
const claimableTypes: readonly string[] = ['text', 'image', 'file'] satisfies MessageType[];

/** @throws Refusal */
export function checkedOutgoing(outgoing: Outgoing, senderId: number): CheckedOutgoing {
  const text = textOf('message', outgoing.text ?? '', textCharactersAtMost);
  const attachmentIds = [...new Set(outgoing.attachmentIds ?? [])];
  if (text === '' && attachmentIds.length === 0) throw required('message');
  if (attachmentIds.length > filesAtMost) {
    throw invalid('attachments', `The attachments field must not have more than ${filesAtMost} items.`);
  }
  const type = outgoing.type ?? 'text';
  if (!claimableTypes.includes(type)) throw invalid('type', 'The selected type is invalid.');
  const clientId = outgoing.clientId ? textOf('client_id', outgoing.clientId, clientIdCharactersAtMost) : null;
  const isPrivate = outgoing.isPrivate ?? false;
  const replyToId = outgoing.replyToId ?? null;
  const payload = JSON.stringify([senderId, text, type, attachmentIds, replyToId, isPrivate]);
  return {
    text,
    type: type as MessageType,
    attachmentIds,
    clientId: clientId || null,
    payloadHash: createHash('sha256').update(payload).digest('hex'),
    replyToId,
    isPrivate,
    mentions: isPrivate ? [...new Set(outgoing.mentions ?? [])] : [],
    source: outgoing.source ?? null,
    metadata: outgoing.metadata ?? null,
  };
}

/** What a reply may answer: something in the same room; in public, something public. @throws Refusal */
export async function checkReply(db: Db, room: Room, outgoing: CheckedOutgoing): Promise<void> {
  if (outgoing.replyToId === null) return;
  const original: Message | undefined = await messageById(db, outgoing.replyToId);
  const isThere = original?.roomId === room.id && original.deletedAt === null;
  if (!isThere || (original.isPrivate && !outgoing.isPrivate)) {
    throw invalid('reply_to_id', 'The selected reply to id is invalid.');
  }
}

/** The uploads that go with it, in the order they were named: the sender's own, and in no message yet. @throws Refusal */
export async function uploadsFor(db: Db, room: Room, ids: readonly string[], senderId: number): Promise<Attachment[]> {
  const uploads = new Map((await attachmentsByIds(db, ids)).map((upload) => [upload.id, upload]));
  return ids.map((id) => {
    const upload = uploads.get(id);
    const isHere = upload && (upload.roomId === null || upload.roomId === room.id);
    if (!isHere || upload.uploaderId !== senderId || upload.state !== 'pending') {
      throw invalid('attachments', 'The selected attachments are invalid.');
    }
    return upload;
  });
}

/** Where Laravel's frontends look for files; what follows is the file's place in the storage. */
export const filesPath = '/storage/chat-attachments/';

export function fileOf(upload: Attachment): MessageFile {
  return {
    id: upload.id,
    url: filesPath + upload.diskPath,
    name: upload.originalName,
    type: upload.mime,
    size: upload.sizeBytes,
    ...(upload.width === null ? {} : { width: upload.width, height: upload.height }),
    ...(upload.thumbnailPath === null ? {} : { thumbnail_url: filesPath + upload.thumbnailPath }),
  };
}

/** Files say what kind of message it is, when they agree. Only what was looked at as a picture has a width. */
export function typeWith(type: MessageType, files: readonly MessageFile[]): MessageType {
  if (files.length === 0) return type;
  return files.every((file) => file.width !== undefined) ? 'image' : 'file';
}
