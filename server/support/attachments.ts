import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import {
  type Attachment,
  abandonedAttachments,
  addAttachment,
  attachmentByPath,
  attachmentsByIds,
  attachmentsOfRoom,
  releaseAttachments,
  removeAttachments,
} from '../../db/attachments.ts';
import { messageById, messagesByIds } from '../../db/messages.ts';
import { roomById } from '../../db/rooms.ts';
import { type Caller, isPerson } from '../identity/caller.ts';
import { Refusal } from '../refusal.ts';
import { type DeskParts, type RoomRef, roomFor } from './access.ts';
import { type Picture, pictureIn, pictureTypes } from './images.ts';
import type { MessageFile } from './message.ts';
import { fileOf } from './outgoing.ts';
import { may, standingOf, unauthorized } from './policy.ts';
import type { Room } from './room.ts';
import type { ByteRange, Storage } from './storage.ts';
import { type Arrived, arriving, endingFor, fileNameOf, isInline, randomStem, typeIn, unknownType } from './upload.ts';
import type { UploadQuota } from './upload-quota.ts';

export interface Upload {
  name: string;
  /** At most 10 MB; a stream that was cut off by somebody else's limit must have been destroyed with an error. */
  bytes: Readable;
  /** The room it is meant for: then it can be sent nowhere else. */
  room?: RoomRef;
}

/** How a file goes out. `inline` only for pictures, sound and film; a door adds `nosniff` and the name. */
export interface Delivery {
  stream: Readable;
  contentType: string;
  disposition: 'inline' | 'attachment';
  name: string;
  /** Of the whole file, whatever the range; null for a thumbnail. */
  sizeBytes: number | null;
  etag: string;
}

export interface Attachments {
  /** Takes a file in; it is in no message yet. @throws Refusal `too-large`, `too-many`, `invalid` */
  store(caller: Caller, upload: Upload): Promise<{ attachment: Attachment; file: MessageFile }>;
  /** The files of a room, newest first; those of notes for the team only. */
  ofRoom(caller: Caller, ref: RoomRef, beforeId?: string | null, limit?: number): Promise<Attachment[]>;
  /** A file by its place, for somebody who may see the message it is in. */
  open(caller: Caller, path: string, range?: ByteRange): Promise<Delivery>;
  /** The same for whoever shows a signed link to it: the door has checked that. */
  openByLink(path: string, range?: ByteRange): Promise<Delivery>;
  /** Removes what was uploaded a day ago and never sent, and what deleted messages and rooms left; answers how many. */
  removeAbandoned(): Promise<number>;
}

const abandonedAfterMilliseconds = 24 * 60 * 60 * 1000;

