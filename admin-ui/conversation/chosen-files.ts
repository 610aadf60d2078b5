import type { OutgoingFile } from '../../client/chat/sending.ts';
import { storeOf, type WritableStore } from '../../client/chat/store.ts';

const FILES_AT_MOST = 20;
const FILE_BYTES_AT_MOST = 10 * 1024 * 1024;

interface Chosen {
  files: readonly OutgoingFile[];
}

/** Files for the next message of each room: going to another room and back, they are still there. */
const rooms = new Map<number, WritableStore<Chosen>>();

export function chosenFilesOf(roomId: number): WritableStore<Chosen> {
  const store = rooms.get(roomId) ?? storeOf<Chosen>({ files: [] });
  rooms.set(roomId, store);
  return store;
}

/** What became of files that were added: which were too large, and how many were too many. */
export function addFiles(roomId: number, added: Iterable<File>): { tooLarge: string[]; tooMany: number } {
  const store = chosenFilesOf(roomId);
  const all = [...added];
  const fitting = all.filter(({ size }) => size <= FILE_BYTES_AT_MOST);
  const files = [
    ...store.get().files,
    ...fitting.map((file): OutgoingFile => ({ name: file.name, type: file.type, blob: file })),
  ];
  store.set({ files: files.slice(0, FILES_AT_MOST) });
  return {
    tooLarge: all.filter((file) => !fitting.includes(file)).map(({ name }) => name),
    tooMany: Math.max(0, files.length - FILES_AT_MOST),
  };
}
