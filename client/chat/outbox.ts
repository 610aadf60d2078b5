import { memoryOutbox } from './memory-outbox.ts';
import type { Outbox, Outgoing } from './sending.ts';

const STORE = 'outgoing';

/** The outbox in IndexedDB; in memory where a browser forbids or breaks it (private mode, a full disk). */
export function openOutbox(name: string): Outbox {
  const memory = memoryOutbox();
  const opened = openDatabase(name).then(storedOutbox, () => null);
  let isInMemory = false;
  /** What failed to be written down is kept in memory, so that it is at least sent while the page lives. */
  const inEither = async <Kind>(work: (outbox: Outbox) => Promise<Kind>): Promise<Kind> => {
    const stored = isInMemory ? null : await opened;
    if (!stored) return work(memory);
    try {
      return await work(stored);
    } catch {
      isInMemory = true;
      return work(memory);
    }
  };
  return {
    add: (entry) => inEither((outbox) => outbox.add(entry)),
    async ofRoom(roomId) {
      const waiting = await inEither((outbox) => outbox.ofRoom(roomId));
      return isInMemory ? [...(await readable(opened, roomId)), ...waiting] : waiting;
    },
    rooms: () => inEither((outbox) => outbox.rooms()),
    async change(clientId, change) {
      await memory.change(clientId, change);
      await (await opened)?.change(clientId, change).catch(() => {});
    },
    async remove(clientId) {
      await memory.remove(clientId);
      await (await opened)?.remove(clientId).catch(() => {});
    },
  };
}

/** A full disk forbids writing, not reading: what was written before still goes out first. */
async function readable(opened: Promise<Outbox | null>, roomId: number): Promise<Outgoing[]> {
  return (await (await opened)?.ofRoom(roomId).catch(() => [])) ?? [];
}

function openDatabase(name: string): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(name, 1);
    opening.onupgradeneeded = () => {
      // The key counts up over all tabs: it is the order in which people pressed Enter.
      const store = opening.result.createObjectStore(STORE, { keyPath: 'order', autoIncrement: true });
      store.createIndex('roomId', 'roomId');
      store.createIndex('clientId', 'clientId', { unique: true });
    };
    opening.onsuccess = () => resolve(opening.result);
    opening.onerror = opening.onblocked = () => reject(opening.error);
  });
}

type Stored = Outgoing & { order: number };

function storedOutbox(database: IDBDatabase): Outbox {
  const store = (mode: IDBTransactionMode) => database.transaction(STORE, mode).objectStore(STORE);
  const byClientId = (store: IDBObjectStore, clientId: string) =>
    done<Stored | undefined>(store.index('clientId').get(clientId));
  return {
    add(entry) {
      const entries = store('readwrite');
      entries.add(entry);
      // Until the transaction is over a crash would take the message with it.
      return new Promise((resolve, reject) => {
        entries.transaction.oncomplete = () => resolve();
        entries.transaction.onabort = () => reject(entries.transaction.error);
      });
    },
    ofRoom: (roomId) => done<Outgoing[]>(store('readonly').index('roomId').getAll(roomId)),
    rooms() {
      const asked = store('readonly').index('roomId').openKeyCursor(null, 'nextunique');
      return new Promise((resolve, reject) => {
        const rooms: number[] = [];
        asked.onsuccess = () => {
          if (!asked.result) return resolve(rooms);
          rooms.push(Number(asked.result.key));
          asked.result.continue();
        };
        asked.onerror = () => reject(asked.error);
      });
    },
    async change(clientId, change) {
      const entries = store('readwrite');
      const entry = await byClientId(entries, clientId);
      if (entry) await done(entries.put({ ...entry, ...change }));
    },
    async remove(clientId) {
      const entries = store('readwrite');
      const entry = await byClientId(entries, clientId);
      if (entry) await done(entries.delete(entry.order));
    },
  };
}

function done<Kind>(asked: IDBRequest<Kind>): Promise<Kind> {
  return new Promise((resolve, reject) => {
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
}
