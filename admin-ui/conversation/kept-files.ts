import type { OutgoingFile } from '../../client/chat/sending.ts';

const NAME = 'antiphon panel files';
const STORE = 'files';

/**
 * Files chosen for a message that is not sent yet, in IndexedDB. Where a browser forbids or breaks it they are there until
 * the page is left.
 */
let opening: Promise<IDBDatabase | null> | undefined;

function opened(): Promise<IDBDatabase | null> {
  opening ??= new Promise((resolve) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore(STORE);
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = asked.onblocked = () => resolve(null);
  });
  return opening;
}

export async function keptFiles(key: string): Promise<readonly OutgoingFile[]> {
  const database = await opened();
  if (!database) return [];
  return new Promise((resolve) => {
    const asked = database.transaction(STORE).objectStore(STORE).get(key);
    asked.onsuccess = () => resolve((asked.result as readonly OutgoingFile[] | undefined) ?? []);
    asked.onerror = () => resolve([]);
  });
}

export async function keepFiles(key: string, files: readonly OutgoingFile[]): Promise<void> {
  const store = (await opened())?.transaction(STORE, 'readwrite').objectStore(STORE);
  if (files.length > 0) store?.put(files, key);
  else store?.delete(key);
}

export async function forgetFiles(userId: number): Promise<void> {
  const store = (await opened())?.transaction(STORE, 'readwrite').objectStore(STORE);
  // All that begins with the number and a dot: what comes after a dot is a slash.
  store?.delete(IDBKeyRange.bound(`${userId}.`, `${userId}/`, false, true));
}
