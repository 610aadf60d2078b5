import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { invalid } from './input.ts';

/** What is shown as a picture: formats that every browser shows and that hold no script. */
export const pictureTypes: readonly string[] = ['image/jpeg', 'image/png', 'image/gif', 'image/webp', 'image/avif'];

export interface Picture {
  width: number;
  height: number;
  /** At most 480 pixels each way, as WebP. */
  thumbnail: Buffer;
  /** The picture without what its camera wrote into it, upright; null when there was nothing to take out. */
  cleaned: Buffer | null;
}

/** A file of a few kilobytes may unfold to gigabytes: beyond this nobody unfolds it, here or in a browser. */
const pixelsAtMost = 50_000_000;
const thumbnailPixels = 480;
const decodeSeconds = 15;

/** Looks at a picture; null when it cannot be read as one, whatever its first bytes say. @throws Refusal when it is too large */
export async function pictureIn(path: string): Promise<Picture | null> {
  // Read once: the file may be removed as soon as this answers, while a decoder still has it open.
  const bytes = await readFile(path);
  // The header is read without a limit, so that the refusal is ours; nothing is unfolded by that.
  const header = await sharp(bytes, { limitInputPixels: false })
    .metadata()
    .catch(() => null);
  if (!header?.width || !header.height) return null;
  if (header.width * header.height > pixelsAtMost) {
    throw invalid('file', `The image must not have more than ${pixelsAtMost / 1_000_000} million pixels.`);
  }
  const open = () => sharp(bytes, { limitInputPixels: pixelsAtMost }).timeout({ seconds: decodeSeconds }).autoOrient();
  try {
    const thumbnail = await open()
      .resize({ width: thumbnailPixels, height: thumbnailPixels, fit: 'inside', withoutEnlargement: true })
      .webp({ quality: 75 })
      .toBuffer();
    const { width, height } = header.autoOrient;
    const isStill = (header.pages ?? 1) === 1;
    const tellsMore = header.exif !== undefined || header.xmp !== undefined || header.iptc !== undefined;
    const cleaned = isStill && tellsMore ? await open().toFormat(header.format, { quality: 90 }).toBuffer() : null;
    return { width, height, thumbnail, cleaned };
  } catch {
    return null;
  }
}
