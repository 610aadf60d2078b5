import { createHash, type Hash, randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileTypeFromFile } from 'file-type';
import { Refusal } from '../refusal.ts';
import { pictureTypes } from './images.ts';
import { invalid, wellFormed } from './input.ts';

export const fileBytesAtMost = 10 * 1024 * 1024;

/** A file on its way in, in a folder of its own that is gone when the work is done. */
export interface Arrived {
  path: string;
  sizeBytes: number;
  sha256: string;
}

/** Writes the stream into a temporary file, has `work` look at it, and leaves nothing behind, whatever happens. */
export async function arriving<Result>(
  bytes: Readable,
  counted: (bytes: number) => void,
  work: (arrived: Arrived) => Promise<Result>,
): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'antiphon-upload-'));
  try {
    const path = join(folder, 'file');
    const meter = new Meter(fileBytesAtMost);
    try {
      await pipeline(bytes, meter, createWriteStream(path, { flags: 'wx', mode: 0o600 }));
    } finally {
      counted(meter.sizeBytes);
    }
    if (meter.sizeBytes === 0) throw invalid('file', 'The file is empty.');
    return await work({ path, sizeBytes: meter.sizeBytes, sha256: meter.hash.digest('hex') });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Counts and hashes what passes, and stops what is too much. */
class Meter extends Transform {
  readonly hash: Hash = createHash('sha256');
  readonly #bytesAtMost: number;
  sizeBytes = 0;

  constructor(bytesAtMost: number) {
    super();
    this.#bytesAtMost = bytesAtMost;
  }

  override _transform(chunk: Buffer, _encoding: string, done: (error: Error | null, chunk?: Buffer) => void): void {
    this.sizeBytes += chunk.length;
    if (this.sizeBytes > this.#bytesAtMost) return done(tooLarge());
    this.hash.update(chunk);
    done(null, chunk);
  }
}

export function tooLarge(): Refusal {
  const message = `The file field must not be greater than ${fileBytesAtMost / 1024} kilobytes.`;
  return new Refusal('too-large', message, { fields: { file: [message] } });
}

export const unknownType = 'application/octet-stream';

/** What the bytes are; what the sender calls them is not asked. */
export async function typeIn(path: string): Promise<string> {
  const found = await fileTypeFromFile(path).catch(() => undefined);
  return found?.mime.split(';')[0] ?? unknownType;
}

/** Shown or played in the page; everything else is only ever downloaded. */
const playedTypes: readonly string[] = [
  'audio/mpeg',
  'audio/ogg',
  'audio/wav',
  'audio/mp4',
  'audio/webm',
  'video/mp4',
  'video/webm',
];

export function isInline(mime: string): boolean {
  return pictureTypes.includes(mime) || playedTypes.includes(mime);
}

const endings: Record<string, string> = {
  'image/jpeg': 'jpg',
  'image/png': 'png',
  'image/gif': 'gif',
  'image/webp': 'webp',
  'image/avif': 'avif',
  'audio/mpeg': 'mp3',
  'audio/ogg': 'ogg',
  'audio/wav': 'wav',
  'audio/mp4': 'm4a',
  'audio/webm': 'weba',
  'video/mp4': 'mp4',
  'video/webm': 'webm',
  'application/pdf': 'pdf',
};

/**
 * Where a file will lie: nobody guesses it, and a web server that is pointed at the folder finds no ending there that it
 * would take for a page or a program.
 */
export function randomStem(now: number): string {
  const [year, month] = new Date(now).toISOString().split('-');
  return `${year}/${month}/${randomBytes(16).toString('hex')}`;
}

export function endingFor(mime: string): string {
  return endings[mime] ?? 'bin';
}

/** A name to show and to save under: no folders, no control characters, nothing that turns the reading direction. */
export function fileNameOf(name: string): string {
  const last = basename(wellFormed(name).replaceAll('\\', '/'));
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones to take out
  const plain = last.replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '').trim();
  const ending = /\.[^.]{1,16}$/.exec(plain)?.[0] ?? '';
  const stem = [...plain.slice(0, plain.length - ending.length)].slice(0, 150).join('');
  return /^\.*$/.test(stem + ending) ? 'file' : stem + ending;
}
