const START_OF_IMAGE = 0xffd8;
const END_OF_IMAGE = 0xd9;
const START_OF_SCAN = 0xda;
/** Segments of applications that matter for how it looks: JFIF, a colour profile, Adobe's colours. */
const LOOKS = /^(?:JFIF|JFXX|ICC_PROFILE|Adobe)\0?/;
const EXIF = /^Exif\0/;
const ORIENTATION = 0x0112;

/**
 * A photo without what its camera noted beside it: where, when, with what, and the small pictures of it. The picture
 * itself is not touched. What is no JPEG, or one that cannot be read, stays as it is.
 */
export async function withoutNotes(file: Blob): Promise<Blob> {
  try {
    const parts = partsToKeep(new Uint8Array(await file.arrayBuffer()));
    return parts ? new Blob(parts, { type: file.type }) : file;
  } catch {
    return file; // it cannot be read, or says of a part that it is longer than the whole
  }
}

function partsToKeep(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer>[] | null {
  const view = new DataView(bytes.buffer);
  if (bytes.length < 4 || view.getUint16(0) !== START_OF_IMAGE) return null;
  const parts = [bytes.subarray(0, 2)];
  for (let at = 2; at < bytes.length; ) {
    const marker = bytes[at + 1];
    // A phone puts other pictures behind the end.
    if (marker === END_OF_IMAGE) return [...parts, bytes.subarray(at, at + 2)];
    let end = at + 2 + view.getUint16(at + 2);
    if (bytes[at] !== 0xff || end > bytes.length) return null;
    const name = String.fromCharCode(...bytes.subarray(at + 4, Math.min(end, at + 16)));
    const isNote = marker === 0xfe || (marker !== undefined && marker >= 0xe0 && marker <= 0xef && !LOOKS.test(name));
    if (marker === START_OF_SCAN) end = endOfScan(bytes, end);
    if (!isNote) parts.push(bytes.subarray(at, end));
    else if (EXIF.test(name)) parts.push(...turned(orientationIn(view, at + 10)));
    at = end;
  }
  return parts;
}

/** Within a scan 0xff is followed by 0, or by the count of a restart. */
function endOfScan(bytes: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(0xff, from); at >= 0; at = bytes.indexOf(0xff, at + 2)) {
    const next = bytes[at + 1] ?? 0;
    if (next !== 0 && (next < 0xd0 || next > 0xd7)) return at;
  }
  return bytes.length;
}

/** How the camera was held, from its notes: a table whose first directory is named in its head. */
function orientationIn(view: DataView, start: number): number {
  const isLittle = view.getUint16(start) === 0x4949;
  const directory = start + view.getUint32(start + 4, isLittle);
  for (let entry = view.getUint16(directory, isLittle) - 1; entry >= 0; entry -= 1) {
    const at = directory + 2 + entry * 12;
    if (view.getUint16(at, isLittle) === ORIENTATION) return view.getUint16(at + 8, isLittle);
  }
  return 1;
}

/** The one note that stays, because without it the picture lies on its side. */
function turned(orientation: number): Uint8Array<ArrayBuffer>[] {
  if (orientation < 2 || orientation > 8) return [];
  const head = [0xff, 0xe1, 0, 34, 69, 120, 105, 102, 0, 0, 0x4d, 0x4d, 0, 42, 0, 0, 0, 8];
  return [new Uint8Array([...head, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0])];
}