export function attachmentsOf(parts: DeskParts & { storage: Storage; quota: UploadQuota }): Attachments {
  const { db, commit, now, storage, quota } = parts;

  async function keep(arrived: Arrived, name: string, uploaderId: number, room: Room | null): Promise<Attachment> {
    const told = await typeIn(arrived.path);
    const picture = pictureTypes.includes(told) ? await pictureIn(arrived.path) : null;
    // What begins like a picture and is none is shown to nobody.
    const mime = pictureTypes.includes(told) && !picture ? unknownType : told;
    const stem = randomStem(now());
    const diskPath = `${stem}.${endingFor(mime)}`;
    const thumbnailPath = picture ? `${stem}.thumb.webp` : null;
    const { sizeBytes, sha256 } = await putAll(arrived, picture, mime, diskPath, thumbnailPath);
    const file = {
      roomId: room?.id ?? null,
      uploaderId,
      diskPath,
      thumbnailPath,
      originalName: fileNameOf(name),
      mime,
      sizeBytes,
      sha256,
      width: picture?.width ?? null,
      height: picture?.height ?? null,
    };
    try {
      return await commit((tx) => addAttachment(tx, file, now()));
    } catch (error) {
      await removeBytes({ diskPath, thumbnailPath });
      throw error;
    }
  }

  async function putAll(
    arrived: Arrived,
    picture: Picture | null,
    mime: string,
    diskPath: string,
    thumbnailPath: string | null,
  ): Promise<{ sizeBytes: number; sha256: string }> {
    try {
      if (picture && thumbnailPath) await putBytes(thumbnailPath, picture.thumbnail, 'image/webp');
      if (picture?.cleaned) return await putBytes(diskPath, picture.cleaned, mime);
      await storage.put(diskPath, createReadStream(arrived.path), { ...arrived, mime });
      return arrived;
    } catch (error) {
      await removeBytes({ diskPath, thumbnailPath }).catch(() => {});
      throw error;
    }
  }

  async function putBytes(path: string, bytes: Buffer, mime: string) {
    const about = { sizeBytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex'), mime };
    await storage.put(path, Readable.from([bytes]), about);
    return about;
  }

  async function removeBytes(file: Pick<Attachment, 'diskPath' | 'thumbnailPath'>): Promise<void> {
    await storage.remove(file.diskPath);
    if (file.thumbnailPath !== null) await storage.remove(file.thumbnailPath);
  }

  async function isVisibleTo(caller: Caller, file: Attachment): Promise<boolean> {
    if (file.state === 'pending') return isPerson(caller) && caller.userId === file.uploaderId;
    const room = file.roomId === null ? undefined : await roomById(db, file.roomId);
    if (!room || !may(caller, 'view', room, parts.policy)) return false;
    if (standingOf(caller, room) === 'team') return true;
    const message = file.messageId === null ? undefined : await messageById(db, file.messageId);
    return message !== undefined && !message.isPrivate;
  }

  async function findFile(path: string): Promise<Attachment> {
    const file = await attachmentByPath(db, path);
    if (!file || file.state === 'blocked') throw notFound();
    return file;
  }

  async function deliver(file: Attachment, path: string, range?: ByteRange): Promise<Delivery> {
    const isThumbnail = path === file.thumbnailPath;
    const stream = await storage.get(path, range);
    if (!stream) throw notFound();
    const mime = isThumbnail ? 'image/webp' : file.mime;
    return {
      stream,
      // What is not shown is not named either: a page or a drawing with a script in it stays a heap of bytes.
      contentType: isInline(mime) ? mime : unknownType,
      disposition: isInline(mime) ? 'inline' : 'attachment',
      name: file.originalName,
      sizeBytes: isThumbnail ? null : file.sizeBytes,
      etag: `"${file.sha256.slice(0, 32)}${isThumbnail ? '-t' : ''}"`,
    };
  }

  return {
    async store(caller, { name, bytes, room: ref }) {
      // It may break while nobody reads it yet; whoever reads it then is told.
      bytes.on('error', () => {});
      try {
        const room = ref === undefined ? null : await roomFor(parts, caller, ref, 'send');
        const uploaderId = isPerson(caller) ? caller.userId : room?.userId;
        if (uploaderId === undefined) throw unauthorized();
        const uploader = String(uploaderId);
        quota.begin(uploader);
        const attachment = await arriving(
          bytes,
          (count) => quota.count(uploader, count),
          (arrived) => keep(arrived, name, uploaderId, room),
        );
        return { attachment, file: fileOf(attachment) };
      } catch (error) {
        // Whoever sends is still sending: nobody reads that any more.
        bytes.destroy();
        throw error;
      }
    },

    async ofRoom(caller, ref, beforeId = null, limit = 50) {
      const room = await roomFor(parts, caller, ref, 'view');
      const files = await attachmentsOfRoom(db, room.id, beforeId, limit);
      if (standingOf(caller, room) === 'team') return files;
      const messages = await messagesByIds(
        db,
        files.flatMap((file) => file.messageId ?? []),
      );
      return files.filter((file) => file.messageId !== null && messages.get(file.messageId)?.isPrivate === false);
    },

    async open(caller, path, range) {
      const file = await findFile(path);
      if (!(await isVisibleTo(caller, file))) throw unauthorized();
      return deliver(file, path, range);
    },

    openByLink: async (path, range) => deliver(await findFile(path), path, range),

    async removeAbandoned() {
      const ids = (await abandonedAttachments(db, now() - abandonedAfterMilliseconds, 200)).map((file) => file.id);
      // Let go first: one that somebody sends at this very moment stays.
      await commit((tx) => releaseAttachments(tx, { ids }));
      const released = (await attachmentsByIds(db, ids)).filter((file) => file.state === 'blocked');
      for (const file of released) await removeBytes(file);
      await commit((tx) =>
        removeAttachments(
          tx,
          released.map((file) => file.id),
        ),
      );
      return released.length;
    },
  };
}

function notFound(): Refusal {
  return new Refusal('not-found', 'File not found.');
}
