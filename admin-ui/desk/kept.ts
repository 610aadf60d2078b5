import type { Message } from '../../client/chat/message.ts';
import type { DeskRoom, Stats } from './wire.ts';

/** What the panel showed last, on this device, so that it opens without asking anybody. */
export interface Kept {
  opened(): Promise<KeptList | null>;
  keep(list: KeptList, removed: readonly number[]): void;
  messages(roomId: number): Promise<readonly Message[]>;
  keepMessages(roomId: number, messages: readonly Message[]): void;
  /** Somebody else may sit here next. */
  forget(): Promise<void>;
}

export interface KeptList {
  rooms: readonly DeskRoom[];
  /** Up to where the feed of changes is in `rooms`; null: not known. */
  cursor: number | null;
  stats: Stats | null;
  at: number;
}

const ROOMS_AT_MOST = 1000;
const MESSAGES_PER_ROOM = 50;
const CONVERSATIONS_AT_MOST = 100;
const FACTS = 'facts';

interface KeptMessages {
  roomId: number;
  at: number;
  messages: readonly Message[];
}

/** Whose it is, and of which server. */
export const keptName = (base: string, userId: number) => `antiphon panel kept ${new URL(base).host} ${userId}`;

/** In IndexedDB. Where a browser forbids or breaks it, nothing is kept: the server has it all. */
export function openKept(name: string): Kept {
  const opened = openDatabase(name);
  const write = (stores: string[], work: (transaction: IDBTransaction) => void) => {
    opened.then((database) => database && work(database.transaction(stores, 'readwrite'))).catch(() => {}); // closed by a tab that signed out, or full
  };
  return {
    async opened() {
      const database = await opened;
      if (!database) return null;
      try {
        const transaction = database.transaction(['rooms', 'facts']);
        const [facts, rooms] = await Promise.all([
          done<Omit<KeptList, 'rooms'> | undefined>(transaction.objectStore('facts').get(FACTS)),
          done<DeskRoom[]>(transaction.objectStore('rooms').getAll()),
        ]);
        prune(database, rooms);
        return facts ? { ...facts, rooms } : null;
      } catch {
        return null;
      }
    },
    keep({ rooms, ...facts }, removed) {
      write(['rooms', 'facts'], (transaction) => {
        const store = transaction.objectStore('rooms');
        for (const room of rooms) store.put(room);
        for (const id of removed) store.delete(id);
        transaction.objectStore('facts').put(facts, FACTS);
      });
    },
    async messages(roomId) {
      const database = await opened;
      if (!database) return [];
      try {
        const kept = database.transaction('messages').objectStore('messages').get(roomId);
        return (await done<KeptMessages | undefined>(kept))?.messages ?? [];
      } catch {
        return [];
      }
    },
    keepMessages(roomId, messages) {
      const kept: KeptMessages = { roomId, at: Date.now(), messages: messages.slice(-MESSAGES_PER_ROOM) };
      write(['messages'], (transaction) => transaction.objectStore('messages').put(kept));
    },
    async forget() {
      (await opened)?.close();
      await new Promise<void>((resolve) => {
        const deleting = indexedDB.deleteDatabase(name);
        deleting.onsuccess = deleting.onerror = deleting.onblocked = () => resolve();
      });
    },
  };
}

/** What was not looked at for the longest goes. */
function prune(database: IDBDatabase, rooms: readonly DeskRoom[]): void {
  const transaction = database.transaction(['rooms', 'messages'], 'readwrite');
  const oldest = rooms.toSorted((a, b) => b.lastMessageAt - a.lastMessageAt).slice(ROOMS_AT_MOST);
  for (const { id } of oldest) transaction.objectStore('rooms').delete(id);
  const messages = transaction.objectStore('messages');
  messages.index('at').getAllKeys().onsuccess = ({ target }) => {
    const keys = (target as IDBRequest<IDBValidKey[]>).result;
    for (const key of keys.slice(0, Math.max(0, keys.length - CONVERSATIONS_AT_MOST))) messages.delete(key);
  };
}

function openDatabase(name: string): Promise<IDBDatabase | null> {
  return new Promise((resolve) => {
    try {
      const opening = indexedDB.open(name, 1);
      opening.onupgradeneeded = () => {
        opening.result.createObjectStore('rooms', { keyPath: 'id' });
        opening.result.createObjectStore('messages', { keyPath: 'roomId' }).createIndex('at', 'at');
        opening.result.createObjectStore('facts');
      };
      opening.onsuccess = () => {
        // Another tab that signs out must be able to delete it.
        opening.result.onversionchange = () => opening.result.close();
        resolve(opening.result);
      };
      opening.onerror = opening.onblocked = () => resolve(null);
    } catch {
      resolve(null);
    }
  });
}

function done<Kind>(asked: IDBRequest<Kind>): Promise<Kind> {
  return new Promise((resolve, reject) => {
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
}
