import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** Bytes from `start` to `end`, both included. */
export interface ByteRange {
  start: number;
  end: number;
}

/** Where the bytes of uploaded files are kept. Paths are ours: small letters, digits, `/`, `.` and `-`. */
export interface Storage {
  /** The file is there whole, or not at all. */
  put(path: string, bytes: Readable, about: { sizeBytes: number; sha256: string; mime: string }): Promise<void>;
  /** Null when there is none. */
  get(path: string, range?: ByteRange): Promise<Readable | null>;
  /** There being none is well. */
  remove(path: string): Promise<void>;
}

/** A folder of this machine. */
export function folderStorage(root: string): Storage {
  const placeOf = (path: string) => {
    if (!isStoragePath(path)) throw new Error('Not a path of the storage');
    return join(root, path);
  };

  return {
    async put(path, bytes) {
      const place = placeOf(path);
      const unfinished = `${place}.part`;
      await mkdir(dirname(place), { recursive: true });
      try {
        await pipeline(bytes, createWriteStream(unfinished, { flags: 'wx', mode: 0o640 }));
        await rename(unfinished, place);
      } catch (error) {
        await rm(unfinished, { force: true });
        throw error;
      }
    },

    async get(path, range) {
      if (!isStoragePath(path)) return null;
      const place = placeOf(path);
      const isThere = await stat(place).then(
        (entry) => entry.isFile(),
        () => false,
      );
      return isThere ? createReadStream(place, range) : null;
    },

    async remove(path) {
      await rm(placeOf(path), { force: true });
    },
  };
}

/** No `..`, no hidden files, nothing that means something to a shell, a URL or another system. */
export function isStoragePath(path: string): boolean {
  return /^[a-z0-9-]+(\/[a-z0-9-]+)*(\.[a-z0-9]+){0,3}$/.test(path) && path.length <= 200;
}
