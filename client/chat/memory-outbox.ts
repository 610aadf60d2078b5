import type { Outbox, Outgoing } from './sending.ts';

/** An outbox that lives as long as the page. */
export function memoryOutbox(): Outbox {
  let entries: Outgoing[] = [];
  return {
    async add(entry) {
      entries.push(entry);
    },
    ofRoom: async (roomId) => entries.filter((entry) => entry.roomId === roomId),
    rooms: async () => [...new Set(entries.map(({ roomId }) => roomId))],
    async change(clientId, change) {
      entries = entries.map((entry) => (entry.clientId === clientId ? { ...entry, ...change } : entry));
    },
    async remove(clientId) {
      entries = entries.filter((entry) => entry.clientId !== clientId);
    },
  };
}
