import type { OutgoingFile } from '../../client/chat/sending.ts';
import { type Store, storeOf } from '../../client/chat/store.ts';
import { keepFiles, keptFiles } from './kept-files.ts';

const FILES_AT_MOST = 20;
const FILE_BYTES_AT_MOST = 10 * 1024 * 1024;

export interface ChosenFiles {
  state: Store<{ files: readonly OutgoingFile[] }>;
  put(files: readonly OutgoingFile[]): void;
  /** Answers which were too large, and how many were too many. */
  add(added: Iterable<File>): { tooLarge: string[]; tooMany: number };
}

/** Files for the next message of each room: going to another room or away and back, they are still there. */
const rooms = new Map<string, ChosenFiles>();

export function chosenFilesOf(userId: number, roomId: number): ChosenFiles {
  const key = `${userId}.${roomId}`;
  const chosen = rooms.get(key) ?? open(key);
  rooms.set(key, chosen);
  return chosen;
}

function open(key: string): ChosenFiles {
  const store = storeOf<{ files: readonly OutgoingFile[] }>({ files: [] });
  let isTouched = false;
  const put = (files: readonly OutgoingFile[]) => {
    isTouched = true;
    store.set({ files });
    keepFiles(key, files).catch(() => {}); // The disk is full: they are still here.
  };
  keptFiles(key).then(
    (files) => {
      if (!isTouched) store.set({ files });
    },
    () => {}, // Broken since it was written.
  );
  return {
    state: { get: store.get, subscribe: store.subscribe },
    put,
    add(added) {
      const all = [...added];
      const fitting = all.filter(({ size }) => size <= FILE_BYTES_AT_MOST);
      const files = [
        ...store.get().files,
        ...fitting.map((file): OutgoingFile => ({ name: file.name, type: file.type, blob: file })),
      ];
      put(files.slice(0, FILES_AT_MOST));
      return {
        tooLarge: all.filter((file) => !fitting.includes(file)).map(({ name }) => name),
        tooMany: Math.max(0, files.length - FILES_AT_MOST),
      };
    },
  };
}
